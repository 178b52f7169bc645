"""What tasks wait for, and how long virtual time waits for them."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
import time
from types import SimpleNamespace

import pytest
from engine.handled import run

from appsync_emu.engine.awaiting import (
    Awaited,
    awaited,
    connections_open,
    others_may_work,
    waits,
)
from appsync_emu.engine.movers import pause


async def told(work, *known):
    """What a task that runs ``work`` waits for."""
    task = asyncio.ensure_future(work)
    for _ in range(3):
        await pause()
    assert waits(task)
    try:
        return awaited(task, set(), set(known))
    finally:
        task.cancel()
        await asyncio.wait([task])


def test_what_tasks_wait_for():
    async def test():
        loop = asyncio.get_running_loop()
        lock, event, things = asyncio.Lock(), asyncio.Event(), asyncio.Queue()
        semaphore, future = asyncio.Semaphore(0), loop.create_future()
        child = asyncio.create_task(event.wait())
        await lock.acquire()

        async def group():
            async with asyncio.TaskGroup() as group:
                group.create_task(event.wait())

        async def generator():
            yield await future

        async def generated():
            return [found async for found in generator()]

        assert await told(lock.acquire()) is Awaited.TASK
        assert await told(semaphore.acquire()) is Awaited.TASK
        assert await told(event.wait()) is Awaited.SIGNAL
        assert await told(things.get()) is Awaited.SIGNAL
        assert await told(group()) is Awaited.TIME
        assert await told(asyncio.wait([child]), child) is Awaited.TIME
        assert await told(asyncio.wait([child])) is Awaited.OUTSIDE
        assert await told(asyncio.wait([future], timeout=9)) is Awaited.OUTSIDE
        assert await told(generated()) is Awaited.OUTSIDE

        future = loop.create_future()

        async def gathered():
            await asyncio.gather(child, future)

        assert await told(gathered(), child, future) is Awaited.TIME
        assert future.cancelled()

    asyncio.run(test())


def test_whoever_waits_for_an_executor_waits_for_a_thread():
    async def test():
        over = threading.Event()
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            executed = asyncio.wrap_future(pool.submit(over.wait))

            async def wait():
                await asyncio.shield(executed)

            async def direct():
                await executed

            assert await told(wait()) is Awaited.OUTSIDE
            task = asyncio.create_task(direct())
            await pause()
            assert awaited(task, set(), set()) is Awaited.THREAD
            over.set()
            await task

    asyncio.run(test())


def test_a_task_that_does_not_tell_is_taken_to_wait():
    """``_fut_waiter`` is asyncio's own affair; another kind of task may have none."""
    assert waits(object())  # type: ignore[arg-type]  # that is the point


async def served(delay_s):
    """A server that answers a line after so many real seconds."""

    async def serve(reader, writer):
        try:
            await reader.readline()
            await asyncio.sleep(delay_s)
            writer.write(b"here\n")
            await writer.drain()
        finally:
            writer.close()

    return await asyncio.start_server(serve, "127.0.0.1", 0)


def test_connections_are_those_that_may_bring_something():
    async def test():
        loop = asyncio.get_running_loop()
        assert not connections_open(loop)
        server = await served(0)
        assert not connections_open(loop)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        assert connections_open(loop)
        writer.write(b"\n")
        assert await reader.readline() == b"here\n"
        writer.close()
        server.close()
        await server.wait_closed()
        for _ in range(5):
            await pause()
        assert not connections_open(loop)

    asyncio.run(test())
    windows = SimpleNamespace(_selector=SimpleNamespace(_cache={1: "itself"}))
    assert not connections_open(windows)  # type: ignore[arg-type]  # as its loop looks
    windows._selector._cache[2] = "a connection"
    assert connections_open(windows)  # type: ignore[arg-type]  # the same


@pytest.mark.parametrize(("delay_s", "wanted"), [(0.05, b"here\n"), (3, "late")])
def test_a_time_out_around_a_connection_strikes_no_sooner_than_in_real_time(delay_s, wanted):
    async def test(world):
        server = await served(delay_s)

        async def handler(event, context):
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            writer.write(b"\n")
            try:
                async with asyncio.timeout(0.2):
                    return await reader.readline()
            except TimeoutError:
                return "late"
            finally:
                writer.close()

        async def sleeper(event, context):
            await asyncio.sleep(60)

        begun = time.perf_counter()
        found, _ = await world.results(handler, sleeper)
        assert (time.perf_counter() - begun >= 0.19) == (found == "late")
        server.close()
        assert world.passed == 60
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        return found

    assert run(test) == wanted


def test_a_future_that_another_thread_sets_has_a_grace():
    def sets(loop, future):
        time.sleep(0.005)
        loop.call_soon_threadsafe(future.set_result, "set")

    async def handler(event, context):
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        threading.Thread(target=sets, args=(loop, future)).start()
        assert others_may_work()
        async with asyncio.timeout(0.001):
            return await future

    async def test(world):
        return await world.results(handler)

    assert run(test) == ["set"]


def test_who_holds_a_semaphore_may_sleep():
    """Handlers of a module often share one."""

    async def test(world):
        semaphore, ended = asyncio.Semaphore(1), []

        async def handler(event, context):
            async with semaphore:
                await asyncio.sleep(5)
                await pause()
            ended.append(world.passed)

        await world.results(*[handler] * 4)
        return ended

    assert run(test) == [5, 10, 15, 20]


def test_a_signal_for_which_nobody_is_left_hangs(caplog):
    """Perhaps the test itself will give it: time stands until it has had some of it."""

    async def test(world):
        event = asyncio.Event()

        async def handler(handed, context):
            await event.wait()
            await asyncio.sleep(5)

        task = world.spawn(handler)
        settled = asyncio.create_task(world.clock.settle())
        await asyncio.sleep(0.02)
        assert not settled.done()
        event.set()
        await settled
        await task
        return world.passed

    assert run(test) == 5
    assert not caplog.records


def test_who_wakes_after_time_went_on_without_it_holds_the_time_again():
    async def test(world):
        future = asyncio.get_running_loop().create_future()
        seen = []

        async def handler(event, context):
            await future
            for _ in range(20):
                await pause()
            seen.append(world.passed)

        async def other(event, context):
            await asyncio.sleep(1)
            future.set_result(None)
            await asyncio.sleep(1)

        await world.results(handler, other)
        return seen

    assert run(test, hang_s=0.02) == [1]
