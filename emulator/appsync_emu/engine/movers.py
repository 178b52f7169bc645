"""Who moves under virtual time, and what waits for it: the small parts of ``ManualClock``.

A piece of work is a :class:`Mover`; time goes on only while every mover rests.
"""

from __future__ import annotations

import asyncio
import math
from contextlib import contextmanager
from types import coroutine
from typing import TYPE_CHECKING, Any, Protocol

from appsync_emu.engine.awaiting import Awaited, awaited, connections_open, others_may_work, waits
from appsync_emu.engine.looptime import MOVER

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from appsync_emu.engine.looptime import LoopTime, LoopTimer, Moment

__all__ = ["MOVER", "ManualTimer", "Mover", "pause"]


ROUNDS = 4
"""Rounds of the loop that a result may take from task to task on its way to who waits for it."""

GRACE_S = 0.02
"""Real seconds that a future has which another thread might set."""


@coroutine
def pause() -> Generator[None, None, None]:
    """Let the loop go round once."""
    yield


class _Clock(Protocol):
    """What movers and timers tell their clock."""

    def up(self, mover: Mover) -> None: ...

    def down(self, mover: Mover) -> None: ...

    def cancelled(self, timer: ManualTimer) -> None: ...

    def forgone(self, timer: ManualTimer) -> None: ...

    def stuck(self, mover: Mover) -> None: ...

    def unstuck(self, mover: Mover) -> None: ...

    def now_ns(self) -> int: ...

    def loop_time(self) -> Moment: ...

    def timer_of(
        self, mover: Mover, at_ns: int, callback: Callable[[], None], *, lasting: bool
    ) -> ManualTimer: ...


class ManualTimer:
    """A callback in the queue of a clock."""

    __slots__ = ("_clock", "callback", "periodic", "sleeper")

    def __init__(
        self,
        clock: _Clock,
        callback: Callable[[], None],
        periodic: bool,  # noqa: FBT001 - private, and handed through
        sleeper: Mover | None,
    ) -> None:
        self._clock = clock
        self.callback: Callable[[], None] | None = callback
        self.periodic = periodic
        self.sleeper = sleeper

    @property
    def label(self) -> str:
        """Who waits for it, as errors say it."""
        if self.sleeper is not None:
            return self.sleeper.label
        return getattr(self.callback, "__qualname__", repr(self.callback))

    def cancel(self) -> None:
        """Forget the callback; harmless when it has run."""
        if self.callback is not None:
            self.callback = None
            self._clock.cancelled(self)

    def forgo(self) -> None:
        """Stay due, but keep nobody waiting."""
        if self.callback is not None and not self.periodic:
            self.periodic = True
            self._clock.forgone(self)


# Most movers need none of their own; nobody adds to these.
_NO_TIMERS: dict[LoopTimer, None] = {}
_NOBODY: dict[asyncio.Task[Any], float] = {}
_NONE: set[asyncio.Future[Any]] = set()


