"""The point ``data``: every call of a service that a handler makes, on its way out.

One :class:`Caller` stands for one attempt of a component, or one call of a function behind a
field. The plan is asked and the journal written in the loop, whatever thread calls, so that
threads never decide what the journal says.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, NoReturn, TypeVar

from appsync_emu.core.effects import digest_of, is_write
from appsync_emu.core.faults.points import Point, Situation
from appsync_emu.core.faults.verdict import PROCEED, Delay, Fail, Hang, Proceed
from appsync_emu.core.letters import input_of
from appsync_emu.core.records import DataCalled
from appsync_emu.engine.strikes import out_of_place
from appsync_emu.resolvers.context import direct_event
from appsync_emu.sdks import install
from appsync_emu.sdks.joint import CURRENT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from appsync_emu.core.faults.verdict import Verdict
    from appsync_emu.core.records import DeliveryFacts
    from appsync_emu.engine.clock import Clock
    from appsync_emu.engine.entropy import Entropy
    from appsync_emu.engine.handlers import HandlerContext
    from appsync_emu.engine.journal import Journal
    from appsync_emu.engine.runs import Run
    from appsync_emu.engine.strikes import Strikes
    from appsync_emu.graph.call import FieldCall
    from appsync_emu.sdks.joint import Call, Joint

__all__ = ["Caller", "Calls"]

T = TypeVar("T")
FOREVER_S = 1e9
TOKENS_MAX = 100_000
"""Tokens that services remember; the oldest are forgotten."""


class _Hung(BaseException):
    """A call that never returns, made where nobody may block; only the attempt's end stops it."""


class Calls:
    """Makes callers, and is what they have in common.

    Args:
        clock: time.
        entropy: chance, for libraries that want some.
        journal: where every call is written.
        strikes: asks the plan of faults.
    """

    def __init__(
        self, *, clock: Clock, entropy: Entropy, journal: Journal, strikes: Strikes
    ) -> None:
        self.clock = clock
        self.entropy = entropy
        self.journal = journal
        self.strikes = strikes
        self._tokens: dict[tuple[str | None, str, str], None] = {}

    @property
    def armed(self) -> bool:
        """Whether a fault may strike a call."""
        return self.strikes.armed_at(Point.DATA)

    def of_run(self, run: Run, context: HandlerContext) -> Caller:
        """The caller that the present attempt of a delivery is."""
        return Caller(self, context, run=run)

    def of_field(self, call: FieldCall, context: HandlerContext) -> Caller:
        """The caller that a field's resolver is, and the function behind it."""
        return Caller(self, context, field=call)

    def recognised(self, call: Call) -> bool:
        """Whether the service had this call before, as its token says; remembers the token."""
        token = call.token()
        if token is None:
            return False
        name = (call.service, call.source, token)
        if name in self._tokens:
            return True
        self._tokens[name] = None
        if len(self._tokens) > TOKENS_MAX:
            del self._tokens[next(iter(self._tokens))]
        return False


