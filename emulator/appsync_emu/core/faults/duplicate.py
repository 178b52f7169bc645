"""The message is delivered more than once: delivery is at least once, as on AWS."""

from __future__ import annotations

from dataclasses import dataclass

from appsync_emu.core.faults.verdict import Duplicate, Verdict

__all__ = ["DuplicateEffect"]


@dataclass(frozen=True, slots=True)
class DuplicateEffect:
    """Deliver ``copies`` more times, each ``after_s`` later than the one before."""

    copies: int = 1
    after_s: float = 0.0

    @property
    def kind(self) -> str:
        """The name in reports."""
        return "duplicate"

    def verdict(self, fault_id: str) -> Verdict:  # noqa: ARG002 - every kind answers alike
        """What the caller has to do."""
        return Duplicate(self.copies, self.after_s)
