"""Virtual time for handlers that ask the loop: ``asyncio.sleep``, ``asyncio.timeout`` and others.

A loop is *adopted* while work under virtual time is alive on it: five methods are replaced on the
instance. Code of handlers, which :func:`user` tells, gets the clock's time and its timers;
everybody else on the same loop (the test, the server's sockets) gets what was there before.

Only loops that are written in Python can be adopted: uvloop's attributes cannot be set.
"""

from __future__ import annotations

import asyncio
import math
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Self, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from contextvars import Context

    from appsync_emu.engine.movers import ManualTimer, Mover

__all__ = ["MOVER", "LoopTime", "LoopTimer", "Moment", "adoptable", "loop_time", "user"]

T = TypeVar("T")
NS = 1_000_000_000
US = 1_000_000
FOR_EVER_S = 1e9
"""Delays of so many seconds (30 years) are not waited for."""

_NAME = "_appsync_emu_time"
_METHODS = ("time", "call_at", "call_later", "create_task", "run_in_executor")

MOVER: ContextVar[Mover | None] = ContextVar("appsync_emu_mover", default=None)
"""The mover that the running code belongs to; tasks and threads inherit it."""


def user() -> Mover | None:
    """The mover whose handler's code is running; ``None`` in the engine's code, and elsewhere."""
    mover = MOVER.get()
    if mover is None or mover.asked:
        return None
    task = asyncio.current_task()  # a callback is of whoever set it
    return mover if task is None or task in mover.users else None


