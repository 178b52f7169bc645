"""Completers without completers below them: scalars, enums, and what is taken as it is."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from appsync_emu.graph.completer import Anomaly, Bubble, Completer
from appsync_emu.graph.place import slash_path
from appsync_emu.graph.scalar import INT_MAX, INT_MIN, BadOutput, Scalar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from appsync_emu.graph.completer import RunLike
    from appsync_emu.graph.loose import Value
    from appsync_emu.graph.place import Place

__all__ = ["AnyCompleter", "EnumCompleter", "ScalarCompleter", "TypeNameCompleter"]

NONE: Final = type(None)


@cache
def _with_none(classes: frozenset[type]) -> frozenset[type]:
    return classes | {NONE}


class ScalarCompleter(Completer):
    """A scalar."""

    __slots__ = ("_classes", "_int", "_number", "_plain", "_serialize")

    def __init__(self, scalar: Scalar, parent: str, *, nullable: bool) -> None:
        super().__init__(scalar.name, parent, nullable=nullable, pure=True, renames=False)
        self._serialize = scalar.serialize
        self._plain = scalar.plain
        self._classes = _with_none(scalar.plain) if nullable else scalar.plain
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


class TypeNameCompleter(Completer):
    """``__typename`` of an object type: a constant."""

    __slots__ = ()

    def __init__(self, type_name: str) -> None:
        super().__init__(type_name, type_name, nullable=False, pure=True, renames=False)

    def fast(self, value: Value) -> Value:  # noqa: ARG002 - the name, whatever the value
        """The name of the type."""
        return self.type_name

    def column(self, values: Sequence[Any]) -> Sequence[Any]:
        """The same, for a whole column."""
        return [self.type_name] * len(values)


class AnyCompleter(Completer):
    """Takes a value as it is: what graphql-core's introspection answers."""

    __slots__ = ()

    def present(self, value: Value, run: RunLike, place: Place) -> Value:  # noqa: ARG002 - for overriding
        """The value itself."""
        return value
