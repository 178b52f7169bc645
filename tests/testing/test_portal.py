"""One loop of one's own."""

from __future__ import annotations

import asyncio
import threading

import pytest

from appsync_emu.testing.portal import Portal, loop_is_running


async def thread():
    await asyncio.to_thread(int)
    return threading.current_thread()


def test_work_is_done_in_the_calling_thread():
    portal = Portal()
    assert not loop_is_running()
    assert portal.run(thread()) is threading.current_thread()
    portal.close()
    portal.close()


def test_inside_a_running_loop_a_thread_does_it():
    portal = Portal()

    async def main():
        assert loop_is_running()
        return portal.run(thread())

    assert asyncio.run(main()) is not threading.current_thread()
    assert portal.run(thread()).name == "appsync-emu"
    portal.close()


def test_exceptions_come_through():
    portal = Portal()

    async def fails():
        raise KeyError("x")

    with pytest.raises(KeyError):
        portal.run(fails())
    portal.start_thread()
    with pytest.raises(KeyError):
        portal.run(fails())
    portal.close()


def test_what_still_runs_is_ended():
    portal = Portal()
    ends = []

    async def waits():
        try:
            await asyncio.Event().wait()
        finally:
            ends.append("cancelled")

    async def start():
        task = asyncio.create_task(waits())
        await asyncio.to_thread(int)
        return task

    task = portal.run(start())
    portal.close()

    assert ends == ["cancelled"]
    assert task.cancelled()
