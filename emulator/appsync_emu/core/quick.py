"""Frozen values that are made as fast as possible, for what is made at every turn.

The ``__init__`` of a frozen dataclass sets each attribute through ``object.__setattr__``, which
looks the name up again. Slots have setters of their own; they take half as long.
"""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import TypeVar

__all__ = ["quick"]

T = TypeVar("T")


def quick(cls: type[T]) -> type[T]:
    """Give a frozen dataclass with slots an ``__init__`` that sets the slots themselves.

    Written above ``@dataclass(frozen=True, slots=True)``; to everybody else nothing changes.

    Raises:
        TypeError: a field is keyword-only, or made by a factory, or the class has a
            ``__post_init__``: such classes keep their own.
    """
    names: dict[str, object] = {}
    parameters, lines = ["self"], []
    for field in fields(cls):  # type: ignore[arg-type]  # a dataclass, as is said above
        name = field.name
        if field.kw_only or not field.init or field.default_factory is not MISSING:
            raise TypeError(f"{cls.__name__}.{name} is more than a plain field")
        names[f"_set_{name}"] = getattr(cls, name).__set__
        if field.default is not MISSING:
            names[f"_default_{name}"] = field.default
        parameters.append(name if field.default is MISSING else f"{name}=_default_{name}")
        lines.append(f" _set_{name}(self, {name})")
    if hasattr(cls, "__post_init__"):
        raise TypeError(f"{cls.__name__} has a __post_init__")
    text = f"def __init__({', '.join(parameters)}):\n" + "\n".join(lines or [" pass"])
    exec(text, names)  # noqa: S102 - names of fields, as dataclasses itself makes its methods
    made = names["__init__"]
    made.__annotations__ = dict(cls.__init__.__annotations__)
    made.__qualname__ = f"{cls.__qualname__}.__init__"  # type: ignore[attr-defined]  # a function has it
    cls.__init__ = made  # type: ignore[assignment]  # it takes what dataclass's own took
    return cls
