"""A trace at a glance: where each of its deliveries stands, and the worst of them."""

from __future__ import annotations

import pytest

from appsync_emu.core.overview import DELIVERIES_SHOWN, overview
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
    FaultStruck,
    RetryScheduled,
)

PAY = DeliveryFacts("d-1", "t-1", "Payment", "placeOrder", None, "c-1")
MAIL = DeliveryFacts("d-2", "t-1", "Mail", "placeOrder", "Placed", "e-1", "Payment")
RESET = ErrorInfo("ConnectionResetError", "gone", "technical")
COMMAND = CommandAccepted(
    1, "t-1", "c-1", "placeOrder", "Mutation.placeOrder", {}, None, {}, ("Payment",)
)
EVENT = EventPublished(2, "t-1", "e-1", {"detail-type": "Placed"}, "Payment", ("Mail",))
FAILS = [
    DeliveryAccepted(1, PAY),
    AttemptStarted(2, PAY, 1),
    AttemptFailed(3, PAY, 1, RESET),
    RetryScheduled(3, PAY, 1, 3, 9_000_000),
    AttemptStarted(9_000_000, PAY, 2),
    AttemptFailed(9_000_001, PAY, 2, RESET),
    DeadLetterWritten(9_000_002, PAY, "l-1", "retries-exhausted"),
    DeliveryEnded(9_000_003, PAY, "error", 2, "gone", RESET.type, "retries-exhausted"),
]


def glance(*records):
    return overview("t-1", records)


def payment(*records):
    (delivery,) = glance(*records).deliveries
    return delivery


@pytest.mark.parametrize(
    ("length", "status", "attempts", "error", "retry_ns", "letter"),
    [
        (1, "accepted", 0, None, None, None),
        (2, "running", 1, None, None, None),
        (4, "retrying", 1, RESET.type, 9_000_000, None),
        (5, "running", 2, RESET.type, None, None),
        (7, "running", 2, RESET.type, None, "l-1"),
        (8, "error", 2, RESET.type, None, "l-1"),
    ],
)
def test_where_a_delivery_stands(length, status, attempts, error, retry_ns, letter):
    now = payment(*FAILS[:length])

    assert (now.status, now.attempts, now.error_type) == (status, attempts, error)
    assert (now.retry_ns, now.letter_id) == (retry_ns, letter)


def test_a_redrive_begins_anew_and_its_success_ends_it():
    redriven = [*FAILS, DeadLetterRedriven(10, PAY, "l-1")]
    again = payment(*redriven)
    ended = payment(
        *redriven,
        AttemptStarted(11, PAY, 3),
        AttemptSucceeded(12, PAY, 3),
        DeliveryEnded(12, PAY, "success", 1),
    )

    assert (again.status, again.letter_id) == ("accepted", None)
    assert (ended.status, ended.attempts, ended.error_type) == ("success", 3, None)


def test_a_discarded_letter_leaves_the_error():
    now = payment(*FAILS, DeadLetterDiscarded(10, PAY, "l-1"))

    assert (now.status, now.letter_id) == ("error", None)


def test_the_trace_is_as_well_as_the_worst_of_it():
    paid = [DeliveryAccepted(1, PAY), DeliveryEnded(2, PAY, "success", 1)]
    mailed = DeliveryAccepted(3, MAIL)

    assert glance(COMMAND).status is None
    assert glance(COMMAND, *paid).status == "success"
    assert glance(COMMAND, *paid, mailed).status == "accepted"
    assert glance(COMMAND, *paid, mailed, AttemptStarted(4, MAIL, 1)).status == "running"
    assert glance(COMMAND, *FAILS[:4], mailed, AttemptStarted(4, MAIL, 1)).status == "retrying"
    assert glance(COMMAND, *FAILS, mailed).status == "error"


def test_what_began_it():
    assert (glance(COMMAND, EVENT).command, glance(COMMAND, EVENT).event) == ("placeOrder", None)
    assert (glance(EVENT, COMMAND).command, glance(EVENT, COMMAND).event) == (
        "placeOrder",
        "Placed",
    )
    assert (glance(EVENT).command, glance(EVENT).event) == (None, "Placed")


def test_what_is_known_of_no_delivery_moves_none():
    """A bounded journal may have forgotten how the trace began."""
    trace = glance(AttemptStarted(5, PAY, 4), FaultStruck(6, MAIL, "f-1", "attempt", "error", 1))

    assert trace.deliveries == ()
    assert (trace.started_ns, trace.updated_ns, trace.records) == (5, 6, 2)


def test_as_json():
    """Times are those of the trace query: AWSDateTime, in UTC."""
    copy = DeliveryFacts("d-3", "t-1", "Payment", "placeOrder", None, "c-1", copy=1)
    struck = FaultStruck(1, copy, "f-1", "dispatch", "duplicate", 0)
    trace = glance(COMMAND, *FAILS[:4], DeliveryAccepted(2_000_000, copy), struck)

    assert trace.as_json() == {
        "traceId": "t-1",
        "command": "placeOrder",
        "event": None,
        "status": "retrying",
        "startedAt": "1970-01-01T00:00:00.000Z",
        "updatedAt": "1970-01-01T00:00:00.000Z",
        "records": 7,
        "deliveries": 2,
        "components": [
            {
                "component": "Payment",
                "copy": 0,
                "status": "retrying",
                "attempts": 1,
                "errorType": "ConnectionResetError",
                "retryAt": "1970-01-01T00:00:00.009Z",
                "deadLetter": None,
            },
            {
                "component": "Payment",
                "copy": 1,
                "status": "accepted",
                "attempts": 0,
                "errorType": None,
                "retryAt": None,
                "deadLetter": None,
            },
        ],
    }


def test_a_trace_of_many_deliveries_stays_small():
    many = [
        DeliveryAccepted(1, DeliveryFacts(f"d-{n}", "t-1", "Payment", None, None, "c-1"))
        for n in range(DELIVERIES_SHOWN + 5)
    ]
    shown = glance(*many).as_json()

    assert shown["deliveries"] == DELIVERIES_SHOWN + 5
    assert len(shown["components"]) == DELIVERIES_SHOWN
