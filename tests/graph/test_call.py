"""What ``graph/call.py`` promises."""

import asyncio
import gc
from contextlib import suppress

import pytest
from graph.harness import turn

from appsync_emu.graph.call import FieldCall, one_after_another, settled, unstarted


async def echo(value, turns):
    for _ in range(turns):
        await turn()
    return value


def test_values_and_finished_coroutines_are_settled():
    assert settled(5) == 5
    assert settled(echo(6, 0)) == 6


def test_started_coroutines_go_on():
    async def go():
        return await settled(echo(7, 3))

    assert asyncio.run(go()) == 7


def test_exceptions_reach_the_coroutine_and_may_be_answered():
    async def stubborn():
        with suppress(ValueError):
            await turn()
        await turn()
        return "on"

    async def gives_in():
        try:
            await turn()
        except ValueError:
            return "off"

    for work, expected in ((stubborn, "on"), (gives_in, "off")):
        resumed = settled(work())
        resumed.send(None)
        with pytest.raises(StopIteration) as stop:  # noqa: PT012 - either call may end it
            resumed.throw(ValueError())
            resumed.send(None)
        assert stop.value.value == expected


def test_closing_closes_the_coroutine():
    ended = []

    async def work():
        try:
            await turn()
        finally:
            ended.append(True)

    resumed = settled(work())
    resumed.send(None)
    resumed.close()
    assert ended == [True]


def test_exceptions_before_the_first_await_are_raised_at_once():
    async def bad():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        settled(bad())


def test_one_after_another():
    async def go():
        return await one_after_another(echo(1, 1), echo(2, 0))

    assert asyncio.run(go()) == [1, 2]


def test_path_of_a_call():
    call = FieldCall({}, None, None, None, (None, "a", {}, True), {})
    assert call.path == ["a"]
    assert call.stash == {}


def test_unstarted_work_begins_with_whoever_awaits_it():
    begun = []

    async def work():
        begun.append(asyncio.current_task())
        await turn()
        return 5

    async def go():
        left = unstarted(work())
        await turn()
        assert begun == []
        assert await left == 5
        assert begun == [asyncio.current_task()]

    asyncio.run(go())
    assert unstarted(5) == 5


def test_unstarted_work_that_is_dropped_is_closed():
    left = unstarted(echo(1, 1))
    del left
    gc.collect()
