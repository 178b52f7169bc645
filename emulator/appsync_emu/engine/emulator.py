"""The emulator: builds and owns all of its parts, and is what everybody else holds on to."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from appsync_emu.core.auth import authenticate
from appsync_emu.core.checks import Rules, Violation, check
from appsync_emu.core.events import Event
from appsync_emu.core.faults.plan import Fault, Plan
from appsync_emu.core.records import (
    CommandAccepted,
    DeliveryFacts,
    EventPublished,
    FaultsHealed,
)
from appsync_emu.core.request import GraphqlRequest, Identity
from appsync_emu.core.traces import iso_time
from appsync_emu.datasources import source_opener
from appsync_emu.engine.bus import FAILURE_DETAIL_TYPE, FAILURE_SOURCE, Bus, failure_detail
from appsync_emu.engine.clock import RealClock
from appsync_emu.engine.deadletters import DeadLetters
from appsync_emu.engine.dispatcher import Dispatcher
from appsync_emu.engine.entropy import Entropy
from appsync_emu.engine.fanout import Fanout
from appsync_emu.engine.functions import Functions
from appsync_emu.engine.gateway import Gateway
from appsync_emu.engine.journal import Journal
from appsync_emu.engine.session import SessionServices
from appsync_emu.engine.threads import Threads
from appsync_emu.engine.traces import TraceView
from appsync_emu.errors import CommandRefused, TechnicalError, UsageError, WireError
from appsync_emu.graph.documents import operation_for
from appsync_emu.graph.execute import Executor
from appsync_emu.graph.schema import build
from appsync_emu.resolvers.build import build_resolvers
from appsync_emu.resolvers.context import direct_event, plain_copy

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable
    from types import TracebackType

    from appsync_emu.core.api import Api, CommandSpec
    from appsync_emu.core.jsonvalue import Json, JsonObject
    from appsync_emu.core.lifecycle import Bury, Emit
    from appsync_emu.engine.clock import Clock
    from appsync_emu.engine.dispatcher import Run, Unfinished
    from appsync_emu.graph.execute import FieldCall, Resolver, SubscriptionPlan
    from appsync_emu.graph.schema import Schema

__all__ = ["Emulator"]

DELIVERIES_PER_TRACE_MAX = 10_000
"""A trace that starts more is a loop of events; the next one is refused."""

TRACE_ID_MAX = 256
_CREDENTIALS = frozenset({"authorization", "cookie", "x-api-key", "x-amz-security-token"})


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
        gateway: GraphQL over HTTP, without the socket.
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
        self.faults = Plan(tuple(faults))
        self.fanout = Fanout(self.schema.subscriptions, ids=self._id_arguments())
        self._threads = Threads()
        self._bus = Bus(api.components.values())
        self._started: dict[str, int] = {}
        self.dispatcher = Dispatcher(
            api=api,
            clock=self.clock,
            entropy=self.entropy,
            journal=self.journal,
            faults=self.faults,
            threads=self._threads,
            outlet=self,
        )
        self.deadletters.connect(self.dispatcher)
        self._traces = TraceView(api, self.schema, self.journal)
        self._traces.follow(self.fanout.publish)
        self.executor = Executor(
            self.schema,
            self._resolvers(),
            published=self.fanout.mutation,
            gather=asyncio.gather,
        )
        self.gateway = Gateway(api, self.execute, self.entropy.request_id)
        self.realtime = SessionServices(
            authenticate=partial(authenticate, api),
            subscribe=self.subscribe,
            fanout=self.fanout,
            clock=self.clock,
            request_id=self.entropy.request_id,
        )

    # GraphQL.

    def execute(self, request: GraphqlRequest) -> dict[str, Any] | Awaitable[dict[str, Any]]:
        """Run a query or mutation: the response, at once unless a resolver waits."""
        return self.executor.execute(request)

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
    ) -> str:
        """Send a command through the executor, as a client would; its trace id.

        Args:
            command: its field name, or ``Type.field`` where two commands share one.
            arguments: of the mutation; when its only argument is ``input``, that one's value.
            trace_id: goes on under this trace, as the API's correlation header would.
            identity: who sends it.

        Raises:
            CommandRefused: the answer had errors.
            UsageError: there is no such command.
        """
        spec = self.command(command)
        takes = self.schema.arguments_of(spec.type_name, spec.field_name)
        if tuple(takes) == ("input",) and tuple(arguments) != ("input",):
            arguments = {"input": dict(arguments)}
        names = self.api.trace
        query, variables = operation_for(
            self.schema, spec.path, "mutation", arguments, f"{{ {names.field} }}"
        )
        headers = {} if trace_id is None else {names.header.lower(): trace_id}
        response = self.execute(
            GraphqlRequest(
                query,
                variables,
                None,
                identity or Identity(self.api.authentication),
                headers,
                self.entropy.request_id(),
            )
        )
        if not isinstance(response, dict):
            raise UsageError(f"{command} cannot be sent from here: a resolver on its way waits")
        if response.get("errors"):
            raise CommandRefused(command, response["errors"])
        value: Any = response["data"]
        for part in spec.path:
            value = value[part]
        return str(value[names.field])

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
        """Arm a fault."""
        self.faults.arm(fault)

    def heal(self, fault_id: str | None = None) -> None:
        """Disarm one fault, or all."""
        healed = self.faults.heal(fault_id)
        if healed:
            self.journal.append(FaultsHealed(self.clock.now_ns(), healed))

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

    # Commands: what the resolvers of command fields do.

    def _resolvers(self) -> dict[tuple[str, str], Resolver]:
        functions = Functions(self.clock, self.entropy, self._threads, self)
        resolvers = build_resolvers(self.api, source_opener(functions.invoke))
        for spec in self.api.commands.values():
            resolvers[spec.type_name, spec.field_name] = self._accepting(spec)
            type_name = self.schema.mutation_type or "Mutation"
            for part in spec.path[:-1]:  # a namespace has no data of its own
                resolvers.setdefault((type_name, part), _empty)
                type_name = self.schema.fields_of(type_name)[part].strip("[]!")
        if self._traces.query is not None:
            resolvers.setdefault(self._traces.query, self._traces.resolve)
        return resolvers

    def _accepting(self, spec: CommandSpec) -> Resolver:
        components = [self.api.components[name] for name in spec.components]
        header, field = self.api.trace.header.lower(), self.api.trace.field
        coordinate = f"{spec.type_name}.{spec.field_name}"

        def accept(call: FieldCall) -> object:
            key = self.entropy.occurrence(coordinate, call.arguments)
            command_id = self.entropy.uuid("command", *key)
            trace_id = self.trace_of(call.request, header) or command_id
            event = direct_event(call)
            event["request"]["headers"][header] = trace_id
            if not self._room(trace_id, len(components)):
                raise WireError("TooManyRequestsException", "Rate Exceeded.")
            kept = {
                name: value
                for name, value in event["request"]["headers"].items()
                if name not in _CREDENTIALS
            }
            self.journal.append(
                CommandAccepted(
                    self.clock.now_ns(),
                    trace_id,
                    command_id,
                    spec.field_name,
                    coordinate,
                    event,
                    event["identity"],
                    kept,
                    spec.components,
                )
            )
            for component in components:
                facts = DeliveryFacts(
                    self.entropy.uuid("delivery", command_id, component.name),
                    trace_id,
                    component.name,
                    spec.field_name,
                    None,
                    command_id,
                )
                self.dispatcher.accept(facts, component, event)
            return {field: trace_id}

        return accept

    def trace_of(self, request: GraphqlRequest, header: str) -> str | None:
        """The trace that the request's correlation header carries on, if it does.

        Raises:
            WireError: the header is longer than a trace id can be.
        """
        value = request.headers.get(header)
        if isinstance(value, list):
            value = value[0]
        if value is not None and len(value) > TRACE_ID_MAX:
            raise WireError(
                "BadRequestException", f"The header {header} is longer than {TRACE_ID_MAX} letters."
            )
        return value or None

    def _room(self, trace_id: str, deliveries: int) -> bool:
        if not self.dispatcher.room(deliveries):
            return False
        started = self._started.get(trace_id, 0) + deliveries
        if started > DELIVERIES_PER_TRACE_MAX:
            return False
        if deliveries:
            self._started[trace_id] = started
            if len(self._started) > DELIVERIES_PER_TRACE_MAX:
                del self._started[next(iter(self._started))]
        return True

    # Events, dead letters: what the dispatcher hands on.

    def desk(self, run: Run) -> _Desk:
        """What the handler of this run can ask for."""
        return _Desk(self, run)

    def publish(
        self,
        trace_id: str,
        event_id: str,
        detail_type: str,
        detail: Json,
        *,
        source: str,
        by: str | None,
        command: str | None,
        forced: bool = False,
    ) -> None:
        """Put an event onto the bus; the components whose patterns match are started.

        Raises:
            TechnicalError: the queues are full, unless ``forced``.
        """
        now_ns = self.clock.now_ns()
        if not isinstance(detail, Mapping):
            raise UsageError(f"the detail of {detail_type} is not a JSON object: {detail!r}")
        event = Event(
            id=event_id,
            detail_type=detail_type,
            source=source,
            detail=plain_copy(dict(detail)),
            time=f"{iso_time(now_ns)[:19]}Z",
        ).as_dict()
        matching = self._bus.matching(event)
        if not self._room(trace_id, len(matching)) and not forced:
            raise TechnicalError("ThrottlingException: the queues are full")
        names = tuple(component.name for component in matching)
        self.journal.append(EventPublished(now_ns, trace_id, event_id, event, by, names))
        for component in matching:
            facts = DeliveryFacts(
                self.entropy.uuid("delivery", event_id, component.name),
                trace_id,
                component.name,
                command,
                detail_type,
                event_id,
                by,
            )
            self.dispatcher.accept(facts, component, event)

    def failed(self, run: Run, effect: Emit) -> None:
        """Throw the error event of a delivery that failed for good."""
        facts, error = run.facts, effect.error
        attempt = run.delivery.attempt
        detail = failure_detail(
            request_id=facts.delivery_id,
            component=facts.component,
            attempts=run.delivery.attempts,
            payload=run.event,
            error_type=error.type,
            message=error.message,
            stack=error.stack,
            at=iso_time(self.clock.now_ns()),
            reason=effect.reason,
            command=facts.command,
        )
        self.publish(
            facts.trace_id,
            self.entropy.uuid("failure", facts.delivery_id, attempt),
            FAILURE_DETAIL_TYPE,
            detail,
            source=FAILURE_SOURCE,
            by=facts.component,
            command=facts.command,
            forced=True,
        )

    def bury(self, run: Run, effect: Bury) -> None:
        """Write the dead letter of a delivery that failed for good."""
        self.deadletters.write(run, effect.reason)


def _empty(_: FieldCall) -> object:
    return {}


class _Desk:
    """What a command's handler asks of the engine, on behalf of its delivery."""

    __slots__ = ("_emulator", "_run")

    def __init__(self, emulator: Emulator, run: Run) -> None:
        self._emulator = emulator
        self._run = run

    def emit(self, detail_type: str, detail: Json, source: str | None) -> str:
        run, emulator = self._run, self._emulator
        run.emitted += 1
        event_id = emulator.entropy.uuid("event", run.facts.delivery_id, run.emitted)
        emulator.publish(
            run.facts.trace_id,
            event_id,
            detail_type,
            detail,
            source=source or emulator.api.name,
            by=run.facts.component,
            command=run.facts.command,
        )
        return event_id

    def send(self, command: str, arguments: Mapping[str, Json]) -> str:
        run = self._run
        claims: JsonObject | None = None
        asked_by = run.event.get("identity")
        if isinstance(asked_by, Mapping):
            claims = asked_by
        identity = Identity(self._emulator.api.authentication, claims)
        return self._emulator.send(
            command, arguments, trace_id=run.facts.trace_id, identity=identity
        )
