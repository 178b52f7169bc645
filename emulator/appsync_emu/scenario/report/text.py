"""The report for a terminal: a line for each scenario, and all that is needed where one fails.

Fits 80 to 100 columns. What files, handlers and clients wrote is shown with control characters
escaped: a title cannot move the cursor.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from appsync_emu.scenario.outcome import Kind
from appsync_emu.scenario.report.digest import (
    fault_lines,
    groups,
    kinds_counted,
    stories,
    subject,
    totals_text,
    untouched,
    verdict_text,
    world,
)
from appsync_emu.scenario.report.lines import lines_of
from appsync_emu.scenario.report.words import clean, count, cut, duration_text, one_line, seed_range
from appsync_emu.testing.timeline import clock_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from appsync_emu.scenario.outcome import Report, ScenarioOutcome, Story
    from appsync_emu.scenario.report.digest import Group
    from appsync_emu.scenario.report.lines import Line

__all__ = ["render", "render_outcome"]

WIDTH = 96
LINES_MAX = 60
GROUPS_MAX = 12
STORY_LINES_MIN = 12
STORY_TAIL = 4
TITLE_MIN = 12
WHAT_MIN, WHAT_MAX = 12, 44
COMPONENT_MAX = 24
ALIGNED_FROM = 2
NAMES_MAX = 8

STYLES = {"good": "32", "bad": "1;31", "fault": "33", "mark": "1;33", "dim": "2", "strong": "1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pen:
    """How it is written.

    Attributes:
        colour: whether with ANSI colours (ECMA-48, SGR).
        width: columns.
        journal: where the whole journal is, in words.
    """

    colour: bool
    width: int
    journal: str

    def paint(self, text: str, style: str) -> str:
        """``text`` in a style; as it is without colour."""
        if not self.colour or not text or not style:
            return text
        return f"\x1b[{STYLES[style]}m{text}\x1b[0m"


def render(
    report: Report, *, colour: bool = False, width: int = WIDTH, journal: str = "--report json"
) -> str:
    """The whole report, with a line feed at its end.

    Args:
        report: what came of the run.
        colour: with ANSI colours.
        width: columns to fit into; 80 and more.
        journal: how people get at what is cut here.
    """
    pen = Pen(colour=colour, width=width, journal=journal)
    blocks = [_block(outcome, pen) for outcome in report.outcomes]
    lines: list[str] = []
    for place, block in enumerate(blocks):
        if place and (len(block) > 1 or len(blocks[place - 1]) > 1):
            lines.append("")
        lines.extend(block)
    lines.extend(("", *_coverage(report, pen), _summary(report, pen)))
    return "\n".join(lines).lstrip("\n") + "\n"


def render_outcome(
    outcome: ScenarioOutcome,
    *,
    colour: bool = False,
    width: int = WIDTH,
    journal: str = "--report json",
) -> str:
    """What is told of one scenario: one line when it passed."""
    return "\n".join(_block(outcome, Pen(colour=colour, width=width, journal=journal)))


def _block(outcome: ScenarioOutcome, pen: Pen) -> list[str]:
    """All that is told of one scenario."""
    head = [_headline(outcome, pen)]
    if outcome.kind is Kind.PASSED:
        return head
    found = _findings(outcome, pen)
    foot = [
        *_parted(_next_steps(outcome, pen)),
        *_parted(_faults(outcome, pen)),
        *_parted([f"  {totals_text(outcome.totals)}"] if outcome.seeds else []),
    ]
    told = stories(outcome)
    room = max(LINES_MAX - len(head) - len(found) - len(foot) - 2, STORY_LINES_MIN)
    story = _story(told[0], world(outcome, told[0]), pen, room) if told else []
    return [*head, *_parted(found), *_parted(story), *foot]


def _parted(lines: list[str]) -> list[str]:
    return ["", *lines] if lines else []


def _headline(outcome: ScenarioOutcome, pen: Pen) -> str:
    where = f"{one_line(outcome.path)}:{outcome.line}"
    word, extent = verdict_text(outcome)
    verdict = f"{word}  {extent}" if extent else word
    took = f"  {duration_text(outcome.elapsed_s)}" if outcome.kind is Kind.PASSED else ""
    room = pen.width - len(where) - len(verdict) - len(took) - 6
    title = cut(one_line(outcome.title), max(room, TITLE_MIN)) if outcome.title else ""
    gap = " " * max(room - len(title), 0)
    style = "good" if outcome.kind is Kind.PASSED else "bad"
    shown = f"{pen.paint(word, style)}  {extent}" if extent else pen.paint(word, style)
    return f"{where}  {pen.paint(title, 'strong')}{gap}    {shown}{pen.paint(took, 'dim')}"


# ---------------------------------------------------------------------------- what is wrong


def _findings(outcome: ScenarioOutcome, pen: Pen) -> list[str]:
    every = groups(outcome)
    most = len(every) if outcome.kind is Kind.INVALID else GROUPS_MAX  # mistakes are told at once
    lines = [line for group in every[:most] for line in _finding(group, outcome, pen)]
    if len(every) > most:
        lines.append(f"  and {count(len(every) - most, 'other finding')}: {pen.journal}")
    return lines


def _finding(group: Group, outcome: ScenarioOutcome, pen: Pen) -> Iterator[str]:
    finding = group.finding
    where = f"  seed {group.seed}".ljust(11) if group.seed is not None else "  "
    kind = finding.kind.value.removeprefix("failed: ")
    line = f" (line {finding.line})" if finding.line and finding.kind is not Kind.INVALID else ""
    whose = subject(group)
    message = one_line(finding.message) + (f" ({whose})" if whose else "")
    if finding.kind is Kind.INVALID:
        prefix = f"{one_line(outcome.path)}:{finding.line}: " if finding.line else ""
        said = message if message.startswith(prefix) else f"{prefix}{message}"
    else:
        named = " ".join(part for part in (kind, one_line(finding.name)) if part)
        said = f"{named}{line}: {message}"
    indent = " " * len(where)
    yield from textwrap.wrap(
        said,
        pen.width,
        initial_indent=where,
        subsequent_indent=indent,
        break_on_hyphens=False,
        max_lines=8,
    )
    if group.more:
        yield f"{indent}and {count(group.more, 'more seed')} with the same {kind}"


# ------------------------------------------------------------------------------------ a story


def _story(story: Story, where: str, pen: Pen, room: int) -> list[str]:
    name = f"  {story.name} {one_line(story.label)}, {where}"
    head = f"{pen.paint(cut(name, pen.width - 20), 'strong')}"
    gap = max(min(pen.width, 80) - len(cut(name, pen.width - 20)) - len("virtual time"), 2)
    rows = _story_lines(lines_of(story), pen)
    if len(rows) > room - 1:
        left = len(rows) - (room - 2)
        kept = room - 2 - STORY_TAIL
        more = f"    ... {count(left, 'line')} left out; all of them: {pen.journal}"
        rows = [*rows[:kept], more, *rows[-STORY_TAIL:]]
    return [f"{head}{' ' * gap}{pen.paint('virtual time', 'dim')}", *rows]


def _story_lines(lines: tuple[Line, ...], pen: Pen) -> list[str]:
    several = len({line.component for line in lines if line.component}) > 1
    cells = [
        (
            clock_text(line.at_ns, 0),
            cut(one_line(line.component), COMPONENT_MAX) if several else "",
            cut(one_line(line.head), WHAT_MAX),
            cut(one_line(line.what), WHAT_MAX),
        )
        for line in lines
    ]
    # Columns are as wide as attempts and calls need; longer texts reach into the next.
    aligned = [
        row
        for row, line in zip(cells, lines, strict=True)
        if line.kind in {"attempt", "data"} or len(lines) < ALIGNED_FROM
    ]
    widths = [
        max((len(row[column]) for row in (cells if column < 2 else aligned)), default=0)  # noqa: PLR2004  # time and component
        for column in range(4)
    ]
    told: list[str] = []
    for row, line in zip(cells, lines, strict=True):
        told.extend(_story_line(row, line, widths, pen))
    return told


def _rest(line: Line) -> list[tuple[str, str]]:
    """What follows the columns, with its style."""
    fault = f"fault {line.fault}" if line.fault else ""
    phase = f" ({line.phase})" if fault and line.phase else ""
    mark = f"<-- {one_line(line.mark)}" if line.mark else ""
    parts = ((one_line(line.came_to), ""), (f"{fault}{phase}", "fault"), (mark, "mark"))
    return [(text, style) for text, style in parts if text]


def _story_line(
    row: tuple[str, str, str, str], line: Line, widths: list[int], pen: Pen
) -> Iterator[str]:
    time, component, head, what = row
    wide = max(widths[0], 8)
    left = f"    {pen.paint(time.rjust(wide), 'dim')}  "
    indent = 6 + wide
    if widths[1]:
        left += component.ljust(widths[1]) + "  "
        indent += widths[1] + 2
    rest = _rest(line)
    needed = sum(len(text) + 2 for text, _ in rest)
    columns = [
        (head, widths[2], "strong" if line.kind == "status" else ""),
        (what, widths[3] if rest else 0, "bad" if line.failed else ""),
    ]
    shown, at = left, indent
    for whole, width, style in columns:
        if not whole and not width:
            continue
        cell = cut(whole, max(pen.width - at, WHAT_MIN))
        padded = max(width, len(cell)) + 2
        if width and at + padded + needed > pen.width and cell:
            padded = len(cell) + 2  # the columns are given up where they leave no room
        shown += pen.paint(cell, style) + " " * (padded - len(cell))
        at += padded
    for text, style in rest:
        if at > indent and at + len(text) > pen.width:
            yield shown.rstrip()
            shown, at = " " * (indent + widths[2] + 2), indent + widths[2] + 2
        gap = 9 if style == "mark" and at + len(text) + 9 <= pen.width else 0
        shown += " " * gap + pen.paint(cut(text, max(pen.width - at, 20)), style) + "  "
        at += gap + len(text) + 2
    yield shown.rstrip()


# --------------------------------------------------------------------------- what can be done


def _next_steps(outcome: ScenarioOutcome, pen: Pen) -> list[str]:
    lines = []
    smallest = outcome.smallest
    if smallest is not None:
        needed = ", ".join(one_line(fault) for fault in smallest.faults) or "no fault"
        idle = ""
        if smallest.idle:
            verb = "plays" if smallest.idle == 1 else "play"
            idle = f"{count(smallest.idle, 'other fault')} {verb} no part"
        lines.append(_step("needed", needed, idle, pen))
        size = f"{count(len(smallest.faults), 'fault')}, {one_line(smallest.steps)}"
        written = "; written for you" if smallest.path else f"; in {pen.journal}"
        path = one_line(smallest.path) or "not written"
        lines.append(_step("smallest", path, f"{size}{written}", pen))
    if outcome.replay:
        lines.append(f"  {pen.paint('replay    ', 'dim')} {clean(outcome.replay)}")
    return lines


def _step(name: str, what: str, about: str, pen: Pen) -> str:
    head = f"  {pen.paint(name.ljust(10), 'dim')} "
    if len(what) <= 38 and 13 + 40 + len(about) <= pen.width:  # noqa: PLR2004  # two columns
        return f"{head}{what.ljust(38)}  {about}".rstrip()
    if not about:
        return f"{head}{what}"
    return f"{head}{what}\n{' ' * 13}{about}"


def _faults(outcome: ScenarioOutcome, pen: Pen) -> list[str]:
    faults = fault_lines(outcome)
    if not faults or not outcome.seeds:
        return []
    wide = max(len("fault"), *(len(one_line(each.fault)) for each in faults))
    title = f"  {'fault'.ljust(wide)}  struck per seed   seeds"
    lines = [pen.paint(title, "dim")]
    for each in faults:
        struck = seed_range(each.low, each.high).rjust(15)
        seeds = f"{each.seeds}/{each.of}".rjust(7)
        inert = pen.paint("   INERT: fails the scenario", "mark") if each.inert else ""
        lines.append(f"  {one_line(each.fault).ljust(wide)}  {struck} {seeds}{inert}")
    return lines


# -------------------------------------------------------------------------------- all together


def _coverage(report: Report, pen: Pen) -> list[str]:
    left = untouched(report.coverage)
    if not left:
        return []
    lines = []
    for place, (what, touched, known, names) in enumerate(left):
        head = "coverage  " if not place else " " * 10
        shown = ", ".join(one_line(name) for name in names[:NAMES_MAX])
        rest = f" and {len(names) - NAMES_MAX} more" if len(names) > NAMES_MAX else ""
        said = f"{what.ljust(10)}  {touched} of {known}; untouched: {shown}{rest}"
        lines.extend(
            textwrap.wrap(
                said,
                pen.width,
                initial_indent=head,
                subsequent_indent=" " * 22,
                break_on_hyphens=False,
            )
        )
    return [*lines, ""]


def _summary(report: Report, pen: Pen) -> str:
    parts = [
        (f"{number} {kind.value}", "good" if kind is Kind.PASSED else "bad")
        for kind, number in kinds_counted(report)
    ]
    scenarios = count(len(report.outcomes), "scenario")
    seeds = count(sum(len(outcome.seeds) for outcome in report.outcomes), "seed")
    parts.append((f"{seeds} in {duration_text(report.elapsed_s)}", ""))
    lines, at = [scenarios], len(scenarios)
    for place, (text, style) in enumerate(parts):
        lines[-1] += ("; " if not style else ", ") if place else ": "
        if at + len(text) + 3 > pen.width:
            lines[-1] = lines[-1].rstrip()
            lines.append("  ")
            at = 2
        lines[-1] += pen.paint(text, style)
        at += len(text) + 2
    return "\n".join(lines)
