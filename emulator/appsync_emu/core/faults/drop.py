"""It is lost on the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from appsync_emu.core.faults.points import Point
from appsync_emu.core.faults.verdict import Drop, Verdict
from appsync_emu.core.faults.waits import seconds_of

if TYPE_CHECKING:
    from appsync_emu.core.faults.points import Situation
    from appsync_emu.core.faults.waits import Draw, Wait

__all__ = ["DropEffect"]


@dataclass(frozen=True, slots=True)
class DropEffect:
    """Lose a message, an event or a frame.

    Attributes:
        again_after: seconds until a lost message is delivered again, as a queue does when its
            visibility time is over; ``None`` loses it for good.
    """

    kind: ClassVar[str] = "drop"
    points: ClassVar[tuple[Point, ...]] = (Point.DISPATCH, Point.PUBLISH, Point.FRAME)

    again_after: Wait | None = None

    def verdict(self, _: str, __: Situation, draw: Draw) -> Verdict:
        """What the caller has to do."""
        if self.again_after is None:
            return Drop()
        return Drop(seconds_of(self.again_after, draw, "again"))
