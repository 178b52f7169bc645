"""Records: their trace, and their JSON."""

from __future__ import annotations

import dataclasses
import json
from typing import get_args

import pytest

from appsync_emu.core.records import (
    AttemptFailed,
    AttemptStarted,
    AttemptSucceeded,
    CommandAccepted,
    ComponentCrashed,
    DataCalled,
    DeadLetterDiscarded,
    DeadLetterRedriven,
    DeadLetterWritten,
    DeliveryAccepted,
    DeliveryEnded,
    DeliveryFacts,
    ErrorInfo,
    EventPublished,
    FaultsArmed,
    FaultsHealed,
    FaultStruck,
    Record,
    RetryScheduled,
    StatusWritten,
    to_json,
    trace_of,
)

FACTS = DeliveryFacts("d-1", "t-1", "Orders", "placeOrder", None, "c-1")
ERROR = ErrorInfo("ValueError", "no", "technical", "unknown type", ("line 1",), "flaky")
RECORDS: list[Record] = [
    CommandAccepted(
        1, "t-1", "c-1", "placeOrder", "Mutation.placeOrder", {}, None, {}, ("Orders",)
    ),
    EventPublished(2, "t-1", "e-1", {"detail": {"id": 7}}, "Orders", ("Payment",)),
    DeliveryAccepted(3, FACTS),
    AttemptStarted(4, FACTS, 1),
    AttemptSucceeded(5, FACTS, 1, "o-1"),
    AttemptFailed(6, FACTS, 1, ERROR, applied=True, key="o-1"),
    RetryScheduled(7, FACTS, 1, 3, 60),
    DeliveryEnded(8, FACTS, "error", 4, "no", "ValueError", "retries-exhausted"),
    DeadLetterWritten(9, FACTS, "l-1", "retries-exhausted"),
    DeadLetterRedriven(10, FACTS, "l-1"),
    DeadLetterDiscarded(11, FACTS, "l-1"),
    DataCalled(12, FACTS, 1, "dynamodb", "OrdersTable", "PutItem", write=True, applied=True),
    StatusWritten(13, FACTS, "success"),
    ComponentCrashed(14, "Orders", 24, "boom"),
    FaultStruck(15, FACTS, "flaky", "attempt", "error", 1),
    FaultsArmed(16, ("flaky",)),
    FaultsHealed(17, ("flaky",)),
]
OF_NOBODY = (ComponentCrashed, FaultsArmed, FaultsHealed)


def kind(record: Record) -> str:
    return type(record).__name__


def test_every_kind_is_tested_here():
    assert set(get_args(Record)) == {type(record) for record in RECORDS}


@pytest.mark.parametrize("record", RECORDS, ids=kind)
def test_each_belongs_to_its_trace(record):
    assert trace_of(record) == (None if isinstance(record, OF_NOBODY) else "t-1")


@pytest.mark.parametrize(
    "record",
    [
        DataCalled(1, None, 0, "lambda", "Rates", "Invoke", False, False, trace_id="t-1"),
        FaultStruck(1, None, "flaky", "frame", "close", 0, "watcher data", trace_id="t-1"),
    ],
    ids=kind,
)
def test_what_has_no_delivery_says_its_trace_itself(record):
    assert trace_of(record) == "t-1"
    line = to_json(record)
    assert line["trace_id"] == "t-1"
    assert "delivery_id" not in line
    assert trace_of(dataclasses.replace(record, trace_id=None)) is None


@pytest.mark.parametrize("record", RECORDS, ids=kind)
def test_each_is_a_line_of_json_that_loses_nothing(record):
    line = to_json(record)
    assert line["kind"] == kind(record)
    assert json.loads(json.dumps(line))["at_ns"] == record.at_ns
    names = {field.name for field in dataclasses.fields(record)}
    if "facts" in names:
        names = (names - {"facts"}) | {field.name for field in dataclasses.fields(FACTS)}
    assert line.keys() == {"kind", *names}


@pytest.mark.parametrize("record", RECORDS, ids=kind)
def test_each_is_frozen(record):
    with pytest.raises(dataclasses.FrozenInstanceError):
        record.at_ns = 0
    assert not hasattr(record, "__dict__")


def test_facts_are_spread_out_and_errors_are_objects():
    assert to_json(AttemptFailed(6, FACTS, 2, ERROR, applied=True, key="o-1")) == {
        "kind": "AttemptFailed",
        "at_ns": 6,
        "delivery_id": "d-1",
        "trace_id": "t-1",
        "component": "Orders",
        "command": "placeOrder",
        "event": None,
        "cause": "c-1",
        "previous": None,
        "copy": 0,
        "attempt": 2,
        "error": {
            "type": "ValueError",
            "message": "no",
            "error_class": "technical",
            "why": "unknown type",
            "stack": ("line 1",),
            "fault": "flaky",
        },
        "applied": True,
        "key": "o-1",
    }


def test_the_trace_of_the_delivery_stays_where_the_record_has_none_of_its_own():
    facts = DeliveryFacts("d", "t-1", "C", "c", None, "x")
    called = DataCalled(1, facts, 1, "dynamodb", "Orders", "PutItem", write=True, applied=True)
    assert to_json(called)["trace_id"] == "t-1"
    of_resolver = DataCalled(
        1, None, 0, "", "Orders", "PutItem", write=True, applied=True, trace_id="t-2"
    )
    assert to_json(of_resolver)["trace_id"] == "t-2"
