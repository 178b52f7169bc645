"""Execution of compiled plans: sync where nothing awaits, errors in AppSync's shapes.

A query's fields run concurrently as far as their resolvers await; a mutation's root fields run one
after another. How awaitables are gathered is the caller's business (``gather``): nothing here
knows an event loop.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from types import CoroutineType, coroutine
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from graphql import FieldNode, parse

from appsync_emu.core.http import RequestRefused
from appsync_emu.errors import WireError
from appsync_emu.graph.answers import (
    InvalidDocument,
    Refused,
    engine_error,
    field_error,
    location,
)
from appsync_emu.graph.coerce import NullInput
from appsync_emu.graph.complete import Anomaly, Bubble, ListCompleter, Place, path_of
from appsync_emu.graph.document import Documents, Operation
from appsync_emu.graph.place import line_and_column
from appsync_emu.graph.selection import SubscriptionPlan
from appsync_emu.graph.shape import nodes_of

if TYPE_CHECKING:
    from appsync_emu.core.jsonvalue import Json
    from appsync_emu.core.request import GraphqlRequest
    from appsync_emu.graph.plan import FieldInfo, FieldPlan, ObjectPlan
    from appsync_emu.graph.schema import Schema

__all__ = ["Executor", "FieldCall", "Refused", "Resolver", "SubscriptionPlan"]

INTERNAL_FAILURE: Final = "InternalFailure"
INTERNAL_MESSAGE: Final = "An internal error occurred while resolving this field."

_log = logging.getLogger(__name__)


class FieldCall:
    """What a resolver gets; made once per call.

    Attributes:
        arguments: coerced; ``AWSJSON`` arguments are parsed.
        source: the parent's value.
        request: the request that this call is part of.
        field: what is known of the field without running it.
        variables: coerced variables of the operation.
        stash: empty; for the resolver's own use.
    """

    __slots__ = ("_place", "arguments", "field", "request", "source", "stash", "variables")

    def __init__(  # noqa: PLR0913 - a record that is made in one place
        self,
        arguments: dict[str, Any],
        source: object,
        request: GraphqlRequest,
        field: FieldInfo,
        place: Place,
        variables: Mapping[str, Json],
    ) -> None:
        self.arguments = arguments
        self.source = source
        self.request = request
        self.field = field
        self._place = place
        self.variables = variables
        self.stash: dict[str, Any] = {}

    @property
    def path(self) -> list[str | int]:
        """The response path of the field: keys and list indexes."""
        return path_of(self._place)


Resolver: TypeAlias = Callable[[FieldCall], object]
"""Resolves a field: a value, or an awaitable of one; raises WireError for what clients see."""

Published: TypeAlias = Callable[[str, dict[str, object]], None]
Gather: TypeAlias = Callable[..., Awaitable[Any]]


async def one_after_another(*awaitables: Awaitable[Any]) -> list[Any]:
    """The gather that needs no event loop."""
    return [await awaitable for awaitable in awaitables]


class _Failed:
    """The type of ``_FAILED`` and ``_PENDING``."""

    __slots__ = ()


_FAILED: Final = _Failed()
_PENDING: Final = _Failed()
_PLAIN: Final = frozenset({dict, list, str, int, float, bool, type(None), tuple})


@coroutine
def _resumed(started: CoroutineType[Any, Any, Any], yielded: Any) -> Generator[Any, Any, Any]:
    """Goes on with a coroutine that was driven to its first await."""
    while True:
        try:
            sent = yield yielded
        except GeneratorExit:
            started.close()
            raise
        except BaseException as error:  # noqa: BLE001 - handed on to the coroutine
            try:
                yielded = started.throw(error)
            except StopIteration as stop:
                return stop.value
        else:
            try:
                yielded = started.send(sent)
            except StopIteration as stop:
                return stop.value


def _settled(value: Any) -> Any:
    """A resolver's result: the value at once if nothing awaits, else something to await."""
    if value.__class__ is CoroutineType:
        try:
            yielded = value.send(None)
        except StopIteration as stop:
            return stop.value
        return _resumed(value, yielded)
    return value


