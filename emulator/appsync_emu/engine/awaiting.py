"""What a task waits for: time alone, other tasks, a thread, or perhaps a connection.

asyncio does not say it, so it is read from where the task stands: the innermost coroutine, and
the future that it waits for. Whatever is not recognised is taken for the outside world, which
costs a little real time and is never wrong.
"""

from __future__ import annotations

import asyncio
import threading
from enum import IntEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterable
    from selectors import SelectorKey
    from types import FrameType

__all__ = ["Awaited", "awaited", "connections_open", "others_may_work", "waited_for", "waits"]


class Awaited(IntEnum):
    """What has to happen before a task goes on; the greater, the nearer to the outside world."""

    TIME = 0
    """A timer of its own, or another task that is looked at as well."""
    TASK = 1
    """Another task, perhaps of another handler: who holds a lock or a semaphore."""
    SIGNAL = 2
    """An event, a queue or a condition: another task, or a connection that has got data."""
    OUTSIDE = 3
    """A future that anybody may set: a connection, or a thread."""
    THREAD = 4
    """A thread that works."""


_PLACES = {
    ("asyncio.taskgroups", "TaskGroup.__aexit__"): Awaited.TIME,
    ("asyncio.taskgroups", "TaskGroup._aexit"): Awaited.TIME,
    ("anyio._backends._asyncio", "TaskGroup.__aexit__"): Awaited.TIME,
    ("anyio._backends._asyncio", "AsyncIOBackend.run_sync_in_worker_thread"): Awaited.THREAD,
    ("asyncio.locks", "Lock.acquire"): Awaited.TASK,
    ("asyncio.locks", "Semaphore.acquire"): Awaited.TASK,
    ("asyncio.locks", "Event.wait"): Awaited.SIGNAL,
    ("asyncio.locks", "Condition.wait"): Awaited.SIGNAL,
    ("asyncio.queues", "Queue.get"): Awaited.SIGNAL,
    ("asyncio.queues", "Queue.put"): Awaited.SIGNAL,
    ("asyncio.queues", "Queue.join"): Awaited.SIGNAL,
}
"""Where coroutines of known libraries wait, and what for."""

_WAITED_FOR = {
    ("asyncio.tasks", "wait_for"): "fut",
    ("asyncio.tasks", "_wait"): "fs",
    ("asyncio.tasks", "_cancel_and_wait"): "fut",
}
"""Coroutines that wait for a future of their own on behalf of those that this variable holds."""


def waits(task: asyncio.Task[Any]) -> bool:
    """Whether the task waits for something that has not happened yet."""
    try:
        future = waited_for(task)
    except AttributeError:  # a kind of task that does not tell: taken to wait
        return True
    return future is not None and not future.done()


def waited_for(task: asyncio.Task[Any]) -> asyncio.Future[Any] | None:
    """The future that the task waits for; ``AttributeError`` when it does not tell."""
    future: asyncio.Future[Any] | None = task._fut_waiter  # type: ignore[attr-defined]  # noqa: SLF001 - nobody else knows
    return future


def awaited(
    task: asyncio.Task[Any], timed: Container[object], known: Collection[asyncio.Future[Any]]
) -> Awaited:
    """What a task that waits is waiting for.

    Args:
        task: the task.
        timed: futures that timers of virtual time will set.
        known: the tasks of the same piece of work, which are looked at as well.
    """
    frame = _innermost(task.get_coro())
    place = ("", "")
    if frame is not None:
        place = (frame.f_globals.get("__name__", ""), frame.f_code.co_qualname)
    if frame is not None and place in _WAITED_FOR:
        of = frame.f_locals.get(_WAITED_FOR[place], ())
        return _worst([of] if isinstance(of, asyncio.Future) else of, timed, known)
    found = _PLACES.get(place)
    return _of_future(getattr(task, "_fut_waiter", None), timed, known) if found is None else found


def _worst(
    futures: Iterable[object], timed: Container[object], known: Collection[asyncio.Future[Any]]
) -> Awaited:
    return max((_of_future(future, timed, known) for future in futures), default=Awaited.OUTSIDE)


def _of_future(
    future: object, timed: Container[object], known: Collection[asyncio.Future[Any]]
) -> Awaited:
    if future in timed or future in known or (isinstance(future, asyncio.Future) and future.done()):
        return Awaited.TIME
    children = getattr(future, "_children", None)  # of asyncio.gather
    if children:
        return _worst(children, timed, known)
    callbacks = getattr(future, "_callbacks", None) or ()
    if any(_hands_over(callback) for callback, *_ in callbacks):
        return Awaited.THREAD
    return Awaited.OUTSIDE


def _hands_over(callback: object) -> bool:
    """Whether it was set by ``asyncio.wrap_future``: what an executor does, or another thread."""
    name = getattr(callback, "__qualname__", "")
    return name == "_chain_future.<locals>._call_check_cancel"


def _innermost(work: object) -> FrameType | None:
    """The frame of the innermost coroutine that ``work`` waits in."""
    frame = None
    while work is not None:
        for inner, where in (("cr_await", "cr_frame"), ("gi_yieldfrom", "gi_frame")):
            if hasattr(work, where):
                frame, work = getattr(work, where), getattr(work, inner)
                break
        else:
            return frame
    return frame


def connections_open(loop: asyncio.AbstractEventLoop) -> bool:
    """Whether the loop watches anything but itself and sockets that listen."""
    selector: Any = getattr(loop, "_selector", None)
    if hasattr(selector, "get_map"):
        return any(not _expects_nothing(key) for key in (selector.get_map() or {}).values())
    # Of Windows' own loop it is known how many operations are under way; one is the loop's.
    return len(getattr(selector, "_cache", ())) > 1


def _expects_nothing(key: SelectorKey) -> bool:
    """Whether it is the loop's own, or waits for new clients, who bring no answer to anybody."""
    reader = key.data[0] if isinstance(key.data, tuple) and key.data else None
    name = getattr(getattr(reader, "_callback", None), "__name__", "")
    return name in ("_read_from_self", "_accept_connection")


def others_may_work() -> bool:
    """Whether there are threads that might set a future: not Python's first, nor our own."""
    ours = (threading.main_thread(), threading.current_thread())
    return any(
        thread not in ours and not thread.name.startswith("appsync-emu")
        for thread in threading.enumerate()
    )
