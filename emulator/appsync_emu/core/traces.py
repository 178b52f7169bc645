"""What clients see of a trace: a fold over the journal.

A line has what the pattern promises (component name, timestamp, status) and what its real
implementations add (command, event, message, attempt, error type, previous component).
Copies made by a duplicate fault are deliveries of their own in the journal, but nobody told the
client of a second one: they have no line here.

A fault may keep a status from the table that clients read (point ``status.write``). It is told
before the status, which is hidden then, with all that follow of the same delivery, until a
``StatusWritten`` tells that it got through.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from appsync_emu.core.faults.points import Point
from appsync_emu.core.records import (
    DeliveryAccepted,
    DeliveryEnded,
    FaultStruck,
    Record,
    StatusWritten,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from appsync_emu.core.api import TraceFields

__all__ = ["TELLING", "Known", "StatusLine", "iso_time", "status_line", "status_lines"]

NS_PER_MS = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def iso_time(at_ns: int) -> str:
    """``AWSDateTime`` of an instant, in UTC with milliseconds: ``2030-01-01T00:00:00.000Z``."""
    moment = _EPOCH + timedelta(milliseconds=at_ns // NS_PER_MS)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusLine:
    """One status of one component.

    Attributes:
        status: ``accepted``, ``success`` or ``error``.
        at_ns: when, in nanoseconds since the Unix epoch.
        attempt: attempts made so far; 0 when accepted.
    """

    trace_id: str
    component: str
    status: str
    at_ns: int
    command: str | None = None
    event: str | None = None
    message: str | None = None
    attempt: int = 0
    error_type: str | None = None
    previous: str | None = None

    def named(self, names: TraceFields, timestamp: str | float) -> dict[str, object]:
        """The line under the API's own names; ``timestamp`` in the form its type wants."""
        return {
            names.trace_id: self.trace_id,
            names.component: self.component,
            names.timestamp: timestamp,
            names.status: self.status,
            names.command: self.command,
            names.event: self.event,
            names.message: self.message,
            names.attempt: self.attempt,
            names.error_type: self.error_type,
            names.previous: self.previous,
        }


def status_line(record: Record) -> StatusLine | None:
    """The status that a record makes known to clients, if it makes one known."""
    if not isinstance(record, DeliveryAccepted | DeliveryEnded) or record.facts.copy:
        return None
    facts = record.facts
    if isinstance(record, DeliveryAccepted):
        status, message, attempt, error_type = "accepted", None, 0, None
    else:
        status, attempt, error_type = record.status, record.attempts, record.error_type
        message = record.message or None
    return StatusLine(
        trace_id=facts.trace_id,
        component=facts.component,
        status=status,
        at_ns=record.at_ns,
        command=facts.command,
        event=facts.event,
        message=message,
        attempt=attempt,
        error_type=error_type,
        previous=facts.previous,
    )


TELLING: frozenset[type[Record]] = frozenset(
    {DeliveryAccepted, DeliveryEnded, FaultStruck, StatusWritten}
)
"""Records that tell :class:`Known` anything; most do not."""


class Known:
    """Which statuses clients can know of, as records come one by one."""

    __slots__ = ("_kept", "_struck")

    def __init__(self) -> None:
        self._struck: set[str] = set()  # deliveries whose next status is kept from the table
        self._kept: dict[str, deque[Record]] = {}

    def take(self, record: Record) -> Record | None:
        """The status that becomes known with this record: it, or one that had been kept."""
        kind = type(record)
        if kind is DeliveryAccepted or kind is DeliveryEnded:
            return self._happened(record)
        if kind is FaultStruck:
            self._strike(record)
        elif kind is StatusWritten:
            return self._written(record)
        return None

    @property
    def kept(self) -> list[Record]:
        """Statuses that nobody can read yet, the oldest of each delivery first."""
        return [record for line in self._kept.values() for record in line]

    def _happened(self, record: Record) -> Record | None:
        if not self._struck and not self._kept:
            return record  # as nearly always
        delivery_id = record.facts.delivery_id  # type: ignore[union-attr] # a delivery's record
        kept = self._kept.get(delivery_id)
        if kept is not None:
            kept.append(record)
        elif delivery_id in self._struck:
            self._struck.discard(delivery_id)
            self._kept[delivery_id] = deque((record,))
        else:
            return record
        return None

    def _strike(self, record: Record) -> None:
        assert isinstance(record, FaultStruck)  # noqa: S101 - told apart by take()
        if record.point != Point.STATUS_WRITE.value or record.facts is None:
            return
        if record.phase != "response" and record.facts.delivery_id not in self._kept:
            self._struck.add(record.facts.delivery_id)

    def _written(self, record: Record) -> Record | None:
        delivery_id = record.facts.delivery_id  # type: ignore[union-attr] # a delivery's record
        kept = self._kept.get(delivery_id)
        if kept is None:
            return None  # it was there already, and is recognised
        first = kept.popleft()
        if not kept:
            del self._kept[delivery_id]
        return first


def status_lines(records: Iterable[Record]) -> list[StatusLine]:
    """All statuses in ``records`` that clients can know of, in the order in which they could."""
    known = map(Known().take, records)
    lines = (status_line(record) for record in known if record is not None)
    return [line for line in lines if line is not None]
