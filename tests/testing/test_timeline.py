"""The journal, told line by line."""

from __future__ import annotations

from typing import get_args

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


def call(operation, **said):
    facts = said.pop("facts", OF)
    known = {"write": True, "applied": True} | said
    return DataCalled(0, facts, 3, "dynamodb", "PaymentsTable", operation, **known)


def test_calls_of_services_say_what_happened_and_what_the_caller_was_told():
    busy = "ProvisionedThroughputExceededException"

    assert told(
        call("PutItem"),
        call("GetItem", write=False),
        call("PutItem", applied=False, error=busy, fault="busy"),
        call("PutItem", error="TimeoutError", fault="lost"),
        call("PutItem", applied=False, error="ConditionalCheckFailedException"),
        call("BatchWriteItem", applied=False),
        call("Query", write=False, facts=None, trace_id="t"),
    ) == [
        "0:00.000 Place PaymentsTable PutItem: applied",
        "0:00.000 Place PaymentsTable GetItem: answered",
        f"0:00.000 Place PaymentsTable PutItem: {busy} (fault busy, request)",
        "0:00.000 Place PaymentsTable PutItem: applied, then TimeoutError (fault lost, response)",
        "0:00.000 Place PaymentsTable PutItem: ConditionalCheckFailedException",
        "0:00.000 Place PaymentsTable BatchWriteItem: not applied",
        "0:00.000 PaymentsTable Query: answered",
    ]


def test_strikes_at_every_point_say_what_they_struck():
    assert told(
        FaultStruck(0, OF, "busy", "data", "error", 1, "PaymentsTable PutItem", "request"),
        FaultStruck(0, OF, "load", "attempt", "throttle", 1, "", "request"),
        FaultStruck(0, OF, "slow", "data", "delay", 1, "PaymentsTable PutItem"),
        FaultStruck(0, OF, "down", "status.write", "outage", 1, "success", "request"),
        FaultStruck(0, None, "gone", "accept", "error", 0, "placeOrder", "response", "t"),
        FaultStruck(0, None, "shut", "connect", "error", 0, "watcher", "request"),
        FaultStruck(0, None, "cut", "frame", "close", 0, "watcher data"),
        FaultStruck(0, OF, "lossy", "publish", "drop", 0, "success"),
    ) == [
        "0:00.000 Place delay at data: PaymentsTable PutItem (fault slow)",
        "0:00.000 Place outage at status.write: success (fault down, request)",
        "0:00.000 error at accept: placeOrder (fault gone, response)",
        "0:00.000 error at connect: watcher (fault shut, request)",
        "0:00.000 close at frame: watcher data (fault cut)",
        "0:00.000 Place drop at publish: success (fault lossy)",
    ]


def test_late_statuses_crashed_components_and_armed_faults():
    assert told(
        StatusWritten(10 * S, OF, "success"),
        ComponentCrashed(10 * S, "Place", 70 * S, "dies"),
        ComponentCrashed(10 * S, "Place", 70 * S),
        FaultsArmed(10 * S, ("a", "b")),
    ) == [
        "0:10.000 Place status success can be read",
        "0:10.000 Place crashed, restarts at 1:10.000 (fault dies)",
        "0:10.000 Place crashed, restarts at 1:10.000",
        "0:10.000 armed: a, b",
    ]
