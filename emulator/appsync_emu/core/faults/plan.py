"""Which fault strikes now? Faults are data; a plan is asked at each point and answers a verdict.

Faults are asked in the order in which they were armed, and the first that strikes decides. All
parts of ``match`` (to whom) and ``strike`` (when) must agree. Every fault counts what it meets,
also where another strikes: so that a fault which is added, removed or moved shifts nobody else's
counts, and nobody else's chance.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from appsync_emu.core.faults.error import ErrorEffect
from appsync_emu.core.faults.match import ANYBODY, Match, agrees
from appsync_emu.core.faults.strike import ALWAYS, Strike
from appsync_emu.core.faults.throttle import Bucket, ThrottleEffect
from appsync_emu.core.faults.verdict import PROCEED, Verdict

if TYPE_CHECKING:
    from appsync_emu.core.faults.close import CloseEffect
    from appsync_emu.core.faults.corrupt import CorruptEffect
    from appsync_emu.core.faults.crash import CrashEffect
    from appsync_emu.core.faults.delay import DelayEffect
    from appsync_emu.core.faults.drop import DropEffect
    from appsync_emu.core.faults.duplicate import DuplicateEffect
    from appsync_emu.core.faults.hang import HangEffect
    from appsync_emu.core.faults.match import Said
    from appsync_emu.core.faults.named import NamedFault
    from appsync_emu.core.faults.outage import OutageEffect
    from appsync_emu.core.faults.points import Point, Situation
    from appsync_emu.core.faults.reorder import ReorderEffect
    from appsync_emu.core.faults.stale import StaleEffect
    from appsync_emu.core.faults.waits import Draw

__all__ = ["Effect", "Fault", "Plan", "points_of"]

Effect: TypeAlias = (
    "ErrorEffect | DelayEffect | HangEffect | ThrottleEffect | CrashEffect | DropEffect"
    " | DuplicateEffect | ReorderEffect | CloseEffect | CorruptEffect | OutageEffect | StaleEffect"
)

DrawByKey: TypeAlias = Callable[..., float]
"""Chance in [0, 1) that belongs to the parts of a key."""

Plain: TypeAlias = "tuple[str | None, ...]"
"""Component, command, event, label, status, source and operation that a match wants to be just so,
or ``None``."""

MEETS_MAX = 1_000
"""Kinds of deliveries of which a plan remembers where it meets them."""

COUNTED_MAX = 100_000
"""Counts that a plan keeps; those that were not met for longest are forgotten,
which only a long-lived server reaches."""


def points_of(effect: Effect) -> tuple[Point, ...]:
    """Where the effect may strike, the usual point first."""
    if isinstance(effect, ErrorEffect) and effect.named is not None:
        return effect.named.points
    return effect.points


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Armed trouble: where, to whom, when, what.

    Attributes:
        fault_id: its name in timelines and reports.
        point: where it may strike.
        effect: what it does.
        match: to whom.
        strike: when.
        name: the name of the catalogue that it was made from, or ``None``.
    """

    fault_id: str
    point: Point
    effect: Effect
    match: Match = ANYBODY
    strike: Strike = ALWAYS
    name: str | None = None

    def __str__(self) -> str:
        parts = (f"{self.name or self.effect.kind} at {self.point.value}", self.match, self.strike)
        return ", ".join(text for text in map(str, parts) if text)


