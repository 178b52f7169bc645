"""Accepting commands: what the resolver of a command field does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, assert_never, cast

from appsync_emu.core.api import TraceIdForm
from appsync_emu.core.letters import CREDENTIALS
from appsync_emu.core.records import CommandAccepted, DeliveryFacts
from appsync_emu.errors import WireError
from appsync_emu.graph.run import is_pending
from appsync_emu.resolvers.context import direct_event

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from appsync_emu.core.api import Api, CommandSpec
    from appsync_emu.core.request import Headers
    from appsync_emu.engine.clock import Clock
    from appsync_emu.engine.dispatcher import Dispatcher
    from appsync_emu.engine.entropy import Entropy
    from appsync_emu.engine.journal import Journal
    from appsync_emu.engine.strikes import Strikes
    from appsync_emu.graph.call import FieldCall, Resolver
    from appsync_emu.graph.schema import Schema

__all__ = ["Intake"]

NS = 1_000_000_000
TRACE_ID_MAX = 256
LABELLED_MAX = 100_000


class Intake:
    """Takes commands, or refuses them while there is no room; never anything in between.

    Args:
        api: commands, components and names.
        clock: time.
        entropy: ids.
        journal: where acceptance is written.
        dispatcher: takes the deliveries.
        strikes: is told what scenarios and tests call the command of a trace.
    """

    def __init__(
        self,
        api: Api,
        *,
        clock: Clock,
        entropy: Entropy,
        journal: Journal,
        dispatcher: Dispatcher,
        strikes: Strikes,
    ) -> None:
        self._api = api
        self._header = api.trace.header.lower()
        self._clock = clock
        self._entropy = entropy
        self._journal = journal
        self._dispatcher = dispatcher
        self._strikes = strikes
        self._labelled: dict[tuple[str, str, int], int] = {}
        self._sender: str | None = None

    def sent_by(self, component: str | None) -> str | None:
        """Commands that are accepted from now on are sent by this component; who sent before."""
        before, self._sender = self._sender, component
        return before

    def resolvers(
        self, schema: Schema, own: Mapping[tuple[str, str], Resolver]
    ) -> dict[tuple[str, str], Resolver]:
        """The resolvers of command fields, and of the namespaces on the way to them.

        Args:
            schema: the types on the way.
            own: resolvers of the API. One of a command field answers its client, and what it
                answered is accepted under the trace id that is in it.
        """
        resolvers: dict[tuple[str, str], Resolver] = {}
        for spec in self._api.commands.values():
            place = (spec.type_name, spec.field_name)
            resolvers[place] = self._accepting(spec, own.get(place))
            type_name = schema.mutation_type or "Mutation"
            for part in spec.path[:-1]:
                resolvers[type_name, part] = own.get((type_name, part), _namespace)
                type_name = schema.fields_of(type_name)[part].strip("[]!")
        return resolvers

    def trace_of(self, headers: Headers) -> str | None:
        """The trace that the request's correlation header carries on, if it does.

        Raises:
            WireError: the header is longer than a trace id can be.
        """
        value = headers.get(self._header)
        if isinstance(value, list):
            value = value[0]
        if value is not None and len(value) > TRACE_ID_MAX:
            message = f"The header {self._header} is longer than {TRACE_ID_MAX} letters."
            raise WireError("BadRequestException", message)
        return value or None

    def _new_trace(self, command_id: str) -> str:
        digits = command_id.replace("-", "")
        match self._api.trace.id:
            case TraceIdForm.UUID:
                return command_id
            case TraceIdForm.HEX:
                return digits
            case TraceIdForm.XRAY:
                return f"1-{self._clock.now_ns() // NS:08x}-{digits[8:]}"
            case form:
                assert_never(form)

    def _accepting(self, spec: CommandSpec, own: Resolver | None) -> Resolver:
        coordinate, field = f"{spec.type_name}.{spec.field_name}", self._api.trace.field

        def take(call: FieldCall, answer: object) -> object:
            command_id = self._entropy.uuid("command", *self._occurrence(coordinate, call))
            if own is None:
                trace_id = self.trace_of(call.request.headers) or self._new_trace(command_id)
                answer = {field: trace_id}
            else:
                trace_id = _trace_in(answer, field, coordinate)
            if not self._dispatcher.reserve(trace_id, len(spec.components)):
                raise WireError("TooManyRequestsException", "Rate Exceeded.")
            self._accept(spec, coordinate, call, command_id, trace_id)
            return answer

        async def take_later(call: FieldCall, pending: Awaitable[object]) -> object:
            return take(call, await pending)

        def accept(call: FieldCall) -> object:
            if own is None:
                return take(call, None)
            answer = own(call)
            if is_pending(answer):
                return take_later(call, cast("Awaitable[object]", answer))
            return take(call, answer)

        return accept

    def _occurrence(self, coordinate: str, call: FieldCall) -> tuple[object, ...]:
        """A key for this command and no other: its label and number, or else what it says."""
        label = call.request.label
        if label is None:
            return self._entropy.occurrence(coordinate, call.arguments)
        if len(self._labelled) >= LABELLED_MAX:
            self._labelled.clear()
        again = self._labelled.get((coordinate, *label), 0)
        self._labelled[coordinate, *label] = again + 1
        return (coordinate, *label, again) if again else (coordinate, *label)

    def _accept(
        self, spec: CommandSpec, coordinate: str, call: FieldCall, command_id: str, trace_id: str
    ) -> None:
        event = direct_event(call)
        headers = event["request"]["headers"]
        headers[self._header] = trace_id
        label = None if call.request.label is None else call.request.label[0]
        if label is not None:
            self._strikes.label(trace_id, label)
        self._journal.append(
            CommandAccepted(
                self._clock.now_ns(),
                trace_id,
                command_id,
                spec.field_name,
                coordinate,
                event,
                event["identity"],
                {name: headers[name] for name in headers if name not in CREDENTIALS},
                spec.components,
                label,
            )
        )
        for name in spec.components:
            facts = DeliveryFacts(
                self._entropy.uuid("delivery", command_id, name),
                trace_id,
                name,
                spec.field_name,
                None,
                command_id,
                self._sender,
            )
            self._dispatcher.accept(facts, self._api.components[name], event)


def _trace_in(answer: object, field: str, coordinate: str) -> str:
    """The trace id that a command's own resolver chose."""
    trace_id = answer.get(field) if isinstance(answer, Mapping) else None
    if not isinstance(trace_id, str) or not 0 < len(trace_id) <= TRACE_ID_MAX:
        message = f"The resolver of the command {coordinate} answered without a {field}."
        raise WireError("InvalidTraceId", message)
    return trace_id


def _namespace(_: FieldCall) -> object:
    """A namespace has no data of its own."""
    return {}
