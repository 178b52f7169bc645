"""Who moves under virtual time, and what waits for it: the small parts of ``ManualClock``.

A piece of work is a :class:`Mover`; time goes on only while every mover rests.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from contextvars import ContextVar
from types import coroutine
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

__all__ = ["MOVER", "ManualTimer", "Mover", "pause"]


ROUNDS = 4
"""Rounds of the loop that a result may take from task to task on its way to who waits for it."""


@coroutine
def pause() -> Generator[None, None, None]:
    """Let the loop go round once."""
    yield


class _Clock(Protocol):
    """What movers and timers tell their clock."""

    def up(self, mover: Mover) -> None: ...

    def down(self, mover: Mover) -> None: ...

    def cancelled(self, timer: ManualTimer) -> None: ...


class ManualTimer:
    """A callback in the queue; equal deadlines are in the order in which they were set."""

    __slots__ = ("_clock", "at_ns", "callback", "order", "periodic", "sleeper")

    def __init__(
        self,
        clock: _Clock,
        at_ns: int,
        order: int,
        callback: Callable[[], None],
        periodic: bool,  # noqa: FBT001 - private, and handed through
        sleeper: Mover | None,
    ) -> None:
        self._clock = clock
        self.at_ns = at_ns
        self.order = order
        self.callback: Callable[[], None] | None = callback
        self.periodic = periodic
        self.sleeper = sleeper

    @property
    def label(self) -> str:
        """Who waits for it, as errors say it."""
        if self.sleeper is not None:
            return self.sleeper.label
        return getattr(self.callback, "__qualname__", repr(self.callback))

    def __lt__(self, other: ManualTimer) -> bool:
        return (self.at_ns, self.order) < (other.at_ns, other.order)

    def cancel(self) -> None:
        """Forget the callback; harmless when it has run."""
        if self.callback is not None:
            self.callback = None
            self._clock.cancelled(self)


class Mover:
    """One piece of work: it moves, or it rests until a timer wakes it.

    A handler may sleep in tasks of its own (``asyncio.gather``). They inherit its mover, which
    rests when one of them sleeps and all others that are known (the handler's own task, and those
    that have slept before) wait for something: they are taken to wait for the sleeper. Whoever
    waits for a thread that works is not.
    """

    __slots__ = (
        "_asleep",
        "_awake",
        "_clock",
        "_lent",
        "_looking",
        "_moving",
        "_working",
        "since",
        "task",
    )

    def __init__(self, clock: _Clock) -> None:
        self._clock = clock
        self._moving = False
        self._looking = False
        self._asleep = 0
        self._working: set[asyncio.Task[Any]] = set()  # those that wait for a thread
        self._lent = 0  # threads that sleep
        self._awake: set[asyncio.Task[Any]] = set()  # known tasks that do not sleep
        self.since = 0  # number of its latest start, of all starts
        self.task: asyncio.Task[Any] | None = None

    @property
    def label(self) -> str:
        """The task's name if it was given one, else what it runs."""
        if self.task is None:
            return "a task"
        name = self.task.get_name()
        given = not name.startswith("Task-")
        return name if given else getattr(self.task.get_coro(), "__qualname__", name)

    def begin(self, task: asyncio.Task[Any]) -> None:
        """The work is done by this task, and is over when it ends."""
        self.task = task
        self._know(task)

    def go(self) -> None:
        """Move; the waker says so *before* it resumes the sleeper, or time would slip through."""
        if not self._moving:
            self._moving = True
            self._clock.up(self)

    def rest(self) -> None:
        """Stand still."""
        if self._moving:
            self._moving = False
            self._clock.down(self)

    async def wait(self, woken: asyncio.Future[None]) -> None:
        """Rest until ``woken`` is set by somebody who has called :meth:`go`."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - whoever has a mover is in a task
        if task not in self._awake:
            self._know(task)
        self._awake.discard(task)
        self._asleep += 1
        self._look_soon()
        try:
            await woken
        except asyncio.CancelledError:
            self.go()
            raise
        finally:
            self._asleep -= 1
            self._awake.add(task)
            if self._asleep:
                self._look_soon()

    @contextmanager
    def work(self) -> Iterator[None]:
        """The present task waits for a thread that works: there is no rest meanwhile."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - whoever has a mover is in a task
        self._working.add(task)
        try:
            yield
        finally:
            self._working.discard(task)
            if self._asleep:
                self._look_soon()

    @contextmanager
    def lend(self) -> Iterator[None]:
        """A thread that works sleeps instead."""
        self._lent += 1
        try:
            yield
        finally:
            self._lent -= 1

    def _know(self, task: asyncio.Task[Any]) -> None:
        self._awake.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._awake.discard(task)
        if self._asleep:
            self._look_soon()
        elif self.task is task or (not self._awake and (self.task is None or self.task.done())):
            self.rest()

    def _look_soon(self) -> None:
        if self._moving and not self._looking:
            self._looking = True  # not at once: tasks that were just made begin before time moves
            asyncio.get_running_loop().call_soon(self._look, 0)

    def _look(self, rounds: int) -> None:
        """Rest if all that are awake have been waiting for some rounds of the loop."""
        at_work = len(self._working & self._awake) - self._lent
        if not self._moving or not self._asleep or at_work > 0:
            self._looking = False  # whatever changes that looks again
        elif not self._awake:
            self._looking = False
            self.rest()
        elif not all(map(_waits, self._awake)):
            asyncio.get_running_loop().call_soon(self._look, 0)
        elif rounds < ROUNDS:
            asyncio.get_running_loop().call_soon(self._look, rounds + 1)
        else:
            self._looking = False
            self.rest()


def _waits(task: asyncio.Task[Any]) -> bool:
    """Whether the task waits for something that has not happened yet."""
    try:
        waits_for: asyncio.Future[Any] | None = task._fut_waiter  # type: ignore[attr-defined]  # noqa: SLF001 - nobody else knows
    except AttributeError:  # a kind of task that does not tell: taken to wait
        return True
    return waits_for is not None and not waits_for.done()


MOVER: ContextVar[Mover | None] = ContextVar("appsync_emu_mover", default=None)
"""The mover that the running code belongs to; tasks and threads inherit it."""
