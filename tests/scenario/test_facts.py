"""What a trace comes to, by its records."""

from __future__ import annotations

from appsync_emu.core.records import (
    AttemptFailed,
    AttemptStarted,
    DeadLetterRedriven,
    DeliveryAccepted,
    DeliveryEnded,
    DeliveryFacts,
    ErrorInfo,
    FaultStruck,
)
from appsync_emu.scenario.facts import facts_of

ONE = DeliveryFacts("d-1", "t", "One", "c", None, "x")
TWO = DeliveryFacts("d-2", "t", "Two", None, "e", "x")
COPY = DeliveryFacts("d-3", "t", "One", "c", None, "x", None, 1)
ERROR = ErrorInfo("E", "no", "technical")


def test_a_trace_of_two_components():
    records = [
        DeliveryAccepted(5, ONE),
        DeliveryAccepted(5, COPY),
        DeliveryAccepted(6, TWO),
        AttemptStarted(7, ONE, 1),
        AttemptFailed(8, ONE, 1, ERROR),
        AttemptStarted(9, ONE, 2),
        AttemptStarted(9, COPY, 1),
        DeliveryEnded(10, ONE, "success", 2),
        FaultStruck(10, None, "f", "frame", "drop", 0),
    ]
    trace = facts_of("t", records)
    assert (trace.began_ns, trace.status, trace.attempts, trace.retries) == (5, "accepted", 2, 1)
    assert trace.ended_ns is None
    assert trace.failed is None
    trace = facts_of("t", [*records, DeliveryEnded(12, TWO, "success", 1)])
    assert (trace.status, trace.ended_ns) == ("success", 12)


def test_a_redrive_begins_anew():
    records = [
        DeliveryAccepted(5, ONE),
        AttemptStarted(7, ONE, 1),
        AttemptFailed(8, ONE, 1, ERROR),
        DeliveryEnded(8, ONE, "error", 1, reason="permanent"),
    ]
    trace = facts_of("t", records)
    assert (trace.status, trace.failed.error, trace.failed.reason) == ("error", ERROR, "permanent")
    trace = facts_of("t", [*records, DeadLetterRedriven(9, ONE, "l"), AttemptStarted(9, ONE, 2)])
    assert (trace.status, trace.attempts, trace.ended_ns) == ("accepted", 1, None)
    assert trace.failed.error is ERROR


def test_a_trace_that_started_nobody():
    assert facts_of("t", []).status == "success"
    assert facts_of("t", []).ended_ns == 0
