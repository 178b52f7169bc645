"""The dispatch or attempt is slow."""

from __future__ import annotations

from dataclasses import dataclass

from appsync_emu.core.faults.verdict import Delay, Verdict

__all__ = ["DelayEffect"]


@dataclass(frozen=True, slots=True)
class DelayEffect:
    """Wait ``seconds``, then go on."""

    seconds: float

    @property
    def kind(self) -> str:
        """The name in reports."""
        return "delay"

    def verdict(self, fault_id: str) -> Verdict:  # noqa: ARG002 - every kind answers alike
        """What the caller has to do."""
        return Delay(self.seconds)
