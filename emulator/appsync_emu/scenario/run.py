"""Running scenarios: the calm run, one run for each seed, and the verdict over all of them.

``calm_run`` and ``run_seed`` are independent of each other and give plain values, so that seeds may
be run in other processes; ``merge`` makes one outcome of theirs, and is pure.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from appsync_emu.core.records import FaultStruck
from appsync_emu.engine.collector import ALMOST_NEVER, seldom
from appsync_emu.errors import UsageError
from appsync_emu.scenario.coverage import coverage_of, known_to
from appsync_emu.scenario.judge import broken_invariants, check_calm, check_expectations
from appsync_emu.scenario.model import ExpectNow
from appsync_emu.scenario.outcome import (
    Coverage,
    Finding,
    Kind,
    ScenarioOutcome,
    SeedOutcome,
    Totals,
)
from appsync_emu.scenario.steps_run import perform, settle
from appsync_emu.scenario.story import story_of
from appsync_emu.scenario.watchdog import PATIENCE_S, Spinning, watched
from appsync_emu.scenario.world import Mode, World, begin, loaded
from appsync_emu.testing.portal import Portal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from appsync_emu.scenario.model import Scenario, Step
    from appsync_emu.scenario.outcome import Story
    from appsync_emu.scenario.world import LoadedApi

__all__ = [
    "CALM_SEED",
    "SPINNING",
    "calm_run",
    "first_difference",
    "merge",
    "run_scenario",
    "run_seed",
    "spins",
]

CALM_SEED = 0
"""What ids come from in the calm run."""

SPINNING = "spinning"
"""Name of the finding of a handler that never comes back: one is enough, and nothing smaller is
looked for."""

STORIES_MAX = 5
"""Stories that one run tells."""

NS = 1_000_000_000


def run_seed(  # noqa: PLR0913 - all the ways in which the steps can be run
    scenario: Scenario,
    source: LoadedApi,
    seed: int,
    *,
    faults: Collection[str] | None = None,
    steps: Sequence[Step] | None = None,
    calm: bool = False,
    explore: bool = False,
    keep_journal: bool = False,
    stories: bool = True,
) -> SeedOutcome:
    """Run the steps once, in a world of their own.

    Args:
        scenario: what to do and what must hold.
        source: the API, loaded once for all runs.
        seed: what ids and chance come from.
        faults: ids of the faults that take part; all unless given.
        steps: what is done in place of the scenario's own steps.
        calm: without faults, and without the expectations that are about them.
        explore: arm each fault by chance, and check invariants and liveness alone.
        keep_journal: hand the journal over also when all is well.
        stories: tell the traces that findings concern.
    """
    api = loaded(scenario, source)
    if steps is not None:
        scenario = replace(scenario, steps=tuple(steps))
    mode = Mode(faults=faults, calm=calm, explore=explore)
    worlds: list[World] = []
    with seldom(ALMOST_NEVER):
        portal = Portal()
        try:
            with watched(lambda: [world.progress for world in worlds]) as watch:
                return portal.run(
                    _run(scenario, api, seed, mode, worlds, keep=keep_journal, stories=stories)
                )
        except Spinning:
            return _spun(scenario, seed, watch.place)
        finally:
            portal.close()


def calm_run(scenario: Scenario, source: LoadedApi) -> SeedOutcome | None:
    """The same steps without faults; ``None`` when the file does not want that."""
    if not scenario.calm:
        return None
    return run_seed(scenario, source, CALM_SEED, calm=True)


def spins(outcome: SeedOutcome) -> bool:
    """Whether a handler never came back: in other worlds it would not either, only later."""
    return any(finding.name == SPINNING for finding in outcome.findings)


def _spun(scenario: Scenario, seed: int, place: str) -> SeedOutcome:
    """A handler took the only thread and did not give it back."""
    message = (
        f"nothing got on for {PATIENCE_S:g} real seconds: {place} neither ended nor waited."
        " Whatever works for long belongs into a def handler."
    )
    finding = Finding(kind=Kind.LIVENESS, name=SPINNING, message=message, line=scenario.line)
    return SeedOutcome(seed=seed, findings=(finding,))


async def _run(
    scenario: Scenario,
    api: LoadedApi,
    seed: int,
    mode: Mode,
    worlds: list[World],
    *,
    keep: bool,
    stories: bool,
) -> SeedOutcome:
    world = begin(scenario, api, seed, mode)
    worlds.append(world)
    try:
        await _do(world)
        return _outcome(world, api, keep=keep, stories=stories)
    finally:
        for listener in world.listeners.values():
            listener.close()
        await world.emulator.aclose()


async def _do(world: World) -> None:
    """The steps, then the end of everything, then what must hold."""
    scenario, mode = world.scenario, world.mode
    for step in scenario.steps:
        try:
            await perform(world, step)
        except UsageError as problem:
            world.miss("step", str(problem), step.line, kind=Kind.INVALID)
            return
        if world.stuck:
            break
    if not world.stuck:
        await settle(world, None, scenario.line)
    broken_invariants(world, settled=not world.stuck)
    if world.stuck:
        return
    if mode.calm:
        check_calm(world)
    elif mode.expects:
        check_expectations(world, scenario.expect)


def _outcome(world: World, api: LoadedApi, *, keep: bool, stories: bool) -> SeedOutcome:
    scenario, emulator = world.scenario, world.emulator
    records = emulator.journal.records
    struck = emulator.faults.struck
    strikes = {
        name: struck[name]
        for name in (one.fault.fault_id for one in scenario.faults)
        if name in world.takes_part
    }
    findings = tuple(dict.fromkeys(world.findings))
    return SeedOutcome(
        seed=world.seed,
        findings=findings,
        strikes=strikes,
        totals=_totals(world),
        coverage=coverage_of(records, api.api, known_to(api.api, scenario), strikes),
        stories=_stories(world, findings) if stories and findings else (),
        journal=emulator.journal.dump() if keep or (stories and findings) else None,
        virtual_s=(world.clock.now_ns() - scenario.start_ns) / NS,
    )


def _totals(world: World) -> Totals:
    ends = {"success": 0, "error": 0, "accepted": 0}
    traces = world.labels()
    for trace_id in traces:
        ends[world.facts(trace_id).status] += 1
    return Totals(
        accepted=len(traces),
        success=ends["success"],
        error=ends["error"],
        unfinished=ends["accepted"],
        deadletters=len(world.emulator.deadletters),
    )


def _stories(world: World, findings: Iterable[Finding]) -> tuple[Story, ...]:
    """Of the traces that findings concern; else of the first that were struck."""
    journal = world.emulator.journal
    names = {trace_id: f"t{number}" for number, trace_id in enumerate(journal.traces, start=1)}
    wanted = [one.trace_id for one in findings if one.trace_id in names]
    if not wanted:
        wanted = [
            trace_id
            for trace_id in names
            if any(isinstance(record, FaultStruck) for record in journal.of_trace(trace_id))
        ] or list(names)
        wanted = wanted[:2]
    labels = world.labels()
    faults = {
        one.fault.fault_id: one.fault.name or one.fault.effect.kind for one in world.scenario.faults
    }
    return tuple(
        story_of(
            trace_id,
            journal.of_trace(trace_id),
            name=names[trace_id],
            label=labels.get(trace_id, ""),
            seed=world.seed,
            start_ns=world.scenario.start_ns,
            faults=faults,
        )
        for trace_id in list(dict.fromkeys(filter(None, wanted)))[:STORIES_MAX]
    )


# ------------------------------------------------------------------------------- all together


def run_scenario(
    scenario: Scenario,
    source: LoadedApi,
    seeds: Iterable[int] | None = None,
    *,
    explore: bool = False,
    keep_journal: bool = False,
) -> ScenarioOutcome:
    """Run a scenario: calm first, then with every seed.

    Args:
        scenario: what to do and what must hold.
        source: the API, loaded.
        seeds: in place of the file's own.
        explore: see :func:`run_seed`.
        keep_journal: see :func:`run_seed`.
    """
    began = time.perf_counter()
    calm = calm_run(scenario, source)
    outcomes: list[SeedOutcome] = []
    if calm is None or not calm.failed:
        for seed in scenario.seeds.all if seeds is None else seeds:
            outcomes.append(
                run_seed(scenario, source, seed, explore=explore, keep_journal=keep_journal)
            )
            if spins(outcomes[-1]):
                break
    merged = merge(scenario, calm, outcomes, explore=explore)
    return replace(merged, elapsed_s=time.perf_counter() - began)


def merge(
    scenario: Scenario,
    calm: SeedOutcome | None,
    seeds: Sequence[SeedOutcome],
    *,
    explore: bool = False,
) -> ScenarioOutcome:
    """One outcome of the calm run and all seeds.

    Args:
        scenario: what was run.
        calm: see :func:`calm_run`.
        seeds: see :func:`run_seed`.
        explore: whether each run drew its own faults, so that none can be called inert.
    """
    findings: list[Finding] = []
    if calm is not None and calm.failed:
        findings = [_before(one) for one in calm.findings]
    ordered = tuple(sorted(seeds, key=lambda one: one.seed))
    coverage = Coverage()
    for one in ordered or ([calm] if calm is not None else []):
        coverage |= one.coverage
    if ordered and not explore:
        findings += _inert(scenario, ordered)
    if ordered:
        findings += _uncovered(scenario, coverage)
    every = [*findings, *(finding for one in ordered for finding in one.findings)]
    present = {finding.kind for finding in every}
    failed = next((one for one in ordered if one.failed), None)
    return ScenarioOutcome(
        path=scenario.path,
        line=scenario.line,
        title=scenario.title,
        kind=next((kind for kind in Kind if kind in present), Kind.PASSED),
        tags=scenario.tags,
        findings=tuple(findings),
        seeds=ordered,
        calm=calm,
        faults=tuple(one.fault.fault_id for one in scenario.faults),
        coverage=coverage,
        replay=f"appsync-emu run {scenario.path} --seed {failed.seed}" if failed else "",
    )


def _before(finding: Finding) -> Finding:
    """What went wrong without faults is no finding about faults."""
    if finding.kind is Kind.INVALID:
        return finding
    return replace(finding, kind=Kind.BROKEN_BEFORE)


def _inert(scenario: Scenario, seeds: Sequence[SeedOutcome]) -> list[Finding]:
    """Faults that struck in no seed, unless the file says that this is meant."""
    struck = {name for one in seeds for name, count in one.strikes.items() if count}
    expectations = [scenario.expect]
    expectations += [step.expect for step in scenario.steps if isinstance(step, ExpectNow)]
    meant = {wanted.fault for expect in expectations for wanted in expect.faults}
    stopped = any(one.kind is Kind.LIVENESS for seed in seeds for one in seed.findings)
    return [
        Finding(
            kind=Kind.INERT,
            name=one.fault.fault_id,
            message=f"it never struck in {_seeds(len(seeds))}: {one.fault}",
            line=one.line,
        )
        for one in scenario.faults
        if one.fault.fault_id not in struck | meant and not stopped
    ]


def _seeds(count: int) -> str:
    return "the only seed" if count == 1 else f"{count} seeds"


def _uncovered(scenario: Scenario, coverage: Coverage) -> list[Finding]:
    """Minimum shares that were not reached."""
    findings = []
    for what, minimum in scenario.coverage.items():
        share = coverage.share(what)
        if share >= minimum:
            continue
        left = ", ".join(coverage.untouched(what))
        message = f"wanted {minimum:.0%} of the {what}, touched {share:.0%}; untouched: {left}"
        findings.append(
            Finding(kind=Kind.COVERAGE, name=f"coverage.{what}", message=message,
                    line=scenario.line)
        )  # fmt: skip
    return findings


def first_difference(one: str, other: str) -> str | None:
    """The first record in which two journals differ, in words; ``None`` when they are equal."""
    if one == other:
        return None
    ours, theirs = one.splitlines(), other.splitlines()
    for number, (left, right) in enumerate(zip(ours, theirs, strict=False), start=1):
        if left != right:
            return f"record {number} differs:\n  {left}\n  {right}"
    longer = ours if len(ours) > len(theirs) else theirs
    number = min(len(ours), len(theirs)) + 1
    return f"one journal ends before record {number}:\n  {longer[number - 1]}"
