"""What a value must be like: the words that faults match with and expectations compare with.

A plain value means *equal*; :class:`Comparison` holds one operator, :class:`AllOf` several.
Mappings are compared as subsets, so that a wanted value names only what it cares about.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from appsync_emu.core.jsonvalue import Json

__all__ = ["OPERATORS", "AllOf", "Comparison", "Wanted", "described", "holds", "holds_exactly"]


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _equal(wanted: object, value: object) -> bool:
    """JSON equality: ``true`` is not ``1``, as it would be in Python."""
    return wanted == value and isinstance(wanted, bool) == isinstance(value, bool)


def _contains(part: Any, whole: object) -> bool:  # noqa: ANN401 - JSON
    if isinstance(whole, str):
        return isinstance(part, str) and part in whole
    if isinstance(whole, list | tuple):
        return any(holds(part, item) for item in whole)
    return isinstance(whole, Mapping) and holds(part, whole)


def holds_exactly(wanted: object, value: object) -> bool:
    """Whether the two are the same JSON, nothing more and nothing less."""
    if isinstance(wanted, Mapping):
        return (
            isinstance(value, Mapping)
            and wanted.keys() == value.keys()
            and all(holds_exactly(part, value[key]) for key, part in wanted.items())
        )
    if isinstance(wanted, list | tuple):
        return (
            isinstance(value, list | tuple)
            and len(wanted) == len(value)
            and all(holds_exactly(*pair) for pair in zip(wanted, value, strict=True))
        )
    return _equal(wanted, value)


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "equals": holds_exactly,
    "in": lambda wanted, value: any(holds_exactly(one, value) for one in wanted),
    "above": lambda wanted, value: _number(value) and value > wanted,
    "below": lambda wanted, value: _number(value) and value < wanted,
    "at_least": lambda wanted, value: _number(value) and value >= wanted,
    "at_most": lambda wanted, value: _number(value) and value <= wanted,
    "matches": lambda wanted, value: isinstance(value, str) and bool(re.search(wanted, value)),
    "contains": _contains,
}
"""By name; each is called with what is wanted and the value. ``matches`` searches."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One operator and its operand: ``Comparison("above", 100)``.

    Attributes:
        operator: a key of :data:`OPERATORS`.
        operand: a list for ``in``, a number for the four that compare numbers, a regular
            expression for ``matches``.
    """

    operator: str
    operand: Json

    def holds(self, value: Json) -> bool:
        """Whether the value is as wanted."""
        return OPERATORS[self.operator](self.operand, value)


@dataclass(frozen=True, slots=True)
class AllOf:
    """Several comparisons that must all hold: ``{at_least: 2, at_most: 4}`` in a file."""

    parts: tuple[Comparison, ...]

    def holds(self, value: Json) -> bool:
        """Whether the value is as wanted."""
        return all(part.holds(value) for part in self.parts)


Wanted: TypeAlias = "Json | Comparison | AllOf | Mapping[str, Wanted] | list[Wanted]"
"""A value to equal, comparisons, or a mapping or list of such."""


def holds(wanted: Any, value: Any) -> bool:  # noqa: ANN401 - JSON with comparisons in it
    """Whether ``value`` is as wanted; mappings by key, lists item by item, else by equality."""
    if type(wanted) is str:  # as nearly every match of a fault is
        return bool(wanted == value)
    if isinstance(wanted, Comparison | AllOf):
        return wanted.holds(value)
    if isinstance(wanted, Mapping):
        return isinstance(value, Mapping) and all(
            key in value and holds(part, value[key]) for key, part in wanted.items()
        )
    if isinstance(wanted, list | tuple):
        return (
            isinstance(value, list | tuple)
            and len(wanted) == len(value)
            and all(holds(*pair) for pair in zip(wanted, value, strict=True))
        )
    return _equal(wanted, value)


def described(wanted: Any) -> str:  # noqa: ANN401 - JSON with comparisons in it
    """The wanted value as reports say it: ``250``, ``above 100``, ``{total: above 100}``."""
    if isinstance(wanted, Comparison):
        return f"{wanted.operator.replace('_', ' ')} {described(wanted.operand)}"
    if isinstance(wanted, AllOf):
        return " and ".join(map(described, wanted.parts))
    if isinstance(wanted, Mapping):
        return "{" + ", ".join(f"{key}: {described(part)}" for key, part in wanted.items()) + "}"
    if isinstance(wanted, list | tuple):
        return "[" + ", ".join(map(described, wanted)) + "]"
    if wanted is None or isinstance(wanted, bool):
        return {None: "null", True: "true", False: "false"}[wanted]
    return str(wanted)
