"""The user's functions: called with an event and a context, in the loop or in a thread.

The context has the attributes of Lambda's (AWS Lambda Developer Guide, "AWS Lambda context object
in Python"), so that the same function runs deployed, and those that command handling adds.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any, Protocol

from appsync_emu.engine.looptime import MOVER
from appsync_emu.engine.threads import Killed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator, Mapping
    from concurrent.futures import Future

    from appsync_emu.core.api import Handler
    from appsync_emu.core.jsonvalue import Json
    from appsync_emu.engine.clock import Clock
    from appsync_emu.engine.threads import Threads

__all__ = ["Desk", "HandlerContext", "call_handler"]

NS_PER_MS = 1_000_000


class Desk(Protocol):
    """What a handler can ask of the engine while it runs."""

    @property
    def trace_id(self) -> str:
        """The trace that everything goes on under."""

    def emit(self, detail_type: str, detail: Json, source: str | None) -> str:
        """Put an event onto the bus; its id."""

    def send(self, command: str, arguments: Mapping[str, Json]) -> str:
        """Send a command under the same trace; the trace id."""


class _Slept:
    """The awaitable that a sleep in a thread returns: it is over already."""

    def __await__(self) -> Generator[Any, None, None]:
        return
        yield


class HandlerContext:
    """What a handler gets beside its event.

    Lambda's attributes: ``aws_request_id`` (the same on every attempt), ``function_name``,
    ``function_version``, ``invoked_function_arn``, ``memory_limit_in_mb``, ``log_group_name``,
    ``log_stream_name``, ``identity``, ``client_context``, ``get_remaining_time_in_millis()``.

    Ours: ``trace_id``, ``attempt`` (from 1), ``clock`` (``clock.now()`` is the emulator's time),
    :meth:`emit`, :meth:`send` and :meth:`sleep`; they work in ``def`` and ``async def`` handlers.
    """

    __slots__ = (
        "_closed",
        "_deadline_ns",
        "_desk",
        "_loop",
        "_sleeping",
        "_thread",
        "attempt",
        "aws_request_id",
        "clock",
        "function_name",
    )

    function_version = "$LATEST"
    memory_limit_in_mb = "128"
    identity = None
    client_context = None

    def __init__(
        self,
        *,
        function_name: str,
        aws_request_id: str,
        attempt: int,
        deadline_ns: int,
        clock: Clock,
        desk: Desk,
    ) -> None:
        self.function_name = function_name
        self.aws_request_id = aws_request_id
        self.attempt = attempt
        self.clock = clock
        self._deadline_ns = deadline_ns
        self._desk = desk
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._sleeping: dict[asyncio.Task[Any], None] | None = None  # on behalf of threads
        self._closed = False

    @property
    def trace_id(self) -> str:
        """The trace that this call belongs to."""
        return self._desk.trace_id

    @property
    def invoked_function_arn(self) -> str:
        """An ARN of the local account."""
        return f"arn:aws:lambda:us-east-1:000000000000:function:{self.function_name}"

    @property
    def log_group_name(self) -> str:
        """Where the function would log."""
        return f"/aws/lambda/{self.function_name}"

    @property
    def log_stream_name(self) -> str:
        """Where the function would log, within the group."""
        return f"{self.clock.now():%Y/%m/%d}/[$LATEST]{self.aws_request_id.replace('-', '')}"

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the attempt is timed out, on the emulator's clock."""
        return max(0, (self._deadline_ns - self.clock.now_ns()) // NS_PER_MS)

    def emit(self, detail_type: str, detail: Json = None, *, source: str | None = None) -> str:
        """Put an event onto the bus, as ``PutEvents`` would: it is sent even if you fail later.

        Args:
            detail_type: what happened; components name it under ``on: {detail-type: [...]}``.
            detail: a JSON value, usually an object.
            source: who says so; the API's name unless given.

        Returns:
            The event's id.

        Raises:
            TechnicalError: the queues are full.
        """
        return self._on_loop(
            lambda: self._desk.emit(detail_type, {} if detail is None else detail, source)
        )

    def send(
        self, command: str, arguments: Mapping[str, Json] | None = None, /, **more: Json
    ) -> str:
        """Send a command through the API, under this trace and with this identity.

        Args:
            command: its field name, or ``Type.field``.
            arguments: of the mutation; when its only argument is ``input``, that one's value.
            more: the same, as keywords.

        Returns:
            The trace id.

        Raises:
            CommandRefused: the answer had errors.
        """
        return self._on_loop(lambda: self._desk.send(command, {**(arguments or {}), **more}))

    def sleep(self, seconds: float) -> Awaitable[None]:
        """Let ``seconds`` pass on the emulator's clock: await it, or just call it in a ``def``."""
        self._ensure_open()
        if threading.get_ident() == self._thread:
            return self.clock.sleep(seconds)
        self._wait(asyncio.run_coroutine_threadsafe(self._sleep(seconds), self._loop))
        return _Slept()

    async def _sleep(self, seconds: float) -> None:
        self._ensure_open()  # it may have been closed on the way from the thread to the loop
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - run_coroutine_threadsafe has just made it
        if self._sleeping is None:
            self._sleeping = {}
        self._sleeping[task] = None
        try:
            await self.clock.sleep(seconds, of_thread=True)
        finally:
            del self._sleeping[task]

    def close(self) -> None:
        """The attempt is over: whatever the handler still tries is refused."""
        self._closed = True
        for task in self._sleeping or ():
            task.cancel()

    def _ensure_open(self) -> None:
        if self._closed:
            raise Killed

    def _on_loop(self, ask: Callable[[], str]) -> str:
        self._ensure_open()
        if threading.get_ident() == self._thread:
            return _by_engine(ask)

        async def asked() -> str:
            self._ensure_open()
            return _by_engine(ask)

        return str(self._wait(asyncio.run_coroutine_threadsafe(asked(), self._loop)))

    def _wait(self, pending: Future[Any]) -> object:
        try:
            return pending.result()
        finally:
            self._ensure_open()


def _by_engine(ask: Callable[[], str]) -> str:
    """Call into the engine: what it does is not the handler's, nor are timers that it sets."""
    mover = MOVER.get()
    if mover is None or mover.asked:
        return ask()
    mover.asked = True
    try:
        return ask()
    finally:
        mover.asked = False


async def call_handler(
    handler: Handler, event: object, context: HandlerContext, threads: Threads
) -> Any:  # noqa: ANN401 - what the user's function returns
    """Call a user's function and wait for what it returns; its exceptions come through.

    Coroutine functions run in the loop, others in a thread: one at a time under virtual time,
    where what coroutines ask of their loop is virtual too (``engine/looptime.py``).
    """
    if handler.is_async:
        work = handler.call(event, context)
    else:
        clock = context.clock
        async with clock.turn():
            work = await threads.run(
                lambda: handler.call(event, context),
                bounded=not clock.virtual,
                watched=context.function_name if clock.virtual else None,
            )
        if not hasattr(work, "__await__"):
            return work
    mover = MOVER.get()
    if mover is None:
        return await work
    # From here on time is virtual for this task, and for those that it makes.
    task = asyncio.current_task()
    users = mover.users
    if task is None or task in users:  # a handler called a handler
        return await work
    if task is not mover.task:
        mover.know(task)
    users.add(task)
    try:
        return await work
    finally:
        users.discard(task)
