"""It never answers: whoever waits runs into its own time limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from appsync_emu.core.faults.points import Point
from appsync_emu.core.faults.verdict import Hang, Verdict

if TYPE_CHECKING:
    from appsync_emu.core.faults.points import Situation
    from appsync_emu.core.faults.waits import Draw

__all__ = ["HangEffect"]


@dataclass(frozen=True, slots=True)
class HangEffect:
    """Never go on."""

    kind: ClassVar[str] = "hang"
    points: ClassVar[tuple[Point, ...]] = (Point.ATTEMPT, Point.DATA, Point.CONNECT)

    def verdict(self, _: str, __: Situation, ___: Draw) -> Verdict:
        """What the caller has to do."""
        return Hang()
