"""A story as lines: one for each thing worth reading, in the order of virtual time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from appsync_emu.scenario.report.words import duration_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from appsync_emu.scenario.outcome import Row, RowKind, Story

__all__ = ["Line", "calls_of", "lines_of"]

NS_PER_S = 1_000_000_000
THEN = ", then "


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a story.

    Attributes:
        head: ``attempt 3``, ``accepted``; empty on what goes on from the line above.
        what: what was done, or what came of the attempt.
        came_to: what came of the call.
        rows: places of the rows in the story that the line tells of.
    """

    at_ns: int
    kind: RowKind
    component: str = ""
    head: str = ""
    what: str = ""
    came_to: str = ""
    fault: str | None = None
    phase: str = ""
    mark: str = ""
    failed: bool = False
    rows: tuple[int, ...] = ()


def lines_of(story: Story) -> tuple[Line, ...]:
    """The lines of a story.

    An attempt that called services shares a line with its first call; what became of the attempt
    stands on a line of its own, unless it went well. A retry that became an attempt is left out.
    """
    placed = [
        (line.at_ns, place, order, line)
        for index, row in enumerate(story.rows)
        for order, (place, line) in enumerate(_lines(story.rows, index, row))
    ]
    return tuple(line for *_, line in sorted(placed, key=lambda each: each[:3]))


def calls_of(rows: Sequence[Row], index: int) -> tuple[int, ...]:
    """Places of the calls that the attempt at ``index`` made."""
    attempt = rows[index]
    ended_ns = attempt.at_ns if attempt.until_ns is None else attempt.until_ns
    calls = []
    for place in range(index + 1, len(rows)):
        row = rows[place]
        if row.component != attempt.component:
            continue
        if row.kind == "attempt":
            break
        if row.kind == "data" and row.at_ns <= ended_ns:
            calls.append(place)
    return tuple(calls)


def _lines(rows: Sequence[Row], index: int, row: Row) -> Iterator[tuple[float, Line]]:
    match row.kind:
        case "attempt":
            yield from _attempt(rows, index, row)
        case "data":
            if not _told_with_attempt(rows, index):
                yield index, _line(row, index)
        case "retry" if any(
            later.kind == "attempt" and later.component == row.component
            for later in rows[index + 1 :]
        ):
            return
        case _:
            yield index, replace(_line(row, index), head=row.what, what=row.came_to, came_to="")


def _line(row: Row, index: int) -> Line:
    return Line(
        at_ns=row.at_ns,
        kind=row.kind,
        component=row.component,
        what=row.what,
        came_to=row.came_to,
        fault=row.fault,
        phase=row.phase,
        mark=row.mark,
        failed=row.failed,
        rows=(index,),
    )


def _attempt(rows: Sequence[Row], index: int, row: Row) -> Iterator[tuple[float, Line]]:
    calls = calls_of(rows, index)
    lasted_ns = (row.until_ns or row.at_ns) - row.at_ns
    outcome = replace(_line(row, index), what=row.came_to, came_to="")
    if not calls:
        after = f" after {duration_text(lasted_ns / NS_PER_S)}" if lasted_ns else ""
        yield index, replace(outcome, head=row.what, what=f"{row.came_to}{after}")
        return
    last, ended_ns = rows[calls[-1]], row.at_ns + lasted_ns
    first = rows[calls[0]]
    if first.at_ns == row.at_ns:
        shared = _called(first, row, calls[0], ended_ns)
        yield index, replace(shared, head=row.what, rows=(index, calls[0]))
    else:
        yield (
            index,
            Line(
                at_ns=row.at_ns,
                kind="attempt",
                component=row.component,
                head=row.what,
                rows=(index,),
            ),
        )
    # The call says it already: "network.timeout", or "applied, then network.timeout".
    same = (last.at_ns, last.fault) == (ended_ns, row.fault) and last.came_to.endswith(row.came_to)
    if row.mark or (row.failed and not same):
        yield calls[-1] + 0.5, replace(outcome, at_ns=ended_ns)


def _called(row: Row, attempt: Row, index: int, ended_ns: int) -> Line:
    """A call; what was lost of its answer later on is told by the end of the attempt."""
    line = _line(row, index)
    if row.fault is None or row.fault != attempt.fault or ended_ns == row.at_ns:
        return line
    applied, then, error = row.came_to.partition(THEN)
    if not then or error != attempt.came_to:
        return line
    return replace(line, came_to=applied, fault=None, phase="", failed=False)


def _told_with_attempt(rows: Sequence[Row], index: int) -> bool:
    """Whether the call shares the line of its attempt: its first call, made at once."""
    return any(
        row.kind == "attempt"
        and row.at_ns == rows[index].at_ns
        and calls_of(rows, place)[:1] == (index,)
        for place, row in enumerate(rows[:index])
    )
