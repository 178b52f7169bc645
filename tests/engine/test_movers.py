"""Who moves under virtual time: work that sleeps in tasks of its own, and what errors call it."""

from __future__ import annotations

import asyncio
from functools import partial

from appsync_emu.engine.clock import START_NS, ManualClock
from appsync_emu.engine.movers import MOVER, ManualTimer, Mover, pause

NS = 1_000_000_000


def run(test):
    async def guarded():
        clock = ManualClock()
        result = await test(clock)
        await pause()
        assert not clock._moving
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return result

    return asyncio.run(guarded())


def after(clock: ManualClock, seconds: float) -> int:
    return START_NS + round(seconds * NS)


def passed(clock: ManualClock) -> float:
    return (clock.now_ns() - START_NS) / NS


def test_a_task_may_sleep_in_several_tasks_of_its_own():
    async def test(clock):
        seen = []

        async def nap(seconds):
            await clock.sleep(seconds)
            seen.append(passed(clock))

        async def parent():
            await asyncio.gather(nap(3), nap(1), nap(2))
            seen.append("parent")
            await clock.sleep(1)
            seen.append(passed(clock))

        clock.spawn(parent())
        await clock.settle()
        return seen

    assert run(test) == [1, 2, 3, "parent", 4]


def test_a_child_that_is_awake_holds_the_time():
    async def test(clock):
        seen = []

        async def works():
            await clock.sleep(1)
            for _ in range(20):
                await pause()
            seen.append(passed(clock))

        async def parent():
            await asyncio.gather(works(), clock.sleep(2))

        clock.spawn(parent())
        await clock.settle()
        return seen, passed(clock)

    assert run(test) == ([1], 2)


def test_a_child_that_outlives_its_parent_does_not_stop_the_time():
    """A handler may start a task and return: nobody waits for it, and nobody hangs."""

    async def test(clock):
        seen, children = [], []

        async def child():
            await clock.sleep(5)
            seen.append(passed(clock))

        async def parent():
            children.append(asyncio.ensure_future(child()))
            await clock.sleep(1)

        clock.spawn(parent())
        clock.call_at(after(clock, 10), lambda: None)
        await clock.settle()
        return seen, passed(clock)

    assert run(test) == ([5], 10)


def test_children_end_with_their_parent():
    async def test(clock):
        ended = []

        async def child(number):
            try:
                await clock.sleep(100 + number)
            finally:
                ended.append((number, passed(clock)))

        async def parent():
            await asyncio.gather(*map(child, range(3)))

        task = clock.spawn(parent())
        clock.call_at(after(clock, 7), task.cancel)
        await clock.settle()
        assert task.cancelled()
        return ended, passed(clock)

    assert run(test) == ([(0, 7), (1, 7), (2, 7)], 7)


def test_children_that_sleep_often_leave_nothing_behind():
    async def test(clock):
        movers = []

        async def child():
            movers.append(MOVER.get())
            for _ in range(100):
                await clock.sleep(1)
                task = asyncio.current_task()
                assert task is not None
                assert len(task._callbacks) < 5

        async def parent():
            await asyncio.gather(child())

        clock.spawn(parent())
        await clock.settle()
        return len(movers[0]._awake), movers[0]._asleep

    assert run(test) == (0, {})


def test_a_parent_may_sleep_beside_its_children():
    async def test(clock):
        seen = []

        async def child(seconds):
            await clock.sleep(seconds)
            seen.append((seconds, passed(clock)))

        async def parent():
            children = [asyncio.ensure_future(child(seconds)) for seconds in (1, 3)]
            await clock.sleep(2)
            seen.append(("parent", passed(clock)))
            await asyncio.gather(*children)

        clock.spawn(parent())
        await clock.settle()
        return seen

    assert run(test) == [(1, 1), ("parent", 2), (3, 3)]


def test_work_within_work_has_a_mover_of_its_own():
    async def test(clock):
        movers = []

        async def inner():
            movers.append(MOVER.get())
            await clock.sleep(1)

        async def outer():
            movers.append(MOVER.get())
            clock.spawn(inner())
            await clock.sleep(2)
            assert MOVER.get() is movers[0]

        clock.spawn(outer())
        await clock.settle()
        assert MOVER.get() is None
        return len(set(movers)), passed(clock)

    assert run(test) == (2, 2)


def test_who_waits_for_what_has_happened_does_not_rest():
    async def test(clock):
        woken = asyncio.get_running_loop().create_future()
        woken.set_result(None)

        async def work():
            mover = MOVER.get()
            assert mover is not None
            await mover.wait(woken)
            assert mover in clock._moving

        task = clock.spawn(work())
        await clock.settle()
        task.result()

    run(test)


def test_labels():
    async def test(clock):
        async def work():
            await clock.sleep(1)

        named, unnamed = clock.spawn(work(), name="Orders"), clock.spawn(work())
        await pause()
        await pause()
        labels = [timer.label for _, _, timer in sorted(clock._queue)]
        assert labels == ["Orders", "test_labels.<locals>.test.<locals>.work"]
        await clock.settle()
        await asyncio.gather(named, unnamed)

    run(test)
    assert Mover(ManualClock()).label == "a task"


def test_a_timer_is_called_by_its_callback():
    timer = ManualTimer(ManualClock(), test_labels, False, None)
    assert timer.label == "test_labels"
    timer.callback = partial(test_labels)
    assert timer.label.startswith("functools.partial(<function test_labels")
