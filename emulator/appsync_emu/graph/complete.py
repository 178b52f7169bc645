"""From what a resolver returned to what a client sees: one completer per position of a plan.

Each completer knows two ways. ``fast`` and ``column`` take clean JSON-like values without looking
back, and raise ``Anomaly`` at the first thing that is odd; ``column`` takes the same field of a
whole list at once. ``complete`` is the way that knows everything: errors with their paths, null
bubbling, resolvers below. A part of a plan without resolvers (``pure``) is tried fast first.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import repeat
from operator import is_not, itemgetter
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

from appsync_emu.graph.answers import TooBig
from appsync_emu.graph.place import slash_path
from appsync_emu.graph.scalar import INT_MAX, INT_MIN, BadOutput, Scalar

if TYPE_CHECKING:
    from appsync_emu.graph.loose import Value
    from appsync_emu.graph.place import Place
    from appsync_emu.graph.plan import ObjectPlan

__all__ = [
    "AbstractCompleter",
    "Anomaly",
    "AnyCompleter",
    "Bubble",
    "Completer",
    "EnumCompleter",
    "ListCompleter",
    "ObjectCompleter",
    "RunLike",
    "ScalarCompleter",
]

Plans: TypeAlias = "dict[int, ObjectPlan]"

NONE: Final = type(None)


class Anomaly(Exception):  # noqa: N818 - not an error: the slow way decides
    """The fast way met something that only ``complete`` can judge."""


class Bubble(Exception):  # noqa: N818 - not an error: it has been reported already
    """A non-null position came to nothing; the nearest nullable ancestor becomes null."""


class RunLike(Protocol):
    """What completers need of a running operation.

    Attributes:
        plans: ``id`` of a completed object of an abstract type, to its plan.
    """

    plans: Plans

    def engine_error(self, message: str, place: Place) -> None:
        """Note an error of the engine at a place."""

    def run_fields(self, plan: ObjectPlan, source: object, place: Place | None) -> dict[str, Any]:
        """Resolve the fields of an object."""


class Completer:
    """Common to all: nullability.

    Attributes:
        nullable: whether null is allowed here.
        pure: no resolver and no abstract type below.
        renames: keys differ from field names below (or a type name has to be added).
        type_name: how a null error calls the type; the service says ``null`` for lists.
        parent: name of the type that has the field.
    """

    __slots__ = ("nullable", "parent", "pure", "renames", "type_name")

    def __init__(
        self, type_name: str, parent: str, *, nullable: bool, pure: bool, renames: bool
    ) -> None:
        self.type_name = type_name
        self.parent = parent
        self.nullable = nullable
        self.pure = pure
        self.renames = renames

    def fast(self, value: Value) -> Value:  # noqa: ARG002 - for overriding
        """The value if it is clean; raises Anomaly otherwise."""
        raise Anomaly

    def column(self, values: Sequence[Any]) -> Sequence[Any]:
        """The same position of many objects at once; raises Anomaly."""
        return list(map(self.fast, values))

    def complete(self, value: Value, run: RunLike, place: Place) -> Value:
        """The value for the client; raises Bubble."""
        if value is None:
            return self.null(run, place)
        if self.nullable:
            try:
                return self.present(value, run, place)
            except Bubble:
                return None
        return self.present(value, run, place)

    def present(self, value: Value, run: RunLike, place: Place) -> Value:  # noqa: ARG002 - for overriding
        """A value that is not null; raises Bubble when nothing comes of it."""
        raise Bubble

    def null(self, run: RunLike, place: Place) -> None:
        """Null here: fine, or an error."""
        if not self.nullable:
            run.engine_error(
                f"Cannot return null for non-nullable type: '{self.type_name}' within parent"
                f" '{self.parent}' ({slash_path(place)})",
                place,
            )
            raise Bubble

    def mark_alone(self) -> None:
        """What is completed here is completed while no resolver is under way."""

    def prune(self, value: Value) -> Value:
        """Plain data, reduced to what is selected."""
        return value

    def by_name(self, value: Value, plans: Plans) -> Value:  # noqa: ARG002 - for overriding
        """A completed value under the schema's own field names."""
        return value


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


