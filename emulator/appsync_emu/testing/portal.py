"""One event loop of one's own, driven from code that does not wait."""

from __future__ import annotations

import asyncio
import sys
import threading
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, TypeVar

from appsync_emu.engine.looptime import adoptable

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from concurrent.futures import Future

__all__ = ["Portal", "loop_is_ours_to_use", "loop_is_running"]

T = TypeVar("T")


def loop_is_running() -> bool:
    """Whether the calling thread is inside an event loop: asyncio's, uvloop's or trio's.

    asyncio could run inside trio's thread, but libraries that ask which of the two runs, as anyio
    does, would be told trio.
    """
    if _running() is not None:
        return True
    trio = sys.modules.get("trio")
    if trio is None:
        return False
    try:
        trio.lowlevel.current_trio_token()
    except RuntimeError:  # in_trio_run() asks the same, since trio 0.28
        return False
    return True


def loop_is_ours_to_use() -> bool:
    """Whether the calling thread runs a loop on which handlers can have virtual time."""
    loop = _running()
    return loop is not None and adoptable(loop)


def _running() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _new_loop() -> asyncio.AbstractEventLoop:
    """A new loop; asyncio's own where the policy of the tests would make uvloop's."""
    loop = asyncio.new_event_loop()
    if adoptable(loop):
        return loop
    loop.close()
    return asyncio.SelectorEventLoop()


def _without_library(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, T]) -> Future[T]:
    """Begin ``work`` on the loop of another thread, where asyncio runs whatever runs here.

    It gets this thread's context variables, but for the one in which sniffio keeps what runs.
    """
    context = copy_context()
    sniffio = sys.modules.get("sniffio")
    if sniffio is not None:
        context.run(sniffio.current_async_library_cvar.set, None)
    return context.run(asyncio.run_coroutine_threadsafe, work, loop)


class Portal:
    """Runs coroutines on a private loop and waits for them.

    It does so in the calling thread. Where a loop is running there already (a fixture without
    ``await`` used in an ``async def`` test; uvloop and trio, whose time cannot be virtual), the
    private loop gets a thread of its own and the caller waits in lock-step: never do both work at
    once.
    """

    def __init__(self) -> None:
        self._loop = _new_loop()
        self._thread: threading.Thread | None = None

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run ``work`` to its end; what it returns or raises."""
        __tracebackhide__ = True
        if self._thread is None and loop_is_running():
            self.start_thread()
        if self._thread is None:
            return self._loop.run_until_complete(work)
        return _without_library(self._loop, work).result()

    def start_thread(self) -> None:
        """Let the loop run by itself, in a thread, from now on."""
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="appsync-emu", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """End what still runs, and the loop."""
        if self._loop.is_closed():
            return
        self.run(_end_everything())
        if self._thread is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        self._loop.close()


async def _end_everything() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    if others:
        await asyncio.wait(others, timeout=1.0)
    await asyncio.get_running_loop().shutdown_asyncgens()
