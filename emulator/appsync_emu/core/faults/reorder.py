"""It overtakes, or is overtaken by, others of its kind: nothing on AWS promises an order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from appsync_emu.core.faults.points import Point
from appsync_emu.core.faults.verdict import Reorder, Verdict
from appsync_emu.core.faults.waits import seconds_of

if TYPE_CHECKING:
    from appsync_emu.core.faults.points import Situation
    from appsync_emu.core.faults.waits import Draw, Wait

__all__ = ["ReorderEffect"]


@dataclass(frozen=True, slots=True)
class ReorderEffect:
    """Keep ``window`` of them, then let them go in another order.

    Attributes:
        window: how many are shuffled together.
        after: seconds that one waits for the others at most.
    """

    kind: ClassVar[str] = "reorder"
    points: ClassVar[tuple[Point, ...]] = (Point.DISPATCH, Point.PUBLISH, Point.FRAME)

    window: int = 2
    after: Wait = 1.0

    def verdict(self, fault_id: str, _: Situation, draw: Draw) -> Verdict:
        """What the caller has to do."""
        patience_s = seconds_of(self.after, draw, "patience")
        return Reorder(self.window, draw("rank"), patience_s, fault_id)
