"""It is slow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from appsync_emu.core.faults.points import Point
from appsync_emu.core.faults.verdict import Delay, Verdict
from appsync_emu.core.faults.waits import seconds_of

if TYPE_CHECKING:
    from appsync_emu.core.faults.points import Situation
    from appsync_emu.core.faults.waits import Draw, Wait

__all__ = ["DelayEffect"]


@dataclass(frozen=True, slots=True)
class DelayEffect:
    """Wait, then go on."""

    kind: ClassVar[str] = "delay"
    points: ClassVar[tuple[Point, ...]] = (
        Point.ATTEMPT,
        Point.DISPATCH,
        Point.ACCEPT,
        Point.DATA,
        Point.STATUS_WRITE,
        Point.STATUS_READ,
        Point.DEADLETTER_WRITE,
        Point.PUBLISH,
        Point.FRAME,
        Point.CONNECT,
    )

    wait: Wait

    def verdict(self, _: str, __: Situation, draw: Draw) -> Verdict:
        """What the caller has to do."""
        return Delay(seconds_of(self.wait, draw))
