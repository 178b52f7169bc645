"""What reports show of an outcome: the same things, said once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from appsync_emu.scenario.outcome import Kind
from appsync_emu.scenario.report.words import count, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from appsync_emu.scenario.outcome import (
        Coverage,
        Finding,
        Report,
        ScenarioOutcome,
        SeedOutcome,
        Story,
        Totals,
    )

__all__ = [
    "COVERED",
    "FaultLine",
    "Group",
    "fault_lines",
    "findings_of",
    "groups",
    "kinds_counted",
    "stories",
    "subject",
    "totals_text",
    "untouched",
    "verdict_text",
    "world",
]

COVERED = ("commands", "components", "events", "faults")

WORLDLESS = frozenset({Kind.INVALID, Kind.INTERNAL, Kind.NOT_DETERMINISTIC, Kind.BROKEN_BEFORE})
"""Kinds for which a count of failed seeds says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The same thing, found in one or more worlds.

    Attributes:
        finding: the first of them.
        seed: where it was found first; ``None`` when it concerns the scenario as a whole.
        story: name of the trace that it concerns, or empty.
        more: in how many other seeds it was found.
    """

    finding: Finding
    seed: int | None
    story: str
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultLine:
    """A fault over all seeds.

    Attributes:
        low: the fewest strikes among the seeds that it struck in; 0 when there are none.
        high: the most.
        seeds: in how many seeds it struck.
        of: how many seeds there were.
        inert: whether it fails the scenario by never striking.
    """

    fault: str
    low: int
    high: int
    seeds: int
    of: int
    inert: bool


def findings_of(outcome: ScenarioOutcome) -> tuple[Finding, ...]:
    """What is wrong with the scenario as a whole, the calm run included."""
    calm = outcome.calm.findings if outcome.calm is not None else ()
    return tuple(dict.fromkeys((*outcome.findings, *calm)))


def groups(outcome: ScenarioOutcome) -> tuple[Group, ...]:
    """Everything that is wrong, the same things of several seeds together, in order of seeds."""
    found = [
        Group(finding=finding, seed=None, story=_name(outcome.calm, finding), more=0)
        for finding in findings_of(outcome)
    ]
    firsts: dict[tuple[Kind, str], tuple[SeedOutcome, Finding]] = {}
    seeds: Counter[tuple[Kind, str]] = Counter()
    for seed in outcome.failed_seeds:
        for finding in seed.findings:
            firsts.setdefault((finding.kind, finding.name), (seed, finding))
        seeds.update({(finding.kind, finding.name) for finding in seed.findings})
    together = [
        Group(finding=finding, seed=seed.seed, story=_name(seed, finding), more=seeds[of] - 1)
        for of, (seed, finding) in firsts.items()
    ]
    return (*together, *found) if together else tuple(found)


def subject(group: Group) -> str:
    """Whose it is: ``big-order, t1``; empty when it is nobody's in particular."""
    return ", ".join(part for part in (one_line(group.finding.label or ""), group.story) if part)


def _name(seed: SeedOutcome | None, finding: Finding) -> str:
    of = seed.stories if seed is not None else ()
    return next((story.name for story in of if story.trace_id == finding.trace_id), "")


def stories(outcome: ScenarioOutcome) -> tuple[Story, ...]:
    """The traces that something is wrong with, the most telling first.

    First the first trace of each kind of finding, then the others by seed; when no finding
    concerns a trace, the first one of each failing seed.
    """
    worlds = (*outcome.failed_seeds, *_calm(outcome))
    told: dict[tuple[Kind, str], Story] = {}
    for seed in worlds:
        for story, finding in _concerned(seed):
            told.setdefault((finding.kind, finding.name), story)
    every = [story for seed in worlds for story, _ in _concerned(seed)]
    if not every:
        every = [seed.stories[0] for seed in worlds if seed.stories]
    seen = {(story.seed, story.trace_id): story for story in (*told.values(), *every)}
    return tuple(seen.values())


def _calm(outcome: ScenarioOutcome) -> tuple[SeedOutcome, ...]:
    calm = outcome.calm
    wrong = calm is not None and (calm.failed or outcome.kind is Kind.BROKEN_BEFORE)
    return (calm,) if calm is not None and wrong else ()


def _concerned(seed: SeedOutcome) -> Iterator[tuple[Story, Finding]]:
    by_trace = {story.trace_id: story for story in seed.stories}
    for finding in seed.findings:
        if finding.trace_id in by_trace:
            yield by_trace[finding.trace_id], finding


def world(outcome: ScenarioOutcome, story: Story) -> str:
    """Where a story happened: ``seed 7``, ``calm run``."""
    calm = outcome.calm is not None and story in outcome.calm.stories
    return "calm run" if calm else f"seed {story.seed}"


def fault_lines(outcome: ScenarioOutcome) -> tuple[FaultLine, ...]:
    """Every fault of the file, in its order."""
    inert = {finding.name for finding in outcome.findings if finding.kind is Kind.INERT}
    lines = []
    for fault in outcome.faults:
        struck = [strikes for strikes in outcome.struck(fault) if strikes]
        lines.append(
            FaultLine(
                fault=fault,
                low=min(struck, default=0),
                high=max(struck, default=0),
                seeds=len(struck),
                of=len(outcome.seeds),
                inert=fault in inert,
            )
        )
    return tuple(lines)


def verdict_text(outcome: ScenarioOutcome) -> tuple[str, str]:
    """The verdict in a word, and its extent: ``FAILED``, ``26 of 26 seeds``."""
    seeds, failed = len(outcome.seeds), len(outcome.failed_seeds)
    if outcome.kind is Kind.PASSED:
        return "passed", count(seeds, "seed") if seeds else ""
    if outcome.kind in WORLDLESS:
        return outcome.kind.value.upper(), ""
    if failed:
        return "FAILED", f"{failed:,} of {count(seeds, 'seed')}"
    return "FAILED", outcome.kind.value.removeprefix("failed: ")


def totals_text(totals: Totals) -> str:
    """``1,144 accepted = 1,118 success + 26 error; 26 dead letters``."""
    parts = [f"{totals.success:,} success", f"{totals.error:,} error"]
    if totals.unfinished:
        parts.append(f"{totals.unfinished:,} unfinished")
    letters = count(totals.deadletters, "dead letter")
    return f"{totals.accepted:,} accepted = {' + '.join(parts)}; {letters}"


def kinds_counted(report: Report) -> tuple[tuple[Kind, int], ...]:
    """How many scenarios ended in each way, in the order of :class:`Kind`."""
    counted = Counter(outcome.kind for outcome in report.outcomes)
    return tuple((kind, counted[kind]) for kind in Kind if counted[kind])


def untouched(coverage: Coverage) -> tuple[tuple[str, int, int, tuple[str, ...]], ...]:
    """What was not touched: what it is, how many were, of how many, and the names of the rest."""
    return tuple(
        (what, len(coverage.known[what]) - len(left), len(coverage.known[what]), left)
        for what in (*COVERED, *sorted(set(coverage.known) - set(COVERED)))
        if what in coverage.known and (left := coverage.untouched(what))
    )
