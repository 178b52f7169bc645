"""Where time passes: order, limits, and nothing that moves while time does."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime

import pytest

from appsync_emu.engine import clock as clocks
from appsync_emu.engine.clock import START_NS, ManualClock, RealClock
from appsync_emu.engine.movers import pause
from appsync_emu.errors import LivenessError, UsageError

NS = 1_000_000_000


def run(test, **options):
    """Run ``test(clock)`` on a new loop; no task of its own may be left behind."""

    async def guarded():
        clock = ManualClock(**options)
        result = await test(clock)
        await pause()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        assert not left, left
        return result

    return asyncio.run(guarded())


def after(clock: ManualClock, seconds: float) -> int:
    return START_NS + round(seconds * NS)


def passed(clock: ManualClock) -> float:
    return (clock.now_ns() - START_NS) / NS


# Timers.


def test_equal_deadlines_keep_their_order():
    """asyncio's own timers do not promise it: its heap compares deadlines alone."""

    async def test(clock):
        fired = []
        for number in range(200):
            clock.call_at(after(clock, 60), lambda number=number: fired.append(number))
        await clock.advance(60)
        return fired

    assert run(test) == list(range(200))


def test_earlier_deadlines_come_first():
    async def test(clock):
        fired = []
        for seconds in (3, 1, 2):
            clock.call_at(after(clock, seconds), lambda s=seconds: fired.append((s, passed(clock))))
        await clock.advance(10)
        return fired, passed(clock)

    assert run(test) == ([(1, 1), (2, 2), (3, 3)], 10)


def test_advance_includes_its_target_and_nothing_beyond():
    async def test(clock):
        fired = []
        clock.call_at(after(clock, 5), lambda: fired.append("at"))
        clock.call_at(after(clock, 5) + 1, lambda: fired.append("beyond"))
        await clock.advance(5)
        at_five = list(fired)
        await clock.advance(1)
        return at_five, fired

    assert run(test) == (["at"], ["at", "beyond"])


def test_timers_that_are_set_on_the_way_fire_too():
    async def test(clock):
        fired = []

        def again():
            fired.append(passed(clock))
            clock.call_at(clock.now_ns() + 2 * NS, again)

        clock.call_at(after(clock, 1), again)
        await clock.advance(5)
        return fired

    assert run(test) == [1, 3, 5]


def test_what_is_past_is_due_at_the_next_move():
    async def test(clock):
        fired = []
        clock.call_at(0, lambda: fired.append(passed(clock)))
        before = list(fired)
        await clock.advance(0)
        return before, fired

    assert run(test) == ([], [0])


def test_time_does_not_go_back():
    async def test(clock):
        with pytest.raises(UsageError, match=r"time does not go back: advance\(-1\) is negative"):
            await clock.advance(-1)
        await asyncio.gather(clock.advance(10), clock.advance(5))
        return passed(clock)

    assert run(test) == 10


def test_a_cancelled_timer_is_forgotten():
    async def test(clock):
        fired = []
        timer = clock.call_at(after(clock, 1), lambda: fired.append("x"))
        timer.cancel()
        timer.cancel()
        await clock.settle()
        assert passed(clock) == 0
        await clock.advance(2)
        timer.cancel()
        return fired

    assert run(test) == []


def test_a_timer_may_be_cancelled_while_and_after_it_fires():
    async def test(clock):
        def cancel():
            timer.cancel()

        timer = clock.call_at(after(clock, 1), cancel)
        other = clock.call_at(after(clock, 2), lambda: None)
        await clock.advance(1)
        timer.cancel()
        await clock.settle()
        other.cancel()
        await clock.settle()
        return passed(clock)

    assert run(test) == 2


def test_cancelled_timers_do_not_pile_up():
    async def test(clock):
        fired = []
        for number in range(10_000):
            clock.call_at(after(clock, 3_600), lambda: None).cancel()
            if number % 100 == 0:
                clock.call_at(after(clock, number), lambda n=number: fired.append(n))
        assert len(clock._queue) < 400
        await clock.settle()
        return fired

    assert run(test) == list(range(0, 10_000, 100))


