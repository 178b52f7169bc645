"""Deliveries on virtual time, without GraphQL: attempts, retries, limits, faults, duplicates."""

from __future__ import annotations

import asyncio
import time

import pytest
from engine.deliveries import Kit, component, failing, fault, run

from appsync_emu.core.faults.delay import DelayEffect
from appsync_emu.core.faults.plan import Fault
from appsync_emu.core.faults.points import Point
from appsync_emu.core.records import (
    AttemptFailed,
    AttemptStarted,
    ComponentCrashed,
    DeliveryEnded,
    RetryScheduled,
)
from appsync_emu.core.retry import RetryPolicy
from appsync_emu.engine.clock import RealClock
from appsync_emu.errors import BusinessError, PermanentError


def test_a_handler_that_returns_ends_in_success():
    kit = run(Kit(), component(failing(0)))

    assert kit.ends == [("success", 1)]
    assert kit.dispatcher.live == 0


def test_technical_errors_are_retried_three_times_after_the_back_off():
    kit = run(Kit(), component(failing(9)))

    assert kit.ends == [("error", 4)]
    assert kit.at(AttemptStarted) == [0, 60, 120, 180]
    assert [retry.retry for retry in kit.of(RetryScheduled)] == [1, 2, 3]
    assert kit.failed_with == ["RuntimeError"]
    assert [reason for _, reason in kit.buried] == ["retries-exhausted"]


def test_success_on_the_last_retry_is_success():
    assert run(Kit(), component(failing(3))).ends == [("success", 4)]


@pytest.mark.parametrize(
    ("error", "reason", "buried"),
    [
        (PermanentError("gone"), "permanent", ["permanent"]),
        (BusinessError("no stock"), "business", []),
    ],
)
def test_what_time_cannot_cure_is_not_retried(error, reason, buried):
    kit = run(Kit(), component(failing(9, error)))

    assert kit.ends == [("error", 1)]
    assert kit.of(DeliveryEnded)[0].reason == reason
    assert [why for _, why in kit.buried] == buried


def test_business_errors_are_buried_on_request():
    kit = run(Kit(business=True), component(failing(9, BusinessError("no"))))

    assert [why for _, why in kit.buried] == ["business"]


def test_a_handler_that_never_ends_is_timed_out_and_retried():
    async def hangs(event, context):
        await asyncio.Event().wait()

    kit = run(Kit(), component(hangs, timeout_s=5, retry=RetryPolicy(max_retries=0)))

    [failed] = kit.of(AttemptFailed)
    # The text is Lambda's, recorded against the service in November 2025.
    assert failed.error.message == "RequestId: d1 Error: Task timed out after 5.00 seconds"
    assert failed.error.type == "Sandbox.Timedout"
    assert kit.at(AttemptFailed) == [5]


def test_a_handler_that_swallows_its_cancellation_holds_up_nobody():
    async def stubborn(event, context):
        for _ in range(3):
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                continue

    kit = run(Kit(), component(stubborn, timeout_s=5, retry=RetryPolicy(max_retries=0)))

    assert kit.ends == [("error", 1)]


def test_blocking_handlers_run_one_at_a_time_in_the_order_in_which_they_were_due():
    log = []

    def handler(event, context):
        log.append(("in", context.function_name))
        log.append(("out", context.function_name))

    names = [f"c{number}" for number in range(20)]
    run(Kit(), *(component(handler, name) for name in names))

    assert log == [step for name in names for step in (("in", name), ("out", name))]


def test_concurrency_is_limited_and_the_rest_waits_its_turn():
    running = [0, 0]

    async def handler(event, context):
        running[0] += 1
        running[1] = max(running)
        await context.sleep(10)
        running[0] -= 1

    kit = run(Kit(), component(handler, concurrency=2), events=[None] * 5)

    assert running == [0, 2]
    assert kit.at(DeliveryEnded) == [10, 10, 20, 20, 30]


def test_a_second_delivery_of_a_key_ends_as_already_processed():
    calls = []

    async def handler(event, context):
        calls.append(1)

    spec = component(handler, idempotency_key="arguments.id")
    kit = run(Kit(), spec, events=({"arguments": {"id": 1}}, {"arguments": {"id": 1}}))

    assert calls == [1]
    assert [end.message for end in kit.of(DeliveryEnded)] == ["", "already processed"]


def test_a_key_in_progress_waits_and_is_tried_when_its_owner_failed():
    spec = component(failing(4), idempotency_key="arguments.id")
    kit = run(Kit(), spec, events=({"arguments": {"id": 1}}, {"arguments": {"id": 1}}))

    assert kit.ends == [("error", 4), ("success", 1)]


def test_delays_at_both_points():
    faults = (
        fault(DelayEffect(5), Point.DISPATCH),
        Fault(fault_id="g", point=Point.ATTEMPT, effect=DelayEffect(7)),
    )
    kit = run(Kit(faults), component(failing(0)))

    assert kit.at(AttemptStarted) == [5]
    assert kit.at(DeliveryEnded) == [12]


def test_a_redriven_delivery_has_another_round_of_attempts():
    kit = Kit()
    spec = component(failing(5))

    async def main():
        kit.accept(spec)
        await kit.clock.settle()
        [(buried, _)] = kit.buried
        kit.dispatcher.redrive(buried)
        await kit.clock.settle()
        await kit.dispatcher.close(0)

    asyncio.run(main())

    assert kit.ends == [("error", 4), ("success", 2)]


