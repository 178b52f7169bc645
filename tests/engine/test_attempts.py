"""One attempt: the handler, and the fault before or after it."""

from __future__ import annotations

import asyncio
import dataclasses
import time

import pytest
from engine.deliveries import Kit, component, failing, fault, run

from appsync_emu.core.faults.crash import EXITED, CrashEffect
from appsync_emu.core.faults.error import ErrorEffect
from appsync_emu.core.faults.hang import HangEffect
from appsync_emu.core.faults.match import Match
from appsync_emu.core.faults.names import NAMED
from appsync_emu.core.faults.plan import Fault
from appsync_emu.core.faults.points import Point
from appsync_emu.core.faults.stale import StaleEffect
from appsync_emu.core.faults.strike import Strike
from appsync_emu.core.lifecycle import State
from appsync_emu.core.records import (
    AttemptFailed,
    AttemptStarted,
    ComponentCrashed,
    DeliveryEnded,
)
from appsync_emu.core.retry import RetryPolicy


def test_a_handler_that_sleeps_on_the_clock_takes_no_real_time():
    async def sleeps(event, context):
        assert context.get_remaining_time_in_millis() == 3_600_000
        await context.sleep(600)
        assert context.get_remaining_time_in_millis() == 3_000_000

    began = time.perf_counter()
    kit = run(Kit(), component(sleeps, timeout_s=3600))

    assert kit.ends == [("success", 1)]
    assert kit.at(DeliveryEnded) == [600]
    assert time.perf_counter() - began < 1


def test_a_blocking_handler_sleeps_on_the_clock_too():
    def sleeps(event, context):
        context.sleep(600)

    kit = run(Kit(), component(sleeps, timeout_s=3600))

    assert kit.ends == [("success", 1)]
    assert kit.at(DeliveryEnded) == [600]


def test_a_result_that_is_not_json_fails_the_attempt():
    async def handler(event, context):
        return object()

    kit = run(Kit(), component(handler, retry=RetryPolicy(max_retries=0)))

    [failed] = kit.of(AttemptFailed)
    assert failed.error.type == "Runtime.MarshalError"


def test_every_attempt_gets_the_event_as_it_was_sent():
    seen = []

    async def handler(event, context):
        seen.append(event["arguments"].pop("id"))
        raise RuntimeError

    run(Kit(), component(handler), events=({"arguments": {"id": 1}},))

    assert seen == [1, 1, 1, 1]


def test_an_error_fault_fails_the_attempts_it_names():
    reset = ErrorEffect(NAMED["network.reset"].error)
    kit = run(Kit((fault(reset, attempts=frozenset({1, 2})),)), component(failing(0)))

    assert kit.ends == [("success", 3)]
    assert [failed.error.fault for failed in kit.of(AttemptFailed)] == ["f", "f"]


def test_a_lost_answer_is_recognised_on_the_retry_by_its_key():
    calls = []

    async def handler(event, context):
        calls.append(context.attempt)

    lost = ErrorEffect(NAMED["network.timeout"].error, phase="response", after=5)
    spec = component(handler, idempotency_key="arguments.id")
    kit = run(
        Kit((fault(lost, attempts=frozenset({1})),)), spec, events=({"arguments": {"id": 1}},)
    )

    assert calls == [1]
    assert kit.of(AttemptFailed)[0].applied
    assert [end.message for end in kit.of(DeliveryEnded)] == ["already processed"]


def test_without_a_key_a_lost_answer_runs_the_handler_again():
    calls = []

    async def handler(event, context):
        calls.append(context.attempt)

    lost = ErrorEffect(NAMED["network.timeout"].error, phase="response")
    run(Kit((fault(lost, attempts=frozenset({1})),)), component(handler))

    assert calls == [1, 2]


@pytest.mark.parametrize(("phase", "calls"), [("request", 1), ("response", 2)])
def test_a_crash_is_delivered_again_after_the_restart(phase, calls):
    seen = []

    async def handler(event, context):
        try:
            seen.append(1)
        except Exception:  # noqa: BLE001 - a crash is nothing that this could catch
            seen.append("caught")

    crash = CrashEffect(restart_after=10, phase=phase)
    kit = run(Kit((fault(crash, attempts=frozenset({1})),)), component(handler))

    assert seen == [1] * calls
    assert kit.at(AttemptStarted) == [0, 10]


def test_a_hanging_attempt_runs_into_its_time_limit():
    """AWS Lambda, error payload ``Sandbox.Timedout``; nothing downstream happened."""
    calls = []

    async def handler(event, context):
        calls.append(context.attempt)

    hang = fault(HangEffect(), attempts=frozenset({1}))
    kit = run(Kit((hang,)), component(handler, timeout_s=5))

    assert calls == [2]
    assert kit.at(AttemptFailed) == [5]
    assert kit.of(AttemptFailed)[0].error.type == "Sandbox.Timedout"


@pytest.mark.parametrize(("phase", "applied"), [("request", False), ("response", True)])
def test_an_attempt_that_takes_its_component_with_it(phase, applied):
    async def handler(event, context):
        await context.sleep(6 if context.aws_request_id == "d1" else 3)

    crash = CrashEffect(restart_after=10, phase=phase, scope="component")
    kit = run(
        Kit((fault(crash, skip=1, limit=1, per="run"),)), component(handler), events=[None, None]
    )

    [crashed] = kit.of(ComponentCrashed)
    assert (crashed.component, crashed.fault) == ("C", "f")
    first, second = kit.of(AttemptFailed)
    assert (first.facts.delivery_id, first.applied) == ("d1", False)
    assert (second.facts.delivery_id, second.applied) == ("d2", applied)
    assert {first.error, second.error} == {dataclasses.replace(EXITED, fault="f")}
    at_s = 3 if applied else 0
    assert kit.at(AttemptStarted) == [0, 0, at_s + 10, at_s + 10]


def test_what_is_about_to_begin_dies_with_the_component_too():
    crash = CrashEffect(restart_after=10, scope="component")
    kit = run(Kit((fault(crash, limit=1),)), component(failing(0)), events=[None, None, None])

    assert [failed.facts.delivery_id for failed in kit.of(AttemptFailed)] == ["d1"]
    assert kit.at(AttemptStarted) == [0, 10, 10, 10]


def test_an_attempt_may_take_another_component_with_it():
    async def slow(event, context):
        await context.sleep(20)

    async def quick(event, context):
        await context.sleep(3)

    crash = CrashEffect(restart_after=10, phase="response", scope="component", component="Slow")
    down = Fault(
        fault_id="f",
        point=Point.ATTEMPT,
        effect=crash,
        match=Match(component="Quick"),
        strike=Strike(attempts=frozenset({1})),
    )
    kit = run(Kit((down,)), component(slow, "Slow"), component(quick, "Quick"))

    assert [failed.facts.component for failed in kit.of(AttemptFailed)] == ["Slow", "Quick"]
    assert kit.at(AttemptStarted) == [0, 0, 13, 13]


def test_what_has_no_meaning_here_is_our_own_mistake():
    kit = Kit((fault(StaleEffect()),))

    async def main():
        kit.accept(component(failing(0)))
        [delivery] = kit.dispatcher._live
        await kit.clock.advance(1)
        return delivery.delivery.state, kit.of(AttemptFailed)[0].error

    state, error = asyncio.run(main())
    assert state is State.WAITING
    assert (error.type, error.message) == ("AssertionError", "Stale cannot strike at attempt")
