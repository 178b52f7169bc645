"""Which fields of a mutation a request is going to call, and with what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from appsync_emu.graph.coerce import NullInput

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from appsync_emu.graph.plan import FieldPlan, ObjectPlan
    from appsync_emu.graph.run import Run

__all__ = ["Called", "calls_in"]


class Called(NamedTuple):
    """A field that is going to be called.

    Attributes:
        type_name: the type that has it.
        field_name: its name in the schema.
        arguments: coerced, as its resolver gets them.
    """

    type_name: str
    field_name: str
    arguments: dict[str, Any]


def calls_in(plan: ObjectPlan, run: Run, sought: Collection[tuple[str, str]]) -> list[Called]:
    """The sought fields that a mutation calls, in order: at its root, or in namespaces below.

    A field whose arguments cannot be had is left out: it will be an error and call nothing.

    Args:
        plan: the compiled selection of the mutation.
        run: its variables and literals.
        sought: fields by (type name, field name).
    """
    found: list[Called] = []
    _look(plan.fields, run, sought, found)
    return found


def _look(
    fields: Sequence[FieldPlan],
    run: Run,
    sought: Collection[tuple[str, str]],
    found: list[Called],
) -> None:
    for field in fields:
        info = field.info
        if (info.parent_type, info.name) not in sought:
            _look(info.children(), run, sought, found)
            continue
        try:
            arguments = field.arguments(run.variables, run.literals)
        except NullInput:
            continue
        found.append(Called(info.parent_type, info.name, arguments))
