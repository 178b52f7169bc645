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
from collections import Counter, deque
from contextlib import asynccontextmanager, nullcontext
from typing import TYPE_CHECKING, Any, TypeVar

from appsync_emu.core.traces import iso_time
from appsync_emu.engine.collector import ALMOST_NEVER, seldom
from appsync_emu.engine.looptime import Moment, loop_time
from appsync_emu.engine.movers import MOVER, ManualTimer, Mover, pause
from appsync_emu.engine.realclock import Clock, RealClock, ScaledClock, Timer, moment
from appsync_emu.errors import LivenessError, UsageError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
    from datetime import datetime

    from appsync_emu.engine.looptime import LoopTime

__all__ = ["Clock", "ManualClock", "RealClock", "ScaledClock", "Timer"]

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
        self._queue: list[tuple[int, int, ManualTimer]] = []
        self._order = 0  # keeps equal deadlines first in, first out
        self._lasting = 0  # timers that settle has to wait for
        self._dead = 0  # cancelled timers still in the queue
        self._hang_s = hang_s
        self._moving: dict[Mover, None] = {}  # a set that keeps its order
        self._starts = 0
        self._idle: list[asyncio.Future[None]] = []  # who waits until nothing moves
        self._turns: deque[tuple[Mover, asyncio.Future[None]]] = deque()
        self._holders = 0
        self._stuck: dict[Mover, None] = {}  # those that wait for others, and for no time
        self._sleepers = 0  # timers that wake somebody
        self._loop: asyncio.AbstractEventLoop | None = None
        self._adopted: LoopTime | None = None
        self._adopted_s, self._adopted_ns = 0.0, start_ns  # the loop's time then, and ours

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
        return moment(self._now_ns)

    def spawn(self, work: Coroutine[Any, Any, T], *, name: str | None = None) -> asyncio.Task[T]:
        """Run ``work`` as a task that is moving from before its first step."""
        loop = asyncio.get_running_loop()
        adopted = self._adopted if loop is self._loop else self._enter(loop)
        if adopted is None:
            create_task = loop.create_task
        else:
            adopted.begin()
            create_task = adopted.create_task
        mover = Mover(self, adopted)
        mover.go()
        token = MOVER.set(mover)
        try:
            task = create_task(work, name=name)
        finally:
            MOVER.reset(token)
        mover.begin(task)
        return task

    def _enter(self, loop: asyncio.AbstractEventLoop) -> LoopTime | None:
        """Work on this loop from now on: handlers' time goes on where its own has got to."""
        self._loop, self._adopted = loop, loop_time(loop)
        self._adopted_s, self._adopted_ns = loop.time(), self._now_ns
        return self._adopted

    def loop_time(self) -> Moment:
        """What ``loop.time()`` says in handlers."""
        passed_s = (self._now_ns - self._adopted_ns) / NS
        return Moment(self._adopted_s + passed_s, self._now_ns)

    def call_at(self, at_ns: int, callback: Callable[[], None], *, periodic: bool = False) -> Timer:
        """Call back when time reaches ``at_ns``; at the next move when that is past."""
        return self._set(at_ns, callback, None, periodic=periodic)

    async def sleep(self, seconds: float, *, of_thread: bool = False) -> None:
        """Return when time has moved ``seconds`` on."""
        mover = MOVER.get()
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def wake() -> None:
            if not woken.done():
                if mover is not None:
                    mover.go()
                woken.set_result(None)

        timer = self._set(self._now_ns + round(max(0.0, seconds) * NS), wake, mover)
        try:
            if mover is None:
                await woken
            elif of_thread:
                with mover.lend():
                    await mover.wait(woken, seconds)
            else:
                await mover.wait(woken, seconds)
        finally:
            timer.cancel()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait until nothing else moves, then be the only one that does.

        Handlers that run in threads take turns, in the order in which they were due, so that
        threads never decide what the journal says.
        """
        mover = MOVER.get()
        if mover is None:  # a request from outside, which no test's journal depends on
            yield
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._turns.append((mover, woken))
        try:
            await mover.wait(woken)
            with mover.work():
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
        self._now_ns = max(self._now_ns, target_ns)  # somebody else may have gone further

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
                f" (at {iso_time(limit_ns)}): {self._waiting()}"
            )

    async def until(self, wanted: Awaitable[T], within_s: float = GIVE_UP_S) -> T:
        """Move on until ``wanted`` is done, and no further.

        Raises:
            LivenessError: nothing more can happen, or ``within_s`` passed, and it is not done.
        """
        future = asyncio.ensure_future(wanted)
        limit_ns = self._now_ns + round(within_s * NS)
        try:
            await self._move(lambda: future.done() or not self._lasting, limit_ns)
            if future.done():
                return future.result()
        finally:
            future.cancel()
        if not self._lasting:
            raise LivenessError("this would never end: nothing more can happen")
        raise LivenessError(
            f"this did not end within {within_s:g} s of virtual time"
            f" (at {iso_time(limit_ns)}): {self._waiting()}"
        )

    # The machinery.

    def _set(
        self,
        at_ns: int,
        callback: Callable[[], None],
        sleeper: Mover | None,
        *,
        periodic: bool = False,
    ) -> ManualTimer:
        order = self._order = self._order + 1
        at_ns = max(at_ns, self._now_ns)
        timer = ManualTimer(self, callback, periodic, sleeper)
        if not periodic:
            self._lasting += 1
            self._sleepers += sleeper is not None
        heapq.heappush(self._queue, (at_ns, order, timer))  # compared in C
        return timer

    def timer_of(
        self, mover: Mover, at_ns: int, callback: Callable[[], None], *, lasting: bool
    ) -> ManualTimer:
        """Call back at ``at_ns`` on behalf of a mover; ``settle`` waits for what is lasting."""
        return self._set(at_ns, callback, mover, periodic=not lasting)

    def up(self, mover: Mover) -> None:
        """A mover starts to move."""
        self._starts += 1
        mover.since = self._starts
        self._moving[mover] = None

    def down(self, mover: Mover) -> None:
        """A mover comes to rest."""
        del self._moving[mover]
        if self._stuck:
            self._stuck.pop(mover, None)
            self._unstick()
        if not self._moving:
            self._rested()

    def stuck(self, mover: Mover) -> None:
        """All that a mover does is wait for others, who may be handlers that sleep."""
        self._stuck[mover] = None
        self._unstick()

    def unstuck(self, mover: Mover) -> None:
        """The mover got what it waited for."""
        self._stuck.pop(mover, None)

    def _unstick(self) -> None:
        if self._stuck and self._sleepers and len(self._stuck) == len(self._moving):
            mover = next(iter(self._stuck))
            mover.rest()  # which comes back here for the others

    def _rested(self) -> None:
        while self._turns:
            mover, woken = self._turns.popleft()
            if not woken.done():
                self._holders += 1
                mover.go()
                woken.set_result(None)
                return
        if self._idle:
            waiting, self._idle = self._idle, []
            for idle in waiting:
                if not idle.done():
                    idle.set_result(None)

    def cancelled(self, timer: ManualTimer) -> None:
        """A timer was cancelled: it stays in the queue until there are many such."""
        if not timer.periodic:
            self._lasting -= 1
            self._sleepers -= timer.sleeper is not None
        self._dead += 1
        if self._dead > 64 and self._dead * 2 > len(self._queue):  # noqa: PLR2004 - worth the sort
            self._queue = [entry for entry in self._queue if entry[2].callback is not None]
            heapq.heapify(self._queue)
            self._dead = 0

    def forgone(self, timer: ManualTimer) -> None:
        """Nobody waits for the timer any more."""
        self._lasting -= 1
        self._sleepers -= timer.sleeper is not None

    def _due_ns(self, limit_ns: int) -> int | None:
        """When the next timer is due, if that is not after ``limit_ns``."""
        while self._queue and self._queue[0][2].callback is None:
            heapq.heappop(self._queue)
            self._dead -= 1
        if not self._queue or self._queue[0][0] > limit_ns:
            return None
        return self._queue[0][0]

    def _fire(self) -> None:
        at_ns, _, timer = heapq.heappop(self._queue)
        callback, timer.callback = timer.callback, None
        self._now_ns = max(self._now_ns, at_ns)
        if not timer.periodic:
            self._lasting -= 1
            self._sleepers -= timer.sleeper is not None
        if callback is not None:
            callback()

    async def _still(self) -> None:
        """Return when nothing moves."""
        await pause()
        loop = asyncio.get_running_loop()
        while self._moving:
            for mover in self._moving:
                mover.look_soon()
            idle: asyncio.Future[None] = loop.create_future()
            self._idle.append(idle)
            watch = loop.call_later(self._hang_s, self._hung, self._starts, idle)
            try:
                await idle
            finally:
                watch.cancel()
            await pause()

    def _hung(self, starts: int, idle: asyncio.Future[None]) -> None:
        """Go on without those who have been moving since there were so many starts."""
        for mover in tuple(self._moving):
            if mover.since > starts:
                continue
            _LOG.warning(
                "%s has neither ended nor slept for %g real seconds; virtual time goes on without"
                " it.",
                mover.label,
                self._hang_s,
            )
            mover.rest()
        if not idle.done():  # others got on meanwhile: wait anew
            idle.set_result(None)

    async def _move(self, done: Callable[[], bool], limit_ns: int) -> None:
        fired: dict[str, int] = {}
        loop = asyncio.get_running_loop()
        adopted = self._adopted if loop is self._loop else self._enter(loop)
        # Adopted until the end, however often work begins and ends meanwhile.
        with seldom(ALMOST_NEVER), adopted or nullcontext():
            for number in range(WAKE_UPS_MAX):
                await pause()  # most come to rest within a round or two
                if self._moving:
                    await pause()
                    if self._moving:
                        await self._still()
                if done() or self._due_ns(limit_ns) is None:
                    return
                if number >= WAKE_UPS_MAX - 1_000:  # the last ones tell who is restless
                    label = self._queue[0][2].label
                    fired[label] = fired.get(label, 0) + 1
                self._fire()
        raise LivenessError(
            f"{WAKE_UPS_MAX:,} wake-ups did not get to {iso_time(limit_ns)};"
            f" the busiest: {_counted(Counter(fired))}"
        )

    def _waiting(self) -> str:
        """Who waits, in numbers; the earliest first where numbers are equal."""
        timers = [timer for _, _, timer in sorted(self._queue) if timer.callback is not None]
        return _counted(Counter(timer.label for timer in timers if not timer.periodic))


def _counted(labels: Counter[str]) -> str:
    return ", ".join(f"{label} ({count})" for label, count in labels.most_common(3))
