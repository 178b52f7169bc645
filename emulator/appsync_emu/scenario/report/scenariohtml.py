"""What the page says of one scenario."""

from __future__ import annotations

import html
from itertools import chain
from typing import TYPE_CHECKING, Literal

from appsync_emu.scenario.outcome import Kind
from appsync_emu.scenario.report.digest import (
    COVERED,
    fault_lines,
    groups,
    stories,
    subject,
    totals_text,
    verdict_text,
    world,
)
from appsync_emu.scenario.report.lines import lines_of
from appsync_emu.scenario.report.picture import LEGEND, picture
from appsync_emu.scenario.report.placing import ROWS_MAX
from appsync_emu.scenario.report.words import clean, count, one_line, seed_range
from appsync_emu.testing.timeline import clock_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from appsync_emu.scenario.outcome import Coverage, ScenarioOutcome, Story
    from appsync_emu.scenario.report.digest import Group
    from appsync_emu.scenario.report.lines import Line

__all__ = ["coverage", "failing", "faults", "pill", "seed_strip"]

PICTURES_MAX = 8
GROUPS_MAX = 40
LINES_MAX = 400
SEEDS_SHOWN = 60
CELL, CELL_HIGH, PER_ROW = 5, 14, 30


def _said(text: str) -> str:
    """What somebody wrote, on one line and escaped."""
    return html.escape(one_line(text))


def pill(kind: Kind, text: str) -> str:
    """A word about a verdict, in its tone."""
    tone = "good" if kind is Kind.PASSED else "bad"
    return f'<span class="pill {tone}">{html.escape(text)}</span>'


