"""What came of running scenarios: plain values that travel between processes and into reports."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Coverage",
    "Finding",
    "Kind",
    "Report",
    "Row",
    "RowKind",
    "ScenarioOutcome",
    "SeedOutcome",
    "Smallest",
    "Story",
    "Totals",
]


class Kind(StrEnum):
    """How a scenario ended, the kinds of failure kept apart."""

    PASSED = "passed"
    EXPECTATION = "failed: expectation"
    INVARIANT = "failed: invariant"
    LIVENESS = "failed: liveness"
    INERT = "failed: inert fault"
    COVERAGE = "failed: coverage"
    BROKEN_BEFORE = "broken before faults"
    NOT_DETERMINISTIC = "not deterministic"
    INVALID = "invalid file"
    INTERNAL = "internal error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        kind: what kind of thing.
        name: the invariant, the fault, or the expectation (``traces.order.attempts``).
        message: what was found, and what was wanted.
        line: of the expectation or fault in the file; 0 when it is in none.
        label: the command that it concerns, or ``None``.
        trace_id: its trace, or ``None``.
    """

    kind: Kind
    name: str
    message: str
    line: int = 0
    label: str | None = None
    trace_id: str | None = None


RowKind: TypeAlias = Literal[
    "accepted", "attempt", "data", "retry", "status", "letter", "event", "fault", "note"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One thing that happened in a trace.

    Attributes:
        at_ns: nanoseconds since the start of the scenario.
        until_ns: its end, for what lasts (attempts).
        component: whose it is; empty for the trace itself.
        what: ``attempt 1``, ``PaymentsTable PutItem``, ``success``.
        came_to: what became of it: ``network.reset``, ``applied``, ``4 attempts, 3 retries``.
        fault: id of the fault that had a hand in it, or ``None``.
        phase: ``request`` or ``response``, where the fault has one.
        mark: why people should look here: ``second time``; else empty.
        failed: whether it is a failure.
    """

    at_ns: int
    kind: RowKind
    what: str
    until_ns: int | None = None
    component: str = ""
    came_to: str = ""
    fault: str | None = None
    phase: str = ""
    mark: str = ""
    failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One trace in one run, as people read it.

    Attributes:
        name: short and unique in the run: ``t1``.
        label: of the command, or its name.
        status: ``accepted``, ``success`` or ``error``.
    """

    trace_id: str
    name: str
    label: str
    seed: int
    status: str
    attempts: int
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Traces by their end, and dead letters that lie there at the end."""

    accepted: int = 0
    success: int = 0
    error: int = 0
    unfinished: int = 0
    deadletters: int = 0

    def __add__(self, other: Totals) -> Totals:
        return Totals(
            accepted=self.accepted + other.accepted,
            success=self.success + other.success,
            error=self.error + other.error,
            unfinished=self.unfinished + other.unfinished,
            deadletters=self.deadletters + other.deadletters,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What was touched, of what there is.

    Names, by ``commands``, ``components``, ``events`` (detail types) and ``faults``.
    """

    known: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    touched: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def share(self, what: str) -> float:
        """Share of the known ones that was touched; 1 when there are none."""
        known = self.known.get(what, ())
        if not known:
            return 1.0
        touched = self.touched.get(what, frozenset())
        return sum(name in touched for name in known) / len(known)

    def untouched(self, what: str) -> tuple[str, ...]:
        """Those that nothing touched."""
        touched = self.touched.get(what, frozenset())
        return tuple(name for name in self.known.get(what, ()) if name not in touched)

    def __or__(self, other: Coverage) -> Coverage:
        known = {**other.known, **self.known}
        return Coverage(
            known=known,
            touched={
                what: self.touched.get(what, frozenset()) | other.touched.get(what, frozenset())
                for what in known
            },
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedOutcome:
    """One run of the steps.

    Attributes:
        seed: the world; ``None`` is none (nothing is drawn in a calm run of interest).
        findings: what is wrong; empty when all is well.
        strikes: by fault id.
        stories: of the traces that findings concern, and of a few others when there are none.
        journal: JSON lines, when it was asked for or something is wrong.
        virtual_s: virtual time that passed.
    """

    seed: int
    findings: tuple[Finding, ...] = ()
    strikes: Mapping[str, int] = field(default_factory=dict)
    totals: Totals = Totals()
    coverage: Coverage = Coverage()
    stories: tuple[Story, ...] = ()
    journal: str | None = None
    virtual_s: float = 0.0

    @property
    def failed(self) -> bool:
        """Whether anything is wrong."""
        return bool(self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Smallest:
    """The smallest scenario that still fails.

    Attributes:
        path: where it was written; empty when it was not.
        text: the file.
        faults: ids of the faults that it needs.
        idle: how many other faults play no part.
        steps: how many steps of each kind it needs, in words: ``1 send``.
        runs: how many runs it took to find.
    """

    path: str
    text: str
    faults: tuple[str, ...]
    idle: int
    steps: str
    runs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioOutcome:
    """What a scenario came to.

    Attributes:
        kind: the verdict: of the first failing thing, in the order of :class:`Kind`.
        findings: what is wrong with the scenario as a whole: inert faults, coverage, mistakes of
            the file, the calm run.
        seeds: one for each world that was run.
        calm: the run without faults, or ``None``.
        faults: ids of the file's faults, in its order.
        replay: command that runs the first failing seed again; empty when all is well.
        elapsed_s: real seconds.
    """

    path: str
    line: int
    title: str
    kind: Kind
    tags: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    seeds: tuple[SeedOutcome, ...] = ()
    calm: SeedOutcome | None = None
    faults: tuple[str, ...] = ()
    smallest: Smallest | None = None
    coverage: Coverage = Coverage()
    replay: str = ""
    elapsed_s: float = 0.0

    @property
    def failed_seeds(self) -> tuple[SeedOutcome, ...]:
        """The worlds in which something is wrong."""
        return tuple(seed for seed in self.seeds if seed.failed)

    @property
    def totals(self) -> Totals:
        """Of all seeds together."""
        return sum((seed.totals for seed in self.seeds), Totals())

    def struck(self, fault: str) -> tuple[int, ...]:
        """Strikes of a fault, by seed."""
        return tuple(seed.strikes.get(fault, 0) for seed in self.seeds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that one run of ``appsync-emu run`` has to tell."""

    outcomes: tuple[ScenarioOutcome, ...]
    elapsed_s: float = 0.0
    version: str = ""

    @property
    def coverage(self) -> Coverage:
        """Of all scenarios together."""
        together = Coverage()
        for outcome in self.outcomes:
            together |= outcome.coverage
        return together
