"""Execution of compiled plans: sync where nothing awaits, errors in AppSync's shapes.

A query's fields run concurrently as far as their resolvers await; a mutation's root fields run one
after another. How awaitables are gathered is the caller's business (``gather``): nothing here
knows an event loop.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from appsync_emu.core.http import RequestRefused
from appsync_emu.graph.answers import InvalidDocument, Refused, engine_error, field_error
from appsync_emu.graph.call import FieldCall, Gather, Resolver, one_after_another
from appsync_emu.graph.calls import calls_in
from appsync_emu.graph.complete import ListCompleter
from appsync_emu.graph.completer import Bubble
from appsync_emu.graph.document import Documents
from appsync_emu.graph.parsing import TOO_DEEP
from appsync_emu.graph.run import Run, is_pending
from appsync_emu.graph.selection import SubscriptionPlan

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from appsync_emu.core.request import GraphqlRequest
    from appsync_emu.graph.calls import Called
    from appsync_emu.graph.operation import Operation
    from appsync_emu.graph.place import Place
    from appsync_emu.graph.plan import FieldPlan, ObjectPlan
    from appsync_emu.graph.schema import Schema

__all__ = ["Executor", "FieldCall", "Refused", "Resolver", "SubscriptionPlan"]

Published: TypeAlias = Callable[[str, dict[str, object]], None]


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
        return self._carry_out(operation, run, plan)

    def prepare(
        self, request: GraphqlRequest, sought: Collection[tuple[str, str]]
    ) -> tuple[list[Called], Callable[[], dict[str, Any] | Awaitable[dict[str, Any]]]]:
        """Look into a request before it is executed.

        Args:
            request: the request.
            sought: fields of mutations by (type name, field name).

        Returns:
            those of the sought fields that a mutation calls, in order, and what executes the
            request as :meth:`execute` does.

        Raises:
            RequestRefused: several operations and none is named.
        """
        try:
            operation, run, plan = self._prepare(request)
        except InvalidDocument as invalid:
            answer = {"data": None, "errors": invalid.errors}
            return [], lambda: answer
        called = calls_in(plan, run, sought) if operation.kind == "mutation" else []
        return called, lambda: self._carry_out(operation, run, plan)

    def _carry_out(
        self, operation: Operation, run: Run, plan: ObjectPlan
    ) -> dict[str, Any] | Awaitable[dict[str, Any]]:
        try:
            if operation.kind == "query":
                return self._query(run, plan)
            if operation.kind == "mutation":
                return self._mutation(run, plan)
        except RecursionError:  # fragments may reach deeper than brackets may
            run.abandon()
            return {"data": None, "errors": [engine_error(TOO_DEEP)]}
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
            self._publish(run, field, data)
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

    async def _mutation_later(
        self,
        run: Run,
        plan: ObjectPlan,
        field: FieldPlan | None,
        rest: Iterator[FieldPlan],
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
                self._publish(run, field, data)
            field = next(rest, None)
            if field is None:
                return _answer(run, data)
            try:
                self._mutation_field(run, plan, field, data)
            except Bubble:
                lost = True

    def _publish(self, run: Run, field: FieldPlan, data: dict[str, Any]) -> None:
        if self._published is None or field.name not in self._feeds:
            return
        completer, value = field.completer, data[field.key]
        # The service does not publish lists (AWS: "Enhanced subscriptions filtering").
        if value is None or completer is None or isinstance(completer, ListCompleter):
            return
        self._published(field.name, completer.by_name(value, run.plans))

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
        if not plan.fields:  # @skip can leave nothing
            raise Refused([engine_error("A subscription must have exactly one root field.")])
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
        value = run.call(field, {}, place)
        if is_pending(value):
            return _subscribed_later(run, field, value, place, subscription)
        if run.errors:
            raise Refused(run.placed())
        return subscription


async def _subscribed_later(
    run: Run, field: FieldPlan, value: Awaitable[Any], place: Place, plan: SubscriptionPlan
) -> SubscriptionPlan:
    try:
        await value
    except Exception as error:  # noqa: BLE001 - every failure of a resolver is an answer
        run.note(error, field, place)
    if run.errors:
        raise Refused(run.placed())
    return plan


def _not_over_http(run: Run, plan: ObjectPlan) -> dict[str, Any]:
    if not plan.fields:
        return {"data": {}}
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
        answer["errors"] = run.placed()
    return answer