class Caller:
    """One attempt of a component, or one call of a function behind a field: who calls services.

    Args:
        calls: what it has in common with the others.
        context: of the handler.
        run: the delivery.
        field: the field, when there is no delivery.
    """

    __slots__ = (
        "_attempt",
        "_calls",
        "_context",
        "_draws",
        "_field",
        "_loop",
        "_over",
        "_owed_s",
        "_run",
        "_thread",
    )

    def __init__(
        self,
        calls: Calls,
        context: HandlerContext,
        *,
        run: Run | None = None,
        field: FieldCall | None = None,
    ) -> None:
        self._calls = calls
        self._context = context
        self._run = run
        self._field = field
        self._attempt = 0 if run is None else run.delivery.attempt
        self._loop = context._loop  # noqa: SLF001 - both are of the same call
        self._thread = context._thread  # noqa: SLF001 - the same
        self._owed_s = 0.0
        self._draws = 0
        self._over = False

    async def during(self, work: Awaitable[T]) -> T:
        """Wait for a handler, whose calls pass here until it is over."""
        install()
        before = CURRENT.get()
        CURRENT.set(self)
        try:
            result = await work
        except _Hung:
            await self._calls.clock.sleep(FOREVER_S)
            raise _no_answer() from None
        except Exception:
            if self._owed_s:
                await self._pay()
            raise
        finally:
            self._over = True
            CURRENT.set(before)
        if self._owed_s:
            await self._pay()
        return result

    def through(self, call: Call, go: Callable[[], T]) -> T:
        """Do the call, or what a fault makes of it; for callers that block."""
        if self._over:
            return go()
        if not self._calls.armed:
            return self._make(call, go, None)
        fault, verdict = self._on_loop(lambda: self._ask(call))
        if verdict is PROCEED:
            return self._make(call, go, fault)
        if isinstance(verdict, Fail):
            return self._failed(call, go, verdict)
        if isinstance(verdict, Hang):
            self._record(call, fault=fault)
            self._hang()
        if isinstance(verdict, Delay):
            self.pause(verdict.seconds)
        elif not isinstance(verdict, Proceed):
            raise out_of_place(verdict, Point.DATA)
        return self._make(call, go, fault)

    def _failed(self, call: Call, go: Callable[[], T], fault: Fail) -> T:
        part = call.part(fault)
        if part is not None:
            self.pause(fault.after_s)
            made: T = self._make(call, part.go, fault.error.fault, taken=part.taken)
            return made
        applied = fault.phase == "response" and self._lost(call, go)
        self._record(call, applied=applied, error=fault.error.type, fault=fault.error.fault)
        self.pause(fault.after_s)
        answer: T = call.fail(fault)
        return answer

    def _lost(self, call: Call, go: Callable[[], object]) -> bool:
        """Do the call, and whether it took effect; its answer is lost, an error like any other."""
        before = _leave()
        try:
            return call.error_of(go()) is None
        except Exception:  # noqa: BLE001 - see above
            return False
        finally:
            CURRENT.set(before)

    def _make(self, call: Call, go: Callable[[], T], fault: str | None, *, taken: bool = True) -> T:
        before = _leave()
        try:
            result = go()
        except BaseException as error:
            self._record(call, error=type(error).__name__, fault=fault)
            raise
        finally:
            CURRENT.set(before)
        failed = call.error_of(result)
        self._record(call, applied=taken and failed is None, error=failed, fault=fault)
        return result

    async def through_async(self, call: Call, go: Callable[[], Awaitable[T]]) -> T:
        """Do the call, or what a fault makes of it; for callers that await."""
        if self._over:
            return await go()
        if not self._calls.armed:
            return await self.made(call, go, None)
        fault, verdict = self._on_loop(lambda: self._ask(call))
        if isinstance(verdict, Fail):
            return await self._failed_async(call, go, verdict)
        if isinstance(verdict, Hang):
            self._record(call, fault=fault)
            await self._context.sleep(FOREVER_S)
            raise _no_answer()
        if isinstance(verdict, Delay):
            await self._context.sleep(verdict.seconds)
        elif not isinstance(verdict, Proceed):
            raise out_of_place(verdict, Point.DATA)
        return await self.made(call, go, fault)

    async def _failed_async(self, call: Call, go: Callable[[], Awaitable[T]], fault: Fail) -> T:
        part = call.part(fault)
        if part is not None:
            if fault.after_s:
                await self._context.sleep(fault.after_s)
            made: T = await self.made(call, part.go, fault.error.fault, taken=part.taken)
            return made
        applied = fault.phase == "response" and await self._lost_async(call, go)
        self._record(call, applied=applied, error=fault.error.type, fault=fault.error.fault)
        if fault.after_s:
            await self._context.sleep(fault.after_s)
        answer: T = call.fail(fault)
        return answer

    async def _lost_async(self, call: Call, go: Callable[[], Awaitable[object]]) -> bool:
        before = _leave()
        try:
            return call.error_of(await go()) is None
        except Exception:  # noqa: BLE001 - the answer is lost, an error like any other
            return False
        finally:
            CURRENT.set(before)

    async def made(
        self,
        call: Call,
        go: Callable[[], Awaitable[T]],
        fault: str | None = None,
        *,
        taken: bool = True,
    ) -> T:
        """Do the call, whatever may strike."""
        before = _leave()
        try:
            result = await go()
        except BaseException as error:
            self._record(call, error=type(error).__name__, fault=fault)
            raise
        finally:
            CURRENT.set(before)
        failed = call.error_of(result)
        self._record(call, applied=taken and failed is None, error=failed, fault=fault)
        return result

    # Time.

    def pause(self, seconds: float) -> None:
        """Let time pass: at once in a thread; in the loop it is owed until the handler is over."""
        if seconds <= 0:
            return
        if threading.get_ident() == self._thread:
            self._owed_s += seconds
        else:
            self._context.sleep(seconds)

    async def _pay(self) -> None:
        await self._calls.clock.sleep(self._owed_s)

    def _hang(self) -> NoReturn:
        if threading.get_ident() == self._thread:
            raise _Hung
        self._context.sleep(FOREVER_S)
        raise _no_answer()

    def draw(self, call: str) -> float:
        """Chance for a library that wants some: the same in every run of the same seed."""
        self._draws += 1
        who = self._key() if self._run is None else (self._run.facts.delivery_id, self._attempt)
        return self._calls.entropy.draw("sdk", *who, call, self._draws)

    # The plan and the journal.

    def _key(self) -> tuple[object, ...]:
        field = self._field
        assert field is not None  # noqa: S101 - a caller is one or the other
        return ("field", field.field.parent_type, field.field.name, field.request.label)

    def _ask(self, call: Call) -> tuple[str | None, Verdict]:
        run, strikes = self._run, self._calls.strikes
        if run is not None:
            if not strikes.concern_call(run, call.source, call.operation):
                return None, PROCEED
            situation = strikes.situation(run, Point.DATA)
            who: tuple[object, ...] = (run.facts.delivery_id, self._attempt)
        else:
            situation = self._field_situation()
            who = self._key()
        situation.key = (*who, call.source, call.operation)
        situation.service = call.service
        situation.source = call.source
        situation.operation = call.operation
        return strikes.struck(situation, about=f"{call.source} {call.operation}")

    def _field_situation(self) -> Situation:
        field = self._field
        assert field is not None  # noqa: S101 - a caller is one or the other
        event = direct_event(field)
        label = field.request.label
        mutation = field.field.parent_type == "Mutation"
        return Situation(
            point=Point.DATA,
            now_ns=self._calls.clock.now_ns(),
            label=None if label is None else label[0],
            command=field.field.name if mutation else None,
            attempt=1,
            input=input_of(event),
            identity=event["identity"],
            trace_id=self._trace_id(),
        )

    def _trace_id(self) -> str | None:
        """The trace that the field's request carries on, when there is such a trace."""
        trace_id = self._context.trace_id
        return trace_id if trace_id in self._calls.journal.traces else None

    def _record(
        self,
        call: Call,
        *,
        applied: bool = False,
        error: str | None = None,
        fault: str | None = None,
    ) -> None:
        run = self._run
        write = is_write(call.operation)
        if applied and write:
            applied = not self._calls.recognised(call)
        facts: DeliveryFacts | None = None if run is None else run.facts
        key = None if run is None else run.key
        effect = digest_of(call.arguments()) if write and facts is not None else ""

        def append() -> None:
            record = DataCalled(
                self._calls.clock.now_ns(),
                facts,
                self._attempt,
                call.service or "",
                call.source,
                call.operation,
                write,
                applied,
                effect,
                error,
                fault,
                key,
                None if facts is not None else self._trace_id(),
            )
            self._calls.journal.append(record)

        if threading.get_ident() == self._thread:
            append()
        else:  # before whatever the thread asks of the loop next, and before its end
            self._loop.call_soon_threadsafe(append)

    def _on_loop(self, ask: Callable[[], T]) -> T:
        if threading.get_ident() == self._thread:
            return ask()
        answer: Future[T] = Future()

        def asked() -> None:
            try:
                answer.set_result(ask())
            except BaseException as error:  # noqa: BLE001 - handed to who asked
                answer.set_exception(error)

        self._loop.call_soon_threadsafe(asked)
        return answer.result()


def _leave() -> Joint | None:
    """What a call calls in its turn is part of it, and not another."""
    before = CURRENT.get()
    CURRENT.set(None)
    return before


def _no_answer() -> TimeoutError:
    """The error of a call that hung for longer than anybody waits."""
    return TimeoutError("this call never got an answer")
