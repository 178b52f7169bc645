"""What a scalar is, and how Java names and prints values: the words of the service's errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

__all__ = [
    "INT_MAX",
    "INT_MIN",
    "BadInput",
    "BadOutput",
    "Scalar",
    "by_name",
    "java_text",
    "java_type",
]

INT_MIN: Final = -(2**31)
INT_MAX: Final = 2**31 - 1


class BadInput(ValueError):  # noqa: N818 - named for what it says
    """A value cannot be read as the scalar; the text is the service's own, without a prefix."""


class BadOutput(ValueError):  # noqa: N818 - named for what it says
    """A value cannot be written as the scalar; the text is the service's own, without a prefix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """One scalar type.

    Attributes:
        name: its name in a schema.
        parse: a JSON value from a variable to what resolvers see; raises ``BadInput``.
        serialize: a resolver's value to what clients see; raises ``BadOutput``.
        literals: kinds of literals that it takes: ``int``, ``float``, ``string``, ``boolean``.
        plain: classes whose values need no serialising, unless ``checked`` says so.
    """

    name: str
    parse: Callable[[object], object]
    serialize: Callable[[object], object]
    literals: frozenset[str]
    plain: frozenset[type] = frozenset()


def java_type(value: object) -> str:  # noqa: PLR0911 - one line per class
    """The simple name of the Java class that holds such a value on the service."""
    match value:
        case bool():
            return "Boolean"
        case int():
            if INT_MIN <= value <= INT_MAX:
                return "Integer"
            return "Long" if -(2**63) <= value < 2**63 else "BigInteger"
        case float():
            return "Double"
        case str():
            return "String"
        case Mapping():
            return "LinkedHashMap"
        case list() | tuple():
            return "ArrayList"
        case None:
            return "null"
        case _:
            return type(value).__name__


def java_text(value: object) -> str:
    """A value as Java's ``toString`` prints it: ``{a=1, b=[x]}``."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case Mapping():
            pairs = (f"{key}={java_text(item)}" for key, item in value.items())
            return "{" + ", ".join(pairs) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(java_text, value)) + "]"
        case _:
            return str(value)


def by_name(*scalars: Scalar) -> dict[str, Scalar]:
    """Scalars by their names."""
    return {scalar.name: scalar for scalar in scalars}
