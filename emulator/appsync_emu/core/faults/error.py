"""The call fails with an error: one of the catalogue, or one that a test makes up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from appsync_emu.core.faults.points import Point
from appsync_emu.core.faults.verdict import Fail, Phase, Verdict
from appsync_emu.core.faults.waits import seconds_of

if TYPE_CHECKING:
    from appsync_emu.core.faults.named import NamedFault
    from appsync_emu.core.faults.points import Situation
    from appsync_emu.core.faults.waits import Draw, Wait
    from appsync_emu.core.records import ErrorInfo

__all__ = ["ErrorEffect"]


@dataclass(frozen=True, slots=True)
class ErrorEffect:
    """Fail with ``error`` in ``phase``, ``after`` seconds into the call.

    Attributes:
        error: as the journal will remember it.
        phase: before or after the effect.
        after: seconds into the call.
        named: the fault of the catalogue that it is, or ``None``.
        raised: the exception that a test gave, to be raised where user code can catch it.
    """

    kind: ClassVar[str] = "error"
    points: ClassVar[tuple[Point, ...]] = (
        Point.ATTEMPT,
        Point.DISPATCH,
        Point.DATA,
        Point.DEADLETTER_WRITE,
    )
    """Where errors that are made up may strike; those of the catalogue say it themselves."""

    error: ErrorInfo
    phase: Phase = "request"
    after: Wait = 0.0
    named: NamedFault | None = None
    raised: BaseException | None = None

    def verdict(self, fault_id: str, _: Situation, draw: Draw) -> Verdict:
        """What the caller has to do."""
        after_s = seconds_of(self.after, draw, "after")
        error = replace(self.error, fault=fault_id)
        return Fail(error, self.phase, after_s, self.named, self.raised)
