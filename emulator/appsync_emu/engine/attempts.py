"""One attempt: the user's handler, and the fault that strikes before or after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn, Protocol, assert_never

from appsync_emu.core.faults.points import Point
from appsync_emu.core.faults.verdict import (
    Close,
    Corrupt,
    Crash,
    Delay,
    Drop,
    Duplicate,
    Fail,
    Hang,
    Outage,
    Proceed,
    Reorder,
    Stale,
)
from appsync_emu.core.lifecycle import Failed, Succeeded
from appsync_emu.datasources.marshal import marshal
from appsync_emu.engine.failures import error_info, log_failure
from appsync_emu.engine.handlers import HandlerContext, call_handler
from appsync_emu.engine.strikes import out_of_place
from appsync_emu.resolvers.context import plain_copy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from appsync_emu.core.classify import ErrorClass
    from appsync_emu.core.faults.verdict import Verdict
    from appsync_emu.core.records import ErrorInfo
    from appsync_emu.engine.calls import Calls
    from appsync_emu.engine.clock import Clock
    from appsync_emu.engine.handlers import Desk
    from appsync_emu.engine.idempotency import IdempotencyStore
    from appsync_emu.engine.runs import Run
    from appsync_emu.engine.threads import Threads

__all__ = ["Attempts"]

ERRORS_SEEN_MAX = 256

_SUCCEEDED = Succeeded()


class _Injected(BaseException):
    """An injected failure on its way out of an attempt; nobody else's ``except`` may stop it."""

    def __init__(self, error: ErrorInfo, restart_after_s: float | None = None) -> None:
        self.error = error
        self.restart_after_s = restart_after_s


class Killer(Protocol):
    """Kills all attempts of a component but one."""

    def __call__(
        self, component: str, restart_after_s: float, fault: str | None, *, spared: Run | None
    ) -> None: ...


class Attempts:
    """Makes attempts.

    Args:
        clock: time.
        threads: for handlers that are not coroutines.
        keys: is told of keys whose handler returned.
        errors: classes of error by the names of exceptions.
        verdict: asks the plan of faults.
        desk: what the handler of a run can ask for.
        calls: sees what services the handler calls.
        crash: kills the other attempts of a component.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        threads: Threads,
        keys: IdempotencyStore[Run],
        errors: Mapping[str, ErrorClass],
        verdict: Callable[[Run, Point], Verdict],
        desk: Callable[[Run], Desk],
        calls: Calls,
        crash: Killer,
    ) -> None:
        self._clock = clock
        self._threads = threads
        self._keys = keys
        self._errors = errors
        self._seen: dict[ErrorInfo, ErrorInfo] = {}
        self._verdict = verdict
        self._desk = desk
        self._calls = calls
        self._crash = crash

    async def outcome(self, run: Run, deadline_ns: int) -> tuple[Succeeded | Failed, bool]:
        """What the attempt came to, and whether the handler returned."""
        applied = False
        verdict = self._verdict(run, Point.ATTEMPT)
        try:
            if not isinstance(verdict, Proceed):
                await self._before(run, verdict)
            run.context = context = HandlerContext(
                function_name=run.component.name,
                aws_request_id=run.facts.delivery_id,
                attempt=run.delivery.attempts,
                deadline_ns=deadline_ns,
                clock=self._clock,
                desk=self._desk(run),
            )
            event = plain_copy(run.event)
            result = await self._calls.of_run(run, context).during(
                call_handler(run.component.handler, event, context, self._threads)
            )
            if result is not None:
                marshal(result)
            applied = True
            if run.key is not None and run.token == run.delivery.attempt:
                self._keys.complete(run.component.name, run.key)
            if not isinstance(verdict, Proceed):
                await self._after(run, verdict)
        except _Injected as injected:
            return Failed(injected.error, injected.restart_after_s), applied
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - sys.exit and cancellation are failures too
            info = self._known(error_info(error, self._errors))
            if info.why.startswith("unknown") and not self._clock.virtual:
                # Perhaps a mistake of the handler. Tests tell it in their reports.
                log_failure(f"{run.component.name}, attempt {run.delivery.attempts}", info)
            return Failed(info), applied
        return _SUCCEEDED, applied

    def _known(self, error: ErrorInfo) -> ErrorInfo:
        """One value for equal errors: thousands of commands may fail for the same reason."""
        if len(self._seen) >= ERRORS_SEEN_MAX:
            self._seen.clear()
        return self._seen.setdefault(error, error)

    async def _before(self, run: Run, verdict: Verdict) -> None:
        """What a fault does before the handler is called."""
        match verdict:
            case Proceed():
                pass
            case Delay():
                await self._clock.sleep(verdict.seconds)
            case Hang():
                while True:  # until its time is up
                    await self._clock.sleep(run.component.timeout_s)
            case Fail():
                if verdict.phase == "request":
                    await self._fail(verdict)
            case Crash():
                if verdict.phase == "request":
                    self._die(run, verdict)
            case Drop() | Duplicate() | Reorder() | Close() | Corrupt() | Outage() | Stale():
                raise out_of_place(verdict, Point.ATTEMPT)
            case _:
                assert_never(verdict)

    async def _after(self, run: Run, verdict: Verdict) -> None:
        """What a fault does after the handler returned."""
        if isinstance(verdict, Fail) and verdict.phase == "response":
            await self._fail(verdict)
        elif isinstance(verdict, Crash) and verdict.phase == "response":
            self._die(run, verdict)

    def _die(self, run: Run, crash: Crash) -> NoReturn:
        """The worker of this attempt dies, and the whole component with it if the fault says so."""
        if crash.component is not None:
            fault = crash.error.fault
            self._crash(crash.component, crash.restart_after_s, fault, spared=run)
        raise _Injected(crash.error, crash.restart_after_s)

    async def _fail(self, verdict: Fail) -> None:
        if verdict.after_s:
            await self._clock.sleep(verdict.after_s)
        raise _Injected(verdict.error)
