"""Whether a subscriber heard the truth: nothing invented, nothing foreign, whatever faults did.

A fault at ``publish`` or ``frame`` may let events come late, twice or in another order: that is the
world's doing, and the journal says that it was done. Nothing else may.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from appsync_emu.core.checks import Violation, check_subscriber
from appsync_emu.core.faults.points import Point
from appsync_emu.core.records import FaultStruck

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from appsync_emu.core.records import Record

__all__ = ["IN_ORDER", "Disorder", "check_heard", "disorder_of"]

_SHUFFLING = frozenset({"delay", "drop", "duplicate", "reorder"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Disorder:
    """What faults did to events on their way to one subscriber.

    Attributes:
        shuffled: whether their order says nothing.
        repeated: ids of the traces whose events may have come again; ``None`` among them means any.
    """

    shuffled: bool = False
    repeated: frozenset[str | None] = field(default=frozenset())


IN_ORDER = Disorder()


def disorder_of(records: Iterable[Record], subscriber: str) -> Disorder:
    """What the journal says that faults did.

    Args:
        records: the journal.
        subscriber: what faults call it.
    """
    struck = [
        record
        for record in records
        if isinstance(record, FaultStruck)
        and record.effect in _SHUFFLING
        and (
            record.point == Point.PUBLISH.value
            or (record.point == Point.FRAME.value and record.about.rpartition(" ")[0] == subscriber)
        )
    ]
    return Disorder(
        shuffled=bool(struck),
        repeated=frozenset(record.trace_id for record in struck if record.effect == "duplicate"),
    )


def check_heard(
    seen: Sequence[Mapping[str, object]],
    published: Sequence[Mapping[str, object]],
    disorder: Disorder = IN_ORDER,
    trace_field: str = "traceId",
) -> list[Violation]:
    """What a subscriber heard must have been published; in that order and once, but for faults.

    Args:
        seen: events as they arrived, all with the same fields.
        published: events in the order of publication, with all fields.
        disorder: what faults did on the way.
        trace_field: the field of ``published`` that holds the trace id.
    """
    if not disorder.shuffled:
        return check_subscriber(seen, published)
    left = list(published)
    for number, event in enumerate(seen, start=1):
        place = next((n for n, line in enumerate(left) if event.items() <= line.items()), None)
        if place is not None:
            del left[place]
            continue
        again = {line.get(trace_field) for line in published if event.items() <= line.items()}
        if not again:
            message = f"message {number} was never published: {dict(event)}"
            return [Violation("subscriber-truth", message)]
        if None not in disorder.repeated and disorder.repeated.isdisjoint(again):
            message = f"message {number} came again, and no fault says why: {dict(event)}"
            return [Violation("subscriber-truth", message)]
    return []
