"""What is known of one scenario of a batch, and what is still to be done for it."""

from __future__ import annotations

import re
import shlex
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from appsync_emu.scenario.outcome import Finding, Kind
from appsync_emu.scenario.run import merge
from appsync_emu.scenario.workshop import Work

if TYPE_CHECKING:
    from collections.abc import Iterable

    from appsync_emu.scenario.model import Scenario
    from appsync_emu.scenario.outcome import ScenarioOutcome, SeedOutcome, Smallest

__all__ = ["Book", "Options"]

DETAILED_MAX = 50
"""Failing seeds of one scenario whose stories and journals are kept."""

_SMALLEST = re.compile(r"\.seed-\d+\.appsync\.yaml$")
_SHRINKABLE = frozenset({Kind.INVARIANT, Kind.LIVENESS, Kind.EXPECTATION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How scenarios are run.

    Attributes:
        seeds: exactly these worlds; those of the file unless given.
        count: so many fresh worlds, in place of the file's number.
        explore: so many worlds, each with faults of its own choice, instead of all that.
        journals: keep the journals of failing runs.
        shrink: make the first failing run smaller, and write it next to the file.
        fail_fast: end after the first run that fails.
        check_determinism: run every seed twice, in processes that differ.
        jobs: processes.
        pool_pays_s: seconds of work from which on processes are started.
    """

    seeds: tuple[int, ...] | None = None
    count: int | None = None
    explore: int | None = None
    journals: bool = False
    shrink: bool = True
    fail_fast: bool = False
    check_determinism: bool = False
    jobs: int = 1
    pool_pays_s: float | None = None

    def worlds(self, scenario: Scenario) -> tuple[int, ...]:
        """The seeds of a scenario, in the order in which they are run."""
        if self.seeds is not None:
            return self.seeds
        if self.explore is not None:
            return tuple(range(1, self.explore + 1))
        seeds = scenario.seeds
        return (seeds if self.count is None else replace(seeds, count=self.count)).all


class Book:
    """One scenario under way.

    Attributes:
        scenario: what is run.
        order: its seeds.
        begun: whether anything was done for it.
        calm: the calm run, once it was done.
        ran: outcomes by seed.
        findings: what is wrong with the scenario as a whole, but for what ``merge`` finds.
        smallest: the smallest scenario that still fails, once it was found.
        elapsed_s: real seconds that it took.
    """

    __slots__ = (
        "_head", "_options", "_shrunk", "_stopped", "_todo", "_under_way",
        "begun", "calm", "elapsed_s", "findings", "order", "ran", "scenario", "smallest",
    )  # fmt: skip

    def __init__(self, scenario: Scenario, options: Options) -> None:
        self.scenario = scenario
        self.order = options.worlds(scenario)
        self.begun = False
        self.calm: SeedOutcome | None = None
        self.ran: dict[int, SeedOutcome] = {}
        self.findings: list[Finding] = []
        self.smallest: Smallest | None = None
        self.elapsed_s = 0.0
        self._options = options
        self._todo = deque(self.order)
        self._head = True  # nothing more is begun until the first work came to its end
        self._under_way = 0
        self._stopped = False
        self._shrunk = False

    # ---------------------------------------------------------------------------- what is next

    def next_work(self, size: int | None) -> Work | None:
        """What could be done now; ``size`` is how many seeds at most."""
        if not self.begun:
            self.begun = True
            return self._work(self._some(size), calm=self.scenario.calm)
        if self._stopped or (self._head and self._under_way):
            return None
        if self._todo:
            return self._work(self._some(size), calm=False)
        if self._under_way or self._shrunk:
            return None
        self._shrunk = True
        worst = self._worst()
        if worst is None:
            return None
        self._under_way += 1
        bare = replace(worst, stories=(), journal=None)
        return Work(path=self.scenario.path, smallest_of=bare)

    def _some(self, size: int | None) -> tuple[int, ...]:
        count = len(self._todo) if size is None else min(size, len(self._todo))
        return tuple(self._todo.popleft() for _ in range(count))

    def _work(self, seeds: tuple[int, ...], *, calm: bool) -> Work:
        self._under_way += 1
        return Work(
            path=self.scenario.path,
            calm=calm,
            seeds=seeds,
            explore=self._options.explore is not None,
            journals="failing" if self._options.journals else "none",
            stop=self._options.fail_fast,
        )

    def _worst(self) -> SeedOutcome | None:
        """The run that is worth being made smaller."""
        if not self._options.shrink or _SMALLEST.search(self.scenario.path):
            return None
        failed = [self.ran[seed] for seed in sorted(self.ran) if self.ran[seed].failed]
        return next(
            (one for one in failed if any(found.kind in _SHRINKABLE for found in one.findings)),
            None,
        )

    def give_back(self, work: Work) -> None:
        """A work was left in the middle: what was not done of it is still to be done."""
        self._todo.extendleft(seed for seed in work.seeds[::-1] if seed not in self.ran)
        self.end()

    def end(self) -> None:
        """A work came to its end."""
        self._under_way -= 1
        self._head = False
        calm_failed = self.calm is not None and self.calm.failed
        if calm_failed or (self._options.fail_fast and self.failed):
            self._todo.clear()

    def refused(self, findings: Iterable[Finding]) -> None:
        """It cannot be run."""
        self.findings += [one for one in findings if one not in self.findings]
        self._stop()

    def broke(self, why: str) -> None:
        """Running it went wrong in a way that says nothing of the scenario."""
        self.findings.append(
            Finding(kind=Kind.INTERNAL, name="", message=why, line=self.scenario.line)
        )
        self._stop()

    def _stop(self) -> None:
        self._stopped = True
        self._todo.clear()

    # -------------------------------------------------------------------------- what is known

    @property
    def left(self) -> int:
        """Runs that nobody has begun."""
        return len(self._todo) + (not self.begun and self.scenario.calm)

    def missing(self, work: Work) -> int:
        """Runs of a work that are not done yet."""
        return sum(seed not in self.ran for seed in work.seeds)

    @property
    def finished(self) -> bool:
        """Whether nothing more is to be done."""
        if not self.begun or self._under_way:
            return False
        return self._stopped or not (self._todo or (not self._shrunk and self._worst()))

    @property
    def told_of(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.ran or self.calm or self.findings or self.finished)

    @property
    def failures(self) -> int:
        """Runs in which something is wrong; at least one where the scenario cannot be run."""
        runs = [*self.ran.values(), *([self.calm] if self.calm is not None else [])]
        return sum(one.failed for one in runs) + bool(self.findings)

    @property
    def failed(self) -> bool:
        """Whether it is sure that something is wrong."""
        if self.failures:
            return True
        return self.finished and self.outcome().kind is not Kind.PASSED

    def outcome(self) -> ScenarioOutcome:
        """What it came to so far."""
        seeds = self._told()
        whole = len(seeds) == len(self.order)
        explore = self._options.explore is not None
        # What struck nowhere and what was not touched is known once all seeds were run.
        scenario = self.scenario if whole else replace(self.scenario, coverage={})
        merged = merge(scenario, self.calm, seeds, explore=explore or not whole)
        findings = (*merged.findings, *self.findings)
        present = {merged.kind, *(one.kind for one in self.findings)} - {Kind.PASSED}
        failed = next(iter(merged.failed_seeds), None)
        return replace(
            merged,
            kind=next((kind for kind in Kind if kind in present), Kind.PASSED),
            findings=findings,
            smallest=self.smallest,
            replay="" if failed is None else self._replay(failed.seed),
            elapsed_s=self.elapsed_s,
        )

    def _told(self) -> list[SeedOutcome]:
        """The runs; those after the first that failed are not told where it was to be the last."""
        ran = [self.ran[seed] for seed in self.order if seed in self.ran]
        if self._options.fail_fast:
            bad = next((place for place, one in enumerate(ran) if one.failed), len(ran))
            ran = ran[: bad + 1]
        detailed = 0
        for place, one in sorted(enumerate(ran), key=lambda pair: pair[1].seed):
            detailed += one.failed
            if one.failed and detailed > DETAILED_MAX:
                ran[place] = replace(one, stories=(), journal=None)
        return ran

    def _replay(self, seed: int) -> str:
        explore = " --explore 1" if self._options.explore is not None else ""
        return f"appsync-emu run {shlex.quote(self.scenario.path)} --seed {seed}{explore}"