class Plan:
    """The armed faults, and how often each was met and struck.

    Attributes:
        start_ns: what ``during`` counts from.
        points: where any fault is armed; looked at before anything else is asked.
        known: what :meth:`meets` has answered so far, for those who cannot afford to ask.
        struck: strikes by fault id, of all faults that are or were armed.
    """

    __slots__ = (
        "_at",
        "_buckets",
        "_commands",
        "_faults",
        "_met",
        "_plain",
        "_seen",
        "known",
        "points",
        "start_ns",
        "struck",
    )

    def __init__(self, faults: Sequence[Fault] = (), *, start_ns: int = 0) -> None:
        self._faults: dict[str, Fault] = {}
        self._at: dict[Point, tuple[tuple[Fault, Said, NamedFault | None], ...]] = {}
        self.points: frozenset[Point] = frozenset()
        self._plain: dict[Point, tuple[Plain, ...]] = {}
        self.known: dict[tuple[str | None, ...], frozenset[Point]] = {}
        self._commands: dict[Point, tuple[str | None, ...]] = {}
        self._met: dict[tuple[object, ...], int] = {}
        self._seen: dict[tuple[object, ...], int] = {}
        self._buckets: dict[str, Bucket] = {}
        self.start_ns = start_ns
        self.struck: Counter[str] = Counter()
        for fault in faults:
            self.arm(fault)

    @property
    def armed(self) -> tuple[Fault, ...]:
        """The faults that may still strike, in the order in which they are asked."""
        return tuple(self._faults.values())

    def armed_at(self, point: Point) -> bool:
        """Whether any fault may strike there: ask before making a situation."""
        return point in self.points

    def meets(
        self, component: str | None, command: str | None, event: str | None
    ) -> frozenset[Point]:
        """The points at which a fault might strike such a delivery, as far as these words say."""
        words = component, command, event
        known = self.known.get(words)
        if known is None:
            if len(self.known) >= MEETS_MAX:
                self.known.clear()
            known = self.known[words] = frozenset(
                point
                for point, plains in self._plain.items()
                if any(
                    all(wants in (None, word) for wants, word in zip(plain, words, strict=False))
                    for plain in plains
                )
            )
        return known

    def concerns(
        self,
        point: Point,
        component: str | None,
        command: str | None,
        event: str | None = None,
        label: str | None = None,
        status: str | None = None,
        source: str | None = None,
        operation: str | None = None,
    ) -> bool:
        """Whether any fault might strike such a situation, as far as these words say.

        Asked before a situation is made, which costs as much as all the rest: most faults are
        armed for one component or command, and everybody else passes. A fault that does not
        match counts nothing, so none is the worse for not being asked.
        """
        for plain in self._plain.get(point, ()):
            by, of, on, called, told, where, what = plain
            if (
                (called is None or called == label)
                and (by is None or by == component)
                and (of is None or of == command)
                and (on is None or on == event)
                and (told is None or told == status)
                and (where is None or where == source)
                and (what is None or what == operation)
            ):
                return True
        return False

    def commands_at(self, point: Point) -> tuple[str | None, ...]:
        """For each fault at the point the command that it is for; ``None`` where it is not said."""
        return self._commands.get(point, ())

    def arm(self, fault: Fault) -> None:
        """Add a fault, asked after those already armed; one that was healed goes on counting.

        Raises:
            ValueError: a fault of that id is armed already.
        """
        if fault.fault_id in self._faults:
            raise ValueError(f"a fault named {fault.fault_id!r} exists already")
        self._faults[fault.fault_id] = fault
        self.struck[fault.fault_id] += 0
        if isinstance(fault.effect, ThrottleEffect):
            self._buckets[fault.fault_id] = Bucket(fault.effect)
        self._index(fault)

    def heal(self, fault_id: str | None = None) -> tuple[str, ...]:
        """Disarm one fault, or all; the ids that were disarmed."""
        healed = tuple(name for name in self._faults if fault_id in (None, name))
        for name in healed:
            del self._faults[name]
        self._at, self._plain, self._commands = {}, {}, {}
        self.points = frozenset()
        self.known.clear()
        for fault in self._faults.values():
            self._index(fault)
        return healed

    def verdict(self, situation: Situation, draw: DrawByKey) -> tuple[Fault | None, Verdict]:
        """What happens here: the fault that strikes, if any, and the verdict.

        Args:
            situation: where and to whom.
            draw: chance by key.
        """
        found: tuple[Fault | None, Verdict] = (None, PROCEED)
        for fault, said, service in self._at.get(situation.point, ()):
            if service is not None and not _strikes_calls(service, situation):
                continue
            if not agrees(said, situation):
                continue
            occurrence = self._count(self._seen, (fault.fault_id, *situation.key))
            if not self._due(fault, situation) or found[0] is not None:
                continue
            chance = partial(draw, "fault", fault.fault_id, *situation.key, occurrence - 1)
            if self._strikes(fault, situation, chance):
                self.struck[fault.fault_id] += 1
                found = (fault, fault.effect.verdict(fault.fault_id, situation, chance))
        return found

    def _index(self, fault: Fault) -> None:
        point, match = fault.point, fault.match
        self._at[point] = (*self._at.get(point, ()), (fault, _said(match), _service(fault)))
        plain = _plain(match)
        self._plain[point] = (*self._plain.get(point, ()), plain)
        self._commands[point] = (*self._commands.get(point, ()), plain[1])
        self.points |= {point}
        self.known.clear()

    def _due(self, fault: Fault, situation: Situation) -> bool:
        """Whether attempt, time and count let it strike; the call is counted."""
        strike = fault.strike
        if strike.attempts is not None and situation.attempt not in strike.attempts:
            return False
        if not strike.in_time(situation.now_ns, self.start_ns):
            return False
        return strike.counts(self._count(self._met, (fault.fault_id, strike.scope_of(situation))))

    def _strikes(self, fault: Fault, situation: Situation, chance: Draw) -> bool:
        """Whether limit, chance and load let it strike as well."""
        strike = fault.strike
        if strike.limit is not None and self.struck[fault.fault_id] >= strike.limit:
            return False
        if strike.chance < 1.0 and chance("strike") >= strike.chance:
            return False
        bucket = self._buckets.get(fault.fault_id)
        return bucket is None or not bucket.take(situation.now_ns)

    @staticmethod
    def _count(counts: dict[tuple[object, ...], int], key: tuple[object, ...]) -> int:
        """How often the key was met, this time included."""
        number = counts.pop(key, 0) + 1  # and to the end: the first in line is the longest unmet
        if len(counts) >= COUNTED_MAX:
            del counts[next(iter(counts))]
        counts[key] = number
        return number


def _plain(match: Match) -> Plain:
    words = (
        match.component,
        match.command,
        match.event,
        match.label,
        match.status,
        match.source,
        match.operation,
    )
    return tuple(word if isinstance(word, str) else None for word in words)


def _said(match: Match) -> Said:
    """What the match says, first what is quick to see and what differs most."""
    return tuple(
        sorted(match.said(), key=lambda part: (type(part[1]) is not str, part[0] != "label"))
    )


def _service(fault: Fault) -> NamedFault | None:
    """The error whose service's calls alone are struck, if it is one of a service."""
    effect = fault.effect
    if not isinstance(effect, ErrorEffect) or effect.named is None:
        return None
    return effect.named if effect.named.service is not None else None


def _strikes_calls(named: NamedFault, situation: Situation) -> bool:
    """Errors of a service strike no other's calls; part of a batch fails in batches alone."""
    if situation.service not in (None, named.service):
        return False
    return not named.operations or (situation.operation or "").startswith(named.operations)