def test_the_time_is_a_moment_in_utc():
    clock = ManualClock(START_NS + 1_500_000)
    assert clock.now() == datetime(2030, 1, 1, 0, 0, 0, 1_500, tzinfo=UTC)
    assert clock.virtual


# Settling.


def test_settle_stops_at_the_last_thing_that_happens():
    async def test(clock):
        task = clock.spawn(clock.sleep(90))
        clock.call_at(after(clock, 30), lambda: None)
        await clock.settle()
        assert task.done()
        return passed(clock)

    assert run(test) == 90


def test_periodic_timers_never_keep_settle_busy():
    async def test(clock):
        beats = []

        def beat():
            beats.append(passed(clock))
            clock.call_at(clock.now_ns() + 60 * NS, beat, periodic=True)

        clock.call_at(after(clock, 60), beat, periodic=True)
        await clock.settle()
        assert beats == []
        clock.call_at(after(clock, 150), lambda: None)
        await clock.settle()
        return beats, passed(clock)

    assert run(test) == ([60, 120], 150)


def test_a_clock_is_still_when_nothing_moves_and_nothing_is_due():
    async def test(clock):
        assert clock.still
        clock.call_at(after(clock, 1), lambda: None, periodic=True)
        assert clock.still
        task = clock.spawn(clock.sleep(5))
        moving = clock.still
        await clock.advance(1)
        sleeping = clock.still
        await clock.settle()
        assert task.done()
        return moving, sleeping, clock.still

    assert run(test) == (False, False, True)


def test_settle_gives_up_and_says_what_is_due():
    async def test(clock):
        clock.call_at(after(clock, 61), _due_later)
        with pytest.raises(LivenessError) as raised:
            await clock.settle(60)
        assert "still due after 60 s of virtual time (at 2030-01-01T00:01:00.000Z)" in str(
            raised.value
        )
        assert "_due_later (1)" in str(raised.value)

    run(test)


def _due_later():
    """A callback whose name is to be found in an error."""


def test_a_million_wake_ups_name_the_busiest(monkeypatch):
    """The busiest is who woke most often, not who waits in numbers."""
    monkeypatch.setattr(clocks, "WAKE_UPS_MAX", 2_000)

    async def test(clock):
        async def restless():
            while True:
                await clock.sleep(0)

        for _ in range(50):
            clock.call_at(after(clock, 3_600), _due_later)
        task = clock.spawn(restless())
        with pytest.raises(LivenessError) as raised:
            await clock.advance(1)
        task.cancel()
        await asyncio.wait([task])
        assert "2,000 wake-ups did not get to 2030-01-01T00:00:01.000Z" in str(raised.value)
        assert "the busiest: test_a_million_wake_ups_name_the_busiest" in str(raised.value)
        assert "restless" in str(raised.value)

    run(test)


def test_tasks_are_called_by_their_names(monkeypatch):
    monkeypatch.setattr(clocks, "WAKE_UPS_MAX", 100)

    async def test(clock):
        async def restless():
            while True:
                await clock.sleep(0)

        task = clock.spawn(restless(), name="Orders of trace t-1")
        with pytest.raises(LivenessError, match=r"the busiest: Orders of trace t-1 \(\d+\)"):
            await clock.settle()
        task.cancel()
        await asyncio.wait([task])

    run(test)


# Sleepers.


def test_a_thousand_sleepers_wake_in_order_every_time():
    async def test(clock):
        woken = []

        async def sleeper(number):
            for nap in range(3):
                await clock.sleep((number * 37 + nap * 11) % 60)
            woken.append((number, passed(clock)))

        tasks = [clock.spawn(sleeper(number)) for number in range(1_000)]
        await clock.settle()
        assert all(task.done() for task in tasks)
        assert not clock._queue
        assert not clock._moving
        return woken

    first = run(test)
    assert first == run(test)
    assert first == sorted(first, key=lambda pair: pair[1])
    assert len(first) == 1_000


def test_equal_sleeps_wake_in_the_order_in_which_they_began():
    async def test(clock):
        woken = []

        async def sleeper(number):
            await clock.sleep(60)
            woken.append(number)

        for number in range(200):
            clock.spawn(sleeper(number))
        await clock.settle()
        return woken

    assert run(test) == list(range(200))


