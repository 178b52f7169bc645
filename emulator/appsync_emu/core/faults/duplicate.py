"""It arrives more than once: delivery is at least once, as on AWS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from appsync_emu.core.faults.points import Point
from appsync_emu.core.faults.verdict import Duplicate, Verdict
from appsync_emu.core.faults.waits import seconds_of

if TYPE_CHECKING:
    from appsync_emu.core.faults.points import Situation
    from appsync_emu.core.faults.waits import Draw, Wait

__all__ = ["DuplicateEffect"]


@dataclass(frozen=True, slots=True)
class DuplicateEffect:
    """Deliver ``copies`` more times, each ``after`` seconds later than the one before."""

    kind: ClassVar[str] = "duplicate"
    points: ClassVar[tuple[Point, ...]] = (Point.DISPATCH, Point.PUBLISH, Point.FRAME)

    copies: int = 1
    after: Wait = 0.0

    def verdict(self, _: str, __: Situation, draw: Draw) -> Verdict:
        """What the caller has to do."""
        times, at_s = [], 0.0
        for copy in range(self.copies):
            at_s += seconds_of(self.after, draw, f"copy {copy}")
            times.append(at_s)
        return Duplicate(tuple(times))
