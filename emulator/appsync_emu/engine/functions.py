"""Functions behind ``AWS_LAMBDA`` data sources: called for a field, with a time limit."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, NoReturn

from appsync_emu.datasources.lambda_ import TIMED_OUT, LambdaFailure
from appsync_emu.engine.desk import FieldDesk
from appsync_emu.engine.failures import error_info, log_failure
from appsync_emu.engine.handlers import HandlerContext, call_handler
from appsync_emu.graph.call import settled, unstarted
from appsync_emu.graph.run import is_pending
from appsync_emu.sdks.joint import Call

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from appsync_emu.core.api import Function
    from appsync_emu.core.faults.verdict import Fail
    from appsync_emu.engine.calls import Calls
    from appsync_emu.engine.clock import Clock
    from appsync_emu.engine.desk import Engine
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
        calls: asks for faults, and writes down every call.
        engine: what functions can ask for.
    """

    def __init__(
        self,
        clock: Clock,
        entropy: Entropy,
        threads: Threads,
        calls: Calls,
        engine: Engine,
    ) -> None:
        self._clock = clock
        self._entropy = entropy
        self._threads = threads
        self._calls = calls
        self._engine = engine

    def invoke(self, function: Function, event: object, call: FieldCall) -> Any:  # noqa: ANN401 - the user's
        """The function's result, at once when it does not wait; else an awaitable of it.

        Raises:
            LambdaFailure: it raised, exited, or took longer than its ``timeout_s``.
        """
        request_id = self._entropy.request_id()
        deadline_ns = self._clock.now_ns() + round(function.timeout_s * NS)
        context = HandlerContext(
            function_name=function.name,
            aws_request_id=request_id,
            attempt=1,
            deadline_ns=deadline_ns,
            clock=self._clock,
            desk=FieldDesk(self._engine, call, request_id),
        )
        result: Any
        ours = self._calls.of_field(call, context)
        handler, threads = function.handler, self._threads
        armed = self._calls.armed
        if armed or self._clock.virtual:
            # A caller of its own: the resolver's calls are not those of its function.
            caller = self._calls.of_field(call, context)
            passing = _Invoke("lambda", function.name, "Invoke")
            result = caller.through_async(
                passing, lambda: ours.during(call_handler(handler, event, context, threads))
            )
        else:  # every query of a server is no news: nobody reads of it, and it takes time
            result = ours.during(call_handler(handler, event, context, threads))
        if armed or not call.field.alone:
            # Begun here, it would take the caller's task for its own, and be continued by another.
            return unstarted(self._in_time(function, unstarted(result), context, deadline_ns))
        try:
            result = settled(result)
        except (Exception, SystemExit) as error:
            context.close()
            raise _failure(function, error) from error
        if is_pending(result):
            return self._in_time(function, result, context, deadline_ns)
        context.close()
        return result

    async def _in_time(
        self,
        function: Function,
        pending: Awaitable[Any],
        context: HandlerContext,
        deadline_ns: int,
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
        except LambdaFailure:
            raise
        except (Exception, SystemExit) as error:
            raise _failure(function, error) from error
        finally:
            timer.cancel()
            context.close()


class _Invoke(Call):
    """The call of the function itself, as AppSync makes it."""

    __slots__ = ()

    def fail(self, fault: Fail) -> NoReturn:
        """Fail as AppSync reports it for a direct Lambda resolver."""
        client = fault.named.client if fault.named is not None else None
        if client is not None:
            raise LambdaFailure(client.error_type, client.message)
        raise LambdaFailure(fault.error.type, fault.error.message)


def _failure(function: Function, error: BaseException) -> LambdaFailure:
    log_failure(f"data source {function.name}", error_info(error, {}))
    if isinstance(error, SystemExit):
        message = f"Runtime exited with error: exit status {error.code}"
        return LambdaFailure("Runtime.ExitError", message)
    return LambdaFailure(type(error).__name__, str(error))
