"""The point ``accept``: commands on their way in, and the clients that are turned away.

What is struck is the request that holds the command, so whatever else it asks is struck with it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias, assert_never

from appsync_emu.core.faults.points import Point, Situation
from appsync_emu.core.faults.verdict import (
    PROCEED,
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
from appsync_emu.core.http import INTERNAL_FAILURE, RequestRefused, encode
from appsync_emu.core.letters import input_of
from appsync_emu.engine.strikes import out_of_place

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from appsync_emu.core.api import Api
    from appsync_emu.core.faults.verdict import Verdict
    from appsync_emu.core.request import GraphqlRequest
    from appsync_emu.engine.clock import Clock
    from appsync_emu.engine.intake import Intake
    from appsync_emu.engine.journal import Journal
    from appsync_emu.engine.strikes import Strikes
    from appsync_emu.graph.calls import Called
    from appsync_emu.graph.execute import Executor

    Response: TypeAlias = dict[str, Any]
    Answer: TypeAlias = Response | Awaitable[Response]

__all__ = ["Door", "TurnedAway"]

# Made once: json.dumps makes a new one whenever it is given an option.
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=str).encode


class TurnedAway(RequestRefused):
    """A fault answers the client instead of the API.

    Args:
        status: the HTTP status.
        error_type: what went wrong.
        message: what the client reads.
        graphql: whether the body is GraphQL; where it is not, clients that look for ``errors``
            find none (aws-amplify/amplify-js#13068).
    """

    def __init__(self, status: int, error_type: str, message: str, *, graphql: bool) -> None:
        super().__init__(status, error_type, message)
        self.graphql = graphql

    def body(self) -> bytes:
        """The answer's body."""
        return super().body() if self.graphql else encode({"message": self.message})


class Door:
    """Lets requests in, unless a fault stands in the way of a command in them.

    Args:
        api: its commands.
        clock: time.
        strikes: asks the plan of faults.
        journal: knows which traces there are.
        intake: reads the trace from headers.
        executor: executes requests.
    """

    def __init__(
        self,
        api: Api,
        *,
        clock: Clock,
        strikes: Strikes,
        journal: Journal,
        intake: Intake,
        executor: Executor,
    ) -> None:
        self._fields = {(spec.type_name, spec.field_name) for spec in api.commands.values()}
        self._commands: tuple[str | None, ...] = ()
        self._sought_now: frozenset[tuple[str, str]] = frozenset()
        self._clock = clock
        self._strikes = strikes
        self._journal = journal
        self._intake = intake
        self._executor = executor

    def execute(
        self, request: GraphqlRequest, pause: Callable[[float], None] | None = None
    ) -> Answer:
        """Execute a request, or do what a fault makes of it.

        Args:
            request: the request.
            pause: lets time pass for a caller that cannot await the answer.

        Raises:
            RequestRefused: the request, or the fault's answer: :class:`TurnedAway`.
        """
        if not self._strikes.armed_at(Point.ACCEPT):
            return self._executor.execute(request)
        sought = self._sought()
        if not sought:
            return self._executor.execute(request)
        called, execute = self._executor.prepare(request, sought)
        verdict = self._verdict(request, called)
        match verdict:
            case Proceed():
                return execute()
            case Delay():
                if pause is None:
                    return self._after(verdict.seconds, execute)
                pause(verdict.seconds)
                return execute()
            case Fail():
                return self._fail(verdict, execute, pause)
            case (
                Hang()
                | Crash()
                | Drop()
                | Duplicate()
                | Reorder()
                | Close()
                | Corrupt()
                | Outage()
                | Stale()
            ):
                raise out_of_place(verdict, Point.ACCEPT)
            case _:
                assert_never(verdict)

    def _sought(self) -> frozenset[tuple[str, str]]:
        """The commands that a fault may strike, as far as their names say."""
        commands = self._strikes.commands_at(Point.ACCEPT)
        if commands is not self._commands:
            self._commands = commands
            self._sought_now = frozenset(
                field for field in self._fields if None in commands or field[1] in commands
            )
        return self._sought_now

    def _verdict(self, request: GraphqlRequest, called: list[Called]) -> Verdict:
        """What happens to the first command that anything happens to."""
        if not called:
            return PROCEED
        trace_id = self._intake.trace_of(request.headers)
        if trace_id is not None and not self._journal.of_trace(trace_id):
            trace_id = None  # there is none yet
        label = request.label[0] if request.label is not None else None
        if label is None and trace_id is not None:
            label = self._strikes.labels.get(trace_id)
        for command in called:
            if not self._strikes.concerns(Point.ACCEPT, command.field_name, label):
                continue
            coordinate = f"{command.type_name}.{command.field_name}"
            situation = Situation(
                point=Point.ACCEPT,
                now_ns=self._clock.now_ns(),
                key=(coordinate, *(request.label or (_encode(command.arguments),))),
                trace_id=trace_id,
                label=label,
                command=command.field_name,
                input=input_of({"arguments": command.arguments}),
                identity=request.identity.claims,
            )
            verdict = self._strikes.of(situation, about=command.field_name)
            if not isinstance(verdict, Proceed):
                return verdict
        return PROCEED

    def _fail(
        self,
        fail: Fail,
        execute: Callable[[], Answer],
        pause: Callable[[float], None] | None,
    ) -> Answer:
        """Turn the client away, before the request was executed or after."""
        if fail.after_s > 0:
            if pause is None:
                return self._fail_later(fail, execute)
            pause(fail.after_s)
        if fail.phase == "response":
            answer = execute()
            if not isinstance(answer, dict):
                return self._lost(answer, fail)
        return _answer_of(fail)

    async def _lost(self, answer: Awaitable[Response], fail: Fail) -> Response:
        await answer
        return _answer_of(fail)

    async def _fail_later(self, fail: Fail, execute: Callable[[], Answer]) -> Response:
        if fail.phase == "response":
            answer = execute()
            if not isinstance(answer, dict):
                await answer
        await self._clock.sleep(fail.after_s)
        return _answer_of(fail)

    async def _after(self, seconds: float, execute: Callable[[], Answer]) -> Response:
        await self._clock.sleep(seconds)
        answer = execute()
        return answer if isinstance(answer, dict) else await answer


def _answer_of(fail: Fail) -> Response:
    """What the client reads: a GraphQL answer, or else a refusal, which is raised."""
    client = fail.named.client if fail.named is not None else None
    if client is None:
        raise TurnedAway(INTERNAL_FAILURE[0], fail.error.type, fail.error.message, graphql=True)
    if client.status == 200:  # noqa: PLR2004 - the answer of a request that was executed
        error = {"path": None, "errorType": client.error_type, "message": client.message}
        return {"data": None, "errors": [error]}
    raise TurnedAway(client.status, client.error_type, client.message, graphql=client.graphql)
