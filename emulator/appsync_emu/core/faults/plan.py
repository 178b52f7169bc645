"""Which fault strikes now? Faults are data; a plan is asked at each point and answers a verdict.

Faults are asked in the order in which they were armed, and the first that strikes decides. All
parts of ``match`` (to whom) and ``strike`` (when) must agree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from appsync_emu.core.faults.crash import CrashEffect
from appsync_emu.core.faults.delay import DelayEffect
from appsync_emu.core.faults.duplicate import DuplicateEffect
from appsync_emu.core.faults.error import ErrorEffect
from appsync_emu.core.faults.verdict import Proceed, Verdict

if TYPE_CHECKING:
    from appsync_emu.core.jsonvalue import Json
    from appsync_emu.core.records import DeliveryFacts

__all__ = ["Effect", "Fault", "Match", "Plan", "Point", "Situation", "Strike"]

Effect: TypeAlias = ErrorEffect | DelayEffect | CrashEffect | DuplicateEffect
Draw: TypeAlias = Callable[[str], float]


class Point(StrEnum):
    """Where a fault may strike."""

    DISPATCH = "dispatch"
    ATTEMPT = "attempt"
    DEADLETTER_WRITE = "deadletter.write"


POINTS_OF: dict[type[Effect], tuple[Point, ...]] = {
    ErrorEffect: (Point.DISPATCH, Point.ATTEMPT, Point.DEADLETTER_WRITE),
    DelayEffect: (Point.DISPATCH, Point.ATTEMPT),
    CrashEffect: (Point.DISPATCH, Point.ATTEMPT),
    DuplicateEffect: (Point.DISPATCH,),
}
"""Which effects make sense where."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What a fault can look at.

    Attributes:
        point: the point that was reached.
        facts: the delivery.
        attempt: attempt number of this round, 0 at *dispatch*. At *deadletter.write* it is the
            attempt that was the last.
        input: the arguments of the command, or the detail of the event.
        now_ns: the time.
    """

    point: Point
    facts: DeliveryFacts
    attempt: int
    input: Json
    now_ns: int


def contains(whole: Json, part: Json) -> bool:
    """Whether ``part`` is a subset of ``whole``: mappings by key, everything else by equality."""
    if isinstance(part, Mapping):
        return isinstance(whole, Mapping) and all(
            key in whole and contains(whole[key], value) for key, value in part.items()
        )
    return whole == part


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """To whom: what is left out matches everything.

    Attributes:
        component: name of the component.
        command: name of the command of the trace's branch.
        event: ``detail-type`` of the event that started the component.
        input: subset of the command's arguments or the event's detail.
    """

    component: str | None = None
    command: str | None = None
    event: str | None = None
    input: Mapping[str, Json] | None = None

    def fits(self, situation: Situation) -> bool:
        """Whether the situation is meant."""
        facts = situation.facts
        return (
            (self.component is None or self.component == facts.component)
            and (self.command is None or self.command == facts.command)
            and (self.event is None or self.event == facts.event)
            and (self.input is None or contains(situation.input, self.input))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike:
    """When: what is left out means always.

    Attributes:
        attempts: attempt numbers, from 1.
        skip: occasions that pass before the first strike, counted per trace.
        first: strikes at most, per trace.
        chance: probability, 0 to 1, drawn by a key that nothing else can shift.
        limit: strikes at most, in all.
    """

    attempts: frozenset[int] | None = None
    skip: int = 0
    first: int | None = None
    chance: float = 1.0
    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Armed trouble: where, to whom, when, what.

    Attributes:
        fault_id: its name in timelines and reports.
        point: where it may strike.
        effect: what it does.
        match: to whom.
        strike: when.
    """

    fault_id: str
    point: Point
    effect: Effect
    match: Match = Match()
    strike: Strike = Strike()


class Plan:
    """The armed faults, and how often each was met and struck."""

    __slots__ = ("_faults", "_met", "_struck", "struck")

    def __init__(self, faults: Sequence[Fault] = ()) -> None:
        self._faults: list[Fault] = []
        self._met: Counter[tuple[str, str]] = Counter()
        self._struck: Counter[tuple[str, str]] = Counter()
        self.struck: Counter[str] = Counter()
        for fault in faults:
            self.arm(fault)

    @property
    def armed(self) -> tuple[Fault, ...]:
        """The faults that may still strike, in the order in which they are asked."""
        return tuple(self._faults)

    @property
    def idle(self) -> bool:
        """Whether nothing is armed."""
        return not self._faults

    def arm(self, fault: Fault) -> None:
        """Add a fault, asked after those already armed.

        Raises:
            ValueError: a fault of that id is or was armed already.
        """
        if fault.fault_id in self.struck:
            raise ValueError(f"a fault named {fault.fault_id!r} exists already")
        self.struck[fault.fault_id] = 0
        self._faults.append(fault)

    def heal(self, fault_id: str | None = None) -> tuple[str, ...]:
        """Disarm one fault, or all; the ids that were disarmed."""
        healed = [f for f in self._faults if fault_id is None or f.fault_id == fault_id]
        self._faults = [f for f in self._faults if f not in healed]
        return tuple(fault.fault_id for fault in healed)

    def verdict(self, situation: Situation, draw: Draw) -> tuple[Fault | None, Verdict]:
        """What happens here: the fault that strikes, if any, and the verdict.

        Args:
            situation: where and to whom.
            draw: chance in [0, 1) for a fault id; asked only when a fault has a ``chance``.
        """
        for fault in self._faults:
            if (
                fault.point is situation.point
                and fault.match.fits(situation)
                and self._strikes(fault, situation, draw)
            ):
                self.struck[fault.fault_id] += 1
                return fault, fault.effect.verdict(fault.fault_id)
        return None, Proceed()

    def _strikes(self, fault: Fault, situation: Situation, draw: Draw) -> bool:
        strike, key = fault.strike, (fault.fault_id, situation.facts.trace_id)
        if strike.attempts is not None and situation.attempt not in strike.attempts:
            return False
        self._met[key] += 1
        if self._met[key] <= strike.skip:
            return False
        if strike.first is not None and self._struck[key] >= strike.first:
            return False
        if strike.limit is not None and self.struck[fault.fault_id] >= strike.limit:
            return False
        if strike.chance < 1.0 and draw(fault.fault_id) >= strike.chance:
            return False
        self._struck[key] += 1
        return True
