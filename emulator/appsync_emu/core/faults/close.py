"""The connection is closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from appsync_emu.core.faults.points import Point
from appsync_emu.core.faults.verdict import Close, Verdict

if TYPE_CHECKING:
    from appsync_emu.core.faults.points import Situation
    from appsync_emu.core.faults.waits import Draw

__all__ = ["CUT", "CloseEffect"]

CUT = 1006
"""No closing handshake at all (RFC 6455, section 7.4.1): the network is gone."""


@dataclass(frozen=True, slots=True)
class CloseEffect:
    """Close the connection instead of sending the frame.

    Attributes:
        code: 1000 to 1015, or 3000 to 4999 (RFC 6455, section 7.4).
        reason: text for people.
    """

    kind: ClassVar[str] = "close"
    points: ClassVar[tuple[Point, ...]] = (Point.FRAME, Point.CONNECT)

    code: int = CUT
    reason: str = ""

    def verdict(self, _: str, __: Situation, ___: Draw) -> Verdict:
        """What the caller has to do."""
        return Close(self.code, self.reason)
