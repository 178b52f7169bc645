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
    DeadLetterDiscarded,
    DeadLetterRedriven,
    DeadLetterWritten,
    DeliveryAccepted,
    DeliveryEnded,
    DeliveryFacts,
    ErrorInfo,
    EventPublished,
    FaultsHealed,
    FaultStruck,
    Record,
    RetryScheduled,
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
    FaultStruck(12, FACTS, "flaky", "attempt", "error", 1),
    FaultsHealed(13, ("flaky",)),
]


def kind(record: Record) -> str:
    return type(record).__name__


def test_every_kind_is_tested_here():
    assert set(get_args(Record)) == {type(record) for record in RECORDS}


@pytest.mark.parametrize("record", RECORDS, ids=kind)
def test_each_belongs_to_its_trace(record):
    assert trace_of(record) == (None if isinstance(record, FaultsHealed) else "t-1")


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
