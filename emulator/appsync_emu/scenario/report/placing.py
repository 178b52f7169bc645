"""Where everything stands in the picture of a story: components as lanes, time to the right.

Things stand in the order in which they happened, also those of one instant. Between instants the
distance grows with the logarithm of the time that passed, so that milliseconds of work and minutes
of back-off fit into one picture; texts widen it where they need room.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from appsync_emu.scenario.report.lines import calls_of
from appsync_emu.scenario.report.words import cut, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from appsync_emu.scenario.outcome import Row, Story

__all__ = ["ROWS_MAX", "Bar", "Gap", "Lane", "Mark", "Placed", "placed", "text_width"]

NS_PER_S = 1_000_000_000
ROWS_MAX = 160
LEFT, RIGHT = 14.0, 20.0
BAR_MIN = 24.0
MARK = 18.0
BETWEEN = 10.0
TEXT_MAX = 30
GAP_MIN, GAP_PER_DECADE, GAP_UNIT_S = 22.0, 21.0, 0.01
IDLE_FROM_S = 0.5
PAGE, STRETCH_MIN, STRETCH_MAX, TRIES = 1106.0, 0.4, 2.2, 5
NAME_MAX, BOLD = 22, 1.22
INSIDE = 23.0
# Of a glyph, on the average, at 11.5 pixels; wide ones (CJK, emoji) take twice as much.
GLYPH, WIDE_FROM = 6.3, 0x1100


def text_width(text: str) -> float:
    """Pixels that a text takes, roughly, and rather too many than too few."""
    return sum(GLYPH * 2 if ord(character) >= WIDE_FROM else GLYPH for character in text)


@dataclass(slots=True, kw_only=True)
class Bar:
    """An attempt: from ``x`` to ``end``.

    Attributes:
        index: of its row.
        number: as it stands in the bar.
        next_x: where the attempt begins that repeats it; ``None`` when there is none.
    """

    index: int
    row: Row
    x: float
    end: float
    number: str
    next_x: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Anything that takes no time; its text stands beside it, or below it for calls."""

    index: int
    row: Row
    x: float
    texts: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Lane:
    """What belongs to a component, or to the trace when it has no name."""

    name: str
    bars: list[Bar] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    calls: list[Mark] = field(default_factory=list)
    edge: float = 0.0
    call_edge: float = 0.0
    fault_edge: float = 0.0

    @property
    def shown(self) -> str:
        """What it is called in the picture."""
        return self.name or "trace"

    @property
    def call_lines(self) -> int:
        """Lines of text below its calls."""
        return max((len(call.texts) for call in self.calls), default=0)

    @property
    def struck(self) -> bool:
        """Whether faults stand above it."""
        rows = [bar.row for bar in self.bars] + [mark.row for mark in self.marks]
        return any(row.fault for row in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Time that passes between two instants.

    Attributes:
        idle: whether nothing runs meanwhile, for long enough to say so.
    """

    x: float
    end: float
    seconds: float
    idle: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """The picture, in pixels.

    Attributes:
        instants: where each instant begins: its time, then x.
        side: width of the names of the lanes, beside it.
        left_out: how many rows had no room.
    """

    lanes: tuple[Lane, ...]
    instants: tuple[tuple[int, float], ...]
    gaps: tuple[Gap, ...]
    width: float
    side: float
    left_out: int

    @property
    def fits(self) -> bool:
        """Whether it can be seen as a whole on a wide screen."""
        return self.side + self.width <= PAGE


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class _Event:
    """A row begins, or the attempt of a row ends."""

    at_ns: int
    order: float
    index: int
    ends: bool


def placed(story: Story) -> Placed:
    """Where everything stands; distances are stretched or pressed to fill a page, within reason."""
    board = _placed(story, STRETCH_MAX)
    if board.fits:
        return board
    low, high = STRETCH_MIN, STRETCH_MAX
    board = _placed(story, low)
    for _ in range(TRIES if board.fits else 0):
        middle = (low + high) / 2
        tried = _placed(story, middle)
        if tried.fits:
            board, low = tried, middle
        else:
            high = middle
    return board


def _placed(story: Story, stretch: float) -> Placed:
    rows = story.rows[:ROWS_MAX]
    lanes = {row.component: Lane(name=one_line(row.component)) for row in rows}
    ordered = sorted(lanes.values(), key=lambda lane: bool(lane.name))
    board = _Board(rows, lanes, stretch)
    for at_ns, events in groupby(sorted(_events(rows)), key=lambda event: event.at_ns):
        board.instant(at_ns, list(events))
    for lane in ordered:
        for before, after in pairwise(lane.bars):
            before.next_x = after.x
    names = [cut(lane.shown, NAME_MAX) for lane in ordered]
    edges = [max(lane.edge, lane.call_edge, lane.fault_edge) for lane in ordered]
    return Placed(
        lanes=tuple(ordered),
        instants=tuple(board.instants),
        gaps=tuple(board.gaps),
        width=max(edges, default=0.0) + RIGHT,
        side=max((text_width(name) for name in names), default=0) * BOLD + 26,
        left_out=len(story.rows) - len(rows),
    )


def _events(rows: Sequence[Row]) -> Iterator[_Event]:
    for index, row in enumerate(rows):
        if row.kind == "retry":
            continue  # it is the line between two attempts
        yield _Event(at_ns=row.at_ns, order=index, index=index, ends=False)
        if row.kind == "attempt":
            last = max(calls_of(rows, index), default=index)
            ended_ns = row.at_ns if row.until_ns is None else row.until_ns
            yield _Event(at_ns=ended_ns, order=last + 0.5, index=index, ends=True)


class _Board:
    """The picture while it is laid out, from left to right."""

    def __init__(self, rows: Sequence[Row], lanes: dict[str, Lane], stretch: float) -> None:
        self._rows = rows
        self._stretch = stretch
        self._lanes = lanes
        self._running: dict[int, Bar] = {}
        self._x = LEFT
        self.instants: list[tuple[int, float]] = []
        self.gaps: list[Gap] = []

    def instant(self, at_ns: int, events: list[_Event]) -> None:
        """Place all that happens at one time."""
        if self.instants:
            self._gap((at_ns - self.instants[-1][0]) / NS_PER_S, events)
        self.instants.append((at_ns, self._x))
        for event in events:
            self._place(event)

    def _gap(self, seconds: float, events: list[_Event]) -> None:
        begin = self._x + 6
        decades = math.log10(1 + seconds / GAP_UNIT_S)
        self._x = begin + (GAP_MIN + GAP_PER_DECADE * decades) * self._stretch
        for event in events:
            row = self._rows[event.index]
            if event.ends:
                continue
            lane = self._lanes[row.component]
            edge = lane.call_edge if row.kind == "data" else lane.edge
            if row.fault and row.kind != "data":
                edge = max(edge, lane.fault_edge)
            self._x = max(self._x, edge + BETWEEN)
        idle = not self._running and seconds >= IDLE_FROM_S
        self.gaps.append(Gap(x=begin, end=self._x, seconds=seconds, idle=idle))

    def _place(self, event: _Event) -> None:
        row = self._rows[event.index]
        lane = self._lanes[row.component]
        if event.ends:
            self._end(event.index, lane)
        elif row.kind == "data":
            self._call(event.index, row, lane)
        else:
            edge = max(lane.edge, lane.fault_edge if row.fault else 0.0)
            self._x = max(self._x, edge + BETWEEN if edge else self._x)
            if row.kind == "attempt":
                self._begin(event.index, row, lane)
            else:
                self._mark(event.index, row, lane)

    def _begin(self, index: int, row: Row, lane: Lane) -> None:
        number = one_line(row.what).rpartition(" ")[2]
        width = max(BAR_MIN, text_width(number) + 14)
        bar = Bar(index=index, row=row, x=self._x, end=self._x + width, number=cut(number, 6))
        lane.bars.append(bar)
        lane.edge = bar.end
        if row.fault and row.phase != "response":
            lane.fault_edge = bar.x + MARK + text_width(cut(one_line(row.fault), TEXT_MAX))
        self._running[index] = bar

    def _end(self, index: int, lane: Lane) -> None:
        bar = self._running.pop(index)
        # An end at the time of the beginning takes no room to the right of its calls.
        bar.end = max(bar.end, self._x)
        self._x = max(self._x, bar.end)
        lane.edge = max(lane.edge, bar.end)
        if bar.row.failed or bar.row.until_ns is None:
            lane.edge = bar.end + 6 + text_width(cut(one_line(bar.row.came_to), TEXT_MAX))
        if bar.row.fault and bar.row.phase == "response":
            name = cut(one_line(bar.row.fault), TEXT_MAX)
            lane.fault_edge = bar.end + MARK / 2 + text_width(name)

    def _call(self, index: int, row: Row, lane: Lane) -> None:
        running = self._running.values()
        beside = any(bar.row.component == row.component and bar.x >= self._x for bar in running)
        inside = INSIDE if beside else 0.0  # so that the number of the attempt can be read
        x = max(self._x + inside, lane.call_edge + BETWEEN if lane.call_edge else 0.0)
        fault = f"fault {row.fault}" if row.fault else ""
        said = (row.what, row.came_to, fault, row.mark)
        texts = tuple(cut(one_line(text), TEXT_MAX) for text in said if text)
        lane.calls.append(Mark(index=index, row=row, x=x, texts=texts))
        lane.call_edge = x + max((text_width(text) for text in texts), default=0.0)
        self._x = x + 12

    def _mark(self, index: int, row: Row, lane: Lane) -> None:
        # That components accept is seen often; its sign says enough.
        silent = row.what == "accepted" and row.component
        said = f"{row.what}: {row.came_to}" if row.kind == "fault" and row.came_to else row.what
        text = "" if silent else cut(one_line(said), TEXT_MAX)
        lane.marks.append(Mark(index=index, row=row, x=self._x + 6, texts=(text,) if text else ()))
        lane.edge = self._x + (MARK + text_width(text) if text else MARK / 2)
        if row.fault:
            name = cut(one_line(row.fault), TEXT_MAX)
            lane.fault_edge = self._x + MARK + text_width(name)
        self._x += 12