class Run:
    """One operation while it runs."""

    __slots__ = ("_gather", "errors", "literals", "lost", "pending", "request", "unplaced", "variables")

    def __init__(
        self,
        request: GraphqlRequest,
        variables: dict[str, Any],
        literals: tuple[Any, ...],
        gather: Gather,
    ) -> None:
        self.request = request
        self.variables = variables
        self.literals = literals
        self._gather = gather
        self.errors: list[dict[str, Any]] = []
        self.unplaced: list[tuple[dict[str, Any], int]] = []
        self.pending: list[Any] = []
        self.lost = False

    # Errors

    def engine_error(self, message: str, place: Place) -> None:
        """Note an error of the engine at a place."""
        self.errors.append(engine_error(message, path=path_of(place)))

    def note(self, error: Exception, field: FieldPlan, place: Place) -> None:
        """Note what a resolver raised; our own bugs are named as such and logged."""
        if isinstance(error, WireError):
            data = error.data
            noted = field_error(
                error.error_type,
                error.message,
                path=path_of(place),
                data=field.completer.prune(data) if data is not None and field.completer else data,
                info=error.info,
            )
        else:
            _log.error(
                "resolver of %s.%s failed",
                field.info.parent_type,
                field.info.name,
                exc_info=error,
            )
            noted = field_error(INTERNAL_FAILURE, INTERNAL_MESSAGE, path=path_of(place))
        self.errors.append(noted)
        self.unplaced.append((noted, field.ordinal))

    # Fields

    def run_fields(self, plan: ObjectPlan, source: Any, place: Place | None) -> dict[str, Any]:
        """Resolve the fields of an object; raises Bubble."""
        out: dict[str, Any] = {}
        for field in plan.fields:
            completer = field.completer
            if completer is None:
                out[field.key] = plan.type_name
            elif field.resolver is None:
                value = source.get(field.name)
                here = (place, field.key, out, completer.nullable)
                out[field.key] = completer.complete(value, self, here)
            else:
                self.run_field(field, source, (place, field.key, out, completer.nullable))
        return out

    def run_field(self, field: FieldPlan, source: Any, place: Place) -> None:
        """Resolve a field that has a resolver, as far as that goes at once; raises Bubble."""
        value = self._call(field, source, place)
        if value.__class__ not in _PLAIN and hasattr(value, "__await__"):
            place[2][field.key] = None
            self.pending.append(self._later(field, value, place))
            return
        self._store(field, value, place)

    def _call(self, field: FieldPlan, source: Any, place: Place) -> Any:
        try:
            arguments = field.arguments(self.variables, self.literals)
        except NullInput as null:
            self._null_argument(null, field, place)
            return _FAILED
        call = FieldCall(
            arguments, source, self.request, field.info, place, self.variables
        )
        try:
            return _settled(field.resolver(call))  # type: ignore[misc]
        except Exception as error:  # noqa: BLE001 - every failure of a resolver is an answer
            self.note(error, field, place)
            return _FAILED

    def _null_argument(self, null: NullInput, field: FieldPlan, place: Place) -> None:
        noted = engine_error(
            f"Field '{field.name}' has coerced Null value for NonNull type '{null.args[0]}'",
            path=path_of(place),
        )
        self.errors.append(noted)
        self.unplaced.append((noted, field.ordinal))

    def _store(self, field: FieldPlan, value: Any, place: Place) -> None:
        completer = field.completer
        assert completer is not None  # noqa: S101 - __typename has no resolver
        if value is _FAILED:
            if not completer.nullable:
                raise Bubble
            place[2][field.key] = None
            return
        if completer.pure:
            try:
                place[2][field.key] = completer.fast(value)
            except Anomaly:
                pass
            else:
                return
        place[2][field.key] = completer.complete(value, self, place)

    async def _later(self, field: FieldPlan, awaitable: Awaitable[Any], place: Place) -> None:
        try:
            value = await awaitable
        except Exception as error:  # noqa: BLE001 - every failure of a resolver is an answer
            self.note(error, field, place)
            value = _FAILED
        outer, self.pending = self.pending, []
        try:
            self._store(field, value, place)
        except Bubble:
            self._lose(place)
        mine, self.pending = self.pending, outer
        await self.settle(mine)

    def _lose(self, place: Place | None) -> None:
        """Null at the nearest ancestor that may be null."""
        while place is not None and not place[3]:
            place = place[0]
        if place is None:
            self.lost = True
        else:
            place[2][place[1]] = None

    async def settle(self, pending: Sequence[Awaitable[Any]]) -> None:
        """Await everything that is under way."""
        if len(pending) == 1:
            await pending[0]
        elif pending:
            await self._gather(*pending)


