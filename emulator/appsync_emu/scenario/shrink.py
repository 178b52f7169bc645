"""Making a failing run smaller: the faults and steps without which it would not fail.

Faults are dropped against any failure of the same kind and name. Steps are dropped against broken
invariants and liveness alone: an empty run misses most expectations, too, so against those every
step would go.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from appsync_emu.scenario.model import Arm, Discard, ExpectNow, Heal, Redrive, Send, Subscribe
from appsync_emu.scenario.outcome import Finding, Kind
from appsync_emu.scenario.run import SPINNING, run_seed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from appsync_emu.scenario.model import Scenario, Step
    from appsync_emu.scenario.outcome import SeedOutcome
    from appsync_emu.scenario.world import LoadedApi

__all__ = ["Shrunk", "minimise", "shrink"]

T = TypeVar("T")

RUNS_MAX = 400
"""Runs after which what is left is small enough."""

_ORDER = (Kind.INVARIANT, Kind.LIVENESS, Kind.EXPECTATION)
"""What is told of a run that fails in several ways: what says most about the program first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shrunk:
    """What is left.

    Attributes:
        seed: the world it fails in.
        finding: what it fails with.
        faults: ids of the faults that it needs, in the order of the file.
        idle: how many other faults play no part.
        steps: places of the steps that it needs, from 0, and each as it is done.
        runs: how many runs it took to find.
        misses: names of everything that the smallest run is found to miss.
    """

    seed: int
    finding: Finding
    faults: tuple[str, ...]
    idle: int
    steps: tuple[tuple[int, Step], ...]
    runs: int
    misses: frozenset[str]

    @property
    def words(self) -> str:
        """The steps in words: ``1 send, 1 settle``."""
        counts = Counter(_verb(step) for _, step in self.steps)
        return ", ".join(
            f"{count} {_several(verb) if count > 1 else verb}" for verb, count in counts.items()
        )


def shrink(scenario: Scenario, source: LoadedApi, outcome: SeedOutcome) -> Shrunk | None:
    """The smallest part of a scenario that fails as this run did.

    Args:
        scenario: what was run.
        source: the API.
        outcome: a run that failed.

    Returns:
        ``None`` when it cannot be made to fail again: it hangs on something outside the scenario.
        Neither is a handler that never comes back made to do so again and again.
    """
    finding = _told(outcome.findings)
    if finding is None or finding.name == SPINNING:
        return None
    search = _Search(scenario, source, outcome.seed, finding)
    if finding.kind is Kind.EXPECTATION:
        search.be_exact()
    faults = [one.fault.fault_id for one in scenario.faults]
    steps = list(enumerate(scenario.steps))
    if not search.fails([name for name in faults if outcome.strikes.get(name)], steps):
        faults = [name for name in faults if name in outcome.strikes]
        if not search.fails(faults, steps):
            return None
    else:
        faults = [name for name in faults if outcome.strikes.get(name)]
    faults = minimise(faults, lambda some: search.fails(some, steps))
    if finding.kind is not Kind.EXPECTATION:
        steps = _fewer_steps(search, faults, steps)
        faults = minimise(faults, lambda some: search.fails(some, steps))
    kept = _without_idle(steps, faults, {one.fault.fault_id for one in scenario.faults})
    if search.fails(faults, kept):
        steps = kept
    last = search.last
    return Shrunk(
        seed=outcome.seed,
        finding=next(one for one in last if search.alike(one)),
        faults=tuple(faults),
        idle=len(scenario.faults) - len(faults),
        steps=tuple(steps),
        runs=search.runs,
        misses=frozenset(one.name for one in last),
    )


def _verb(step: Step) -> str:
    """What the file calls it."""
    return "expect" if isinstance(step, ExpectNow) else type(step).__name__.lower()


def _several(verb: str) -> str:
    if verb.endswith("y"):
        return f"{verb[:-1]}ies"
    return f"{verb}es" if verb.endswith("sh") else f"{verb}s"


def _told(findings: Iterable[Finding]) -> Finding | None:
    """What the search holds on to."""
    every = list(findings)
    return next((one for kind in _ORDER for one in every if one.kind is kind), None)


