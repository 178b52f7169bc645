"""Where time passes: three clocks behind one interface.

* :class:`RealClock` moves by itself.
* :class:`ScaledClock` moves by itself, faster.
* :class:`ManualClock` moves when it is told to, and only while nothing else is moving.

Time is an ``int`` of nanoseconds since the Unix epoch: adding floats drifts. Timers of equal
deadline fire in the order in which they were set, which asyncio's own timers do not promise.
"""

from __future__ import annotations

import asyncio
import heapq
import logging
import time
from collections import Counter, deque
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from appsync_emu.core.traces import iso_time
from appsync_emu.errors import LivenessError, UsageError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
    from contextlib import AbstractAsyncContextManager

__all__ = ["Clock", "ManualClock", "Mover", "RealClock", "ScaledClock", "Timer"]

T = TypeVar("T")
_LOG = logging.getLogger(__name__)
NS = 1_000_000_000
START_NS = 1_893_456_000 * NS
"""2030-01-01T00:00:00Z, where virtual time begins unless told otherwise."""

WAKE_UPS_MAX = 1_000_000
"""So many wake-ups in one ``advance`` mean that something re-arms itself for ever."""

HANG_S = 10.0
"""Real seconds that ``ManualClock`` waits for work that neither ends nor sleeps."""

GIVE_UP_S = 30 * 24 * 3600
"""Virtual seconds (30 days) after which ``settle`` and ``until`` take work for stuck."""


def _moment(at_ns: int) -> datetime:
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

    async def sleep(self, seconds: float) -> None:
        """Return ``seconds`` later."""

    def call_at(self, at_ns: int, callback: Callable[[], None], *, periodic: bool = False) -> Timer:
        """Call back at ``at_ns``; ``periodic`` timers (keep-alive) never keep ``settle`` busy."""

    def spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run ``work`` as a task that counts as moving until it sleeps or ends."""

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
        return _moment(self.now_ns())

    async def sleep(self, seconds: float) -> None:
        """Return ``seconds`` of this clock later."""
        await asyncio.sleep(max(0.0, seconds) / self._factor)

    def call_at(self, at_ns: int, callback: Callable[[], None], *, periodic: bool = False) -> Timer:
        """Call back at ``at_ns``."""
        del periodic  # the wall's time passes for every timer alike
        delay_s = (at_ns - self.now_ns()) / NS / self._factor
        return asyncio.get_running_loop().call_later(max(0.0, delay_s), callback)

    def spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run ``work`` as a task."""
        return asyncio.get_running_loop().create_task(work)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """In real time everybody moves at once."""
        yield


class ScaledClock(RealClock):
    """Real time, faster: ``ScaledClock(60)`` makes a minute a second. For demonstrations."""


class _ManualTimer:
    __slots__ = ("_clock", "at_ns", "callback", "order", "periodic")

    def __init__(
        self,
        clock: ManualClock,
        at_ns: int,
        order: int,
        callback: Callable[[], None],
        periodic: bool,  # noqa: FBT001 - private, and handed through
    ) -> None:
        self._clock = clock
        self.at_ns = at_ns
        self.order = order
        self.callback: Callable[[], None] | None = callback
        self.periodic = periodic

    def __lt__(self, other: _ManualTimer) -> bool:
        return (self.at_ns, self.order) < (other.at_ns, other.order)

    def cancel(self) -> None:
        if self.callback is not None:
            self.callback = None
            self._clock._cancelled(self)  # noqa: SLF001 - two halves of one thing