class Executor:
    """Executes requests against one schema.

    Args:
        schema: the schema.
        resolvers: resolvers by (type name, field name); other fields read the parent's property.
        published: told of every mutation field that feeds a subscription: its name, and its value
            by the schema's own field names.
        gather: awaits several awaitables at once, as ``asyncio.gather`` does.
        cache_size: how many shapes of documents are kept at least.
    """

    __slots__ = ("_documents", "_feeds", "_gather", "_published", "_schema")

    def __init__(
        self,
        schema: Schema,
        resolvers: Mapping[tuple[str, str], Resolver],
        *,
        published: Published | None = None,
        gather: Gather = one_after_another,
        cache_size: int = 1024,
    ) -> None:
        self._schema = schema
        self._documents = Documents(schema, resolvers, cache_size)
        self._published = published
        self._gather = gather
        self._feeds = frozenset(
            name for mutations in schema.subscriptions.values() for name in mutations
        )

    def execute(self, request: GraphqlRequest) -> dict[str, Any] | Awaitable[dict[str, Any]]:
        """Execute a query or mutation.

        Returns:
            the answer, ``data`` and ``errors``; an awaitable of it when a resolver awaits.

        Raises:
            RequestRefused: several operations and none is named.
        """
        try:
            operation, run, plan = self._prepare(request)
        except InvalidDocument as invalid:
            return {"data": None, "errors": invalid.errors}
        if operation.kind == "query":
            return self._query(run, plan)
        if operation.kind == "mutation":
            return self._mutation(run, plan)
        return _not_over_http(run, plan)

    def _prepare(self, request: GraphqlRequest) -> tuple[Operation, Run, ObjectPlan]:
        document, literals = self._documents.find(request.query)
        operations = document.operations
        name = request.operation_name
        if len(operations) == 1 and not name:
            operation = operations[0]
        elif not name:
            raise RequestRefused(400, "BadRequestException", "Missing operation name.")
        else:
            for operation in operations:
                if operation.name == name:
                    break
            else:
                raise InvalidDocument([engine_error(f"Unknown operation named '{name}'.")])
        variables = (
            operation.coerce(request.variables, request.query) if operation.variables else {}
        )
        plan = operation.plan(variables)
        return operation, Run(request, variables, literals, self._gather), plan

    def _query(self, run: Run, plan: ObjectPlan) -> dict[str, Any] | Awaitable[dict[str, Any]]:
        data: dict[str, Any] | None
        try:
            data = run.run_fields(plan, {}, None)
        except Bubble:
            data = None
        if run.pending:
            return self._query_later(run, data)
        return {"data": data} if not run.errors else _answer(run, data)

    async def _query_later(self, run: Run, data: dict[str, Any] | None) -> dict[str, Any]:
        pending, run.pending = run.pending, []
        await run.settle(pending)
        return _answer(run, data)

    def _mutation(self, run: Run, plan: ObjectPlan) -> dict[str, Any] | Awaitable[dict[str, Any]]:
        data: dict[str, Any] = {}
        fields = iter(plan.fields)
        for field in fields:
            try:
                self._mutation_field(run, plan, field, data)
            except Bubble:
                if run.pending:
                    return self._mutation_later(run, plan, None, iter(()), data, lost=True)
                return _answer(run, None)
            if run.pending:
                return self._mutation_later(run, plan, field, fields, data)
            self._publish(field, data)
        return {"data": data} if not run.errors else _answer(run, data)

    def _mutation_field(
        self, run: Run, plan: ObjectPlan, field: FieldPlan, data: dict[str, Any]
    ) -> None:
        completer = field.completer
        if completer is None:
            data[field.key] = plan.type_name
            return
        place = (None, field.key, data, completer.nullable)
        if field.resolver is None:
            data[field.key] = completer.complete(None, run, place)
        else:
            run.run_field(field, {}, place)

    async def _mutation_later(  # noqa: PLR0913 - the rest of one loop
        self,
        run: Run,
        plan: ObjectPlan,
        field: FieldPlan | None,
        rest: Any,
        data: dict[str, Any],
        *,
        lost: bool = False,
    ) -> dict[str, Any]:
        while True:
            pending, run.pending = run.pending, []
            await run.settle(pending)
            if lost or run.lost:
                return _answer(run, None)
            if field is not None:
                self._publish(field, data)
            field = next(rest, None)
            if field is None:
                return _answer(run, data)
            try:
                self._mutation_field(run, plan, field, data)
            except Bubble:
                lost = True

    def _publish(self, field: FieldPlan, data: dict[str, Any]) -> None:
        if self._published is None or field.name not in self._feeds:
            return
        completer, value = field.completer, data[field.key]
        # The service does not publish lists (AWS: "Enhanced subscriptions filtering").
        if value is None or completer is None or isinstance(completer, ListCompleter):
            return
        self._published(field.name, completer.by_name(value))

    def subscribe(self, request: GraphqlRequest) -> SubscriptionPlan | Awaitable[SubscriptionPlan]:
        """Accept a subscription: its resolver, if there is one, runs now.

        Returns:
            what the subscriber will get; an awaitable of it when the resolver awaits.

        Raises:
            Refused: with GraphQL errors.
        """
        try:
            operation, run, plan = self._prepare(request)
        except InvalidDocument as invalid:
            raise Refused(invalid.errors) from None
        except RequestRefused as refused:
            raise Refused([field_error(refused.error_type, str(refused), path=None)]) from None
        if operation.kind != "subscription":
            raise Refused(
                [
                    {
                        "errorType": "UnsupportedOperation",
                        "message": f"A {operation.kind} is not a subscription.",
                    }
                ]
            )
        field = plan.fields[0]
        assert field.given is not None  # noqa: S101 - compiled from the subscription root
        subscription = SubscriptionPlan(
            field=field,
            root=plan.type_name,
            arguments=field.given(run.variables, run.literals),
            key=(operation.document.key, operation.name, operation.conditions(run.variables)),
        )
        if field.resolver is None:
            return subscription
        out: dict[str, Any] = {}
        place = (None, field.key, out, True)
        value = run._call(field, {}, place)  # noqa: SLF001
        if value.__class__ not in _PLAIN and hasattr(value, "__await__"):
            return _subscribed_later(run, field, value, place, subscription)
        if run.errors:
            raise Refused(_placed(run))
        return subscription


