"""To whom a fault happens."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypeAlias

from appsync_emu.core.comparisons import described, holds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from appsync_emu.core.comparisons import AllOf, Comparison, Wanted
    from appsync_emu.core.faults.points import Situation

__all__ = ["ANYBODY", "MATCH_WORDS", "Match", "Said", "TextWanted", "agrees"]

TextWanted: TypeAlias = "str | Comparison | AllOf"
"""A name that must be this one, or like that."""

Said: TypeAlias = "tuple[tuple[str, Any], ...]"
"""What a match says, by word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """All parts must agree; what is left out matches everything.

    The attributes are those of :class:`~appsync_emu.core.faults.points.Situation`. ``input`` and
    ``identity`` are subsets.
    """

    component: TextWanted | None = None
    command: TextWanted | None = None
    event: TextWanted | None = None
    label: TextWanted | None = None
    source: TextWanted | None = None
    operation: TextWanted | None = None
    subscriber: TextWanted | None = None
    frame: TextWanted | None = None
    status: TextWanted | None = None
    input: Mapping[str, Wanted] | None = None
    identity: Mapping[str, Wanted] | None = None

    def fits(self, situation: Situation) -> bool:
        """Whether the situation is meant."""
        return agrees(self.said(), situation)

    def said(self) -> Said:
        """The parts that were given, by word."""
        parts = ((word, getattr(self, word)) for word in MATCH_WORDS)
        return tuple((word, part) for word, part in parts if part is not None)

    def __str__(self) -> str:
        return ", ".join(f"{word} {described(wanted)}" for word, wanted in self.said())


def agrees(said: Said, situation: Situation) -> bool:
    """Whether a situation is as the parts of a match say: for those who keep them at hand."""
    for word, wanted in said:
        value = getattr(situation, word)
        if value != wanted if type(wanted) is str else not holds(wanted, value):
            return False
    return True


MATCH_WORDS: tuple[str, ...] = tuple(field.name for field in fields(Match))
"""Every word that a match can say."""

ANYBODY = Match()
