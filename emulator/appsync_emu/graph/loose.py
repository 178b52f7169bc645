"""Names for what a type checker cannot know here."""

from __future__ import annotations

from typing import Any, TypeAlias

__all__ = ["Kind", "Value"]

Kind: TypeAlias = Any
"""A type of graphql-core, whichever; None where it is not known."""

Value: TypeAlias = Any
"""Data from a resolver: anything at all, until a completer has looked at it."""
