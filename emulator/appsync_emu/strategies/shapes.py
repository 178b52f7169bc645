"""Every effect that can be drawn, each at every point where it has a meaning.

The order is that in which Hypothesis prefers them: the network before services, what is late or
comes twice before what is lost, and crashes last.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from appsync_emu.core.faults.catalogue import Implied, effect_named
from appsync_emu.core.faults.close import CloseEffect
from appsync_emu.core.faults.corrupt import CORRUPTIONS, CorruptEffect
from appsync_emu.core.faults.crash import CrashEffect
from appsync_emu.core.faults.delay import DelayEffect
from appsync_emu.core.faults.drop import DropEffect
from appsync_emu.core.faults.duplicate import DuplicateEffect
from appsync_emu.core.faults.hang import HangEffect
from appsync_emu.core.faults.names import FAMILIES, NAMED
from appsync_emu.core.faults.plan import points_of
from appsync_emu.core.faults.points import Point
from appsync_emu.core.faults.reorder import ReorderEffect
from appsync_emu.core.faults.throttle import ThrottleEffect
from appsync_emu.errors import UsageError
from appsync_emu.testing.values import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from appsync_emu.core.faults.plan import Effect

__all__ = ["BEHIND_THE_DOOR", "Shape", "groups"]

BEHIND_THE_DOOR = tuple(point for point in Point if point not in {Point.ACCEPT, Point.CONNECT})
"""Where faults strike unless one says where: at the other two it is the test that is refused."""

_NOTHING = Implied()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """An effect at a point.

    Attributes:
        group: those of a group are drawn as often as those of another.
        point: where.
        effect: what.
        name: the name of the catalogue, or ``None``.
        implied: what the name says of match and strike.
    """

    group: str
    point: Point
    effect: Effect
    name: str | None = None
    implied: Implied = _NOTHING

    @property
    def words(self) -> frozenset[str]:
        """What ``kinds`` may call it."""
        family = self.name.partition(".")[0] if self.name else self.effect.kind
        return frozenset({self.effect.kind, self.name or self.effect.kind, family})


def groups(
    points: Collection[str] | None = None, kinds: Collection[str] | None = None
) -> dict[str, list[Shape]]:
    """The shapes at some points and of some kinds, by group, in order.

    Args:
        points: :data:`BEHIND_THE_DOOR` unless given.
        kinds: kinds of effects (``"duplicate"``), families (``"network"``) and names
            (``"network.reset"``); all unless given.

    Raises:
        UsageError: there is no such point or kind, or no such kind at such a point.
    """
    wanted = BEHIND_THE_DOOR if points is None else tuple(_points(points))
    words = {word for shape in _every() for word in shape.words}
    for kind in kinds or ():
        if kind not in words:
            raise UsageError(
                f"there is no kind of fault {kind!r}{did_you_mean(kind, sorted(words))}"
            )
    found: dict[str, list[Shape]] = {}
    for shape in _every():
        if shape.point in wanted and (kinds is None or not shape.words.isdisjoint(kinds)):
            found.setdefault(shape.group, []).append(shape)
    if not found:
        places = ", ".join(repr(point.value) for point in wanted) or "no point"
        what = " or ".join(kinds or ()) or "fault"
        raise UsageError(f"no {what} can strike at {places}")
    return found


def _points(points: Collection[str]) -> Iterator[Point]:
    known = [point.value for point in Point]
    for point in points:
        if point not in known:
            raise UsageError(f"there is no point {point!r}{did_you_mean(point, known)}")
        yield Point(point)


@cache
def _every() -> tuple[Shape, ...]:
    return (*_errors(), *_others(), *_crashes())


def _errors() -> Iterator[Shape]:
    """Everything in the catalogue that kills nobody, network first as it is there."""
    for family, faults in FAMILIES.items():
        for fault in faults:
            if fault.kind != "crash":
                group = family if fault.kind == "error" else fault.kind
                yield from _named(fault.name, group)


def _named(name: str, group: str) -> Iterator[Shape]:
    named = NAMED[name]
    for point in named.points:
        for phase in named.phases:
            effect, implied = effect_named(name, phase=phase)
            if point in points_of(effect):
                yield Shape(group=group, point=point, effect=effect, name=name, implied=implied)


def _others() -> Iterator[Shape]:
    effects: Mapping[str, tuple[Any, ...]] = {
        "delay": (DelayEffect(1.0), DelayEffect(60.0), DelayEffect(3600.0)),
        "duplicate": (DuplicateEffect(), DuplicateEffect(1, 10.0), DuplicateEffect(2, 60.0)),
        "reorder": (ReorderEffect(), ReorderEffect(3, 10.0)),
        "throttle": (ThrottleEffect(1.0), ThrottleEffect(1 / 60, 2)),
        "hang": (HangEffect(),),
        "drop": (DropEffect(),),
        "close": (CloseEffect(), CloseEffect(1000), CloseEffect(1001)),
        "corrupt": tuple(CorruptEffect(how) for how in CORRUPTIONS),
    }
    for group, made in effects.items():
        for point in made[0].points:  # and not by effect: what is like another stands beside it
            for effect in made:
                # What is lost for good there breaks an invariant, and nobody's program is to blame.
                comes_again = group == "drop" and point is Point.DISPATCH
                yield Shape(
                    group=group, point=point, effect=DropEffect(30.0) if comes_again else effect
                )


def _crashes() -> Iterator[Shape]:
    yield from (
        Shape(group="crash", point=Point.ATTEMPT, effect=effect)
        for effect in (
            CrashEffect(),
            CrashEffect(phase="response"),
            CrashEffect(scope="component"),
            CrashEffect(phase="response", scope="component"),
        )
    )
    yield Shape(group="crash", point=Point.DISPATCH, effect=CrashEffect())
    for name, named in NAMED.items():
        if named.kind == "crash":
            yield from _named(name, "crash")
