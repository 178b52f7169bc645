"""The report for browsers: one self-contained file that loads nothing and sends nothing.

Its style sheet and script are those in ``page/``; its policy refuses every other one, and every
request (W3C, *Content Security Policy Level 3*: sources by hash). What files, handlers and clients
wrote is escaped where it is put in.
"""

from __future__ import annotations

import base64
import hashlib
import html
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from appsync_emu.scenario.outcome import Kind
from appsync_emu.scenario.report import scenariohtml
from appsync_emu.scenario.report.digest import kinds_counted, verdict_text
from appsync_emu.scenario.report.scenariohtml import coverage, pill, seed_strip
from appsync_emu.scenario.report.words import count, duration_text, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from appsync_emu.scenario.outcome import Report, ScenarioOutcome

__all__ = ["render"]


@cache
def _assets() -> tuple[str, str]:
    """The style sheet and the script."""
    folder = files("appsync_emu.scenario.report") / "page"
    style, script = ((folder / name).read_text("utf-8") for name in ("report.css", "report.js"))
    return style, script


def render(report: Report) -> str:
    """The page; to be written as UTF-8."""
    style, script = _assets()
    title, tone = _verdict(report)
    failing = [
        (place, outcome)
        for place, outcome in enumerate(report.outcomes)
        if outcome.kind is not Kind.PASSED
    ]
    passing = [
        (place, outcome)
        for place, outcome in enumerate(report.outcomes)
        if outcome.kind is Kind.PASSED
    ]
    return "".join(
        (
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_policy(style, script)}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="referrer" content="no-referrer"><meta name="color-scheme"',
            f' content="light dark"><title>{html.escape(title)}</title>',
            f"<style>{style}</style></head>\n<body>\n",
            *_header(report, title, tone),
            "<main>\n",
            *_list(report),
            *(part for place, each in failing for part in scenariohtml.failing(each, f"s{place}")),
            *_passing(passing),
            *coverage(report.coverage, "Coverage of all scenarios", "section"),
            f"</main>\n<script>{script}</script>\n</body></html>\n",
        )
    )


def _policy(style: str, script: str) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_hash(style)}'",
            f"script-src '{_hash(script)}'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _verdict(report: Report) -> tuple[str, str]:
    """The verdict of it all, and its tone."""
    number = len(report.outcomes)
    failed = sum(outcome.kind is not Kind.PASSED for outcome in report.outcomes)
    if not number:
        return "Nothing was run", "soft"
    if not failed:
        return f"{count(number, 'scenario')} passed", "good"
    if failed == number:
        return f"{count(number, 'scenario')} failed", "bad"
    return f"{failed:,} of {count(number, 'scenario')} failed", "bad"


def _header(report: Report, title: str, tone: str) -> Iterator[str]:
    seeds = sum(len(outcome.seeds) for outcome in report.outcomes)
    virtual_s = sum(seed.virtual_s for outcome in report.outcomes for seed in outcome.seeds)
    version = html.escape(one_line(f"appsync-emu {report.version}".strip()))
    yield f'<header class="{tone}"><p class="by">{version}</p><h1>{html.escape(title)}</h1>'
    yield f'<p class="figures"><span>{count(seeds, "seed")}</span>'
    yield f"<span>{duration_text(virtual_s)} of virtual time</span>"
    yield f"<span>{duration_text(report.elapsed_s)} of real time</span></p><p>"
    for kind, number in kinds_counted(report):
        yield pill(kind, f"{number:,} {kind.value}")
    yield "</p></header>\n"


def _list(report: Report) -> Iterator[str]:
    if not report.outcomes:
        return
    yield '<section class="list"><h2>Scenarios</h2><ol>'
    for place, outcome in enumerate(report.outcomes):
        yield f"<li>{_entry(outcome, f's{place}')}</li>"
    yield "</ol></section>\n"


def _entry(outcome: ScenarioOutcome, anchor: str) -> str:
    word, extent = verdict_text(outcome)
    tone = "good" if outcome.kind is Kind.PASSED else "bad"
    where = html.escape(f"{one_line(outcome.path)}:{outcome.line}")
    title = html.escape(one_line(outcome.title))
    named = f"<b>{title}</b><code>{where}</code>" if title else f"<b>{where}</b>"
    took = duration_text(outcome.elapsed_s) if outcome.elapsed_s else ""
    verdict = html.escape(f"{word.lower()} {extent}".strip())
    return (
        f'<a href="#{anchor}"><span class="dot {tone}"></span>'
        f'<span class="what">{named}</span>'
        f'{seed_strip(outcome)}<span class="verdict {tone}">{verdict}</span>'
        f'<span class="took">{took}</span></a>'
    )


def _passing(outcomes: list[tuple[int, ScenarioOutcome]]) -> Iterator[str]:
    if not outcomes:
        return
    yield '<section class="passing"><h2>Passed</h2>'
    for place, outcome in outcomes:
        title = html.escape(one_line(outcome.title))
        where = html.escape(f"{one_line(outcome.path)}:{outcome.line}")
        yield f'<details id="s{place}"><summary><span class="dot good"></span>'
        yield f'<span class="what"><b>{title}</b><code>{where}</code></span></summary>'
        yield '<div class="inside">'
        yield from scenariohtml.faults(outcome)
        yield from coverage(outcome.coverage, "Coverage", "div")
        yield "</div></details>"
    yield "</section>\n"