def test_time_stands_still_while_somebody_moves():
    """The waker marks the sleeper as moving before it resumes it: no timer slips through."""

    async def test(clock):
        seen = []

        async def busy():
            await clock.sleep(1)
            for _ in range(20):
                await pause()
            seen.append(passed(clock))

        clock.spawn(busy())
        clock.call_at(after(clock, 1) + 1, lambda: seen.append("timer"))
        await clock.settle()
        return seen

    assert run(test) == [1, "timer"]


def test_a_cancelled_sleeper_leaves_the_heap_and_moves_again():
    async def test(clock):
        at_end = []

        async def sleeper():
            try:
                await clock.sleep(3_600)
            finally:
                for _ in range(5):
                    await pause()
                at_end.append(passed(clock))

        task = clock.spawn(sleeper())
        clock.call_at(after(clock, 10), task.cancel)
        clock.call_at(after(clock, 11), lambda: None)
        await clock.settle()
        assert task.cancelled()
        assert not clock._moving
        return at_end, passed(clock)

    assert run(test) == ([10], 11)


def test_a_sleeper_that_is_woken_and_cancelled_at_once():
    async def test(clock):
        task = clock.spawn(clock.sleep(1))
        clock.call_at(after(clock, 1), task.cancel)
        await clock.settle()
        assert task.done()
        assert not clock._moving

    run(test)


def test_somebody_from_outside_may_sleep_too():
    async def test(clock):
        outside = asyncio.ensure_future(clock.sleep(5))
        await clock.advance(5)
        await outside
        cancelled = asyncio.ensure_future(clock.sleep(5))
        await pause()
        cancelled.cancel()
        await clock.settle()
        assert cancelled.cancelled()
        return passed(clock)

    assert run(test) == 5


def test_no_sleep_is_negative():
    async def test(clock):
        clock.spawn(clock.sleep(-5))
        await clock.settle()
        return passed(clock)

    assert run(test) == 0


def test_a_task_that_fails_no_longer_moves():
    async def test(clock):
        async def failing():
            await clock.sleep(1)
            raise ValueError("no")

        task = clock.spawn(failing())
        await clock.settle()
        with pytest.raises(ValueError, match="no"):
            await task
        assert not clock._moving

    run(test)


# Turns.


def test_turns_are_taken_one_at_a_time_in_order():
    async def test(clock):
        seen, inside = [], []

        async def taking(number):
            async with clock.turn():
                inside.append(number)
                assert clock.taken
                for _ in range(number % 3 + 1):
                    await pause()
                assert inside == [number]
                inside.remove(number)
                seen.append(number)

        for number in range(20):
            clock.spawn(taking(number))
        await clock.settle()
        assert not clock.taken
        return seen

    assert run(test) == list(range(20))


def test_a_turn_waits_for_whoever_is_moving():
    async def test(clock):
        seen = []

        async def taking():
            async with clock.turn():
                seen.append("turn")

        async def moving():
            for _ in range(10):
                await pause()
            seen.append("moved")

        clock.spawn(taking())
        clock.spawn(moving())
        await clock.settle()
        return seen

    assert run(test) == ["moved", "turn"]


def test_who_sleeps_in_a_turn_lets_the_next_one_go():
    async def test(clock):
        seen = []

        async def taking(number):
            async with clock.turn():
                seen.append((number, passed(clock)))
                await clock.sleep(5)
                seen.append((number, passed(clock)))

        for number in range(3):
            clock.spawn(taking(number))
        await clock.settle()
        assert not clock.taken
        return seen

    assert run(test) == [(0, 0), (1, 0), (2, 0), (0, 5), (1, 5), (2, 5)]


def test_who_is_cancelled_while_queueing_takes_no_turn():
    async def test(clock):
        seen = []

        async def first():
            async with clock.turn():
                waiting.cancel()
                for _ in range(5):
                    await pause()
                seen.append("first")

        async def never():
            async with clock.turn():
                seen.append("never")

        async def last():
            async with clock.turn():
                seen.append("last")

        clock.spawn(first())
        waiting = clock.spawn(never())
        clock.spawn(last())
        await clock.settle()
        assert waiting.cancelled()
        assert not clock.taken
        return seen

    assert run(test) == ["first", "last"]


