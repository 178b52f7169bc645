"""Where time passes: three clocks behind one interface.

* :class:`RealClock` moves by itself.
* :class:`ScaledClock` moves by itself, faster.
* :class:`ManualClock` moves when it is told to, and only while nothing else is moving.

Time is an ``int`` of nanoseconds since the Unix epoch: adding floats drifts. Timers of equal
deadline fire in the order in which they were set, which asyncio's own timers do not promise.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import time
from collections import Counter, deque
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from appsync_emu.errors import LivenessError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

__all__ = ["Clock", "ManualClock", "RealClock", "ScaledClock", "Timer"]

T = TypeVar("T")
NS = 1_000_000_000
START_NS = 1_893_456_000 * NS
"""2030-01-01T00:00:00Z, where virtual time begins unless told otherwise."""

WAKE_UPS_MAX = 1_000_000
"""So many wake-ups in one ``advance`` mean that something re-arms itself for ever."""


class Timer(Protocol):
    """A callback that is due later."""

    def cancel(self) -> None:
        """Forget the callback; harmless when it has run."""


class Clock(Protocol):
    """What the engine asks of time."""

    def now_ns(self) -> int:
        """Nanoseconds since the Unix epoch."""

    async def sleep(self, seconds: float) -> None:
        """Return ``seconds`` later."""

    async def sleep_until(self, at_ns: int) -> None:
        """Return at ``at_ns``, or at once when that is past."""

    def call_at(
        self, at_ns: int, callback: Callable[[], None], *, periodic: bool = False
    ) -> Timer:
        """Call back at ``at_ns``; ``periodic`` timers (keep-alive) never keep ``settle`` busy."""

    def spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run ``work`` as a task that counts as moving until it sleeps or ends."""

    def hold(self) -> contextlib.AbstractContextManager[None]:
        """Time stands still inside, where the clock is one that can."""