class Mover:
    """One piece of work: it moves, or it rests until a timer wakes it.

    A handler may sleep in tasks of its own (``asyncio.gather``). They inherit its mover, and the
    mover rests when one of them sleeps and none is known to be awake; the handler itself is then
    taken to wait for them.
    """

    __slots__ = ("_asleep", "_awake", "_clock", "_moving", "task")

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self._moving = False
        self._asleep = 0
        self._awake: set[asyncio.Task[Any]] = set()
        self.task: asyncio.Task[Any] | None = None

    def go(self) -> None:
        """Move; the waker says so *before* it resumes the sleeper, or time would slip through."""
        if not self._moving:
            self._moving = True
            self._clock._up(self)  # noqa: SLF001 - two halves of one thing

    def rest(self) -> None:
        """Stand still."""
        if self._moving:
            self._moving = False
            self._clock._down(self)  # noqa: SLF001 - two halves of one thing

    async def wait(self, woken: asyncio.Future[None]) -> None:
        """Rest until ``woken`` is set by somebody who has called :meth:`go`."""
        task = asyncio.current_task()
        child = task if task is not self.task else None
        if child is not None:
            self._awake.discard(child)
        self._asleep += 1
        if not self._awake:
            self.rest()
        try:
            await woken
        except asyncio.CancelledError:
            self.go()
            raise
        finally:
            self._asleep -= 1
            if child is not None and child not in self._awake:
                self._awake.add(child)
                child.add_done_callback(self._child_done)

    def _child_done(self, child: asyncio.Task[Any]) -> None:
        self._awake.discard(child)
        if self._asleep and not self._awake:
            self.rest()


_MOVER: ContextVar[Mover | None] = ContextVar("appsync_emu_mover", default=None)