class _Search:
    """Runs candidates.

    Attributes:
        runs: how many so far.
        last: findings of the last candidate that failed.
    """

    def __init__(self, scenario: Scenario, source: LoadedApi, seed: int, finding: Finding) -> None:
        self._scenario = scenario
        self._source = source
        self._seed = seed
        self._finding = finding
        self._exact = False
        self.runs = 0
        self.last: tuple[Finding, ...] = ()

    def be_exact(self) -> None:
        """Hold on to what was found, too, where a run without faults misses the same expectation.

        ``count: 1`` is missed by two letters, and by none at all.
        """
        self._exact = self.fails([], list(enumerate(self._scenario.steps)))

    def alike(self, one: Finding) -> bool:
        """Whether it is the same failure."""
        same = one.kind is self._finding.kind and one.name == self._finding.name
        return same and (not self._exact or one.message == self._finding.message)

    def fails(self, faults: Sequence[str], steps: Sequence[tuple[int, Step]]) -> bool:
        """Whether so much of the scenario fails in the same way."""
        if self.runs >= RUNS_MAX:
            return False
        self.runs += 1
        done = [step for _, step in _runnable(steps)]
        outcome = run_seed(
            self._scenario, self._source, self._seed, faults=faults, steps=done, stories=False
        )
        if not any(map(self.alike, outcome.findings)):
            return False
        self.last = outcome.findings
        return True


def _runnable(steps: Sequence[tuple[int, Step]]) -> list[tuple[int, Step]]:
    """Without steps that speak of commands which are not sent any more."""
    labels = {step.label for _, step in steps if isinstance(step, Send)}
    return [
        (place, step)
        for place, step in steps
        if not (isinstance(step, Subscribe) and step.of is not None and step.of not in labels)
        and not (
            isinstance(step, Redrive | Discard)
            and step.label is not None
            and step.label not in labels
        )
    ]


def _without_idle(
    steps: list[tuple[int, Step]], faults: Sequence[str], known: set[str]
) -> list[tuple[int, Step]]:
    """Without steps that speak of faults which play no part."""
    gone = known - set(faults)
    return [
        (place, step)
        for place, step in _runnable(steps)
        if not (isinstance(step, Arm | Heal) and step.fault in gone)
    ]


def _fewer_steps(
    search: _Search, faults: Sequence[str], steps: list[tuple[int, Step]]
) -> list[tuple[int, Step]]:
    sends = [one for one in steps if isinstance(one[1], Send)]
    if len(sends) < len(steps) and search.fails(faults, sends):
        steps = sends
    steps = minimise(steps, lambda some: search.fails(faults, some))
    for index, (place, step) in enumerate(steps):
        if not isinstance(step, Send) or step.repeat == 1:
            continue

        def fails(repeat: int, index: int = index, place: int = place, step: Send = step) -> bool:
            fewer = [*steps[:index], (place, replace(step, repeat=repeat)), *steps[index + 1 :]]
            return search.fails(faults, fewer)

        repeat = _least(step.repeat, fails)
        every_s = step.every_s if repeat > 1 else 0.0
        steps[index] = (place, replace(step, repeat=repeat, every_s=every_s))
    return steps


def _least(most: int, fails: Callable[[int], bool]) -> int:
    """The least number that fails; ``most`` does."""
    if fails(1):
        return 1
    passes, least = 1, most
    while least - passes > 1:
        middle = (passes + least) // 2
        if fails(middle):
            least = middle
        else:
            passes = middle
    return least


def minimise(items: Sequence[T], fails: Callable[[list[T]], bool]) -> list[T]:
    """The items without any of which it would not fail.

    Delta debugging (Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input"):
    ever smaller parts are left out while what remains fails.

    Args:
        items: together they fail.
        fails: whether some of them do.
    """
    left = list(items)
    if not left or fails([]):
        return []
    parts = 2
    while len(left) > 1:
        size = max(1, len(left) // parts)
        for start in range(0, len(left), size):
            rest = left[:start] + left[start + size :]
            if rest and fails(rest):
                left, parts = rest, max(parts - 1, 2)
                break
        else:
            if size == 1:
                break
            parts = min(parts * 2, len(left))
    return left