class Mover:
    """One piece of work: it moves, or it rests until a timer wakes it.

    A handler may wait in tasks of its own (``asyncio.gather``). They inherit its mover, which
    rests when all of its tasks wait, one of them at least for time; ``engine/awaiting.py`` tells
    what the others wait for:

    * for a thread, whoever called it: there is no rest until the thread has ended.
    * for anything that a connection might bring, while the loop has one open: there is no rest
      before the earliest of the timers would have been due in *real* time, so that no time-out
      strikes sooner than it would have.
    * for a future that another thread might set: after :data:`GRACE_S` of real time.
    * for other tasks: at once. Where no task of it waits for time, but for a lock or a signal,
      it rests as soon as nobody else moves and somebody sleeps: that one may hold the lock.

    What a handler leaves behind when it returns neither holds the time nor keeps ``settle`` busy.

    Attributes:
        clock: whose mover it is.
        task: does the work; the mover is over when it ends.
        since: number of its latest start, of all starts.
        users: the tasks that run code of handlers at present.
        asked: whether a handler is asking the engine for something at this moment.
    """

    __slots__ = (
        "_adopted",
        "_again",
        "_asleep",
        "_awake",
        "_later",
        "_lent",
        "_looking",
        "_moving",
        "_timers",
        "_watched",
        "_working",
        "asked",
        "clock",
        "since",
        "task",
        "users",
    )

    def __init__(self, clock: _Clock, adopted: LoopTime | None = None) -> None:
        self.clock = clock
        self._adopted = adopted
        self._moving = False
        self._looking = False
        self._again = False
        self._asleep: dict[asyncio.Task[Any], float] = _NOBODY  # until when, in real time
        self._timers: dict[LoopTimer, None] = _NO_TIMERS
        self._working: set[asyncio.Future[Any]] = _NONE  # those that wait for a thread
        self._lent = 0  # threads that sleep
        self._awake: set[asyncio.Task[Any]] = set()  # known tasks that do not sleep
        self._watched: tuple[asyncio.Future[Any], ...] = ()  # whatever wakes one of the tasks
        self._later: asyncio.TimerHandle | None = None  # when to look again, in real time
        self.since = 0
        self.users: set[asyncio.Task[Any]] = set()
        self.asked = False
        self.task: asyncio.Task[Any] | None = None

    @property
    def label(self) -> str:
        """The task's name if it was given one, else what it runs."""
        if self.task is None:
            return "a task"
        name = self.task.get_name()
        given = not name.startswith("Task-")
        return name if given else getattr(self.task.get_coro(), "__qualname__", name)

    @property
    def over(self) -> bool:
        """Whether the work is done; tasks that it made may be left."""
        return self.task is not None and self.task.done()

    def begin(self, task: asyncio.Task[Any]) -> None:
        """The work is done by this task, and is over when it ends."""
        self.task = task
        self._awake.add(task)
        task.add_done_callback(self._ended)

    def go(self) -> None:
        """Move; the waker says so *before* it resumes the sleeper, or time would slip through."""
        if self._watched or self._later is not None:
            self._unwatch()
        if not self._moving:
            self._moving = True
            self.clock.up(self)

    def rest(self) -> None:
        """Stand still."""
        if self._moving:
            self._moving = False
            if self._awake and not self._watched:
                self._watch()
            self.clock.down(self)

    async def wait(self, woken: asyncio.Future[None], seconds: float = math.inf) -> None:
        """Rest until ``woken`` is set by somebody who has called :meth:`go`.

        ``seconds`` tells after how long that will be, where it is known.
        """
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - whoever has a mover is in a task
        if task not in self._awake:
            self.know(task)
        self._awake.discard(task)
        real_s = 0.0 if self._adopted is None else self._adopted.time()
        if self._asleep is _NOBODY:
            self._asleep = {}
        self._asleep[task] = real_s + seconds
        self.look_soon()
        try:
            await woken
        except asyncio.CancelledError:
            self.go()
            raise
        finally:
            del self._asleep[task]
            self._awake.add(task)
            if self._asleep or self._timers:
                self.look_soon()

    @contextmanager
    def work(self) -> Iterator[None]:
        """The present task waits for a thread that works: there is no rest meanwhile."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - whoever has a mover is in a task
        self._works(task)
        try:
            yield
        finally:
            self._worked(task)

    def working_on(self, future: asyncio.Future[Any]) -> None:
        """A thread works until this future is done: there is no rest meanwhile."""
        self._works(future)
        future.add_done_callback(self._worked)

    def _works(self, of: asyncio.Future[Any]) -> None:
        if self._working is _NONE:
            self._working = set()
        self._working.add(of)

    def _worked(self, of: asyncio.Future[Any]) -> None:
        self._working.discard(of)
        self.look_soon()

    @contextmanager
    def lend(self) -> Iterator[None]:
        """A thread that works sleeps instead."""
        self._lent += 1
        try:
            yield
        finally:
            self._lent -= 1

    def timed(self, timer: LoopTimer) -> None:
        """A task waits for this timer, or has it beside what it waits for."""
        if self._timers is _NO_TIMERS:
            self._timers = {}
        self._timers[timer] = None
        self.look_soon()

    def forget(self, timer: LoopTimer) -> None:
        """The timer was fired, or is cancelled."""
        self._timers.pop(timer, None)

    def know(self, task: asyncio.Task[Any]) -> None:
        """A task that is part of the work."""
        if task not in self._awake and task not in self._asleep and not task.done():
            self._awake.add(task)
            task.add_done_callback(self._ended)

    def join(self, task: asyncio.Task[Any]) -> None:
        """A task that a handler has made: all that it runs is the handler's."""
        if not task.done():
            self.users.add(task)
            self.know(task)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._awake.discard(task)
        self.users.discard(task)
        if task is self.task:
            for timer in self._timers:
                timer.forgo()
        if self._awake or self._asleep:
            self.look_soon()
        elif self.over or self.task is None:
            self.rest()
            self._leave()
        elif self._timers:
            self.look_soon()

    def _leave(self) -> None:
        """All is over: the loop may be given back."""
        if self._watched or self._later is not None:
            self._unwatch()
        if self._adopted is not None:
            adopted, self._adopted = self._adopted, None
            adopted.end()

    # When to rest.

    def look_soon(self) -> None:
        """Look whether all of it waits, once those who can go on have done so."""
        if self._looking:
            self._again = True
        elif self._moving:
            self._looking = True  # not at once: tasks that were just made begin before time moves
            asyncio.get_running_loop().call_soon(self._look, 0)

    def _look(self, rounds: int) -> None:
        """Decide when all that are awake have been waiting for some rounds of the loop."""
        if not self._moving or len(self._working - self._asleep.keys()) > self._lent:
            self._looking = False  # whatever changes that looks again
        elif self._again:  # something was done since, and may not have reached others yet
            self._again = False
            asyncio.get_running_loop().call_soon(self._look, 0)
        elif not self._awake:
            self._looking = False
            if self._asleep or self._timers:
                self.rest()
        elif not all(map(waits, self._awake)):
            asyncio.get_running_loop().call_soon(self._look, 0)
        elif rounds < ROUNDS and not self._all_timed():
            asyncio.get_running_loop().call_soon(self._look, rounds + 1)
        else:
            self._looking = False
            self._decide()

    def _all_timed(self) -> bool:
        """Whether every task waits for nothing but a timer: no result is on its way then."""
        timed = {timer.future for timer in self._timers}
        return all(getattr(task, "_fut_waiter", self) in timed for task in self._awake)

    def _decide(self) -> None:
        """All of it waits: rest, or find out when to look again."""
        if self.over:
            self.rest()
            return
        timed = {timer.future for timer in self._timers if timer.future is not None}
        known = self._awake | self._asleep.keys() | self._working
        found = max(awaited(task, timed, known) for task in self._awake)
        sleeps = bool(self._asleep or self._timers)
        if found is Awaited.THREAD and not self._lent:
            self._watch()
        elif found >= Awaited.SIGNAL and connections_open(asyncio.get_running_loop()):
            self._hold(self._real_s() if sleeps else math.inf)
        elif found is Awaited.OUTSIDE and sleeps and others_may_work():
            self._hold(GRACE_S)
        elif sleeps:
            self.rest()
        else:
            self._watch()
            if found <= Awaited.SIGNAL:
                self.clock.stuck(self)

    def _real_s(self) -> float:
        """Real seconds until the earliest timer would be due if time passed by itself."""
        if self._adopted is None:
            return 0.0
        real = [*self._asleep.values(), *(timer.ripe_s for timer in self._timers)]
        return min(real) - self._adopted.time()

    def _hold(self, real_s: float) -> None:
        """Rest after so much real time, unless one of the tasks wakes meanwhile."""
        if real_s <= 0:
            self.rest()
            return
        self._watch()
        if real_s < math.inf:
            adopted = self._adopted
            later = asyncio.get_running_loop().call_later if adopted is None else adopted.later
            self._later = later(real_s, self.rest)

    def _watch(self) -> None:
        """Be told when one of the tasks wakes that wait for something else than time."""
        self._unwatch()
        futures = (getattr(task, "_fut_waiter", None) for task in self._awake)
        self._watched = tuple(future for future in futures if future is not None)
        for future in self._watched:
            future.add_done_callback(self._woken)

    def _unwatch(self) -> None:
        if self._later is not None:
            self._later.cancel()
            self._later = None
        for future in self._watched:
            future.remove_done_callback(self._woken)
        self._watched = ()

    def _woken(self, _: asyncio.Future[Any]) -> None:
        self.go()
        self.clock.unstuck(self)
        self.look_soon()
