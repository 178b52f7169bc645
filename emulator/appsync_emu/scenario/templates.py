"""``{n}`` and ``{variable}`` in the strings of steps: the only templates that files have.

``{{`` is a literal brace; a brace that no name follows is one, too, so that JSON in a string needs
no care. A string that is one placeholder and nothing else becomes the value itself, with its type;
in a longer one the value is written as text.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from appsync_emu.core.jsonvalue import Json

__all__ = ["filled", "placeholders"]

_PLACEHOLDER = re.compile(r"\{\{|\{([^\W\d]\w*)\}")
_NEVER_FILLED = frozenset({"query"})
"""GraphQL has braces of its own; values travel in its variables."""

_NOTHING_TO_FILL = frozenset({int, float, bool, type(None)})

T = TypeVar("T")


def placeholders(text: str) -> tuple[str, ...]:
    """The names in braces, in order."""
    return tuple(found[1] for found in _PLACEHOLDER.finditer(text) if found[1])


def filled(value: T, variables: Mapping[str, Json]) -> T:
    """The value with every placeholder in its strings filled in.

    Args:
        value: JSON, a step, or what is expected of something; documents of queries are left alone.
        variables: values by name, with ``n`` where it has a meaning.

    Returns:
        A filled copy, or the very same value when there is nothing in it to fill.

    Raises:
        KeyError: a variable has no value.
    """
    return _filled(value, variables)  # type: ignore[no-any-return]  # of the same type


def _filled(value: Any, variables: Mapping[str, Json]) -> Any:  # noqa: ANN401 - any value of a scenario
    if type(value) in _NOTHING_TO_FILL:
        return value
    if isinstance(value, str):
        return _text(value, variables) if "{" in value else value
    if isinstance(value, Mapping):
        return _mapping(value, variables)
    if isinstance(value, list | tuple):
        parts = [_filled(part, variables) for part in value]
        same = all(new is old for new, old in zip(parts, value, strict=True))
        return value if same else parts if isinstance(value, list) else tuple(parts)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = [item.name for item in dataclasses.fields(value) if item.name not in _NEVER_FILLED]
        different = _changed({name: getattr(value, name) for name in fields}, variables)
        return dataclasses.replace(value, **different) if different else value
    return value


def _mapping(value: Mapping[str, Any], variables: Mapping[str, Json]) -> Mapping[str, Any]:
    changed = _changed(value, variables)
    return {**value, **changed} if changed else value


def _changed(value: Mapping[str, Any], variables: Mapping[str, Json]) -> dict[str, Any]:
    """The parts in which something was filled in."""
    changed = {}
    for key, part in value.items():
        new = _filled(part, variables)
        if new is not part:
            changed[key] = new
    return changed


def _text(text: str, variables: Mapping[str, Json]) -> Json:
    whole = _PLACEHOLDER.fullmatch(text)
    if whole is not None and whole[1]:
        return variables[whole[1]]
    return _PLACEHOLDER.sub(lambda found: _written(variables[found[1]]) if found[1] else "{", text)


def _written(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