def test_whoever_fails_in_a_turn_gives_it_back():
    async def test(clock):
        async def failing():
            async with clock.turn():
                raise ValueError("no")

        task = clock.spawn(failing())
        await clock.settle()
        assert isinstance(task.exception(), ValueError)
        assert not clock.taken

    run(test)


def test_somebody_from_outside_needs_no_turn():
    async def test(clock):
        async with clock.turn():
            assert not clock.taken

    run(test)


# Work that hangs.


def test_time_goes_on_without_what_hangs(caplog):
    async def test(clock):
        never = asyncio.get_running_loop().create_future()

        async def hanging():
            await never

        task = clock.spawn(hanging(), name="Orders")
        clock.call_at(after(clock, 60), lambda: None)
        with caplog.at_level(logging.WARNING):
            await clock.settle()
        assert passed(clock) == 60
        assert not task.done()
        never.set_result(None)
        await task

    run(test, hang_s=0.05)
    assert "Orders has neither ended nor slept for 0.05 real seconds" in caplog.text
    assert len(caplog.records) == 1


def test_many_that_each_take_a_little_do_not_hang(caplog):
    """A queue of turns may take long in real time, as long as it gets on."""

    async def test(clock):
        done = []

        async def working():
            async with clock.turn():
                await RealClock().sleep(0.01)
                done.append(passed(clock))

        for _ in range(15):
            clock.spawn(working())
        clock.call_at(after(clock, 60), lambda: done.append("timer"))
        await clock.settle()
        return done

    assert run(test, hang_s=0.05) == [0] * 15 + ["timer"]
    assert not caplog.records


def test_the_turn_of_what_hangs_goes_on(caplog):
    async def test(clock):
        never = asyncio.get_running_loop().create_future()
        seen = []

        async def hanging():
            async with clock.turn():
                await never

        async def next_one():
            async with clock.turn():
                seen.append("next")

        task = clock.spawn(hanging())
        clock.spawn(next_one())
        await clock.settle()
        never.set_result(None)
        await task
        return seen

    assert run(test, hang_s=0.05) == ["next"]


# Until.


def test_until_moves_no_further_than_it_has_to():
    async def test(clock):
        done = asyncio.get_running_loop().create_future()
        clock.call_at(after(clock, 5), lambda: done.set_result("here"))
        clock.call_at(after(clock, 6), lambda: None)
        return await clock.until(done), passed(clock)

    assert run(test) == ("here", 5)


def test_until_waits_for_a_coroutine():
    async def test(clock):
        async def wanted():
            await clock.sleep(3)
            await clock.sleep(4)
            return "here"

        return await clock.until(wanted()), passed(clock)

    assert run(test) == ("here", 7)


def test_until_raises_what_was_raised():
    async def test(clock):
        async def wanted():
            await clock.sleep(3)
            raise ValueError("no")

        with pytest.raises(ValueError, match="no"):
            await clock.until(wanted())

    run(test)


def test_until_knows_when_nothing_more_can_happen():
    async def test(clock):
        never = asyncio.get_running_loop().create_future()
        clock.call_at(after(clock, 1), lambda: None, periodic=True)
        with pytest.raises(LivenessError, match="this would never end: nothing more can happen"):
            await clock.until(never)
        assert never.cancelled()
        return passed(clock)

    assert run(test) == 0


def test_until_gives_up():
    async def test(clock):
        never = asyncio.get_running_loop().create_future()
        clock.call_at(after(clock, 61), _due_later)
        with pytest.raises(LivenessError, match=r"60 s of virtual time.*_due_later \(1\)"):
            await clock.until(never, 60)

    run(test)


def test_until_does_not_turn_for_ever(monkeypatch):
    monkeypatch.setattr(clocks, "WAKE_UPS_MAX", 100)

    async def test(clock):
        def again():
            clock.call_at(clock.now_ns(), again)

        again()
        with pytest.raises(LivenessError, match="100 wake-ups"):
            await clock.until(asyncio.get_running_loop().create_future())

    run(test)


def test_the_same_clock_serves_one_loop_after_another():
    clock = ManualClock()

    async def test():
        clock.spawn(clock.sleep(5))
        await clock.settle()

    asyncio.run(test())
    asyncio.run(test())
    assert passed(clock) == 10