class ManualClock:
    """Virtual time: it moves when it is told to, and never while anything else moves.

    Args:
        start_ns: where time begins, in nanoseconds since the Unix epoch.
        hang_s: real seconds after which work that neither ends nor sleeps is taken to hang, and
            time goes on without it.
    """

    virtual = True

    def __init__(self, start_ns: int = START_NS, *, hang_s: float = HANG_S) -> None:
        self._now_ns = start_ns
        self._queue: list[_ManualTimer] = []
        self._order = 0  # keeps equal deadlines first in, first out
        self._lasting = 0  # timers that settle has to wait for
        self._dead = 0  # cancelled timers still in the queue
        self._hang_s = hang_s
        self._moving: dict[Mover, None] = {}  # a set that keeps its order
        self._idle = asyncio.Event()
        self._idle.set()
        self._turns: deque[tuple[Mover, asyncio.Future[None]]] = deque()
        self._holders = 0

    @property
    def taken(self) -> bool:
        """Whether somebody holds the turn."""
        return self._holders > 0

    @property
    def still(self) -> bool:
        """Whether nothing moves and nothing is due, periodic timers apart."""
        return not self._moving and not self._lasting

    def now_ns(self) -> int:
        """Nanoseconds since the Unix epoch."""
        return self._now_ns

    def now(self) -> datetime:
        """The time, in UTC."""
        return _moment(self._now_ns)

    def spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run ``work`` as a task that is moving from before its first step."""
        mover = Mover(self)
        mover.go()
        token = _MOVER.set(mover)
        try:
            mover.task = task = asyncio.get_running_loop().create_task(work)
        finally:
            _MOVER.reset(token)
        task.add_done_callback(lambda _: mover.rest())
        return task

    def call_at(self, at_ns: int, callback: Callable[[], None], *, periodic: bool = False) -> Timer:
        """Call back when time reaches ``at_ns``; at the next move when that is past."""
        self._order += 1
        timer = _ManualTimer(self, max(at_ns, self._now_ns), self._order, callback, periodic)
        self._lasting += not periodic
        heapq.heappush(self._queue, timer)
        return timer

    async def sleep(self, seconds: float) -> None:
        """Return when time has moved ``seconds`` on."""
        mover = _MOVER.get()
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def wake() -> None:
            if not woken.done():
                if mover is not None:
                    mover.go()
                woken.set_result(None)

        timer = self.call_at(self._now_ns + round(max(0.0, seconds) * NS), wake)
        try:
            await (woken if mover is None else mover.wait(woken))
        finally:
            timer.cancel()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait until nothing else moves, then be the only one that does.

        Handlers that run in threads take turns, in the order in which they were due, so that
        threads never decide what the journal says.
        """
        mover = _MOVER.get()
        if mover is None:  # a request from outside, which no test's journal depends on
            yield
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._turns.append((mover, woken))
        try:
            await mover.wait(woken)
            yield
        finally:
            if woken.done() and not woken.cancelled():
                self._holders -= 1

    async def advance(self, seconds: float) -> None:
        """Move on by ``seconds``.

        Everything that is due up to and including the target happens, earliest first, ties in
        the order in which they were set, timers set on the way included.

        Raises:
            UsageError: ``seconds`` is negative.
            LivenessError: a million wake-ups did not reach the target.
        """
        if seconds < 0:
            raise UsageError(f"time does not go back: advance({seconds}) is negative")
        target_ns = self._now_ns + round(seconds * NS)
        await self._move(lambda: self._due_ns(target_ns) is None, target_ns)
        self._now_ns = target_ns

    async def settle(self, within_s: float = GIVE_UP_S) -> None:
        """Move on until nothing more can happen; periodic timers do not count.

        Raises:
            LivenessError: something is still due after ``within_s`` seconds.
        """
        limit_ns = self._now_ns + round(within_s * NS)
        await self._move(lambda: self._lasting == 0, limit_ns)
        if self._lasting:
            raise LivenessError(
                f"something is still due after {within_s:g} s of virtual time"
                f" (at {iso_time(limit_ns)}); next: {self._busiest()}"
            )

    async def until(self, wanted: Awaitable[T], within_s: float = GIVE_UP_S) -> T:
        """Move on until ``wanted`` is done, and no further.

        Raises:
            LivenessError: nothing more can happen, or ``within_s`` passed, and it is not done.
        """
        future = asyncio.ensure_future(wanted)
        limit_ns = self._now_ns + round(within_s * NS)
        while True:
            await self._still()
            if future.done():
                return future.result()
            if not self._lasting or self._due_ns(limit_ns) is None:
                future.cancel()
                raise LivenessError("this would never end: nothing more can happen")
            self._fire()

    # The machinery.

    def _up(self, mover: Mover) -> None:
        self._moving[mover] = None
        self._idle.clear()

    def _down(self, mover: Mover) -> None:
        del self._moving[mover]
        if not self._moving:
            self._rested()

    def _rested(self) -> None:
        while self._turns:
            mover, woken = self._turns.popleft()
            if not woken.done():
                self._holders += 1
                mover.go()
                woken.set_result(None)
                return
        self._idle.set()

    def _cancelled(self, timer: _ManualTimer) -> None:
        self._lasting -= not timer.periodic
        self._dead += 1
        if self._dead > 64 and self._dead * 2 > len(self._queue):  # noqa: PLR2004 - worth the sort
            self._queue = [timer for timer in self._queue if timer.callback is not None]
            heapq.heapify(self._queue)
            self._dead = 0

    def _due_ns(self, limit_ns: int) -> int | None:
        """When the next timer is due, if that is not after ``limit_ns``."""
        while self._queue and self._queue[0].callback is None:
            heapq.heappop(self._queue)
            self._dead -= 1
        if not self._queue or self._queue[0].at_ns > limit_ns:
            return None
        return self._queue[0].at_ns

    def _fire(self) -> None:
        timer = heapq.heappop(self._queue)
        callback, timer.callback = timer.callback, None
        self._now_ns = max(self._now_ns, timer.at_ns)
        self._lasting -= not timer.periodic
        if callback is not None:
            callback()

    async def _still(self) -> None:
        """Return when nothing moves, after work that was just scheduled has begun."""
        await asyncio.sleep(0)
        while self._moving:
            guard = asyncio.get_running_loop().call_later(self._hang_s, self._hung)
            try:
                await self._idle.wait()
            finally:
                guard.cancel()
            await asyncio.sleep(0)

    def _hung(self) -> None:
        for mover in tuple(self._moving):
            name = mover.task.get_name() if mover.task is not None else "a task"
            _LOG.warning(
                "%s has neither ended nor slept for %g real seconds; virtual time goes on without"
                " it. Handlers wait with context.sleep.",
                name,
                self._hang_s,
            )
            mover.rest()

    async def _move(self, done: Callable[[], bool], limit_ns: int) -> None:
        for _ in range(WAKE_UPS_MAX):
            await self._still()
            if done() or self._due_ns(limit_ns) is None:
                return
            self._fire()
        raise LivenessError(
            f"{WAKE_UPS_MAX:,} wake-ups did not get to {iso_time(limit_ns)};"
            f" the busiest: {self._busiest()}"
        )

    def _busiest(self) -> str:
        waiting = Counter(
            getattr(timer.callback, "__qualname__", repr(timer.callback))
            for timer in self._queue
            if timer.callback is not None and not timer.periodic
        )
        return ", ".join(f"{name} ({count})" for name, count in waiting.most_common(3)) or "none"
