"""Answers to questions: true or false, and why."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Verdict"]


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """True or false, with its reason as ``repr``, so that a failing ``assert`` explains itself.

    Attributes:
        holds: the answer.
        why: the reason, in words.
    """

    holds: bool
    why: str

    def __bool__(self) -> bool:
        return self.holds

    def __repr__(self) -> str:
        return f"<{self.why}>"
