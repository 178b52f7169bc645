"""One loop of one's own."""

from __future__ import annotations

import asyncio
import contextvars
import threading

import pytest
import trio

from appsync_emu.testing.portal import Portal, loop_is_ours_to_use, loop_is_running


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


def test_inside_trio_a_thread_does_it_that_knows_nothing_of_trio():
    """Libraries ask sniffio whether trio or asyncio runs; its variable is the caller's own."""
    sniffio = pytest.importorskip("sniffio")
    told = contextvars.ContextVar("told", default="nothing")
    portal = Portal()

    async def asked():
        return sniffio.current_async_library(), told.get(), threading.current_thread().name

    async def main():
        assert loop_is_running()
        assert not loop_is_ours_to_use()
        told.set("something")
        token = sniffio.current_async_library_cvar.set("trio")
        try:
            return portal.run(asked())
        finally:
            sniffio.current_async_library_cvar.reset(token)

    assert trio.run(main) == ("asyncio", "something", "appsync-emu")
    portal.close()
    assert not loop_is_running()


def test_the_private_loop_is_asyncio_s_whatever_the_policy():
    uvloop = pytest.importorskip("uvloop")

    async def main():
        assert not loop_is_ours_to_use()
        return threading.current_thread()

    async def kind():
        return loop_is_ours_to_use()

    def make():
        return uvloop.new_event_loop()

    with asyncio.Runner(loop_factory=make) as runner:
        assert runner.run(main()) is threading.current_thread()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio, "new_event_loop", make)
        portal = Portal()
    assert portal.run(kind())
    portal.close()
