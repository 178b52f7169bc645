"""What to do at a point where a fault may strike. Callers know verdicts only, never faults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from appsync_emu.core.faults.named import NamedFault
    from appsync_emu.core.records import ErrorInfo

__all__ = [
    "PROCEED",
    "Close",
    "Corrupt",
    "Corruption",
    "Crash",
    "Delay",
    "Drop",
    "Duplicate",
    "Fail",
    "Hang",
    "Outage",
    "Phase",
    "Proceed",
    "Reorder",
    "Stale",
    "Verdict",
]

Phase: TypeAlias = Literal["request", "response"]
"""``request``: nothing happened downstream; ``response``: it happened, the answer was lost."""

Corruption: TypeAlias = Literal["truncate", "not-json", "unknown-type", "wrong-id"]


@dataclass(frozen=True, slots=True)
class Proceed:
    """No fault."""


@dataclass(frozen=True, slots=True)
class Delay:
    """Wait ``seconds``, then go on."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Hang:
    """Never go on: whoever waits runs into its own time limit."""


@dataclass(frozen=True, slots=True)
class Fail:
    """The call fails with ``error``, before or after its effect, as ``phase`` says.

    Attributes:
        error: as the journal remembers it.
        phase: see :data:`Phase`.
        after_s: seconds into the call.
        named: the fault of the catalogue that it is, for those who answer in a service's own
            words; ``None`` for an error that a test made up.
        raised: the exception that a test gave, for those who raise inside user code.
    """

    error: ErrorInfo
    phase: Phase
    after_s: float = 0.0
    named: NamedFault | None = None
    raised: BaseException | None = None


@dataclass(frozen=True, slots=True)
class Crash:
    """The worker dies; what it was given is delivered again ``restart_after_s`` later.

    Attributes:
        error: what the attempt counts as.
        phase: before the handler was called, or after it returned.
        restart_after_s: seconds until the message is delivered again.
        component: every attempt of this component dies with it, and none begins until then;
            ``None`` when this attempt alone dies.
    """

    error: ErrorInfo
    phase: Phase
    restart_after_s: float
    component: str | None = None


@dataclass(frozen=True, slots=True)
class Drop:
    """It is lost; ``again_after_s`` later it is delivered again, or never when ``None``."""

    again_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Duplicate:
    """It arrives again, so many seconds later each time: one number for each copy."""

    after_s: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Reorder:
    """It is kept until ``window`` of its kind are together, then all go on in another order.

    Attributes:
        window: how many.
        rank: place of this one among them: they go on by rank, lowest first.
        patience_s: seconds that it waits for the others at most.
        fault_id: those that the same fault keeps are of a kind.
    """

    window: int
    rank: float
    patience_s: float
    fault_id: str


@dataclass(frozen=True, slots=True)
class Close:
    """The connection is closed instead; code 1006 means cut, without a closing handshake."""

    code: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Corrupt:
    """The frame arrives damaged."""

    how: Corruption


@dataclass(frozen=True, slots=True)
class Outage:
    """The store is down: whoever writes keeps it and tries again; whoever reads gets an error."""

    phase: Phase = "request"


@dataclass(frozen=True, slots=True)
class Stale:
    """The read leaves out the latest status."""


Verdict: TypeAlias = (
    Proceed
    | Delay
    | Hang
    | Fail
    | Crash
    | Drop
    | Duplicate
    | Reorder
    | Close
    | Corrupt
    | Outage
    | Stale
)

PROCEED = Proceed()
