"""A store of the machinery itself is down.

Whoever writes keeps what it has and tries again; nothing is lost, and no handler runs again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from appsync_emu.core.faults.points import Point
from appsync_emu.core.faults.verdict import Outage, Phase, Verdict

if TYPE_CHECKING:
    from appsync_emu.core.faults.points import Situation
    from appsync_emu.core.faults.waits import Draw

__all__ = ["OutageEffect"]


@dataclass(frozen=True, slots=True)
class OutageEffect:
    """The write or read fails; with ``response`` the write happened all the same."""

    kind: ClassVar[str] = "outage"
    points: ClassVar[tuple[Point, ...]] = (
        Point.DEADLETTER_WRITE,
        Point.STATUS_WRITE,
        Point.STATUS_READ,
    )

    phase: Phase = "request"

    def verdict(self, _: str, __: Situation, ___: Draw) -> Verdict:
        """What the caller has to do."""
        return Outage(self.phase)
