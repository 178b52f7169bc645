"""One operation while it runs: fields, errors, and what is still under way."""

from __future__ import annotations

import logging
from types import GeneratorType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from graphql import FieldNode, parse

from appsync_emu.errors import WireError
from appsync_emu.graph.answers import engine_error, field_error, location
from appsync_emu.graph.call import FieldCall, settled, unstarted
from appsync_emu.graph.coerce import NullInput
from appsync_emu.graph.completer import Anomaly, Bubble
from appsync_emu.graph.place import line_and_column, path_of
from appsync_emu.graph.shape import nodes_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

    from appsync_emu.core.request import GraphqlRequest
    from appsync_emu.graph.call import Gather
    from appsync_emu.graph.loose import Value
    from appsync_emu.graph.place import Place
    from appsync_emu.graph.plan import FieldPlan, ObjectPlan

__all__ = ["FAILED", "Run", "is_pending"]

INTERNAL_FAILURE: Final = "InternalFailure"
INTERNAL_MESSAGE: Final = "An internal error occurred while resolving this field."

_log = logging.getLogger(__name__)


class _Failed:
    """The type of ``FAILED``."""

    __slots__ = ()


FAILED: Final = _Failed()
"""What became of a resolver that raised; the error is noted already."""

_PLAIN: Final = frozenset({dict, list, str, int, float, bool, type(None), tuple})


def is_pending(value: object) -> bool:
    """Whether a resolver's result has to be awaited."""
    kind = value.__class__
    # What types.coroutine makes of a generator can be awaited, and has no __await__.
    return kind not in _PLAIN and (kind is GeneratorType or hasattr(value, "__await__"))


Pending: TypeAlias = "tuple[FieldPlan, Awaitable[Any], Place]"
"""A field that waits, what it waits for, and where its value belongs."""


class Run:
    """One operation while it runs."""

    __slots__ = (
        "_gather",
        "errors",
        "literals",
        "lost",
        "pending",
        "plans",
        "request",
        "unplaced",
        "variables",
    )

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
        self.pending: list[Pending] = []
        self.plans: dict[int, ObjectPlan] = {}
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

    def run_fields(self, plan: ObjectPlan, source: Value, place: Place | None) -> dict[str, Any]:
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

    def run_field(self, field: FieldPlan, source: Value, place: Place) -> None:
        """Resolve a field that has a resolver, as far as that goes at once; raises Bubble."""
        value = self.call(field, source, place)
        if is_pending(value):
            place[2][field.key] = None
            self.pending.append((field, value, place))
            return
        self._store(field, value, place)

    def call(self, field: FieldPlan, source: Value, place: Place) -> Value:
        """Call a field's resolver: its value, something to await, or ``FAILED``."""
        try:
            arguments = field.arguments(self.variables, self.literals)
        except NullInput as null:
            self._null_argument(null, field, place)
            return FAILED
        call = FieldCall(arguments, source, self.request, field.info, place, self.variables)
        try:
            result = field.resolver(call)  # type: ignore[misc]  # callers know
            return settled(result) if field.info.alone else unstarted(result)
        except Exception as error:  # noqa: BLE001 - every failure of a resolver is an answer
            self.note(error, field, place)
            return FAILED

    def _null_argument(self, null: NullInput, field: FieldPlan, place: Place) -> None:
        noted = engine_error(
            f"Field '{field.name}' has coerced Null value for NonNull type '{null.args[0]}'",
            path=path_of(place),
        )
        self.errors.append(noted)
        self.unplaced.append((noted, field.ordinal))

    def _store(self, field: FieldPlan, value: Value, place: Place) -> None:
        completer = field.completer
        assert completer is not None  # noqa: S101 - __typename has no resolver
        if value is FAILED:
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
            value = FAILED
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

    def abandon(self) -> None:
        """Forget what is under way, because nobody will await it."""
        self.pending = []

    async def settle(self, pending: Sequence[Pending]) -> None:
        """Await everything that is under way."""
        if len(pending) == 1:
            await self._later(*pending[0])
        elif pending:
            await self._gather(*[self._later(*waiting) for waiting in pending])

    def placed(self) -> list[dict[str, Any]]:
        """The errors, with their places in the document at hand."""
        if self.unplaced:
            text = self.request.query
            nodes = nodes_of(parse(text), FieldNode)
            for error, ordinal in self.unplaced:
                start = nodes[ordinal].loc
                if start is not None:
                    error["locations"] = [location(line_and_column(text, start.start))]
        return self.errors