async def _subscribed_later(
    run: Run, field: FieldPlan, value: Awaitable[Any], place: Place, plan: SubscriptionPlan
) -> SubscriptionPlan:
    try:
        await value
    except Exception as error:  # noqa: BLE001 - every failure of a resolver is an answer
        run.note(error, field, place)
    if run.errors:
        raise Refused(_placed(run))
    return plan


def _not_over_http(run: Run, plan: ObjectPlan) -> dict[str, Any]:
    field = plan.fields[0]
    error = field_error(
        "OperationNotSupported",
        "Subscriptions are not supported over HTTP: use the realtime endpoint.",
        path=[field.key],
    )
    run.errors.append(error)
    run.unplaced.append((error, field.ordinal))
    return _answer(run, None)


def _answer(run: Run, data: dict[str, Any] | None) -> dict[str, Any]:
    answer: dict[str, Any] = {"data": None if run.lost else data}
    if run.errors:
        answer["errors"] = _placed(run)
    return answer


def _placed(run: Run) -> list[dict[str, Any]]:
    """The errors, with their places in the document at hand."""
    if run.unplaced:
        text = run.request.query
        nodes = nodes_of(parse(text), FieldNode)
        for error, ordinal in run.unplaced:
            start = nodes[ordinal].loc
            if start is not None:
                error["locations"] = [location(line_and_column(text, start.start))]
    return run.errors