def seed_strip(outcome: ScenarioOutcome) -> str:
    """A cell for each seed, in its tone."""
    seeds = outcome.seeds[:SEEDS_SHOWN]
    if not seeds:
        return '<span class="seeds"></span>'
    rows = -(-len(seeds) // PER_ROW)
    step = CELL_HIGH // rows
    cells = "".join(
        f'<rect class="{"bad" if seed.failed else "good"}" x="{place % PER_ROW * CELL}"'
        f' y="{place // PER_ROW * step}" width="{CELL - 1}" height="{step - 1}">'
        f"<title>seed {seed.seed}{': failed' if seed.failed else ''}</title></rect>"
        for place, seed in enumerate(seeds)
    )
    return (
        f'<svg class="seeds" width="{min(len(seeds), PER_ROW) * CELL}" height="{CELL_HIGH}"'
        f' role="img" aria-label="{len(outcome.failed_seeds)} of {len(outcome.seeds)} seeds'
        f' failed">{cells}</svg>'
    )


def failing(outcome: ScenarioOutcome, anchor: str) -> Iterator[str]:
    """The section of a scenario that did not pass.

    Args:
        outcome: what came of it.
        anchor: its id in the page.
    """
    where = html.escape(f"{one_line(outcome.path)}:{outcome.line}")
    _, extent = verdict_text(outcome)
    about = f"<span>{html.escape(extent)}</span>" if outcome.failed_seeds else ""
    yield f'<section class="scenario" id="{anchor}"><div class="title"><p>'
    yield f"{pill(outcome.kind, outcome.kind.value)}{about}<code>{where}</code></p>"
    yield f"<h2>{_said(outcome.title) or where}</h2></div>"
    yield from _findings(outcome)
    yield from _stories(outcome, anchor)
    yield from _steps(outcome)
    yield from faults(outcome)
    yield from coverage(outcome.coverage, "Coverage", "div")
    yield "</section>\n"


def _findings(outcome: ScenarioOutcome) -> Iterator[str]:
    every = groups(outcome)
    if not every:
        return
    yield '<ul class="findings">'
    for group in every[:GROUPS_MAX]:
        yield _finding(group)
    if len(every) > GROUPS_MAX:
        yield f"<li>and {count(len(every) - GROUPS_MAX, 'other finding')}</li>"
    yield "</ul>"


def _finding(group: Group) -> str:
    finding = group.finding
    kind = html.escape(finding.kind.value.removeprefix("failed: "))
    about = [f"seed {group.seed}"] if group.seed is not None else []
    if group.more:
        about.append(f"and {count(group.more, 'more seed')}")
    if finding.line:
        about.append(f"line {finding.line}")
    if whose := subject(group):
        about.append(whose)
    message = html.escape(clean(finding.message).strip())
    return (
        f'<li><p><span class="kind">{kind}</span> <b>{_said(finding.name)}</b></p>'
        f'<p class="message">{message}</p>'
        f'<p class="soft">{html.escape(", ".join(about))}</p></li>'
    )


# ------------------------------------------------------------------------------------ stories


def _stories(outcome: ScenarioOutcome, anchor: str) -> Iterator[str]:
    every = stories(outcome)
    for place, story in enumerate(every[:PICTURES_MAX]):
        yield from _story(story, world(outcome, story), f"{anchor}-{place}", first=not place)
    if every:
        yield '<ul class="legend">'
        for shape, word in LEGEND:
            yield f'<li><svg width="16" height="16" aria-hidden="true">{shape}</svg>{word}</li>'
        yield "<li>Distances grow with the logarithm of the time that passed.</li></ul>"
    if len(every) > PICTURES_MAX:
        left = count(len(every) - PICTURES_MAX, "more trace")
        yield f'<p class="soft rest">{left} with the same findings: see the JSON report.</p>'


def _story(story: Story, where: str, name: str, *, first: bool) -> Iterator[str]:
    attempts = count(story.attempts, "attempt")
    tone = {"success": "good", "error": "bad"}.get(story.status, "soft")
    lines = lines_of(story)
    left = len(lines) - LINES_MAX
    opened = " open" if first else ""
    yield f'<details class="trace"{opened}><summary><b>{_said(story.label)}</b>'
    yield f' <code>{_said(story.name)}</code> <span class="soft">{where}, {attempts},'
    yield f' ended as</span> <span class="{tone}">{_said(story.status)}</span>'
    yield '<span class="soft clock">virtual time</span></summary>'
    yield f'<div class="picture" tabindex="0">{picture(story, name)}</div>'
    yield '<table class="rows"><tbody>'
    yield from _rows(lines, name)
    yield "</tbody></table>"
    notes = []
    if len(story.rows) > ROWS_MAX:
        notes.append(f"The picture shows the first {ROWS_MAX} rows.")
    if left > 0:
        notes.append(f"{count(left, 'more line')} in the JSON report.")
    if notes:
        yield f'<p class="soft rest">{" ".join(notes)}</p>'
    yield "</details>"


def _rows(lines: tuple[Line, ...], name: str) -> Iterator[str]:
    several = len({line.component for line in lines if line.component}) > 1
    for line in lines[:LINES_MAX]:
        rows = " ".join(f"{name}-{row}" for row in line.rows)
        tone = ' class="bad"' if line.failed else ' class="look"' if line.mark else ""
        fault = phase = ""
        if line.fault:
            phase = f" ({_said(line.phase)})" if line.phase else ""
            fault = f'<span class="fault">{_said(line.fault)}{phase}</span>'
        mark = f'<span class="mark">{_said(line.mark)}</span>' if line.mark else ""
        yield f'<tr data-row="{rows}"{tone}><td><time>{clock_text(line.at_ns, 0)}</time></td>'
        if several:
            yield f'<td class="soft who">{_said(line.component)}</td>'
        rest = " ".join(part for part in (_said(line.came_to), mark, fault) if part)
        yield f"<td><b>{_said(line.head)}</b></td><td>{_said(line.what)}</td><td>{rest}</td></tr>"


# --------------------------------------------------------------------------- what can be done


def _steps(outcome: ScenarioOutcome) -> Iterator[str]:
    smallest = outcome.smallest
    if smallest is None and not outcome.replay:
        return
    yield '<div class="steps"><h3>Do it again</h3>'
    if outcome.replay:
        yield _copied(outcome.replay, "Copy the command")
    if smallest is not None:
        needed = ", ".join(f"<b>{_said(fault)}</b>" for fault in smallest.faults) or "no fault"
        idle = ""
        if smallest.idle:
            verb = "plays" if smallest.idle == 1 else "play"
            idle = f"; {count(smallest.idle, 'other fault')} {verb} no part"
        yield f"<h3>The smallest scenario that still fails</h3><p>It needs {needed} and "
        yield f"{_said(smallest.steps)}{idle}. Found in {count(smallest.runs, 'run')}."
        if smallest.path:
            yield f" Written to <code>{_said(smallest.path)}</code>."
        yield f"</p>{_copied(clean(smallest.text), 'Copy the file')}"
    yield "</div>"


def _copied(text: str, what: str) -> str:
    # A line feed after <pre> is dropped by readers of HTML; this one may be.
    return (
        f'<div class="copied"><pre tabindex="0">\n{html.escape(clean(text))}</pre>'
        f'<button type="button" hidden>{what}</button></div>'
    )


def faults(outcome: ScenarioOutcome) -> Iterator[str]:
    """The fault table and the totals, where any seed was run."""
    if not outcome.seeds:
        return
    lines = fault_lines(outcome)
    yield '<div class="faults">'
    if lines:
        yield '<table><thead><tr><th>Fault</th><th class="number">Struck per seed</th>'
        yield '<th class="number">Seeds</th></tr></thead><tbody>'
        for line in lines:
            inert = ' <span class="bad">inert: fails the scenario</span>' if line.inert else ""
            struck = seed_range(line.low, line.high)
            yield f"<tr><td><b>{_said(line.fault)}</b>{inert}</td>"
            yield f'<td class="number">{struck}</td>'
            yield f'<td class="number">{line.seeds}/{line.of}</td></tr>'
        yield "</tbody></table>"
    yield f'<p class="totals">{totals_text(outcome.totals)}</p></div>'


def coverage(covered: Coverage, title: str, element: Literal["section", "div"]) -> Iterator[str]:
    """What was touched of what there is; nothing where nothing is known."""
    others = sorted(set(covered.known) - set(COVERED))
    known = [what for what in chain(COVERED, others) if covered.known.get(what)]
    if not known:
        return
    level = "h2" if element == "section" else "h3"
    yield f'<{element} class="coverage"><{level}>{title}</{level}><dl>'
    for what in known:
        names, left = covered.known[what], covered.untouched(what)
        touched = len(names) - len(left)
        share = 100 * covered.share(what)
        untouched = ", ".join(f"<code>{_said(name)}</code>" for name in left)
        yield (
            f"<dt>{_said(what)}</dt><dd>"
            '<svg class="meter" width="100" height="6" aria-hidden="true">'
            '<rect class="of" width="100" height="6" rx="3"/>'
            f'<rect class="{"some" if left else "all"}" width="{share:.0f}" height="6" rx="3"/>'
            f"</svg><span>{touched} of {len(names)}</span>"
        )
        if untouched:
            yield f'<span class="untouched">untouched: {untouched}</span>'
        yield "</dd>"
    yield f"</dl></{element}>\n"
