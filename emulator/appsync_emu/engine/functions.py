"""Functions behind ``AWS_LAMBDA`` data sources: called for a field, with a time limit."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from appsync_emu.datasources.lambda_ import TIMED_OUT, LambdaFailure
from appsync_emu.engine.handlers import HandlerContext, call_handler
from appsync_emu.graph.call import settled
from appsync_emu.graph.run import is_pending

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping

    from appsync_emu.core.api import Function
    from appsync_emu.core.jsonvalue import Json
    from appsync_emu.engine.clock import Clock
    from appsync_emu.engine.emulator import Emulator
    from appsync_emu.engine.entropy import Entropy
    from appsync_emu.engine.threads import Threads
    from appsync_emu.graph.call import FieldCall

__all__ = ["Functions"]

NS = 1_000_000_000


class Functions:
    """Calls the user's functions on behalf of resolvers.

    Args:
        clock: keeps the time limit.
        entropy: makes request ids.
        threads: for functions that are not coroutines.
        emulator: takes events and commands that a function sends.
    """

    def __init__(
        self, clock: Clock, entropy: Entropy, threads: Threads, emulator: Emulator
    ) -> None:
        self._clock = clock
        self._entropy = entropy
        self._threads = threads
        self._emulator = emulator

    def invoke(self, function: Function, event: object, call: FieldCall) -> Any:  # noqa: ANN401 - the user's
        """The function's result, at once when it does not wait; else an awaitable of it.

        Raises:
            LambdaFailure: it raised, exited, or took longer than its ``timeout_s``.
        """
        desk = _FieldDesk(self._emulator, call, self._entropy.request_id())
        deadline_ns = self._clock.now_ns() + round(function.timeout_s * NS)
        context = HandlerContext(
            function_name=function.name,
            aws_request_id=desk.request_id,
            trace_id=desk.trace_id,
            attempt=1,
            deadline_ns=deadline_ns,
            clock=self._clock,
            desk=desk,
        )
        try:
            result = settled(call_handler(function.handler, event, context, self._threads))
        except (Exception, SystemExit) as error:
            context.close()
            raise _failure(error) from error
        if is_pending(result):
            return self._in_time(result, context, deadline_ns)
        context.close()
        return result

    async def _in_time(
        self, pending: Awaitable[Any], context: HandlerContext, deadline_ns: int
    ) -> Any:  # noqa: ANN401 - the user's
        """Wait for a function that has begun, until its time is up."""
        task = asyncio.current_task()
        late = False

        def time_is_up() -> None:
            nonlocal late
            late = True
            if task is not None:
                task.cancel()

        timer = self._clock.call_at(deadline_ns, time_is_up)
        try:
            return await pending
        except asyncio.CancelledError:
            if late and task is not None and task.uncancel() == 0:
                raise LambdaFailure(*TIMED_OUT) from None
            raise
        except (Exception, SystemExit) as error:
            raise _failure(error) from error
        finally:
            timer.cancel()
            context.close()


def _failure(error: BaseException) -> LambdaFailure:
    if isinstance(error, SystemExit):
        message = f"Runtime exited with error: exit status {error.code}"
        return LambdaFailure("Runtime.ExitError", message)
    return LambdaFailure(type(error).__name__, str(error))


class _FieldDesk:
    """What a function behind a field asks of the engine; its trace is new unless carried on."""

    __slots__ = ("_call", "_emitted", "_emulator", "request_id", "trace_id")

    def __init__(self, emulator: Emulator, call: FieldCall, request_id: str) -> None:
        self._emulator = emulator
        self._call = call
        self._emitted = 0
        self.request_id = request_id
        header = emulator.api.trace.header.lower()
        self.trace_id = emulator.trace_of(call.request, header) or request_id

    def emit(self, detail_type: str, detail: Json, source: str | None) -> str:
        self._emitted += 1
        event_id = self._emulator.entropy.uuid("event", self.request_id, self._emitted)
        self._emulator.publish(
            self.trace_id,
            event_id,
            detail_type,
            detail,
            source=source or self._emulator.api.name,
            by=None,
            command=None,
        )
        return event_id

    def send(self, command: str, arguments: Mapping[str, Json]) -> str:
        return self._emulator.send(
            command, arguments, trace_id=self.trace_id, identity=self._call.request.identity
        )