class ScalarCompleter(Completer):
    """A scalar."""

    __slots__ = ("_classes", "_int", "_number", "_plain", "_serialize")

    def __init__(self, scalar: Scalar, parent: str, *, nullable: bool) -> None:
        super().__init__(scalar.name, parent, nullable=nullable, pure=True, renames=False)
        self._serialize = scalar.serialize
        self._plain = scalar.plain
        self._classes = scalar.plain | {NONE} if nullable else scalar.plain
        self._int = scalar.name == "Int"
        self._number = scalar.name == "Float"

    def fast(self, value: Value) -> Value:
        """A clean value, or Anomaly."""
        if value is None:
            if self.nullable:
                return None
            raise Anomaly
        if type(value) in self._plain:
            if self._int:
                if INT_MIN <= value <= INT_MAX:
                    return value
            elif not self._number or _all_finite((value,)):
                return value
            raise Anomaly
        try:
            return self._serialize(value)
        except BadOutput:
            raise Anomaly from None

    def column(self, values: Sequence[Any]) -> Sequence[Any]:
        """The same, for a whole column."""
        classes = set(map(type, values))
        if not classes or not classes <= self._classes:
            return list(map(self.fast, values))
        if self._int or self._number:
            numbers = [v for v in values if v is not None] if NONE in classes else values
            if self._int:
                if numbers and not (min(numbers) >= INT_MIN and max(numbers) <= INT_MAX):
                    raise Anomaly
            elif not _all_finite(numbers):
                raise Anomaly
        return values

    def present(self, value: Value, run: RunLike, place: Place) -> Value:
        """A value that is not null; raises Bubble."""
        try:
            return self._serialize(value)
        except BadOutput as error:
            run.engine_error(f"Can't serialize value ({slash_path(place)}) : {error}", place)
            raise Bubble from None


def _all_finite(numbers: Sequence[float]) -> bool:
    try:
        return all(map(math.isfinite, numbers))
    except OverflowError:  # an int beyond every float
        return False


class EnumCompleter(Completer):
    """An enum; its values are strings."""

    __slots__ = ("_names",)

    def __init__(self, name: str, names: frozenset[str], parent: str, *, nullable: bool) -> None:
        super().__init__(name, parent, nullable=nullable, pure=True, renames=False)
        self._names = names

    def fast(self, value: Value) -> Value:
        """A clean value, or Anomaly."""
        if value is None:
            if self.nullable:
                return None
            raise Anomaly
        if value.__class__ is str and value in self._names:
            return value
        raise Anomaly

    def present(self, value: Value, run: RunLike, place: Place) -> Value:
        """A value that is not null; raises Bubble."""
        if isinstance(value, str) and value in self._names:
            return str(value)
        run.engine_error(
            f"Can't serialize value ({slash_path(place)}) : Invalid input for Enum"
            f" '{self.type_name}'. Unknown value '{value}'",
            place,
        )
        raise Bubble


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


class _TypeName(Completer):
    """``__typename`` of an object type: a constant."""

    __slots__ = ()

    def __init__(self, type_name: str) -> None:
        super().__init__(type_name, type_name, nullable=False, pure=True, renames=False)

    def fast(self, value: Value) -> Value:  # noqa: ARG002 - the name, whatever the value
        """The name of the type."""
        return self.type_name


class ObjectCompleter(Completer):
    """An object type."""

    __slots__ = ("_columns", "_fields", "_keys", "_names", "_shape", "_takers", "plan")

    def __init__(self, plan: ObjectPlan, parent: str, *, nullable: bool) -> None:
        super().__init__(
            plan.type_name, parent, nullable=nullable, pure=plan.pure, renames=plan.renames
        )
        self.plan = plan
        fields = plan.fields
        self._keys = tuple(field.key for field in fields)
        self._names = tuple(field.name for field in fields)
        parts = [field.completer or _TypeName(plan.type_name) for field in fields]
        self._fields = [
            (key, name, part.fast)
            for key, name, part in zip(self._keys, self._names, parts, strict=True)
        ]
        self._columns = [part.column for part in parts]
        self._takers = [itemgetter(name) for name in self._names] if self.pure else None
        # Under their own names, rows that have nothing else need one copy in the right order.
        self._shape = dict.fromkeys(self._names) if self._keys == self._names else None

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
        if self._takers is None or set(map(type, values)) != {dict}:
            return list(map(self.fast, values))
        shape = self._shape
        try:
            taken = [list(map(take, values)) for take in self._takers]
        except KeyError:  # a property that is not there is null
            taken = [[value.get(name) for value in values] for name in self._names]
            shape = None
        columns = [check(column) for check, column in zip(self._columns, taken, strict=True)]
        if (
            shape is not None
            and set(map(len, values)) == {len(shape)}
            and not any(map(is_not, columns, taken))
        ):
            return list(map(shape.__or__, values))
        return list(map(dict, map(zip, repeat(self._keys), zip(*columns, strict=True))))

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


class AnyCompleter(Completer):
    """Takes a value as it is: what graphql-core's introspection answers."""

    __slots__ = ()

    def present(self, value: Value, run: RunLike, place: Place) -> Value:  # noqa: ARG002 - for overriding
        """The value itself."""
        return value


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
