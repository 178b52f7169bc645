"""Time that passes by itself, and what all clocks have in common."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine
    from contextlib import AbstractAsyncContextManager

__all__ = ["Clock", "RealClock", "ScaledClock", "Timer", "moment"]

T = TypeVar("T")
NS = 1_000_000_000


def moment(at_ns: int) -> datetime:
    """The time so many nanoseconds after the Unix epoch, in UTC."""
    return datetime.fromtimestamp(at_ns // NS, UTC).replace(microsecond=at_ns % NS // 1000)


class Timer(Protocol):
    """A callback that is due later."""

    def cancel(self) -> None:
        """Forget the callback; harmless when it has run."""


class Clock(Protocol):
    """What the engine asks of time."""

    virtual: bool
    """Whether time stands still while work is done."""

    def now_ns(self) -> int:
        """Nanoseconds since the Unix epoch."""

    def now(self) -> datetime:
        """The time, in UTC."""

    async def sleep(self, seconds: float, *, of_thread: bool = False) -> None:
        """Return ``seconds`` later; ``of_thread`` when a thread that has the turn waits for it."""

    def call_at(self, at_ns: int, callback: Callable[[], None], *, periodic: bool = False) -> Timer:
        """Call back at ``at_ns``; ``periodic`` timers (keep-alive) never keep ``settle`` busy."""

    def spawn(self, work: Coroutine[Any, Any, T], *, name: str | None = None) -> asyncio.Task[T]:
        """Run ``work`` as a task that counts as moving until it sleeps or ends.

        ``name`` is what warnings and errors call it.
        """

    def turn(self) -> AbstractAsyncContextManager[None]:
        """Hold the only turn: under virtual time nothing else moves meanwhile."""

    @property
    def taken(self) -> bool:
        """Whether somebody holds the turn, so that whoever is new has to queue for it."""


class RealClock:
    """Time that passes by itself, ``factor`` times as fast as on the wall."""

    virtual = False
    taken = False

    def __init__(self, factor: float = 1.0) -> None:
        self._factor = factor
        self._epoch_ns = time.time_ns()
        self._start_ns = time.monotonic_ns()

    def now_ns(self) -> int:
        """Nanoseconds since the Unix epoch; never goes back."""
        passed = time.monotonic_ns() - self._start_ns
        return self._epoch_ns + (passed if self._factor == 1.0 else int(passed * self._factor))

    def now(self) -> datetime:
        """The time, in UTC."""
        return moment(self.now_ns())

    async def sleep(self, seconds: float, *, of_thread: bool = False) -> None:
        """Return ``seconds`` of this clock later."""
        del of_thread  # here threads need no turns
        await asyncio.sleep(max(0.0, seconds) / self._factor)

    def call_at(self, at_ns: int, callback: Callable[[], None], *, periodic: bool = False) -> Timer:
        """Call back at ``at_ns``."""
        del periodic  # the wall's time passes for every timer alike
        delay_s = (at_ns - self.now_ns()) / NS / self._factor
        return asyncio.get_running_loop().call_later(max(0.0, delay_s), callback)

    def spawn(self, work: Coroutine[Any, Any, T], *, name: str | None = None) -> asyncio.Task[T]:
        """Run ``work`` as a task."""
        return asyncio.get_running_loop().create_task(work, name=name)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """In real time everybody moves at once."""
        yield


class ScaledClock(RealClock):
    """Real time, faster: ``ScaledClock(60)`` makes a minute a second. For demonstrations."""
