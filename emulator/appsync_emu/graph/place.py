"""Where something stands in a text: 1-based line and column."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["line_and_column"]

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
