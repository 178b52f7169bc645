"""Lists of faults: flat values, simplest first, valid by construction.

Each fault is drawn as one flat value (what and where, to whom, when), so that Hypothesis takes
whole faults away, and those that are left are as simple as they can be: for everybody before for
one component, one strike before many.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, TypeAlias

from hypothesis import strategies as st

from appsync_emu.core.faults.match import Match
from appsync_emu.core.faults.plan import Fault
from appsync_emu.core.faults.points import MATCHED_AT, Point
from appsync_emu.core.faults.strike import Strike
from appsync_emu.strategies.shapes import Shape, groups

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from hypothesis.vendor.pretty import RepresentationPrinter

    from appsync_emu.core.api import Api

__all__ = ["fault", "faults"]

Target: TypeAlias = "tuple[str, str] | None"
"""A word of a match and its value; ``None`` is everybody."""

Drawn: TypeAlias = "tuple[Shape, Target, dict[str, Any]]"


class _Fault(Fault):
    """A fault that Hypothesis prints in a line."""

    __slots__ = ()

    def _repr_pretty_(self, printer: RepresentationPrinter, cycle: bool) -> None:  # noqa: FBT001 - called by Hypothesis
        del cycle
        phase = ", response" if getattr(self.effect, "phase", "") == "response" else ""
        printer.text(f"<fault {self.fault_id}: {self}{phase}>")


_TIMES: tuple[dict[str, Any], ...] = (
    {"limit": 1},
    {},
    {},
    {},
    {"first": 1},
    {"first": 2},
    {"skip": 1, "first": 1},
    {"first": 3},
    {"until_s": 60.0},
    {"first": 3, "chance": 0.5},
)
"""When: once, always (often, since one fault that always strikes explains more than four that do
once), or something in between."""

_LENGTH = 2_000
"""Of the list that shapes are drawn from: long enough for the rarest to be in it."""

_OFTEN: dict[str, Any] = {"first": 6}
_HAVE_AN_END = frozenset({Point.ATTEMPT, Point.DATA})
"""Where a fault may strike always: retries have an end. Elsewhere one would try for ever."""


def faults(
    points: Collection[str] | None = None,
    kinds: Collection[str] | None = None,
    *,
    max_size: int = 5,
    api: Api | None = None,
) -> st.SearchStrategy[list[Fault]]:
    """Lists of faults, to be armed from the start: ``Harness(api, faults=faults)``.

    Args:
        points: where they strike; everywhere but at ``accept`` and ``connect`` unless given, where
            it is the test itself that is refused.
        kinds: kinds of effects (``"duplicate"``), families (``"network"``) and names
            (``"network.reset"``); all unless given.
        max_size: so many at most.
        api: whose components and commands are meant; without it faults strike whoever comes.

    Raises:
        UsageError: there is no such point or kind, or no such kind at such a point.
    """
    return _all(st.lists(_drawn(points, kinds, api), max_size=max_size))


def fault(
    points: Collection[str] | None = None,
    kinds: Collection[str] | None = None,
    *,
    api: Api | None = None,
) -> st.SearchStrategy[Fault]:
    """One fault; see :func:`faults`."""
    return _one(_drawn(points, kinds, api))


# Composites: of what is mapped, Hypothesis prints how it was made and not what it is.


@st.composite
def _all(draw: st.DrawFn, drawn: st.SearchStrategy[list[Drawn]]) -> list[Fault]:
    return _made(draw(drawn))


@st.composite
def _one(draw: st.DrawFn, drawn: st.SearchStrategy[Drawn]) -> Fault:
    return _made([draw(drawn)])[0]


def _drawn(
    points: Collection[str] | None, kinds: Collection[str] | None, api: Api | None
) -> st.SearchStrategy[Drawn]:
    shapes = st.sampled_from(_evenly(groups(points, kinds)))
    return st.tuples(shapes, st.sampled_from(_targets(api)), st.sampled_from(_TIMES))


def _evenly(found: Mapping[str, list[Shape]]) -> list[Shape]:
    """The shapes in their order, repeated: points are drawn as often, and groups at each point.

    One list, so that every fault is made of the same number of choices: else Hypothesis would hold
    those of the smallest group for the simplest.
    """
    shapes = [shape for group in found.values() for shape in group]
    alike = Counter((shape.point, shape.group) for shape in shapes)
    groups_at = Counter(point for point, _ in alike)
    return [
        shape
        for shape in shapes
        for _ in range(
            round(
                _LENGTH
                / (len(groups_at) * groups_at[shape.point] * alike[shape.point, shape.group])
            )
            or 1
        )
    ]


def _targets(api: Api | None) -> list[Target]:
    found: list[Target] = [None]
    if api is not None:
        found += [("component", name) for name in api.components]
        commands = dict.fromkeys(spec.field_name for spec in api.commands.values())
        found += [("command", name) for name in commands]
    found += [("status", status) for status in ("success", "error")]
    return [*found, ("frame", "data")]


def _made(drawn: Sequence[Drawn]) -> list[Fault]:
    """Faults of flat values; a word that says nothing at a point is left out.

    One that is drawn again becomes one that always strikes: four that do once each would be no
    simpler, and from there Hypothesis would not find the way to it.
    """
    merged: dict[tuple[object, ...], tuple[Shape, dict[str, str], dict[str, Any]]] = {}
    for shape, target, times in drawn:
        match = dict(shape.implied.match)
        if target is not None and target[0] in MATCHED_AT[shape.point]:
            match.setdefault(*target)
        key = (id(shape), *match.items())
        merged[key] = (shape, match, {} if key in merged else times)
    seen: Counter[str] = Counter()
    found: list[Fault] = []
    for shape, match, times in merged.values():
        stem = (shape.name or shape.effect.kind).replace(".", "-")
        seen[stem] += 1
        bounded = times or ({} if shape.point in _HAVE_AN_END else _OFTEN)
        found.append(
            _Fault(
                fault_id=stem if seen[stem] == 1 else f"{stem}-{seen[stem]}",
                point=shape.point,
                effect=shape.effect,
                match=Match(**match),  # type: ignore[arg-type]  # words of a match, and names
                strike=Strike(**{**bounded, **shape.implied.strike}),
                name=shape.name,
            )
        )
    return found
