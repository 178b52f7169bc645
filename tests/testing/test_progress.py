"""How far deliveries have come, from records."""

from __future__ import annotations

from appsync_emu.core.records import (
    AttemptFailed,
    AttemptStarted,
    DeadLetterRedriven,
    DeliveryAccepted,
    DeliveryEnded,
    DeliveryFacts,
    ErrorInfo,
    FaultsHealed,
    RetryScheduled,
)
from appsync_emu.testing.progress import overall, progress_of

BOOM = ErrorInfo("Boom", "no", "technical")


def facts(component="A", number=1, event=None, copy=0):
    return DeliveryFacts(f"{component}{number}", "t", component, "c", event, "x", None, copy)


def test_overall_status():
    assert overall([]) == "success"
    assert overall(["success", "error"]) == "error"
    assert overall(["error", "accepted"]) == "accepted"


def test_a_retry_in_waiting():
    of = facts()
    parts = progress_of(
        [
            DeliveryAccepted(0, of),
            AttemptStarted(0, of, 1),
            AttemptFailed(0, of, 1, BOOM),
            RetryScheduled(0, of, 1, 3, 60),
        ]
    )

    part = parts["A"]
    assert (part.status, part.attempts, part.error, part.due_ns) == ("accepted", 1, BOOM, 60)


def test_success_forgets_the_errors_on_the_way():
    of = facts()
    records = [
        DeliveryAccepted(0, of),
        AttemptStarted(0, of, 1),
        AttemptFailed(0, of, 1, BOOM),
        RetryScheduled(0, of, 1, 3, 60),
        AttemptStarted(60, of, 2),
        DeliveryEnded(60, of, "success", 2),
    ]
    part = progress_of(records)["A"]

    assert part.error is None
    assert part.due_ns is None
    assert part.statuses == ("accepted", "success")


def test_attempts_count_from_the_redrive():
    of = facts()
    records = [
        DeliveryAccepted(0, of),
        AttemptStarted(0, of, 1),
        AttemptFailed(0, of, 1, BOOM),
        DeliveryEnded(0, of, "error", 1, "no", "Boom", "permanent"),
        DeadLetterRedriven(9, of, "l"),
        FaultsHealed(9, ("f",)),
    ]
    part = progress_of(records)["A"]

    assert (part.status, part.attempts, part.reason) == ("accepted", 0, None)


def test_copies_are_no_news_and_several_deliveries_are_one_component():
    one, two, copy = facts(), facts(number=2, event="E"), facts(number=3, copy=1)
    records = [
        DeliveryAccepted(0, one),
        DeliveryAccepted(0, copy),
        AttemptStarted(0, copy, 1),
        DeliveryAccepted(0, two),
        AttemptStarted(0, two, 1),
        AttemptFailed(0, two, 1, BOOM),
        DeliveryEnded(0, two, "error", 1, "no", "Boom", "permanent"),
        DeliveryEnded(0, one, "success", 0, "already processed"),
    ]
    part = progress_of(records)["A"]

    assert (part.status, part.reason, part.error) == ("error", "permanent", BOOM)
    assert part.direct
    assert part.attempts == 1
