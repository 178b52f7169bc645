"""What clients see of a trace: a fold over the journal.

A line has what the pattern promises (component name, timestamp, status) and what its real
implementations add (command, event, message, attempt, error type, previous component).
Copies made by a duplicate fault are deliveries of their own in the journal, but nobody told the
client of a second one: they have no line here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from appsync_emu.core.records import (
    DeliveryAccepted,
    DeliveryEnded,
    Record,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from appsync_emu.core.api import TraceFields

__all__ = ["StatusLine", "iso_time", "status_line", "status_lines"]

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


def status_lines(records: Iterable[Record]) -> list[StatusLine]:
    """All statuses in ``records``, oldest first."""
    return [line for line in map(status_line, records) if line is not None]
