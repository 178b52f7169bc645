"""Where something stands: in a text, and in an answer."""

from __future__ import annotations

import re
from typing import Any, Final, TypeAlias

__all__ = ["Place", "line_and_column", "path_of", "slash_path"]

Place: TypeAlias = "tuple[Any, str | int, Any, bool]"
"""A position of the answer: (parent place or None, key, container, whether it may be null)."""

_LINE_END: Final = re.compile(r"\r\n|[\n\r]")


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Line and column of a character; a line ends as GraphQL says: LF, CR or both.

    Written out because ``graphql.get_location`` of graphql-core 3.2.4 places the first character
    of a line at the end of the line before it.

    Args:
        text: the whole text.
        offset: 0-based index of the character.
    """
    if "\r" not in text:
        return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
    ends = [found.end() for found in _LINE_END.finditer(text) if found.end() <= offset]
    return len(ends) + 1, offset + 1 - (ends[-1] if ends else 0)


def path_of(place: Place | None) -> list[str | int]:
    """The response path of a place."""
    path: list[str | int] = []
    while place is not None:
        path.append(place[1])
        place = place[0]
    path.reverse()
    return path


def slash_path(place: Place) -> str:
    """The path as messages print it: ``/listPosts/items[0]/id``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f"/{part}" for part in path_of(place))
