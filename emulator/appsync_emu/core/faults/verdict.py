"""What to do at a point where a fault may strike. Callers know verdicts only, never faults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from appsync_emu.core.records import ErrorInfo

__all__ = ["Crash", "Delay", "Duplicate", "Fail", "Phase", "Proceed", "Verdict"]

Phase: TypeAlias = str
"""``request``: nothing happened downstream; ``response``: it happened, the answer was lost."""


@dataclass(frozen=True, slots=True)
class Proceed:
    """No fault."""


@dataclass(frozen=True, slots=True)
class Delay:
    """Wait ``seconds``, then go on."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Fail:
    """The call fails with ``error``, before or after its effect, as ``phase`` says."""

    error: ErrorInfo
    phase: Phase
    after_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Crash:
    """The worker dies; the message is delivered again ``restart_after_s`` later."""

    error: ErrorInfo
    phase: Phase
    restart_after_s: float


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The message arrives ``copies`` more times, each ``after_s`` later than the one before."""

    copies: int
    after_s: float


Verdict: TypeAlias = Proceed | Delay | Fail | Crash | Duplicate