def test_full_queues_have_no_room():
    kit = Kit(queue_limit=1)

    async def main():
        assert kit.dispatcher.room(1)
        kit.accept(component(failing(0)))
        assert not kit.dispatcher.room(1)
        await kit.clock.settle()
        assert kit.dispatcher.room(1)

    asyncio.run(main())


def test_a_trace_ends_when_all_of_it_has_ended():
    kit = Kit()

    async def main():
        assert kit.dispatcher.ended("t").done()
        kit.accept(component(failing(1)))
        ended = kit.dispatcher.ended("t")
        await kit.clock.advance(59)
        assert not ended.done()
        await kit.clock.advance(1)
        assert ended.done()

    asyncio.run(main())


def test_closing_waits_for_the_grace_time_and_names_what_had_not_ended():
    kit = Kit(clock=RealClock())

    async def short(event, context):
        await context.sleep(0.02)

    async def long(event, context):
        await asyncio.Event().wait()

    async def main():
        kit.accept(component(short, "short"))
        kit.accept(component(long, "long"))
        kit.accept(component(failing(1), "waits"))
        await kit.clock.sleep(0)
        return await kit.dispatcher.close(0.1)

    unfinished = asyncio.run(main())

    assert [(left.facts.component, left.state) for left in unfinished] == [
        ("long", "running"),
        ("waits", "waiting"),
    ]
    assert [end.facts.component for end in kit.of(DeliveryEnded)] == ["short"]


def test_a_thread_that_blocks_for_ever_is_left_behind():
    gate = []

    def blocks(event, context):
        while not gate:
            time.sleep(0.001)  # noqa: TID251 - the blocking handler itself

    kit = Kit(clock=RealClock())

    async def main():
        kit.accept(component(blocks, timeout_s=0.05, retry=RetryPolicy(max_retries=0)))
        await kit.dispatcher.ended("t")
        await kit.dispatcher.close(0)

    asyncio.run(main())

    assert kit.ends == [("error", 1)]


def test_in_real_time_a_handler_that_waits_has_its_time_limit_all_the_same():
    async def hangs(event, context):
        await asyncio.Event().wait()

    async def rests(event, context):
        await context.sleep(0.001)

    kit = Kit(clock=RealClock())
    once = RetryPolicy(max_retries=0)

    async def main():
        kit.accept(component(hangs, "hangs", timeout_s=0.02, retry=once))
        kit.accept(component(rests, "rests", timeout_s=5, retry=once))
        kit.accept(component(failing(0), "returns", timeout_s=5, retry=once))
        await kit.dispatcher.ended("t")
        await kit.dispatcher.close(0)

    asyncio.run(main())

    ends = {end.facts.component: (end.status, end.error_type) for end in kit.of(DeliveryEnded)}
    assert ends == {
        "hangs": ("error", "Sandbox.Timedout"),
        "rests": ("success", None),
        "returns": ("success", None),
    }


def test_a_component_that_crashes_loses_its_attempts_and_begins_none_until_it_is_up():
    async def slow(event, context):
        await context.sleep(20)

    kit = Kit()
    spec, other = component(slow), component(slow, "D")

    async def main():
        for each in (spec, spec, other):
            kit.accept(each)
        await kit.clock.advance(10)
        kit.dispatcher.crash("C", 25, "f")
        kit.accept(spec)
        await kit.clock.settle()
        await kit.dispatcher.close(0)

    asyncio.run(main())

    [crashed] = kit.of(ComponentCrashed)
    assert (crashed.component, crashed.fault) == ("C", "f")
    assert crashed.restart_ns - crashed.at_ns == 25_000_000_000
    assert kit.at(AttemptFailed) == [10, 10]
    assert {(failed.error.type, failed.error.fault) for failed in kit.of(AttemptFailed)} == {
        ("Runtime.ExitError", "f")
    }
    assert kit.at(AttemptStarted) == [0, 0, 0, 35, 35, 35]
    assert sorted(kit.at(DeliveryEnded)) == [20, 55, 55, 55]


def test_what_waits_for_room_waits_for_the_restart_too():
    async def slow(event, context):
        await context.sleep(20)

    kit = Kit()

    async def main():
        for _ in range(3):
            kit.accept(component(slow, concurrency=1))
        await kit.clock.advance(10)
        kit.dispatcher.crash("C", 5)
        kit.dispatcher.crash("C", 2)  # down already, and for longer
        await kit.clock.settle()

    asyncio.run(main())

    assert kit.at(AttemptStarted) == [0, 15, 35, 55]
    assert kit.at(DeliveryEnded) == [35, 55, 75]


def test_blocking_handlers_that_wait_for_their_turn_wait_for_the_restart():
    kit = Kit()
    crashed = []

    def crashes(event, context):
        if not crashed:
            crashed.append(1)
            context.clock.call_soon(lambda: kit.dispatcher.crash("Other", 20))

    def other(event, context):
        pass

    async def main():
        loop = asyncio.get_running_loop()
        kit.clock.call_soon = loop.call_soon_threadsafe
        kit.accept(component(crashes, "Crashes"))
        kit.accept(component(other, "Other"))
        await kit.clock.settle()

    asyncio.run(main())

    assert kit.at(AttemptStarted) == [0, 20]
    assert kit.dispatcher.live == 0


def test_a_restart_at_once_is_a_crash_all_the_same():
    async def slow(event, context):
        await context.sleep(20)

    kit = Kit()

    async def main():
        kit.accept(component(slow))
        await kit.clock.advance(10)
        kit.dispatcher.crash("C", 0)
        await kit.clock.settle()

    asyncio.run(main())

    assert kit.at(AttemptStarted) == [0, 10]
    assert kit.ends == [("success", 2)]
