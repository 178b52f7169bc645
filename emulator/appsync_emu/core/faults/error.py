"""The attempt or dispatch fails with an error."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from appsync_emu.core.faults.verdict import Fail, Phase, Verdict

if TYPE_CHECKING:
    from appsync_emu.core.records import ErrorInfo

__all__ = ["ErrorEffect"]


@dataclass(frozen=True, slots=True)
class ErrorEffect:
    """Fail with ``error`` in ``phase``, ``after_s`` seconds into the call."""

    error: ErrorInfo
    phase: Phase = "request"
    after_s: float = 0.0

    @property
    def kind(self) -> str:
        """The name in reports."""
        return "error"

    def verdict(self, fault_id: str) -> Verdict:
        """What the caller has to do."""
        return Fail(replace(self.error, fault=fault_id), self.phase, self.after_s)
