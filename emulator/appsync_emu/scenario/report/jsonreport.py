"""The report for programs: everything, journals included, as one JSON document.

Keys are stable: within a ``format`` they are added, never renamed or removed. Times are seconds
(``...S``, real or virtual as the name says) or nanoseconds since the start of the scenario
(``...Ns``). ::

    format      1
    version     of appsync-emu
    passed      true when every scenario passed
    elapsedS    real seconds
    kinds       {"passed": 3, "failed: invariant": 1}; see Kind
    totals      {accepted, success, error, unfinished, deadletters}
    coverage    by "commands", "components", "events" and "faults":
                {known: [...], touched: [...], untouched: [...], share: 0.67}
    scenarios   one each:
      path, line, title, tags, kind, passed, elapsedS, replay (null when all is well)
      findings  with the scenario as a whole: {kind, name, message, line, label, traceId};
                line 0, label and traceId null where they do not apply
      groups    the same findings of several seeds together:
                {kind, name, message, seed, seeds}; seed is the first one
      faults    {id, low, high, seeds, of, inert}: strikes per seed that it struck in
      smallest  null, or {path, text, faults, idle, steps, runs}
      totals, coverage
      calm      null, or a world, as in seeds
      seeds     one each: {seed, passed, findings, strikes: {fault: count}, totals, virtualS,
                stories, journal}
        stories {traceId, name, label, seed, status, attempts, rows: [{atNs, untilNs, kind,
                component, what, cameTo, fault, phase, mark, failed}]}
        journal null, or the records as objects, in their order
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from appsync_emu.scenario.outcome import Kind, Totals
from appsync_emu.scenario.report.digest import fault_lines, groups, kinds_counted

if TYPE_CHECKING:
    from appsync_emu.scenario.outcome import (
        Coverage,
        Finding,
        Report,
        ScenarioOutcome,
        SeedOutcome,
        Smallest,
        Story,
    )

__all__ = ["FORMAT", "document", "render"]

FORMAT = 1
TOTALS = ("accepted", "success", "error", "unfinished", "deadletters")


def render(report: Report) -> str:
    """The document as text: one line of ASCII, with a line feed at its end."""
    return json.dumps(document(report)) + "\n"


def document(report: Report) -> dict[str, Any]:
    """The document as plain values."""
    return {
        "format": FORMAT,
        "version": report.version,
        "passed": all(outcome.kind is Kind.PASSED for outcome in report.outcomes),
        "elapsedS": report.elapsed_s,
        "kinds": {kind.value: number for kind, number in kinds_counted(report)},
        "totals": _totals(sum((outcome.totals for outcome in report.outcomes), Totals())),
        "coverage": _coverage(report.coverage),
        "scenarios": [_scenario(outcome) for outcome in report.outcomes],
    }


def _scenario(outcome: ScenarioOutcome) -> dict[str, Any]:
    return {
        "path": outcome.path,
        "line": outcome.line,
        "title": outcome.title,
        "tags": list(outcome.tags),
        "kind": outcome.kind.value,
        "passed": outcome.kind is Kind.PASSED,
        "elapsedS": outcome.elapsed_s,
        "replay": outcome.replay or None,
        "findings": [_finding(finding) for finding in outcome.findings],
        "groups": [
            {
                "kind": group.finding.kind.value,
                "name": group.finding.name,
                "message": group.finding.message,
                "seed": group.seed,
                "seeds": group.more + 1,
            }
            for group in groups(outcome)
            if group.seed is not None
        ],
        "faults": [
            {
                "id": line.fault,
                "low": line.low,
                "high": line.high,
                "seeds": line.seeds,
                "of": line.of,
                "inert": line.inert,
            }
            for line in fault_lines(outcome)
        ],
        "smallest": _smallest(outcome.smallest),
        "totals": _totals(outcome.totals),
        "coverage": _coverage(outcome.coverage),
        "calm": None if outcome.calm is None else _world(outcome.calm),
        "seeds": [_world(seed) for seed in outcome.seeds],
    }


def _world(seed: SeedOutcome) -> dict[str, Any]:
    return {
        "seed": seed.seed,
        "passed": not seed.failed,
        "findings": [_finding(finding) for finding in seed.findings],
        "strikes": dict(seed.strikes),
        "totals": _totals(seed.totals),
        "virtualS": seed.virtual_s,
        "stories": [_story(story) for story in seed.stories],
        "journal": None if seed.journal is None else _records(seed.journal),
    }


def _records(journal: str) -> list[Any]:
    """The records; line feeds alone end them: other line ends may stand inside of them."""
    return [json.loads(line) for line in journal.split("\n") if line.strip()]


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "kind": finding.kind.value,
        "name": finding.name,
        "message": finding.message,
        "line": finding.line,
        "label": finding.label,
        "traceId": finding.trace_id,
    }


def _story(story: Story) -> dict[str, Any]:
    return {
        "traceId": story.trace_id,
        "name": story.name,
        "label": story.label,
        "seed": story.seed,
        "status": story.status,
        "attempts": story.attempts,
        "rows": [
            {
                "atNs": row.at_ns,
                "untilNs": row.until_ns,
                "kind": row.kind,
                "component": row.component,
                "what": row.what,
                "cameTo": row.came_to,
                "fault": row.fault,
                "phase": row.phase,
                "mark": row.mark,
                "failed": row.failed,
            }
            for row in story.rows
        ],
    }


def _smallest(smallest: Smallest | None) -> dict[str, Any] | None:
    if smallest is None:
        return None
    return {
        "path": smallest.path,
        "text": smallest.text,
        "faults": list(smallest.faults),
        "idle": smallest.idle,
        "steps": smallest.steps,
        "runs": smallest.runs,
    }


def _totals(totals: Totals) -> dict[str, int]:
    return {name: getattr(totals, name) for name in TOTALS}


def _coverage(coverage: Coverage) -> dict[str, Any]:
    return {
        what: {
            "known": list(known),
            "touched": [name for name in known if name in coverage.touched.get(what, frozenset())],
            "untouched": list(coverage.untouched(what)),
            "share": round(coverage.share(what), 4),
        }
        for what, known in coverage.known.items()
    }
