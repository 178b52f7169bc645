"""What a report says about the emulator, below what pytest says about the test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from appsync_emu.core.records import AttemptFailed, trace_of
from appsync_emu.core.traces import iso_time
from appsync_emu.errors import AppSyncEmuError, LivenessError
from appsync_emu.testing.explain import TraceView
from appsync_emu.testing.faults import described
from appsync_emu.testing.timeline import timeline
from appsync_emu.testing.values import plural
from appsync_emu.testing.violations import violations
from pytest_appsync.plugin import FAILED, OPENED
from pytest_appsync.reports import write_report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_appsync.settings import Opened

__all__ = [
    "add_sections",
    "end_at_the_test",
    "faults_section",
    "folded",
    "handlers_section",
    "timeline_section",
]

LINES_MAX = 60
STACKS_MAX = 3
FRAMES_MAX = 5

_NOT_THE_TEST = frozenset({"appsync_emu", "pytest_appsync", "asyncio", "concurrent", "contextlib"})


def end_at_the_test(item: pytest.Item, error: BaseException | None) -> None:
    """Cut the traceback of a mistake behind the test's own line: what lies below is no news.

    ``--full-trace`` shows all of it.
    """
    if not isinstance(error, AppSyncEmuError) or item.config.getoption("fulltrace"):
        return
    last, frame = None, error.__traceback__
    while frame is not None:
        module = str(frame.tb_frame.f_globals.get("__name__", ""))
        if module.partition(".")[0] not in _NOT_THE_TEST:
            last = frame
        frame = frame.tb_next
    if last is not None:
        last.tb_next = None


def add_sections(
    item: pytest.Item, report: pytest.TestReport, error: BaseException | None = None
) -> None:
    """Add the sections to a report: to its failure, which JUnit and pytest-xdist pass on."""
    wanted = item.config.getoption("appsync_timeline")
    every = list(item.stash.get(OPENED, ()))
    if report.failed and FAILED in item.stash:
        every.append(item.stash[FAILED])
    for number, made in enumerate(every, start=1):
        path, small = _files(item, made, number, error) if report.failed else (None, None)
        if wanted == "none" or (wanted == "failed" and not report.failed):
            continue
        sections = [("AppSync timeline", timeline_section(made, path, small))]
        if made.harness.faults:
            sections.append(("AppSync faults", faults_section(made)))
        mistakes = getattr(made.harness, "mistakes", None)
        if mistakes is not None and mistakes.lines:
            sections.append(("AppSync client mistakes", "\n".join(mistakes.lines)))
        if stacks := handlers_section(made):
            sections.append(("AppSync handlers", stacks))
        _add(report, sections)
    # A failure without a traceback would leave out what Hypothesis says of its example.
    notes = getattr(error, "__notes__", None)
    if notes and isinstance(error, pytest.fail.Exception) and not error.pytrace:
        _add(report, [("Hypothesis", "\n".join(map(str, notes)))])


def _add(report: pytest.TestReport, sections: list[tuple[str, str]]) -> None:
    """To the failure, or to what a test that passed leaves."""
    add = getattr(report.longrepr, "addsection", None) if report.failed else None
    for title, text in sections:
        if add is not None:
            add(title, text)
        else:
            report.sections.append((title, text))


def _files(
    item: pytest.Item, made: Opened, number: int, error: BaseException | None
) -> tuple[str | None, str | None]:
    """Write the files of a failure where reports are wanted; the paths of those that there are."""
    if item.config.getoption("appsync_report") is None:
        return None, None
    which = "" if number == 1 else f".{number}"
    dump = made.harness.journal.dump()
    journal = write_report(item.config, item.nodeid, f"{which}.journal.jsonl", dump)
    if not isinstance(error, LivenessError) and not any(violations(made.harness)):
        return journal, None
    from pytest_appsync.retold import smallest_scenario  # noqa: PLC0415 - only where it is used

    small = smallest_scenario(made.harness)
    if small is None:
        return journal, None
    return journal, write_report(item.config, item.nodeid, f"{which}.smallest.yaml", small)


def timeline_section(made: Opened, path: str | None = None, small: str | None = None) -> str:
    """Seed, clock, and what happened: first the traces that the test has in hand.

    Args:
        made: the harness.
        path: of the file with the whole journal, where one was written.
        small: of the smallest scenario that fails alike, where there is one.
    """
    harness = made.harness
    began = iso_time(harness.start_ns)
    head = [f"seed {harness.seed} ({made.origin}), clock manual, 0:00.000 is {began}"]
    labels = {trace: f"t{n}" for n, trace in enumerate(harness.journal.traces, start=1)}
    views = {trace: TraceView(harness.emulator, trace, harness.start_ns) for trace in labels}
    order = sorted(
        labels, key=lambda trace: (trace not in harness.touched, views[trace].status == "success")
    )
    shown: list[str] = []
    room = LINES_MAX
    for trace in order:
        length = len(views[trace].records)
        if shown and (length > room or trace not in harness.touched):
            break
        shown.append(trace)
        room -= length
    records = [
        record
        for record in tuple(harness.journal.records)
        if (of := trace_of(record)) is None or of in shown
    ]
    head += [f"{labels[trace]} is {views[trace].command}, trace {trace}" for trace in shown]
    lines = [f"  {line}" for line in timeline(records, harness.start_ns, labels)]
    if len(lines) > LINES_MAX:
        cut = len(lines) - LINES_MAX
        half = LINES_MAX // 2
        whole = path or "print(appsync.timeline)"
        lines[half:-half] = [f"  ... {plural(cut, 'line')} cut; {whole} has all"]
    rest = [views[trace].status for trace in order[len(shown) :]]
    if rest:
        lines.append(f"  {folded(rest)}")
    live = harness.emulator.dispatcher.live
    if live:
        lines.append(f"  not ended: {plural(live, 'delivery')}; settle() moves time until all have")
    if not labels:
        lines.append("  nothing was sent")
    if path is not None:
        lines.append(f"  journal: {path}")
    if small is not None:
        lines.append(f"  smallest scenario: {small}")
    return "\n".join([*head, *lines])


def folded(statuses: Sequence[str]) -> str:
    """The traces that are not shown, by how they ended: ``37 others ended in success``."""
    told: list[str] = []
    for status in ("success", "error", "accepted"):
        count = statuses.count(status)
        if count:
            who = plural(count, "other") if not told else str(count)
            told.append(
                f"{who} {'not ended yet' if status == 'accepted' else f'ended in {status}'}"
            )
    return ", ".join(told)


def handlers_section(made: Opened) -> str:
    """Where handlers raised what they raised: the user's part of each stack, none twice."""
    stacks: dict[str, None] = {}
    for record in made.harness.journal.records:
        if isinstance(record, AttemptFailed) and record.error.stack:
            error, frames = record.error, record.error.stack[-FRAMES_MAX:]
            head = f"{record.facts.component}: {error.type}: {error.message}"
            stacks["\n".join([head, *frames])] = None
    shown = list(stacks)[:STACKS_MAX]
    if len(stacks) > len(shown):
        shown.append(f"and {plural(len(stacks) - len(shown), 'other')}; the journal has all")
    return "\n".join(shown)


def faults_section(made: Opened) -> str:
    """Each fault, and how often it struck."""
    return "\n".join(
        f"{fault.id}: {described(fault.fault)}; "
        + (f"struck {plural(fault.struck, 'time')}" if fault.struck else "never struck")
        for fault in made.harness.faults
    )
