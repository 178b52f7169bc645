"""From what a resolver returned to what a client sees: one completer per position of a plan.

Each completer knows two ways. ``fast`` and ``column`` take clean JSON-like values without looking
back, and raise ``Anomaly`` at the first thing that is odd; ``column`` takes the same field of a
whole list at once. ``complete`` is the way that knows everything: errors with their paths, null
bubbling, resolvers below. A part of a plan without resolvers (``pure``) is tried fast first.

Here: what all of them have in common. Scalars and enums: ``leaves.py``; lists, objects, interfaces
and unions: ``complete.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from appsync_emu.graph.place import slash_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from appsync_emu.graph.loose import Value
    from appsync_emu.graph.place import Place
    from appsync_emu.graph.plan import ObjectPlan

__all__ = ["Anomaly", "Bubble", "Completer", "Plans", "RunLike"]

Plans: TypeAlias = "dict[int, ObjectPlan]"
"""``id`` of a completed object of an abstract type, to its plan."""


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
