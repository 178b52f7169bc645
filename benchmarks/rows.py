"""The rows of the table: what is compared with what, and what is to be reached."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Round: TypeAlias = Mapping[str, float]

__all__ = ["ROWS", "Row", "table"]

OURS, PEER, ECHO, BROADCAST = "appsync-emu", "the peer", "bare aiohttp echo", "bare broadcast"


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison within each round.

    Attributes:
        what: is measured.
        unit: of both figures.
        figure: of appsync-emu; names of figures are ``who.what``.
        other: what it is divided by, or 1 when it stands for itself.
        against: what ``other`` is, in words.
        reach: the bound.
        most: whether ``reach`` is an upper bound.
        cpu: CPU per answer of both, for rates.
    """

    what: str
    unit: str
    figure: str
    other: str | None
    against: str
    reach: float
    most: bool = False
    cpu: tuple[str, str] | None = None

    def ratio(self, seen: Round) -> float:
        """The ratio within one round."""
        return seen[self.figure] / (1 if self.other is None else seen[self.other])

    def missing(self, seen: Round) -> bool:
        """Whether a figure could not be measured."""
        return any(name not in seen for name in (self.figure, self.other) if name)


def _rate(what: str, case: str, peer: float, floor: float, against: str = ECHO) -> list[Row]:
    return [
        Row(
            what,
            "/s",
            f"ours.{case}.per_s",
            f"{other}.{case}.per_s",
            words,
            reach,
            cpu=(f"ours.{case}.cpu_us", f"{other}.{case}.cpu_us"),
        )
        for other, words, reach in (("peer", PEER, peer), ("floor", against, floor))
    ]


ROWS: list[Row] = [
    *_rate("`hello`, concurrency 16", "hello", 5, 0.6),
    *_rate("`getItem`", "getItem", 5, 0.6),
    *_rate("`getItem`, other literals every time", "literals", 5, 0.6),
    *_rate("a list of 1,000 items with 5 fields", "list", 6, 0.6),
    *_rate("deliveries to 1,000 subscribers", "fan", 2.5, 0.75, BROADCAST),
    Row("memory after start", "MB", "ours.memory_mb", "peer.memory_mb", PEER, 0.5, most=True),
    Row(
        "memory with 1,000 subscribers",
        "MB",
        "ours.memory_1000_mb",
        "peer.memory_1000_mb",
        PEER,
        0.5,
        most=True,
    ),
    Row(
        "memory per open subscription beyond aiohttp's own",
        "KB",
        "ours.subscription_kb",
        None,
        "",
        10,
        most=True,
    ),
    Row(
        "commands accepted over HTTP",
        "/s",
        "ours.command.per_s",
        "ours.hello.per_s",
        "`hello` of appsync-emu",
        0.6,
        cpu=("ours.command.cpu_us", "ours.hello.cpu_us"),
    ),
    Row(
        "commands completed in process",
        "/s",
        "completed.commands_per_s",
        "completed.bare_per_s",
        "one bare asyncio task each",
        0.1,
    ),
    Row(
        "1,000 commands that fail four times, virtual time",
        "s",
        "failing.thousand_s",
        None,
        "",
        1,
        most=True,
    ),
    Row(
        "10,000 such commands",
        "s",
        "failing.ten_thousand_s",
        "failing.thousand_s",
        "1,000 of them",
        12,
        most=True,
    ),
    Row(
        "commands with faults armed that are for others",
        "times as long",
        "armed.ratio",
        None,
        "",
        1.05,
        most=True,
    ),
    Row("one seed of the annotated example", "ms", "seeds.seed_ms", None, "", 10, most=True),
    Row(
        "making the failures of its two planted mistakes smaller, the slower one",
        "s",
        "shrinking.slower_s",
        None,
        "",
        1,
        most=True,
    ),
    Row(
        "25 scenario files with 25 seeds each, two processes",
        "s",
        "files.files_s",
        None,
        "",
        10,
        most=True,
    ),
    Row("start to first answer", "ms", "ours.start_ms", "peer.start_ms", PEER, 0.5, most=True),
    Row(
        "set-up and tear-down of the fixture `appsync`",
        "ms",
        "plugin.fixtures_ms",
        None,
        "",
        3,
        most=True,
    ),
    Row(
        "heavy modules imported by an unused plugin",
        "",
        "plugin.heavy_modules",
        None,
        "",
        0,
        most=True,
    ),
]


def table(rounds: Sequence[Round]) -> str:
    """The table in Markdown: medians of the rounds, ratios within each round."""
    lines = [
        "| What | appsync-emu | compared with | ratio | by server CPU | reach | |",
        "|---|--:|---|--:|--:|--:|---|",
    ]
    lines += [_line(row, rounds) for row in ROWS]
    return "\n".join(lines)


def _line(row: Row, rounds: Sequence[Round]) -> str:
    sign = "≤" if row.most else "≥"
    reach = f"{sign} {row.reach:g}"
    usable = [seen for seen in rounds if not row.missing(seen)]
    if not usable:
        return f"| {row.what} | not measured | {row.against} | | | {reach} | |"
    ours = _figure(_median(usable, row.figure), row.unit)
    ratio = statistics.median(row.ratio(seen) for seen in usable)
    by_cpu = ""
    if row.cpu is not None:
        mine, other = row.cpu
        by_cpu = f"{statistics.median(seen[other] / seen[mine] for seen in usable):.2f}"
    reached = ratio <= row.reach if row.most else ratio >= row.reach
    against, shown = "", ""
    if row.other is not None:
        against = f"{row.against}: {_figure(_median(usable, row.other), row.unit)}"
        shown = f"{ratio:.2f}" if ratio < 100 else f"{ratio:.0f}"
    verdict = "reached" if reached else "**missed**"
    return f"| {row.what} | {ours} | {against} | {shown} | {by_cpu} | {reach} | {verdict} |"


def _median(rounds: Sequence[Round], name: str) -> float:
    return statistics.median(seen[name] for seen in rounds)


def _figure(value: float, unit: str) -> str:
    text = f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    return f"{text}{unit}" if unit.startswith("/") else f"{text} {unit}".strip()
