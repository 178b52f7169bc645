"""Threads for handlers that are not coroutines: the loop never waits for them.

They are daemons, unlike those of ``concurrent.futures``: a handler that blocks for ever must not
keep the process from ending. One whose time is up is killed at its next bytecode; inside a
blocking call it ends when that call returns.
"""

from __future__ import annotations

import asyncio
import ctypes
import linecache
import logging
import re
import sys
import threading
from collections import deque
from contextvars import copy_context
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

__all__ = ["Killed", "Threads"]

THREADS_MAX = 64
"""Handlers that run in threads at once; more wait. (A real function has 1,000 by default.)"""


LOOK_S = 0.02
"""Real seconds after which it is looked whether a thread sleeps; then after twice as many, ..."""

_LOG = logging.getLogger(__name__)
_HERE = str(Path(__file__).parent)
_SLEEP = re.compile(r"\bsleep\s*\(")


class Killed(BaseException):
    """Raised inside a handler's thread when its time is up; ``except Exception`` misses it."""


_Job: TypeAlias = "tuple[Callable[[], Any], asyncio.AbstractEventLoop, asyncio.Future[Any]]"


def _settle(future: asyncio.Future[Any], result: object, error: BaseException | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    elif isinstance(error, StopIteration):  # a future cannot carry it
        future.set_exception(RuntimeError(f"StopIteration: {error}"))
    else:
        future.set_exception(error)


class _Worker:
    """One thread that does one job after another."""

    def __init__(self, number: int) -> None:
        self.jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self.thread = threading.Thread(
            target=self._work, name=f"appsync-emu-handler-{number}", daemon=True
        )
        self.thread.start()

    def _work(self) -> None:
        try:
            while (job := self.jobs.get()) is not None:
                call, loop, future = job
                result, error = None, None
                try:
                    result = call()
                except BaseException as raised:  # noqa: BLE001 - the attempt decides what it means
                    error = raised
                try:
                    loop.call_soon_threadsafe(_settle, future, result, error)
                except RuntimeError:
                    return  # the loop is closed: nobody waits any more
                del job, call, future, result, error
        except Killed:
            return

    def kill(self) -> None:
        """Raise :class:`Killed` in the thread, and let it end."""
        if _pending_exceptions_hang():
            looked = threading.Timer(LOOK_S, self._strike_unless_at, (self._position(),))
            looked.daemon = True
            looked.start()
        else:
            # In this order: a thread that has just ended its job would otherwise leave its loop,
            # and be struck where nobody catches it.
            self._strike()
        self.jobs.put(None)

    def _strike(self) -> None:
        if self.thread.ident is not None:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(self.thread.ident), ctypes.py_object(Killed)
            )

    def _position(self) -> tuple[int, int] | None:
        """Where the thread stands: a frame and its instruction; ``None`` when it has ended."""
        frame = sys._current_frames().get(self.thread.ident or 0)  # noqa: SLF001 - the only way
        return None if frame is None else (id(frame), frame.f_lasti)

    def _strike_unless_at(self, position: tuple[int, int] | None) -> None:
        """Strike a thread that got on; one that blocks ends when what it waits for does."""
        if self.thread.is_alive() and self._position() not in (None, position):
            self._strike()


def _pending_exceptions_hang() -> bool:
    """Whether this Python goes round in circles while an exception waits for a blocked thread.

    CPython 3.11 does so in every thread that is traced, by a debugger or for coverage: it looks
    for pending exceptions before each function, finds one that is not its own, and looks again.
    """
    traced = (sys.gettrace(), sys.getprofile(), threading.gettrace(), threading.getprofile())
    return sys.version_info < (3, 12) and any(traced)


class _Watch:
    """Looks now and then whether a thread is in ``time.sleep``, and says so in the log, once.

    It looks at where the thread stands instead of replacing ``time.sleep``, which is the user's.
    It is logged, and no warning: a suite that turns warnings into errors would fail for being
    slow.
    """

    def __init__(self, told: set[tuple[str, int]], thread: threading.Thread, name: str) -> None:
        self._told = told
        self._thread = thread
        self._name = name
        self._after_s = LOOK_S
        self._arm()

    def _arm(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._after_s, self._look)

    def _look(self) -> None:
        place = _asleep_at(sys._current_frames().get(self._thread.ident or 0))  # noqa: SLF001 - public, for all its name
        if place is None:
            self._after_s *= 2
            self._arm()
        elif place not in self._told:
            self._told.add(place)
            _LOG.warning(
                "%s calls time.sleep (%s:%d), which takes real time even here; context.sleep takes"
                " the emulator's.",
                self._name,
                *place,
            )

    def cancel(self) -> None:
        """The job is over."""
        self._timer.cancel()


def _asleep_at(frame: FrameType | None) -> tuple[str, int] | None:
    """File and line at which a handler has called for sleep; ``None`` when it does not sleep."""
    if frame is None or not _SLEEP.search(_line(frame)):
        return None
    stack = [frame]
    while (outer := stack[-1].f_back) is not None and not outer.f_code.co_filename.startswith(
        _HERE
    ):
        stack.append(outer)
    handler = stack[-1].f_code.co_filename
    # A library may sleep for it: then it is where the library was called.
    line = next(inner.f_lineno for inner in stack if inner.f_code.co_filename == handler)
    return handler, line


def _ours(frame: FrameType) -> bool:
    return frame.f_code.co_filename.startswith(_HERE)


def _line(frame: FrameType) -> str:
    return linecache.getline(frame.f_code.co_filename, frame.f_lineno)


class Threads:
    """A pool that grows to :data:`THREADS_MAX` threads and reuses them."""

    def __init__(self) -> None:
        self._idle: list[_Worker] = []
        self._busy = 0
        self._made = 0
        self._queue: deque[asyncio.Future[None]] = deque()
        self._told: set[tuple[str, int]] = set()

    async def run(
        self, call: Callable[[], Any], *, bounded: bool = True, watched: str | None = None
    ) -> Any:  # noqa: ANN401 - what the handler returns
        """Run ``call`` in a thread; when this is cancelled, the thread is killed.

        ``bounded`` waits when :data:`THREADS_MAX` threads are busy. Under virtual time that would
        be waiting for sleepers that cannot wake while somebody waits. ``watched`` names the
        handler in the log, should it be found in ``time.sleep``.
        """
        loop = asyncio.get_running_loop()
        while bounded and self._busy >= THREADS_MAX:
            free = loop.create_future()
            self._queue.append(free)
            try:
                await free
            except asyncio.CancelledError:
                if free.done() and not free.cancelled():
                    self._wake_one()  # the place was meant for somebody who still wants it
                raise
        worker = self._idle.pop() if self._idle else self._hire()
        self._busy += 1
        future: asyncio.Future[Any] = loop.create_future()
        # The clock knows whom to wake by a context variable, also for a sleep in a thread.
        worker.jobs.put((partial(copy_context().run, call), loop, future))
        watch = None if watched is None else _Watch(self._told, worker.thread, watched)
        try:
            return await future
        finally:
            if watch is not None:
                watch.cancel()
            self._busy -= 1
            if future.cancelled():
                worker.kill()
            else:
                self._idle.append(worker)
            self._wake_one()

    def _wake_one(self) -> None:
        while self._queue:
            free = self._queue.popleft()
            if not free.done():
                free.set_result(None)
                return

    def _hire(self) -> _Worker:
        self._made += 1
        return _Worker(self._made)

    def close(self) -> None:
        """Let the idle threads end."""
        while self._idle:
            self._idle.pop().jobs.put(None)
