"""What clients see of a trace: component name, timestamp, status, and what the type adds."""

from __future__ import annotations

import pytest

from appsync_emu.core.api import TraceFields
from appsync_emu.core.records import (
    AttemptStarted,
    DeliveryAccepted,
    DeliveryEnded,
    DeliveryFacts,
    FaultsHealed,
    FaultStruck,
    Record,
    StatusWritten,
)
from appsync_emu.core.traces import Known, StatusLine, iso_time, status_line, status_lines

FACTS = DeliveryFacts("d-1", "t-1", "Orders", "placeOrder", None, "c-1")
REACTS = DeliveryFacts("d-2", "t-1", "Mailer", "placeOrder", "Order placed", "e-1", "Orders")
COPY = DeliveryFacts("d-3", "t-1", "Orders", "placeOrder", None, "c-1", copy=1)


@pytest.mark.parametrize(
    ("at_ns", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_893_456_000_000_000_000, "2030-01-01T00:00:00.000Z"),
        (1_893_456_000_007_999_999, "2030-01-01T00:00:00.007Z"),
        (1_893_456_059_999_999_999, "2030-01-01T00:00:59.999Z"),
    ],
)
def test_time_is_an_awsdatetime_in_utc(at_ns, text):
    """AppSync Developer Guide, "AWS AppSync scalar types": AWSDateTime; cut, never rounded up."""
    assert iso_time(at_ns) == text


def test_acceptance_is_a_status():
    assert status_line(DeliveryAccepted(5, REACTS)) == StatusLine(
        trace_id="t-1",
        component="Mailer",
        status="accepted",
        at_ns=5,
        command="placeOrder",
        event="Order placed",
        previous="Orders",
    )


def test_success_has_no_message():
    assert status_line(DeliveryEnded(9, FACTS, "success", 2)) == StatusLine(
        trace_id="t-1",
        component="Orders",
        status="success",
        at_ns=9,
        command="placeOrder",
        attempt=2,
    )


def test_an_error_says_which_and_why():
    ended = DeliveryEnded(9, FACTS, "error", 4, "no stock", "OutOfStock", "business")
    line = status_line(ended)
    assert line is not None
    assert (line.status, line.message, line.error_type) == ("error", "no stock", "OutOfStock")
    assert line.attempt == 4


@pytest.mark.parametrize(
    "record",
    [
        AttemptStarted(1, FACTS, 1),
        FaultsHealed(1, ()),
        DeliveryAccepted(1, COPY),
        DeliveryEnded(1, COPY, "success", 1),
    ],
    ids=["an attempt", "of no delivery", "a copy", "the end of a copy"],
)
def test_nothing_else_is_a_status(record: Record):
    assert status_line(record) is None


def test_statuses_keep_the_order_of_the_journal():
    records: list[Record] = [
        DeliveryAccepted(1, FACTS),
        AttemptStarted(2, FACTS, 1),
        DeliveryAccepted(3, REACTS),
        DeliveryEnded(4, FACTS, "success", 1),
    ]
    assert [(line.component, line.status, line.at_ns) for line in status_lines(iter(records))] == [
        ("Orders", "accepted", 1),
        ("Mailer", "accepted", 3),
        ("Orders", "success", 4),
    ]


def test_an_api_chooses_its_own_names():
    """As the web client of the pattern selects them: correlationId, command, event, message, ..."""
    line = status_line(DeliveryEnded(9, REACTS, "error", 4, "no", "E", "permanent"))
    assert line is not None
    names = TraceFields(trace_id="correlationId", error_type="kind")
    assert line.named(names, 1_893_456_000) == {
        "correlationId": "t-1",
        "component": "Mailer",
        "timestamp": 1_893_456_000,
        "status": "error",
        "command": "placeOrder",
        "event": "Order placed",
        "message": "no",
        "attempt": 4,
        "kind": "E",
        "previous": "Orders",
    }


# What a fault keeps from the table that clients read. The order of the records is the engine's.

ACCEPTED = DeliveryAccepted(1, FACTS)
SUCCESS = DeliveryEnded(2, FACTS, "success", 1)
OTHERS = DeliveryAccepted(3, REACTS)


def struck(about: str, point: str = "status.write", phase: str = "request", facts=FACTS) -> Record:
    return FaultStruck(0, facts, "down", point, "outage", 0, about, phase)


def told(*records: Record) -> list[str]:
    return [f"{line.component} {line.status}" for line in status_lines(records)]


def test_a_status_that_a_fault_keeps_is_hidden_until_it_is_written():
    records = [struck("accepted"), ACCEPTED, OTHERS]
    assert told(*records) == ["Mailer accepted"]
    assert told(*records, StatusWritten(9, FACTS, "accepted")) == [
        "Mailer accepted",
        "Orders accepted",
    ]


def test_what_follows_of_the_same_delivery_waits_for_it():
    records = [struck("accepted"), ACCEPTED, SUCCESS, struck("accepted")]
    known = Known()
    assert [known.take(record) for record in records] == [None] * 4
    assert known.kept == [ACCEPTED, SUCCESS]
    assert known.take(StatusWritten(8, FACTS, "accepted")) is ACCEPTED
    assert known.kept == [SUCCESS]
    assert known.take(StatusWritten(9, FACTS, "success")) is SUCCESS
    assert known.kept == []


@pytest.mark.parametrize(
    "fault",
    [
        struck("accepted", phase="response"),
        struck("accepted", point="dispatch"),
        struck("accepted", facts=None),
        struck("accepted", facts=REACTS),
    ],
    ids=["the answer alone was lost", "elsewhere", "of no delivery", "of another"],
)
def test_any_other_fault_hides_nothing(fault):
    assert told(fault, ACCEPTED) == ["Orders accepted"]


def test_what_is_written_again_is_recognised():
    assert told(ACCEPTED, StatusWritten(9, FACTS, "accepted")) == ["Orders accepted"]
