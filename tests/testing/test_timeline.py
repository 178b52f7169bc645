"""The journal, told line by line."""

from __future__ import annotations

from typing import get_args

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
)
from appsync_emu.testing.timeline import TOLD, clock_text, timeline

S = 1_000_000_000
OF = DeliveryFacts("d", "t", "Place", "placeOrder", None, "c")
COPY = DeliveryFacts("e", "t", "Place", "placeOrder", None, "c", None, 1)
RESET = ErrorInfo("ConnectionResetError", "Connection reset", "technical", fault="flaky")


def accepted(arguments):
    return CommandAccepted(
        0, "t", "c", "placeOrder", "M.placeOrder", {"arguments": arguments}, None, {}, ("Place",)
    )


def told(*records):
    return [" ".join(line.split()) for line in timeline(records, 0)]


def test_every_kind_of_record_is_told():
    assert set(TOLD) == set(get_args(Record))


def test_time_since_the_start():
    assert clock_text(0, 0) == "0:00.000"
    assert clock_text(49_901_999_999, 0) == "0:49.901"
    assert clock_text(3 * 3600 * S, 0) == "180:00.000"
    assert clock_text(61 * S, S) == "1:00.000"


def test_an_order_that_survives_a_reset():
    records = [
        accepted({"orderId": "o-1"}),
        DeliveryAccepted(0, OF),
        AttemptStarted(0, OF, 1),
        FaultStruck(0, OF, "flaky", "attempt", "error", 1),
        AttemptFailed(0, OF, 1, RESET),
        RetryScheduled(0, OF, 1, 3, 60 * S),
        AttemptStarted(60 * S, OF, 2),
        AttemptSucceeded(65 * S, OF, 2),
        DeliveryEnded(65 * S, OF, "success", 2),
    ]

    assert timeline(records, 0, {"t": "t1"}) == [
        '0:00.000  t1         accepted placeOrder {"orderId": "o-1"}',
        "0:00.000  t1  Place  accepted",
        "0:00.000  t1  Place  attempt 1: ConnectionResetError: Connection reset (fault flaky)",
        "0:00.000  t1  Place  retry 1 of 3 due at 1:00.000",
        "1:00.000  t1  Place  attempt 2 started",
        "1:05.000  t1  Place  attempt 2: success",
        "1:05.000  t1  Place  success after 2 attempts, 1 retry",
    ]
    assert timeline([], 0) == []


def test_errors_say_why_they_were_judged_so():
    unknown = ErrorInfo("Boom", "", "technical", "unknown type, retried by default")
    business = ErrorInfo("Refused", "no", "business", "raised as a business error")

    assert told(
        AttemptFailed(0, OF, 1, unknown), AttemptFailed(0, OF, 2, business, applied=True)
    ) == [
        "0:00.000 Place attempt 1: Boom (unknown type, retried by default)",
        "0:00.000 Place attempt 2: Refused: no (business, after the handler had returned)",
    ]


def test_ends_letters_and_healing():
    assert told(
        DeliveryEnded(0, OF, "error", 4, "x", "X", "retries-exhausted"),
        DeadLetterWritten(0, OF, "l", "retries-exhausted"),
        DeadLetterRedriven(0, OF, "l"),
        DeliveryEnded(0, OF, "success", 0, "already processed"),
        DeadLetterDiscarded(0, OF, "l"),
        FaultsHealed(0, ("a", "b")),
    ) == [
        "0:00.000 Place error after 4 attempts, 3 retries: retries-exhausted",
        "0:00.000 Place dead letter written",
        "0:00.000 Place redriven from its dead letter",
        "0:00.000 Place success, already processed",
        "0:00.000 Place dead letter discarded",
        "0:00.000 healed: a, b",
    ]


def test_faults_that_leave_no_error():
    assert told(
        FaultStruck(0, OF, "slow", "attempt", "delay", 2),
        FaultStruck(0, OF, "twice", "dispatch", "duplicate", 0),
        FaultStruck(0, OF, "dies", "dispatch", "crash", 0),
        FaultStruck(0, OF, "dies", "attempt", "crash", 1),
        FaultStruck(0, OF, "down", "deadletter.write", "error", 4),
        DeliveryAccepted(0, COPY),
    ) == [
        "0:00.000 Place delay at attempt 2 (fault slow)",
        "0:00.000 Place duplicate at dispatch (fault twice)",
        "0:00.000 Place crash at dispatch (fault dies)",
        "0:00.000 Place error at deadletter.write (fault down)",
        "0:00.000 Place (copy 1) delivered again by a fault",
    ]


def test_events_and_long_inputs():
    event = {"detail-type": "Placed", "source": "shop"}
    failure = {"detail-type": "Lambda Function Invocation Result - Failure", "source": "lambda"}

    lines = told(
        accepted({"note": "x" * 100}),
        EventPublished(0, "t", "e", event, "Place", ("A", "B")),
        EventPublished(0, "t", "e", event, None, ()),
        EventPublished(0, "t", "e", failure, "Place", ()),
    )

    assert lines[0].endswith("xxx...")
    assert lines[1:] == [
        "0:00.000 event Placed from Place starts A, B",
        "0:00.000 event Placed from outside starts nobody",
        "0:00.000 error event from Place starts nobody",
    ]