class Moment(float):
    """What ``loop.time()`` says in a handler: seconds, as everywhere, and exact nanoseconds.

    Sums with seconds stay exact, so that deadlines do not hang on where the loop's time began.
    """

    __slots__ = ("ns",)
    ns: int

    def __new__(cls, seconds: float, ns: int) -> Self:
        """Make one: ``ns`` are nanoseconds since the Unix epoch, on the emulator's clock."""
        moment = super().__new__(cls, seconds)
        moment.ns = ns
        return moment

    def _moved(self, seconds: float) -> float:
        total = float(self) + float(seconds)
        if not abs(seconds) < FOR_EVER_S:
            return total
        return Moment(total, self.ns + round(seconds * NS))

    def __add__(self, seconds: float) -> float:
        return self._moved(seconds)

    __radd__ = __add__

    def __sub__(self, other: float) -> float:
        if isinstance(other, Moment):
            return (self.ns - other.ns) / NS
        return float(self) - other

    def until_ns(self, when: float) -> int:
        """Nanoseconds from here to ``when``; whole microseconds where that is a plain number.

        It was rounded when somebody made it, by an amount that hangs on the machine's uptime.
        """
        if isinstance(when, Moment):
            return when.ns - self.ns
        return round((when - float(self)) * US) * (NS // US)

    def __lt__(self, other: float) -> bool:
        return other == math.inf or self.until_ns(other) > 0

    def __le__(self, other: float) -> bool:
        return other == math.inf or self.until_ns(other) >= 0

    def __gt__(self, other: float) -> bool:
        return not self <= other

    def __ge__(self, other: float) -> bool:
        return not self < other


class LoopTimer(asyncio.TimerHandle):
    """A timer that a handler set on its loop, and that virtual time fires."""

    __slots__ = ("_mover", "_timer", "future", "ripe_s")
    _timer: ManualTimer

    def __init__(
        self,
        when: float,
        callback: Callable[..., object],
        args: tuple[object, ...],
        loop: asyncio.AbstractEventLoop,
        context: Context | None,
        mover: Mover,
        ripe_s: float,
    ) -> None:
        super().__init__(when, callback, args, loop, context)
        self._mover = mover
        self.future = args[0] if args and isinstance(args[0], asyncio.Future) else None
        """What it will set, where that can be told: ``asyncio.sleep`` waits for it."""
        self.ripe_s = ripe_s
        """When it would be due in real time, on the loop's own clock."""

    __hash__ = object.__hash__  # several of a mover's timers may be equal
    __eq__ = object.__eq__

    def arm(self, timer: ManualTimer) -> None:
        """Be fired by this one."""
        self._timer = timer

    def due(self) -> None:
        """Its time has come: the callback runs with the loop's next round, outside of any task."""
        self._mover.go()
        self._loop.call_soon(self._fire)  # type: ignore[attr-defined]  # as every handle has

    def _fire(self) -> None:
        self._mover.forget(self)
        if not self._cancelled:
            self._run()
        self._mover.look_soon()

    def cancel(self) -> None:
        """Forget the callback; harmless when it has run."""
        if not self._cancelled:
            self._mover.forget(self)
            self._timer.cancel()
        super().cancel()

    def forgo(self) -> None:
        """Nobody waits for it any more: ``settle`` does not either."""
        self._timer.forgo()


class LoopTime:
    """An adopted loop: its own methods, and how much work there is on it."""

    __slots__ = ("_before", "_loop", "_ours", "_work", "call_at", "create_task", "time")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._work = 0
        self._before: dict[str, Any] = {}
        self._prepare()

    def begin(self) -> None:
        """A piece of work begins: adopt the loop, unless it is already."""
        self._work += 1
        if self._work == 1:
            own = vars(self._loop)
            if self._before != {name: own[name] for name in _METHODS if name in own}:
                self._prepare()  # somebody else has replaced methods since
            own.update(self._ours)

    def end(self) -> None:
        """A piece of work is over; with the last one the loop is given back."""
        self._work -= 1
        if self._work == 0:
            own = vars(self._loop)
            for name in _METHODS:
                own.pop(name, None)
            own.update(self._before)

    def __enter__(self) -> None:
        self.begin()

    def __exit__(self, *_: object) -> None:
        self.end()

    def later(self, seconds: float, callback: Callable[[], object]) -> asyncio.TimerHandle:
        """Call back in so many real seconds, whoever asks."""
        return self.call_at(self.time() + seconds, callback)

    def _prepare(self) -> None:
        loop = self._loop
        own = vars(loop)
        self._before = {name: own[name] for name in _METHODS if name in own}
        # The loop's own: in real time, and unknown to movers.
        self.time, self.call_at, self.create_task = loop.time, loop.call_at, loop.create_task
        self._ours = {
            "time": _time(loop),
            "call_at": _call_at(loop),
            "call_later": _call_later(loop),
            "create_task": _create_task(loop),
            "run_in_executor": _run_in_executor(loop),
        }


def adoptable(loop: asyncio.AbstractEventLoop) -> bool:
    """Whether handlers on this loop can have virtual time of ``asyncio.sleep``."""
    return isinstance(loop, asyncio.BaseEventLoop)


def loop_time(loop: asyncio.AbstractEventLoop) -> LoopTime | None:
    """What adopts the loop, or ``None`` where that cannot be."""
    if not adoptable(loop):
        return None
    own = vars(loop)
    found: LoopTime | None = own.get(_NAME)
    if found is None:
        found = own[_NAME] = LoopTime(loop)
    return found


# What stands in for the loop's own methods.


def _time(loop: asyncio.AbstractEventLoop) -> Callable[[], float]:
    real = loop.time
    inherited = MOVER.get

    def time() -> float:
        if inherited() is None:  # in most cases, and at once
            return real()
        mover = user()
        return real() if mover is None else mover.clock.loop_time()

    return time


def _set(
    loop: asyncio.AbstractEventLoop,
    mover: Mover,
    at_ns: int | None,
    when: float,
    callback: Callable[..., object],
    args: tuple[object, ...],
    context: Context | None,
) -> LoopTimer:
    clock = mover.clock
    now_ns = clock.now_ns()
    if at_ns is None:  # never, as good as
        at_ns = now_ns + round(FOR_EVER_S) * NS
    real_s = loop_time(loop).time()  # type: ignore[union-attr]  # it is adopted
    timer = LoopTimer(when, callback, args, loop, context, mover, real_s + (at_ns - now_ns) / NS)
    lasting = not mover.over and at_ns - now_ns < FOR_EVER_S * NS
    timer.arm(clock.timer_of(mover, at_ns, timer.due, lasting=lasting))
    mover.timed(timer)
    return timer


_CallAt: TypeAlias = "Callable[..., asyncio.TimerHandle]"


def _call_at(loop: asyncio.AbstractEventLoop) -> _CallAt:
    real = loop.call_at

    def call_at(
        when: float, callback: Callable[..., object], *args: object, context: Context | None = None
    ) -> asyncio.TimerHandle:
        mover = user()
        if mover is None:
            return real(when, callback, *args, context=context)
        now = mover.clock.loop_time()
        soon = when - float(now) < FOR_EVER_S
        at_ns = now.ns + now.until_ns(when) if soon else None
        return _set(loop, mover, at_ns, when, callback, args, context)

    return call_at


def _call_later(loop: asyncio.AbstractEventLoop) -> _CallAt:
    real = loop.call_later

    def call_later(
        delay: float, callback: Callable[..., object], *args: object, context: Context | None = None
    ) -> asyncio.TimerHandle:
        mover = user()
        if mover is None:
            return real(delay, callback, *args, context=context)
        when = mover.clock.loop_time() + delay
        at_ns = when.ns if isinstance(when, Moment) else None
        return _set(loop, mover, at_ns, when, callback, args, context)

    return call_later


def _create_task(loop: asyncio.AbstractEventLoop) -> Callable[..., asyncio.Task[Any]]:
    real = loop.create_task

    def create_task(
        work: Coroutine[Any, Any, T],
        *,
        context: Context | None = None,
        **options: Any,  # noqa: ANN401 - newer versions of Python have more of them
    ) -> asyncio.Task[T]:
        if context is None:
            task = real(work, **options)
            mover = user()
        else:
            task = real(work, context=context, **options)
            mover = user() if context.get(MOVER) is not None else None
        if mover is not None:
            mover.join(task)
        return task

    return create_task


def _run_in_executor(loop: asyncio.AbstractEventLoop) -> Callable[..., asyncio.Future[Any]]:
    real = loop.run_in_executor

    def run_in_executor(
        executor: Any,  # noqa: ANN401 - handed through
        call: Callable[..., Any],
        *args: object,
    ) -> asyncio.Future[Any]:
        future = real(executor, call, *args)
        mover = user()
        if mover is not None:
            mover.working_on(future)
        return future

    return run_in_executor
