"""A frame arrives damaged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, get_args

from appsync_emu.core.faults.points import Point
from appsync_emu.core.faults.verdict import Corrupt, Corruption, Verdict

if TYPE_CHECKING:
    from appsync_emu.core.faults.points import Situation
    from appsync_emu.core.faults.waits import Draw

__all__ = ["CORRUPTIONS", "CorruptEffect"]

CORRUPTIONS: tuple[Corruption, ...] = get_args(Corruption)
"""``truncate``: half of the text; ``not-json``: text that is no JSON; ``unknown-type``: a type of
message that the protocol does not have; ``wrong-id``: the id of no subscription."""


@dataclass(frozen=True, slots=True)
class CorruptEffect:
    """Damage the frame in one of the ways of :data:`CORRUPTIONS`."""

    kind: ClassVar[str] = "corrupt"
    points: ClassVar[tuple[Point, ...]] = (Point.FRAME,)

    how: Corruption

    def verdict(self, _: str, __: Situation, ___: Draw) -> Verdict:
        """What the caller has to do."""
        return Corrupt(self.how)
