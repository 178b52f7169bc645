"""A delivery in progress."""

from __future__ import annotations

from engine.deliveries import component, failing

from appsync_emu.core.lifecycle import Failed, Started, State, Succeeded, Woken
from appsync_emu.core.records import (
    AttemptFailed,
    AttemptStarted,
    AttemptSucceeded,
    DeliveryFacts,
    ErrorInfo,
)
from appsync_emu.engine.runs import Run


def test_a_run_begins_queued_and_knows_its_idempotency_key():
    facts = DeliveryFacts("d", "t", "C", "cmd", None, "c")
    spec = component(failing(0), idempotency_key="arguments.id")

    run = Run(facts, spec, {"arguments": {"id": 7}})

    assert (run.delivery.state, run.key, run.token, run.task) == (State.QUEUED, "7", 0, None)


def test_a_copy_is_a_delivery_of_its_own_of_the_same_message():
    facts = DeliveryFacts("d", "t", "C", "cmd", None, "c", "Before")
    run = Run(facts, component(failing(0)), {"arguments": {}})

    copy = run.copied("e", 2)

    assert copy.facts == DeliveryFacts("e", "t", "C", "cmd", None, "c", "Before", 2)
    assert (copy.event, copy.component) == (run.event, run.component)


def test_what_the_journal_has_to_know_of_what_happened():
    run = Run(DeliveryFacts("d", "t", "C", "cmd", None, "c"), component(failing(0)), {})
    error = ErrorInfo("Oops", "no", "technical")

    assert run.record_of(Started(), 5, applied=False) == AttemptStarted(5, run.facts, 0)
    assert run.record_of(Succeeded(), 5, applied=True) == AttemptSucceeded(5, run.facts, 0)
    assert run.record_of(Failed(error), 5, applied=True) == AttemptFailed(
        *(5, run.facts, 0, error), applied=True
    )
    assert run.record_of(Woken(), 5, applied=False) is None
