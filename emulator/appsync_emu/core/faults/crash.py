"""The worker dies, and the message is delivered again later.

A handler cannot catch it. As a process exit of an asynchronous Lambda function it counts as a
failed attempt (AWS Lambda, error payload ``Runtime.ExitError``).
"""

from __future__ import annotations

from dataclasses import dataclass

from appsync_emu.core.classify import ErrorClass
from appsync_emu.core.faults.verdict import Crash, Phase, Verdict
from appsync_emu.core.records import ErrorInfo

__all__ = ["CrashEffect"]


@dataclass(frozen=True, slots=True)
class CrashEffect:
    """Die before the handler (``request``) or after it returned (``response``)."""

    restart_after_s: float = 10.0
    phase: Phase = "request"

    @property
    def kind(self) -> str:
        """The name in reports."""
        return "crash"

    def verdict(self, fault_id: str) -> Verdict:
        """What the caller has to do."""
        error = ErrorInfo(
            "Runtime.ExitError",
            "Runtime exited without providing a reason",
            ErrorClass.TECHNICAL.value,
            "injected",
            fault=fault_id,
        )
        return Crash(error, self.phase, self.restart_after_s)
