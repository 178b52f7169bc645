"""A read answers what was true a moment ago, as an eventually consistent one may."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from appsync_emu.core.faults.points import Point
from appsync_emu.core.faults.verdict import Stale, Verdict

if TYPE_CHECKING:
    from appsync_emu.core.faults.points import Situation
    from appsync_emu.core.faults.waits import Draw

__all__ = ["StaleEffect"]


@dataclass(frozen=True, slots=True)
class StaleEffect:
    """Leave out the latest status. Files say ``error: trace.stale``."""

    kind: ClassVar[str] = "stale"
    points: ClassVar[tuple[Point, ...]] = (Point.STATUS_READ,)

    def verdict(self, _: str, __: Situation, ___: Draw) -> Verdict:
        """What the caller has to do."""
        return Stale()
