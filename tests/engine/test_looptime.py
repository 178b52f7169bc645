"""Virtual time for what handlers ask of their loop, and for nobody else on it."""

from __future__ import annotations

import asyncio
import contextvars
import math
import time

import anyio
import pytest
import tenacity
from engine.handled import World, run

from appsync_emu.engine.clock import START_NS
from appsync_emu.engine.looptime import LoopTimer, Moment, adoptable, loop_time, user
from appsync_emu.engine.movers import pause

NS = 1_000_000_000


def takes(handler):
    """The virtual seconds that a handler takes, and what it returned."""

    async def test(world):
        (result,) = await world.results(handler)
        return world.passed, result

    return run(test)


# What handlers wait with.


async def sleep(event, context):
    await asyncio.sleep(60)
    return 60


async def gather(event, context):
    await asyncio.gather(asyncio.sleep(3), context.sleep(9), asyncio.sleep(7))
    return 9


async def task_group(event, context):
    async with asyncio.TaskGroup() as group:
        for seconds in range(5):
            group.create_task(asyncio.sleep(seconds))
    return 4


async def time_out(event, context):
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(5):
            await asyncio.sleep(100)
    return 5


async def time_out_of_nothing(event, context):
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(5):
            await asyncio.get_running_loop().create_future()
    return 5


async def time_out_at(event, context):
    """A plain number, as who computes with the loop's time may have."""
    with pytest.raises(TimeoutError):
        async with asyncio.timeout_at(float(asyncio.get_running_loop().time()) + 0.1234567):
            await asyncio.sleep(100)
    return 0.123457


async def wait_for(event, context):
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.sleep(100), 5)
    return 5


async def wait(event, context):
    task = asyncio.create_task(asyncio.sleep(9))
    done, pending = await asyncio.wait([task], timeout=5)
    assert (done, pending) == (set(), {task})
    await task
    return 9


async def queue(event, context):
    things = asyncio.Queue(1)

    async def put():
        for number in range(4):
            await asyncio.sleep(2)
            await things.put(number)

    task = asyncio.create_task(put())
    assert [await things.get() for _ in range(4)] == [0, 1, 2, 3]
    await task
    return 8


async def anyio_too(event, context):
    with anyio.move_on_after(5) as scope:
        await anyio.sleep(100)
    assert scope.cancelled_caught
    async with anyio.create_task_group() as group:
        group.start_soon(anyio.sleep, 10)
        group.start_soon(anyio.sleep, 11)
    return 16


async def back_off(event, context):
    async for attempt in tenacity.AsyncRetrying(wait=tenacity.wait_exponential(min=4)):
        with attempt:
            assert attempt.retry_state.attempt_number == 5
    return 4 + 4 + 4 + 8


async def timers(event, context):
    loop, order = asyncio.get_running_loop(), []
    for number in range(50):
        loop.call_later(60, order.append, number)
    early = loop.call_at(loop.time() + 1, order.append, "early")
    assert isinstance(early, asyncio.TimerHandle)
    assert early.when() == pytest.approx(loop.time() + 1)
    cancelled = loop.call_later(2, order.append, "cancelled")
    cancelled.cancel()
    cancelled.cancel()
    assert cancelled.cancelled()
    never = loop.call_later(math.inf, order.append, "never")
    await asyncio.sleep(61)
    never.cancel()
    assert order == ["early", *range(50)]
    return 61


async def long_from_now(event, context):
    """``anyio`` and others say "never" with a very late time."""
    loop = asyncio.get_running_loop()
    late = loop.call_at(loop.time() + 1e12, pytest.fail)
    loop.call_later(1e12, pytest.fail)
    await asyncio.sleep(2)
    late.cancel()
    return 2


@pytest.mark.parametrize(
    "handler",
    [
        sleep,
        gather,
        task_group,
        time_out,
        time_out_of_nothing,
        time_out_at,
        wait_for,
        wait,
        queue,
        anyio_too,
        back_off,
        timers,
        long_from_now,
    ],
)
def test_what_a_handler_waits_with_takes_virtual_time(handler):
    passed, wanted = takes(handler)
    assert passed == pytest.approx(wanted, abs=1e-6)


def test_at_a_tie_the_time_out_that_was_set_first_comes_first():
    async def handler(event, context):
        async with asyncio.timeout(5):
            await asyncio.sleep(5)

    async def test(world):
        with pytest.raises(TimeoutError):
            await world.results(handler)

    run(test)


def test_threads_hold_the_time():
    async def to_thread(event, context):
        async with asyncio.timeout(0.01):
            await asyncio.to_thread(time.sleep, 0.03)

    async def gathered(event, context):
        executed = asyncio.get_running_loop().run_in_executor(None, time.sleep, 0.03)
        async with asyncio.timeout(0.01):
            await asyncio.gather(executed, asyncio.sleep(0))

    async def anyio_thread(event, context):
        with anyio.fail_after(0.01):
            await anyio.to_thread.run_sync(time.sleep, 0.03)

    async def test(world):
        await world.results(to_thread, gathered, anyio_thread)
        return world.passed

    assert run(test) == 0


def test_a_thread_may_sleep_virtually():
    async def handler(event, context):
        await asyncio.to_thread(context.sleep, 60)

    async def test(world):
        await world.results(handler)
        return world.passed

    assert run(test) == 60


def test_a_handler_that_returns_a_coroutine():
    def handler(event, context):
        return asyncio.sleep(60)

    assert takes(handler) == (60, None)


# Everybody else.


