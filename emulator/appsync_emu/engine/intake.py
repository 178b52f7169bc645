"""Accepting commands: what the resolver of a command field does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from appsync_emu.core.records import CommandAccepted, DeliveryFacts
from appsync_emu.errors import WireError
from appsync_emu.resolvers.context import direct_event

if TYPE_CHECKING:
    from appsync_emu.core.api import Api, CommandSpec
    from appsync_emu.core.request import Headers
    from appsync_emu.engine.clock import Clock
    from appsync_emu.engine.dispatcher import Dispatcher
    from appsync_emu.engine.entropy import Entropy
    from appsync_emu.engine.journal import Journal
    from appsync_emu.graph.call import FieldCall, Resolver
    from appsync_emu.graph.schema import Schema

__all__ = ["Intake"]

TRACE_ID_MAX = 256
_CREDENTIALS = frozenset({"authorization", "cookie", "x-api-key", "x-amz-security-token"})


class Intake:
    """Takes commands, or refuses them while there is no room; never anything in between.

    Args:
        api: commands, components and names.
        clock: time.
        entropy: ids.
        journal: where acceptance is written.
        dispatcher: takes the deliveries.
    """

    def __init__(
        self,
        api: Api,
        *,
        clock: Clock,
        entropy: Entropy,
        journal: Journal,
        dispatcher: Dispatcher,
    ) -> None:
        self._api = api
        self._header = api.trace.header.lower()
        self._clock = clock
        self._entropy = entropy
        self._journal = journal
        self._dispatcher = dispatcher

    def resolvers(self, schema: Schema) -> dict[tuple[str, str], Resolver]:
        """The resolvers of command fields, and of the namespaces on the way to them."""
        resolvers: dict[tuple[str, str], Resolver] = {}
        for spec in self._api.commands.values():
            resolvers[spec.type_name, spec.field_name] = self._accepting(spec)
            type_name = schema.mutation_type or "Mutation"
            for part in spec.path[:-1]:
                resolvers[type_name, part] = _namespace
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

    def _accepting(self, spec: CommandSpec) -> Resolver:
        coordinate, field = f"{spec.type_name}.{spec.field_name}", self._api.trace.field

        def accept(call: FieldCall) -> object:
            occurrence = self._entropy.occurrence(coordinate, call.arguments)
            command_id = self._entropy.uuid("command", *occurrence)
            trace_id = self.trace_of(call.request.headers) or command_id
            if not self._dispatcher.reserve(trace_id, len(spec.components)):
                raise WireError("TooManyRequestsException", "Rate Exceeded.")
            self._accept(spec, coordinate, call, command_id, trace_id)
            return {field: trace_id}

        return accept

    def _accept(
        self, spec: CommandSpec, coordinate: str, call: FieldCall, command_id: str, trace_id: str
    ) -> None:
        event = direct_event(call)
        headers = event["request"]["headers"]
        headers[self._header] = trace_id
        self._journal.append(
            CommandAccepted(
                self._clock.now_ns(),
                trace_id,
                command_id,
                spec.field_name,
                coordinate,
                event,
                event["identity"],
                {name: headers[name] for name in headers if name not in _CREDENTIALS},
                spec.components,
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
            )
            self._dispatcher.accept(facts, self._api.components[name], event)


def _namespace(_: FieldCall) -> object:
    """A namespace has no data of its own."""
    return {}
