"""One event loop of one's own, driven from code that does not wait."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine

__all__ = ["Portal", "loop_is_running"]

T = TypeVar("T")


def loop_is_running() -> bool:
    """Whether the calling thread is inside an asyncio loop."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


class Portal:
    """Runs coroutines on a private loop and waits for them.

    It does so in the calling thread. Where a loop is running there already (a fixture without
    ``await`` used in an ``async def`` test), the private loop gets a thread of its own and the
    caller waits in lock-step: never do both work at once.
    """

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread: threading.Thread | None = None

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run ``work`` to its end; what it returns or raises."""
        __tracebackhide__ = True
        if self._thread is None and loop_is_running():
            self.start_thread()
        if self._thread is None:
            return self._loop.run_until_complete(work)
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

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
