"""Completers of lists, objects, interfaces and unions; see ``completer.py``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from appsync_emu.graph.answers import TooBig
from appsync_emu.graph.completer import Anomaly, Bubble, Completer
from appsync_emu.graph.leaves import TypeNameCompleter
from appsync_emu.graph.place import slash_path
from appsync_emu.graph.rows import maker

if TYPE_CHECKING:
    from appsync_emu.graph.completer import Plans, RunLike
    from appsync_emu.graph.loose import Value
    from appsync_emu.graph.place import Place
    from appsync_emu.graph.plan import ObjectPlan

__all__ = ["AbstractCompleter", "ListCompleter", "ObjectCompleter"]


def _mismatch(value: Value, expected: str, run: RunLike, place: Place) -> None:
    got = (
        "OBJECT"
        if isinstance(value, Mapping)
        else "LIST"
        if isinstance(value, list | tuple)
        else "SCALAR"
    )
    run.engine_error(
        f"Can't resolve value ({slash_path(place)}) : type mismatch error, "
        f"expected type {expected}, got {got}",
        place,
    )


class ListCompleter(Completer):
    """A list.

    Attributes:
        item: completes its elements.
    """

    __slots__ = ("item",)

    def __init__(self, item: Completer, parent: str, *, nullable: bool) -> None:
        super().__init__("null", parent, nullable=nullable, pure=item.pure, renames=item.renames)
        self.item = item

    def fast(self, value: Value) -> Value:
        """A clean value, or Anomaly."""
        if value.__class__ is list:
            column = self.item.column(value)
            return list(column) if column is value else column
        if value is None and self.nullable:
            return None
        raise Anomaly

    def present(self, value: Value, run: RunLike, place: Place) -> Value:
        """A value that is not null; raises Bubble."""
        if not isinstance(value, list | tuple):
            _mismatch(value, "LIST", run, place)
            raise Bubble
        if self.pure:
            try:
                return self.fast(value)
            except Anomaly:
                pass
        item = self.item
        result: list[Any] = [None] * len(value)
        for index, element in enumerate(value):
            result[index] = item.complete(element, run, (place, index, result, item.nullable))
        return result

    def prune(self, value: Value) -> Value:
        """What is selected of plain data."""
        if isinstance(value, list | tuple):
            return [self.item.prune(element) for element in value]
        return self.item.prune(value)

    def by_name(self, value: Value, plans: Plans) -> Value:
        """Under the schema's field names."""
        if value is None or not self.renames:
            return value
        return [self.item.by_name(element, plans) for element in value]


class ObjectCompleter(Completer):
    """An object type."""

    __slots__ = ("_columns", "_fields", "_make", "plan")

    def __init__(self, plan: ObjectPlan, parent: str, *, nullable: bool) -> None:
        super().__init__(
            plan.type_name, parent, nullable=nullable, pure=plan.pure, renames=plan.renames
        )
        self.plan = plan
        fields = plan.fields
        parts = [field.completer or TypeNameCompleter(plan.type_name) for field in fields]
        self._fields = [
            (field.key, field.name, part.fast) for field, part in zip(fields, parts, strict=True)
        ]
        self._columns = [
            (field.name, itemgetter(field.name) if field.completer else None, part.column)
            for field, part in zip(fields, parts, strict=True)
        ]
        self._make = maker([field.key for field in fields]) if self.pure and fields else None

    def fast(self, value: Value) -> Value:
        """A clean value, or Anomaly."""
        if value.__class__ is dict:
            get = value.get
            return {key: field(get(name)) for key, name, field in self._fields}
        if value is None and self.nullable:
            return None
        raise Anomaly

    def column(self, values: Sequence[Any]) -> Sequence[Any]:
        """The same, for a whole column."""
        if self._make is None or set(map(type, values)) != {dict}:
            return list(map(self.fast, values))
        columns = []
        for name, take, check in self._columns:
            try:
                column = values if take is None else list(map(take, values))
            except KeyError:  # a property that is not there is null
                column = [value.get(name) for value in values]
            columns.append(check(column))
        return self._make(zip(*columns, strict=True))

    def present(self, value: Value, run: RunLike, place: Place) -> Value:
        """A value that is not null; raises Bubble."""
        if self.pure:
            try:
                return self.fast(value)
            except Anomaly:
                pass
        if not isinstance(value, Mapping):
            _mismatch(value, "OBJECT", run, place)
            raise Bubble
        return run.run_fields(self.plan, value, place)

    def mark_alone(self) -> None:
        """Nothing else is resolved meanwhile."""
        self.plan.mark_alone()

    def prune(self, value: Value) -> Value:
        """What is selected of plain data."""
        return self.plan.prune(value)

    def by_name(self, value: Value, plans: Plans) -> Value:
        """Under the schema's field names."""
        return self.plan.by_name(value, plans) if self.renames and value is not None else value


class AbstractCompleter(Completer):
    """An interface or union: ``__typename`` of the value says which type it is.

    Attributes:
        alone: what is completed here is completed while no resolver is under way.
    """

    __slots__ = ("_plan_for", "_possible", "alone")

    def __init__(
        self,
        name: str,
        possible: frozenset[str],
        plan_for: Callable[[str], ObjectPlan],
        parent: str,
        *,
        nullable: bool,
    ) -> None:
        super().__init__(name, parent, nullable=nullable, pure=False, renames=True)
        self._possible = possible
        self._plan_for = plan_for
        self.alone = False

    def present(self, value: Value, run: RunLike, place: Place) -> Value:
        """A value that is not null; raises Bubble."""
        if not isinstance(value, Mapping):
            _mismatch(value, "OBJECT", run, place)
            raise Bubble
        type_name = value.get("__typename")
        if not isinstance(type_name, str) or type_name not in self._possible:
            run.engine_error(
                f"Can't resolve value ({slash_path(place)}) : Abstract type "
                f"'{self.type_name}' must resolve to an Object type at runtime: "
                f"__typename is {type_name!r}",
                place,
            )
            raise Bubble
        try:
            plan = self._plan_for(type_name)
        except TooBig:
            run.engine_error(f"Can't resolve value ({slash_path(place)}) : too many fields", place)
            raise Bubble from None
        result = run.run_fields(plan, value, place)
        run.plans[id(result)] = plan
        return result

    def mark_alone(self) -> None:
        """Nothing else is resolved meanwhile; plans are made later, and marked then."""
        self.alone = True

    def by_name(self, value: Value, plans: Plans) -> Value:
        """Under the schema's field names, with the name of the type."""
        return None if value is None else plans[id(value)].by_name(value, plans)

    def prune(self, value: Value) -> Value:
        """What is selected of plain data."""
        type_name = value.get("__typename") if isinstance(value, Mapping) else None
        if isinstance(type_name, str) and type_name in self._possible:
            return self._plan_for(type_name).prune(value)
        return None