def test_the_test_s_own_time_is_real():
    async def test(world):
        loop = asyncio.get_running_loop()
        task = world.spawn(sleep)
        await pause()
        assert "time" in vars(loop)
        assert not isinstance(loop.time(), Moment)
        begun = time.perf_counter()
        await asyncio.sleep(0.01)
        await asyncio.wait_for(asyncio.create_task(asyncio.sleep(0.01)), 1)
        assert time.perf_counter() - begun > 0.015
        fired = []
        loop.call_at(loop.time() + 0.001, fired.append, 1)
        await asyncio.to_thread(time.sleep, 0.01)
        await pause()
        assert fired == [1]
        assert world.passed == 0
        await world.clock.settle()
        await task
        return world.passed

    assert run(test) == 60


def test_what_a_handler_asks_of_the_engine_is_not_the_handler_s():
    async def handler(event, context):
        assert user() is not None
        context.emit("Placed")
        assert user() is not None

    async def test(world):
        await world.results(handler)
        assert user() is None
        return world.desk.seen

    assert run(test) == [None]


def test_a_task_with_a_context_of_its_own_is_not_the_handler_s():
    async def handler(event, context):
        begun = time.perf_counter()
        await asyncio.create_task(asyncio.sleep(0.01), context=contextvars.Context())
        assert time.perf_counter() - begun > 0.005
        await asyncio.create_task(asyncio.sleep(5), context=contextvars.copy_context())

    async def test(world):
        await world.results(handler)
        return world.passed

    assert run(test) == 5


def test_time_goes_on_where_the_loop_s_own_has_got_to():
    async def test(world):
        loop = asyncio.get_running_loop()

        async def handler(event, context):
            first = loop.time()
            await asyncio.sleep(60)
            return first, loop.time()

        before = loop.time()
        ((first, last),) = await world.results(handler)
        assert 0 <= first - before < 1
        assert last - first == 60

    run(test)


def test_several_clocks_on_one_loop():
    async def test(one):
        two = World()
        await asyncio.gather(one.results(sleep), two.results(wait))
        return one.passed, two.passed

    assert run(test) == (60, 9)


def test_one_clock_on_one_loop_after_another():
    world = World()

    async def main():
        await world.results(sleep)

    asyncio.run(main())
    asyncio.run(main())
    assert world.passed == 120


# What is left behind.


def test_what_a_handler_leaves_behind_keeps_nobody_waiting():
    """AWS Lambda: the environment is frozen when the handler has returned."""

    async def test(world):
        rounds, left = [], []

        async def poll():
            while True:
                await asyncio.sleep(1)
                rounds.append(world.passed)

        async def handler(event, context):
            left.append(asyncio.create_task(poll()))
            asyncio.get_running_loop().call_later(1000, pytest.fail)
            await asyncio.sleep(2.5)

        await world.results(handler)
        assert world.passed == 2.5
        await world.clock.advance(1)
        left[0].cancel()
        return rounds

    assert run(test) == [1, 2, 3]


def test_a_handler_that_is_cancelled_leaves_no_timer():
    async def test(world):
        task = world.spawn(sleep)
        world.clock.call_at(START_NS + 5 * NS, task.cancel)
        await world.clock.settle()
        assert task.cancelled()
        return world.passed

    assert run(test) == 5


# Adoption.


def test_methods_that_others_had_replaced_come_back():
    async def main():
        loop = asyncio.get_running_loop()
        real, asked = loop.time, []

        def mine():
            asked.append(1)
            return real()

        loop.time = mine
        world = World()
        await world.results(sleep)
        await pause()
        assert loop.time is mine
        assert asked
        del loop.time
        await world.results(sleep)
        await pause()
        assert "time" not in vars(loop)

    asyncio.run(main())


def test_uvloop_cannot_be_adopted():
    uvloop = pytest.importorskip("uvloop")

    async def main():
        loop = asyncio.get_running_loop()
        assert not adoptable(loop)
        assert loop_time(loop) is None
        world = World()

        async def handler(event, context):
            await context.sleep(60)
            await asyncio.sleep(0.01)  # real

        await world.results(handler)
        return world.passed

    assert uvloop.run(main()) == 60


def test_work_in_real_time_of_an_adopted_loop():
    async def main():
        adopted = loop_time(asyncio.get_running_loop())
        assert adopted is loop_time(asyncio.get_running_loop())
        fired = asyncio.get_running_loop().create_future()
        adopted.later(0.001, lambda: fired.set_result(None))
        await fired

    asyncio.run(main())


# Moments.


def test_moments_are_exact():
    start = Moment(1234.5, 7 * NS)
    later = start + 0.1 + 0.2
    assert later.ns == 7 * NS + 300_000_000
    assert (0.5 + start).ns == 7_500_000_000
    assert later - start == 0.3
    assert start - 0.5 == 1234.0
    assert start + math.inf == math.inf
    assert start < later <= start + 0.3 <= later
    assert later > start
    assert later >= start + 0.3
    assert not later < start
    assert start < math.inf
    assert start <= math.inf
    assert not start > math.inf
    assert start > 1234.4
    assert start >= 1234.5
    assert isinstance(start, float)
    assert hash(start) == hash(1234.5)


def test_timers_are_told_apart():
    async def test(world):
        seen = []

        async def handler(event, context):
            loop = asyncio.get_running_loop()
            when = loop.time() + 1
            seen.extend((loop.call_at(when, list), loop.call_at(when, list)))
            await asyncio.sleep(2)

        await world.results(handler)
        assert all(isinstance(timer, LoopTimer) for timer in seen)
        return len(set(seen))

    assert run(test) == 2
