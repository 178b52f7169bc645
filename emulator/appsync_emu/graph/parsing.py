"""Texts to documents, within the limits of the service and of this machine's stack."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from graphql import GraphQLSyntaxError, parse

from appsync_emu.graph.answers import InvalidDocument, engine_error
from appsync_emu.graph.place import line_and_column
from appsync_emu.graph.shape import deepest_bracket

if TYPE_CHECKING:
    from graphql import DocumentNode

__all__ = ["MAX_NESTING", "MAX_TOKENS", "TOO_DEEP", "TOO_LONG", "parse_document"]

MAX_TOKENS: Final = 15_000
"""Tokens of a document (AWS: "AWS AppSync endpoints and quotas")."""

MAX_NESTING: Final = 100
"""Brackets inside brackets. The service documents no number; the parser must not overflow."""

TOO_LONG: Final = "Maximum char length exceeded."
TOO_DEEP: Final = "Maximum nesting depth exceeded."
SYNTAX_ERROR: Final = "Invalid Syntax : offending token '{token}' at line {line} column {column}"

_TOKEN: Final = re.compile(r"\w+|\.\.\.|\S")


def parse_document(text: str) -> DocumentNode:
    """Parse a document within its limits; raises InvalidDocument."""
    if deepest_bracket(text) > MAX_NESTING:
        raise InvalidDocument([engine_error(TOO_DEEP)])
    try:
        return parse(text, max_tokens=MAX_TOKENS)
    except GraphQLSyntaxError as error:
        if "token" in error.message and str(MAX_TOKENS) in error.message:
            raise InvalidDocument([engine_error(TOO_LONG)]) from None
        raise InvalidDocument([_syntax_error(text, error)]) from None
    except RecursionError:
        raise InvalidDocument([engine_error(TOO_DEEP)]) from None


def _syntax_error(text: str, error: GraphQLSyntaxError) -> dict[str, Any]:
    offset = next(iter(error.positions or ()), 0)
    line, column = line_and_column(text, offset)
    found = _TOKEN.match(text, offset)
    message = SYNTAX_ERROR.format(token=found[0] if found else "<EOF>", line=line, column=column)
    return engine_error(message, place=(line, column))
