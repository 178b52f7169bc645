"""A delivery in progress."""

from __future__ import annotations

from engine.deliveries import component, failing

from appsync_emu.core.lifecycle import State
from appsync_emu.core.records import DeliveryFacts
from appsync_emu.engine.runs import Run


def test_a_run_begins_queued_and_knows_its_idempotency_key():
    facts = DeliveryFacts("d", "t", "C", "cmd", None, "c")
    spec = component(failing(0), idempotency_key="arguments.id")

    run = Run(facts, spec, {"arguments": {"id": 7}})

    assert (run.delivery.state, run.key, run.token, run.task) == (State.QUEUED, "7", 0, None)
