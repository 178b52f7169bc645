"""The picture of a story, as SVG inside of a page whose style sheet gives it colours.

Texts are escaped. There are no style attributes, so that the page's policy can forbid them.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from appsync_emu.scenario.report.placing import NAME_MAX, TEXT_MAX, placed, text_width
from appsync_emu.scenario.report.words import cut, duration_text, one_line
from appsync_emu.testing.timeline import clock_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from appsync_emu.scenario.outcome import Row, Story
    from appsync_emu.scenario.report.placing import Bar, Lane, Mark, Placed

__all__ = ["LEGEND", "picture"]

NS_PER_S = 1_000_000_000
TOP, BOTTOM = 30, 28
BAR = 24
RULE = 99999  # to the right edge, wherever that is
FAULT_ROOM = 18
PAD = 13
LINE = 14
CALL_DROP = 15
SHORT_MAX = 11

BOLT = "M1.5 -7 L-4 1 L-0.5 1 L-1.5 7 L4 -1.5 L0.5 -1.5 Z"
CHECK = "M-3 0.2 L-0.9 2.4 L3.2 -2.4"
CROSS = "M-2.4 -2.4 L2.4 2.4 M2.4 -2.4 L-2.4 2.4"
LETTER = "M-7 -5 H7 V5 H-7 Z M-7 -5 L0 1 L7 -5"
EVENT = "M-5 -5 L6 0 L-5 5 L-2.5 0 Z"
DIAMOND = "M0 -6 L6 0 L0 6 L-6 0 Z"


def _icon(path: str, tone: str, x: float = 8, y: float = 8) -> str:
    return f'<path class="{tone}" d="{path}" transform="translate({x:g} {y:g})"/>'


def _state(tone: str, sign: str = "") -> str:
    icon = _icon(sign, "sign") if sign else ""
    return f'<circle class="state{tone}" cx="8" cy="8" r="6.5"/>{icon}'


LEGEND: tuple[tuple[str, str], ...] = (
    (_state(""), "accepted"),
    (_state(" good", CHECK), "success"),
    (_state(" bad", CROSS), "error"),
    ('<rect class="bar good" x="1" y="2" width="14" height="12" rx="3"/>', "attempt"),
    ('<rect class="bar bad" x="1" y="2" width="14" height="12" rx="3"/>', "failed attempt"),
    (_icon(BOLT, "bolt"), "fault"),
    (_icon(DIAMOND, "call done"), "call, applied"),
    (_icon(DIAMOND, "call"), "call, read only or not applied"),
    ('<path class="retry" d="M0 8 H16"/>', "waits to retry"),
    ('<rect class="idle" x="0" y="1" width="16" height="14"/>', "nothing happens"),
)
"""What things in the picture are: an SVG of 16 by 16 pixels, and words."""


def picture(story: Story, name: str) -> str:
    """The picture: two SVG elements, the names of the lanes and the lanes themselves.

    Args:
        story: what it shows.
        name: unique in the page; marks carry ``data-row`` with it and the place of their row.
    """
    board = placed(story)
    tops, height = _tops(board)
    about = f"Timeline of {story.name} {one_line(story.label)}; the table below says the same"
    label = html.escape(about)
    return "".join(
        (
            f'<svg class="names" width="{board.side:.0f}" height="{height}" aria-hidden="true">',
            *_names(board, tops),
            f'</svg><svg class="lanes" width="{board.width:.0f}" height="{height}"',
            f' role="img" aria-label="{label}">',
            *_axis(board, height),
            *(
                part
                for lane, top in zip(board.lanes, tops, strict=True)
                for part in _lane(lane, top, name)
            ),
            "</svg>",
        )
    )


def _tops(board: Placed) -> tuple[list[int], int]:
    """Where each lane begins, and the height of it all."""
    tops, y = [], TOP
    for lane in board.lanes:
        tops.append(y)
        y += _height(lane)
    return tops, y + BOTTOM


def _height(lane: Lane) -> int:
    calls = CALL_DROP + lane.call_lines * LINE if lane.calls else 0
    return PAD + (FAULT_ROOM if lane.struck else 0) + BAR + calls + PAD


def _bar_y(lane: Lane, top: int) -> int:
    return top + PAD + (FAULT_ROOM if lane.struck else 0)


def _names(board: Placed, tops: list[int]) -> Iterator[str]:
    for lane, top in zip(board.lanes, tops, strict=True):
        y = _bar_y(lane, top) + 16
        tone = "name" if lane.name else "name soft"
        yield f'<path class="rule" d="M0 {top}.5 H{board.side:.0f}"/>'
        title = f"<title>{html.escape(lane.name or 'the trace as a whole')}</title>"
        for width, room in (("long", NAME_MAX), ("short", SHORT_MAX)):
            shown = html.escape(cut(lane.shown, room))
            yield f'<text class="{tone} {width}" x="12" y="{y}">{shown}{title}</text>'


def _axis(board: Placed, height: int) -> Iterator[str]:
    low = height - BOTTOM
    for gap in board.gaps:
        if gap.idle:
            wide = gap.end - gap.x
            yield (
                f'<rect class="idle" x="{gap.x:.1f}" y="{TOP}" width="{wide:.1f}"'
                f' height="{low - TOP}"/>'
            )
        text = duration_text(gap.seconds)
        if gap.end - gap.x > text_width(text) + 4:
            middle = (gap.x + gap.end) / 2
            yield f'<text class="gap" x="{middle:.1f}" y="{low + 18}">{text}</text>'
    taken = 0.0
    for at_ns, x in board.instants:
        yield f'<path class="tick" d="M{x:.1f} {TOP - 5} V{low + 4}"/>'
        text = clock_text(at_ns, 0)
        if x >= taken:
            yield f'<text class="time" x="{x - 1:.1f}" y="{TOP - 11}">{text}</text>'
            taken = x + text_width(text) + 12


def _lane(lane: Lane, top: int, name: str) -> Iterator[str]:
    y = _bar_y(lane, top)
    yield f'<path class="rule" d="M0 {top}.5 H{RULE}"/>'
    for bar in lane.bars:
        yield from _bar(bar, y, name)
    for call in lane.calls:
        yield from _call(call, y, name)
    for mark in lane.marks:
        yield from _mark(mark, y, name)


def _open(name: str, index: int, row: Row) -> str:
    """A group with everything about it, for those who point at it."""
    fault = f"fault {row.fault}" if row.fault else ""
    phase = f"({row.phase})" if row.fault and row.phase else ""
    said = [
        one_line(part)
        for part in (clock_text(row.at_ns, 0), row.what, row.came_to, f"{fault} {phase}", row.mark)
        if part.strip()
    ]
    title = html.escape(", ".join(said))
    return f'<g class="mark" data-row="{name}-{index}"><title>{title}</title>'


def _text(text: str, tone: str, x: float, y: float) -> str:
    return f'<text class="{tone}" x="{x:.1f}" y="{y:.1f}">{html.escape(text)}</text>'


def _at(path: str, tone: str, x: float, y: float) -> str:
    return f'<path class="{tone}" d="{path}" transform="translate({x:.1f} {y:.1f})"/>'


def _bar(bar: Bar, y: int, name: str) -> Iterator[str]:
    row = bar.row
    wide = bar.end - bar.x
    if bar.next_x is not None and row.failed:
        yield f'<path class="retry" d="M{bar.end + 2:.1f} {y + 20.5} H{bar.next_x - 3:.1f}"/>'
    yield _open(name, bar.index, row)
    open_ended = row.until_ns is None
    tone = "bad" if row.failed else "open" if open_ended else "good"
    size = f'x="{bar.x:.1f}" y="{y}" width="{wide:.1f}" height="{BAR}"'
    yield f'<rect class="bar {tone}" {size} rx="4"/>'
    yield _text(bar.number, f"number {tone}", bar.x + 8, y + 16)
    lasted_s = ((row.until_ns or row.at_ns) - row.at_ns) / NS_PER_S
    if lasted_s and wide > (needed := text_width(lasts := duration_text(lasted_s))) + 34:
        yield _text(lasts, f"lasted {tone}", bar.end - needed - 6, y + 16)
    if row.failed or open_ended:
        yield _text(cut(one_line(row.came_to), TEXT_MAX), f"came {tone}", bar.end + 6, y + 13)
    if row.fault:
        x = bar.end if row.phase == "response" else bar.x + 5
        yield _at(BOLT, "bolt", x, y - 6)
        yield _text(cut(one_line(row.fault), TEXT_MAX), "fault", x + 8, y - 6)
    yield "</g>"


def _call(call: Mark, y: int, name: str) -> Iterator[str]:
    row = call.row
    tone = (
        "call bad" if row.failed else "call done" if row.came_to.startswith("applied") else "call"
    )
    below = y + BAR + 1
    yield _open(name, call.index, row)
    if row.mark:
        yield f'<circle class="ring" cx="{call.x:.1f}" cy="{below}" r="10.5"/>'
    yield _at(DIAMOND, tone, call.x, below)
    for place, text in enumerate(call.texts):
        word = "said" if not place else "came bad" if row.failed else "came"
        if place == len(call.texts) - 1 and row.mark:
            word = "look"
        elif text.startswith("fault ") and row.fault:
            word = "fault"
        yield _text(text, word, call.x - 6, below + CALL_DROP + 9 + place * LINE)
    yield "</g>"


def _mark(mark: Mark, y: int, name: str) -> Iterator[str]:
    row, x, middle = mark.row, mark.x, y + BAR / 2
    yield _open(name, mark.index, row)
    tone = ""
    match row.kind:
        case "letter":
            yield _at(LETTER, "letter", x, middle)
        case "event":
            yield _at(EVENT, "event", x, middle)
        case "fault":
            yield _at(BOLT, "bolt", x, middle)
            tone = " soft"
        case "accepted" | "status":
            tone = _tone(row)
            yield f'<circle class="state{tone}" cx="{x:.1f}" cy="{middle}" r="6.5"/>'
            if tone:
                yield _at(CHECK if tone == " good" else CROSS, "sign", x, middle)
        case _:
            yield f'<circle class="note" cx="{x:.1f}" cy="{middle}" r="3"/>'
            tone = " soft"
    if mark.texts:
        yield _text(mark.texts[0], f"said{tone}", x + 12, middle + 4)
    if row.fault:
        if row.kind != "fault":
            yield _at(BOLT, "bolt", x, y - 6)
        yield _text(cut(one_line(row.fault), TEXT_MAX), "fault", x + 8, y - 6)
    yield "</g>"


def _tone(row: Row) -> str:
    if row.failed or row.what == "error":
        return " bad"
    return " good" if row.what == "success" else ""
