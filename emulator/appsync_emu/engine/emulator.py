"""The emulator: builds and owns all of its parts, and is what everybody else holds on to."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from appsync_emu.core.auth import authenticate
from appsync_emu.core.checks import Rules, Violation, check
from appsync_emu.core.faults.plan import Fault, Plan, points_of
from appsync_emu.core.faults.points import Point
from appsync_emu.core.http import RequestRefused
from appsync_emu.core.records import FaultsArmed, FaultsHealed
from appsync_emu.core.request import GraphqlRequest, Identity
from appsync_emu.datasources import source_opener
from appsync_emu.engine.clock import RealClock
from appsync_emu.engine.deadletters import DeadLetters
from appsync_emu.engine.desk import RunDesk
from appsync_emu.engine.dispatcher import Dispatcher
from appsync_emu.engine.door import Door
from appsync_emu.engine.entropy import Entropy
from appsync_emu.engine.fanout import Fanout
from appsync_emu.engine.frames import EventPath
from appsync_emu.engine.functions import Functions
from appsync_emu.engine.gateway import Gateway
from appsync_emu.engine.intake import Intake
from appsync_emu.engine.journal import Journal
from appsync_emu.engine.publisher import Publisher
from appsync_emu.engine.session import SessionServices
from appsync_emu.engine.strikes import Strikes
from appsync_emu.engine.threads import Threads
from appsync_emu.engine.traces import TraceView
from appsync_emu.errors import CommandRefused, UsageError
from appsync_emu.graph.documents import operation_for
from appsync_emu.graph.execute import Executor
from appsync_emu.graph.schema import build
from appsync_emu.resolvers.build import build_resolvers
from appsync_emu.sdks.joint import CURRENT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable
    from types import TracebackType

    from appsync_emu.core.api import Api, CommandSpec
    from appsync_emu.core.jsonvalue import Json
    from appsync_emu.core.lifecycle import Bury, Emit
    from appsync_emu.core.request import Headers
    from appsync_emu.engine.clock import Clock
    from appsync_emu.engine.runs import Run, Unfinished
    from appsync_emu.graph.call import Resolver
    from appsync_emu.graph.schema import Schema
    from appsync_emu.graph.selection import SubscriptionPlan

__all__ = ["Emulator"]

ASKED_MAX = 1_000
"""Documents of commands that are kept, by the names of their arguments."""


class Emulator:
    """A local AppSync with asynchronous command handling.

    Build it anywhere, use it inside a running event loop, and close it with :meth:`aclose` or
    ``async with``.

    Args:
        api: a loaded API, from :func:`appsync_emu.load`.
        clock: time; real unless given.
        seed: makes ids and chance repeatable; ``None`` draws one.
        faults: faults that are armed from the start.
        ended_traces_max: ended traces that are remembered; ``None`` remembers all.
        schema: the built schema of ``api``, when somebody has it already.

    Attributes:
        api: as given.
        schema: the executable schema.
        clock: time.
        entropy: chance and ids.
        journal: everything that happened.
        deadletters: what failed for good.
        publisher: puts events onto the bus.
        gateway: GraphQL over HTTP, without the socket.
        strikes: asks the plan of faults, and writes down what strikes.
        fanout: subscriptions.
        realtime: what realtime sessions are opened with.
    """

    def __init__(
        self,
        api: Api,
        *,
        clock: Clock | None = None,
        seed: int | None = None,
        faults: Iterable[Fault] = (),
        ended_traces_max: int | None = None,
        schema: Schema | None = None,
    ) -> None:
        self.api = api
        self.schema = schema or build(api.schema)
        self.clock: Clock = clock or RealClock()
        self.entropy = Entropy(seed)
        self.journal = Journal(ended_traces_max)
        self.deadletters = DeadLetters(self.clock, self.entropy, self.journal)
        self.journal.pinned = self.deadletters
        faults = tuple(faults)
        for fault in faults:
            _ensure_in_place(fault)
        self.faults = Plan(faults, start_ns=self.clock.now_ns())
        self.strikes = Strikes(
            self.faults, clock=self.clock, entropy=self.entropy, journal=self.journal
        )
        self.fanout = Fanout(
            self.schema.subscriptions,
            ids=self._id_arguments(),
            path=EventPath(self.strikes, self.clock, api.trace),
        )
        self._threads = Threads()
        self.dispatcher = Dispatcher(
            api=api,
            clock=self.clock,
            entropy=self.entropy,
            journal=self.journal,
            strikes=self.strikes,
            threads=self._threads,
            outlet=self,
        )
        self.deadletters.connect(self.dispatcher)
        self.publisher = Publisher(
            api,
            clock=self.clock,
            entropy=self.entropy,
            journal=self.journal,
            dispatcher=self.dispatcher,
        )
        self._open()

    def _open(self) -> None:
        """Build what requests pass on their way in."""
        api = self.api
        self._intake = Intake(
            api,
            clock=self.clock,
            entropy=self.entropy,
            journal=self.journal,
            dispatcher=self.dispatcher,
            strikes=self.strikes,
        )
        self._asked: dict[tuple[tuple[str, ...], tuple[str, ...]], tuple[str, bool]] = {}
        self._traces = TraceView(
            api, self.schema, self.journal, clock=self.clock, strikes=self.strikes
        )
        self._traces.follow(self.fanout)
        self.executor = Executor(
            self.schema,
            self._resolvers(),
            published=self.fanout.mutation,
            gather=asyncio.gather,
        )
        self._door = Door(
            api,
            clock=self.clock,
            strikes=self.strikes,
            journal=self.journal,
            intake=self._intake,
            executor=self.executor,
        )
        self.gateway = Gateway(api, self.execute, self.entropy.request_id)
        self.realtime = SessionServices(
            authenticate=partial(authenticate, api),
            subscribe=self.subscribe,
            fanout=self.fanout,
            clock=self.clock,
            request_id=self.entropy.request_id,
            strikes=self.strikes,
        )

    # GraphQL.

    def execute(self, request: GraphqlRequest) -> dict[str, Any] | Awaitable[dict[str, Any]]:
        """Run a query or mutation: the response, at once unless a resolver or a fault waits.

        Raises:
            RequestRefused: the answer is no response.
        """
        return self._door.execute(request)

    def subscribe(self, request: GraphqlRequest) -> SubscriptionPlan | Awaitable[SubscriptionPlan]:
        """Check a subscription and run its resolver; see ``Executor.subscribe``."""
        return self.executor.subscribe(request)

    def send(
        self,
        command: str,
        arguments: Mapping[str, Json],
        *,
        trace_id: str | None = None,
        identity: Identity | None = None,
        by: str | None = None,
        label: tuple[str, int] | None = None,
        headers: Headers | None = None,
    ) -> str:
        """Send a command through the executor, as a client would; its trace id.

        Args:
            command: its field name, or ``Type.field`` where two commands share one.
            arguments: of the mutation; when its only argument is ``input``, that one's value.
            trace_id: goes on under this trace, as the API's correlation header would.
            identity: who sends it.
            by: the component that sends it, if one does.
            label: what a scenario or test calls it, and its number under that label.
            headers: of the request, names in lower case.

        Raises:
            CommandRefused: the answer had errors, or was no response at all.
            UsageError: there is no such command, or it cannot be sent without waiting.
        """
        spec = self.command(command)
        request = self._request(spec, arguments, trace_id, identity, label, headers)
        joint = CURRENT.get()  # a handler's, which has a way to let time pass
        before = self._intake.sent_by(by)
        try:
            response = self._door.execute(request, None if joint is None else joint.pause)
        except RequestRefused as refused:
            raise _command_refused(spec, refused) from None
        finally:
            self._intake.sent_by(before)
        if not isinstance(response, dict):
            if isinstance(response, Coroutine):
                response.close()
            raise UsageError(
                f"{command} cannot be sent from here: a resolver of it waits, as functions do that"
                " are not async def, or a fault delays it"
            )
        return self._trace_in(spec, response)

    async def send_and_wait(
        self,
        command: str,
        arguments: Mapping[str, Json],
        *,
        trace_id: str | None = None,
        identity: Identity | None = None,
        label: tuple[str, int] | None = None,
        headers: Headers | None = None,
    ) -> str:
        """As :meth:`send`, also where a resolver of the command waits, or a fault delays it."""
        spec = self.command(command)
        request = self._request(spec, arguments, trace_id, identity, label, headers)
        try:
            response = self.execute(request)
            if not isinstance(response, dict):
                response = await response
        except RequestRefused as refused:
            raise _command_refused(spec, refused) from None
        return self._trace_in(spec, response)

    def sending_waits(self, command: str) -> bool:
        """Whether sending the command may have to wait, so that :meth:`send` cannot do it."""
        spec = self.command(command)
        own = f"{spec.type_name}.{spec.field_name}" in self.api.resolvers
        return own or self.strikes.armed_at(Point.ACCEPT)

    def _request(
        self,
        spec: CommandSpec,
        arguments: Mapping[str, Json],
        trace_id: str | None,
        identity: Identity | None,
        label: tuple[str, int] | None,
        headers: Headers | None,
    ) -> GraphqlRequest:
        """A command as a client sends it, asking for the trace id."""
        names, given = self.api.trace, tuple(arguments)
        known = self._asked.get((spec.path, given))
        if known is None:
            takes = self.schema.arguments_of(spec.type_name, spec.field_name)
            wrapped = tuple(takes) == ("input",) and given != ("input",)
            takes_of = {"input": None} if wrapped else arguments
            query, _ = operation_for(
                self.schema, spec.path, "mutation", takes_of, f"{{ {names.field} }}"
            )
            if len(self._asked) >= ASKED_MAX:
                self._asked.clear()
            known = self._asked[spec.path, given] = query, wrapped
        query, wrapped = known
        variables = {"input": dict(arguments)} if wrapped else dict(arguments)
        sent = dict(headers or {})
        if trace_id is not None:
            sent[names.header.lower()] = trace_id
        return GraphqlRequest(
            query,
            variables,
            None,
            identity or Identity(self.api.authentication),
            sent,
            self.entropy.request_id(),
            label,
        )

    def _trace_in(self, spec: CommandSpec, response: dict[str, Any]) -> str:
        """The trace id of the answer to a command."""
        if response.get("errors"):
            raise CommandRefused(spec.name, response["errors"])
        value: Any = response["data"]
        for part in spec.path:
            value = value[part]
        return str(value[self.api.trace.field])

    def command(self, name: str) -> CommandSpec:
        """The command of that name.

        Raises:
            UsageError: there is none, or several types have a command of that name.
        """
        found = [spec for key, spec in self.api.commands.items() if name in (key, spec.field_name)]
        if len(found) == 1:
            return found[0]
        known = ", ".join(sorted(self.api.commands)) or "the API has none"
        problem = "is the name of several commands" if found else "is not a command"
        raise UsageError(f"{name!r} {problem} of this API; commands: {known}")

    # Faults.

    def arm(self, fault: Fault) -> None:
        """Arm a fault; one that was healed may be armed again.

        Raises:
            UsageError: a fault of that id is armed, or its effect means nothing at its point.
        """
        _ensure_in_place(fault)
        try:
            self.faults.arm(fault)
        except ValueError as problem:
            raise UsageError(str(problem)) from None
        self.journal.append(FaultsArmed(self.clock.now_ns(), (fault.fault_id,)))

    def heal(self, fault_id: str | None = None) -> None:
        """Disarm one fault, or all."""
        healed = self.faults.heal(fault_id)
        if healed:
            self.journal.append(FaultsHealed(self.clock.now_ns(), healed))

    def crash(self, component: str, restart_after_s: float = 10.0) -> None:
        """Kill all attempts of a component; none begins before it is up again.

        Args:
            component: its name.
            restart_after_s: seconds until it is up.

        Raises:
            UsageError: there is no such component, or the time is negative.
        """
        if component not in self.api.components:
            known = ", ".join(sorted(self.api.components)) or "the API has none"
            raise UsageError(f"{component!r} is not a component of this API; components: {known}")
        if restart_after_s < 0:
            raise UsageError(f"{component} cannot be up again {restart_after_s:g} s from now")
        self.dispatcher.crash(component, restart_after_s)

    # Judging.

    def check(self, *, settled: bool) -> list[Violation]:
        """What the invariants say of the journal; empty when all is well."""
        rules = Rules(
            max_retries={
                name: self.dispatcher.policy_of(component).max_retries
                for name, component in self.api.components.items()
            },
            bury_business=self.api.deadletters.business,
            settled=settled,
        )
        return check(self.journal.records, rules, self.deadletters)

    async def aclose(self, *, grace_s: float = 0.0) -> list[Unfinished]:
        """Stop: running attempts get ``grace_s`` real seconds; what had not ended is returned."""
        return await self.dispatcher.close(grace_s)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    def _id_arguments(self) -> dict[str, frozenset[str]]:
        """Arguments of subscription fields whose type is ``ID``: they compare as strings."""
        type_name = self.schema.subscription_type
        if type_name is None:
            return {}
        return {
            name: frozenset(
                argument
                for argument, printed in self.schema.arguments_of(type_name, name).items()
                if printed.strip("!") == "ID"
            )
            for name in self.schema.field_names(type_name)
        }

    # What the parts ask of each other.

    def _resolvers(self) -> dict[tuple[str, str], Resolver]:
        functions = Functions(self.clock, self.entropy, self._threads, self.dispatcher.calls, self)
        resolvers = build_resolvers(self.api, source_opener(functions.invoke))
        if self._traces.query is not None:
            resolvers.setdefault(self._traces.query, self._traces.resolve)
        return resolvers | self._intake.resolvers(self.schema, resolvers)

    def trace_of(self, headers: Headers) -> str | None:
        """The trace that request headers carry on; see :meth:`Intake.trace_of`."""
        return self._intake.trace_of(headers)

    def desk(self, run: Run) -> RunDesk:
        """What the handler of this run can ask for."""
        return RunDesk(self, run)

    def failed(self, run: Run, effect: Emit) -> None:
        """Throw the error event of a delivery that failed for good."""
        self.publisher.failed(run, effect)

    def bury(self, run: Run, effect: Bury) -> None:
        """Write the dead letter of a delivery that failed for good."""
        self.deadletters.write(run, effect.reason)


def _command_refused(spec: CommandSpec, refused: RequestRefused) -> CommandRefused:
    """A request that is refused as a whole is a command that is refused."""
    error = {"errorType": refused.error_type, "message": refused.message}
    return CommandRefused(spec.name, [error], refused.status)


def _ensure_in_place(fault: Fault) -> None:
    allowed = points_of(fault.effect)
    if fault.point not in allowed:
        what = fault.name or fault.effect.kind
        place, places = fault.point.value, ", ".join(point.value for point in allowed)
        raise UsageError(
            f"fault {fault.fault_id}: {what} cannot strike at {place}, but at {places}"
        )
