"""Batches of which a service takes a part (DynamoDB BatchWriteItem, EventBridge PutEvents)."""

from __future__ import annotations

import pytest

from appsync_emu.core.faults.catalogue import effect_named
from appsync_emu.core.faults.verdict import Fail
from appsync_emu.core.records import ErrorInfo
from appsync_emu.sdks.batches import split


def failing(name):
    effect, _ = effect_named(name)
    return Fail(effect.error, effect.phase, 0.0, effect.named)


DYNAMODB, EVENTS = failing("dynamodb.partial-batch"), failing("eventbridge.partial")


def test_half_of_the_writes_of_each_table_are_taken():
    batch = split(DYNAMODB, {"RequestItems": {"A": [1, 2, 3], "B": [4]}, "Other": True})

    assert (batch.params, batch.taken) == ({"RequestItems": {"A": [1]}, "Other": True}, True)
    assert batch.answer({"X": 1}) == {"X": 1, "UnprocessedItems": {"A": [2, 3], "B": [4]}}


def test_half_of_the_reads_too():
    batch = split(DYNAMODB, {"RequestItems": {"A": {"Keys": [1, 2], "ConsistentRead": True}}})

    assert batch.params == {"RequestItems": {"A": {"Keys": [1], "ConsistentRead": True}}}
    assert batch.answer(None) == {"UnprocessedKeys": {"A": {"Keys": [2], "ConsistentRead": True}}}


def test_of_a_batch_of_one_nothing_is_taken():
    batch = split(DYNAMODB, {"RequestItems": {"A": [1]}})

    assert (batch.params, batch.taken) == ({"RequestItems": {}}, False)


def test_half_of_the_events_are_taken():
    batch = split(EVENTS, {"Entries": [1, 2, 3]})

    assert (batch.params, batch.taken) == ({"Entries": [1]}, True)
    answer = batch.answer({"FailedEntryCount": 0, "Entries": [{"EventId": "a"}]})
    assert answer["FailedEntryCount"] == 2
    assert [*answer["Entries"][0]] == ["EventId"]
    assert [entry["ErrorCode"] for entry in answer["Entries"][1:]] == ["InternalFailure"] * 2


@pytest.mark.parametrize(
    ("fault", "params"),
    [
        (DYNAMODB, {"Item": {}}),
        (DYNAMODB, {"RequestItems": {}}),
        (DYNAMODB, {"Entries": [1, 2]}),
        (EVENTS, {"RequestItems": {"A": [1, 2]}}),
        (failing("network.reset"), {"Entries": [1, 2]}),
        (Fail(ErrorInfo("X", "", "technical"), "request"), {"Entries": [1, 2]}),
    ],
)
def test_other_calls_and_other_faults_have_no_parts(fault, params):
    assert split(fault, params) is None
