"""A trace at a glance: a fold over its records, small enough to be asked for every second."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from appsync_emu.core.records import (
    AttemptFailed,
    AttemptStarted,
    AttemptSucceeded,
    CommandAccepted,
    DeadLetterDiscarded,
    DeadLetterRedriven,
    DeadLetterWritten,
    DeliveryAccepted,
    DeliveryEnded,
    EventPublished,
    Record,
    RetryScheduled,
)
from appsync_emu.core.traces import iso_time

if TYPE_CHECKING:
    from collections.abc import Iterable

    from appsync_emu.core.records import DeliveryFacts

__all__ = ["DELIVERIES_SHOWN", "DeliveryOverview", "TraceOverview", "overview"]

DELIVERIES_SHOWN = 20
"""Deliveries that the JSON of a trace spells out; the rest are counted."""

_WORST_FIRST = ("error", "retrying", "running", "accepted", "success")


@dataclass(slots=True)
class DeliveryOverview:
    """Where a delivery stands; the fold itself moves it on.

    Attributes:
        component: who handles it.
        copy: 0, or the number of a copy that a duplicate fault made.
        status: ``accepted``, ``success`` or ``error``, as clients see it, or in between
            ``running`` or ``retrying``.
        attempts: attempts started, over all rounds of redrive.
        error_type: what the last attempt failed with; ``None`` once it succeeded.
        retry_ns: when the next attempt is due, while it is ``retrying``.
        letter_id: its dead letter, as long as there is one.
    """

    component: str
    copy: int = 0
    status: str = "accepted"
    attempts: int = 0
    error_type: str | None = None
    retry_ns: int | None = None
    letter_id: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The delivery as the control endpoints show it."""
        return {
            "component": self.component,
            "copy": self.copy,
            "status": self.status,
            "attempts": self.attempts,
            "errorType": self.error_type,
            "retryAt": None if self.retry_ns is None else iso_time(self.retry_ns),
            "deadLetter": self.letter_id,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceOverview:
    """A trace at a glance.

    Attributes:
        trace_id: its id.
        command: the command that began it, or ``None``.
        event: ``detail-type`` of the event that began it, or ``None``.
        started_ns: when it began.
        updated_ns: when something happened to it last.
        records: how many records it has.
        deliveries: all deliveries, in the order in which they were accepted.
    """

    trace_id: str
    command: str | None
    event: str | None
    started_ns: int
    updated_ns: int
    records: int
    deliveries: tuple[DeliveryOverview, ...]

    @property
    def status(self) -> str | None:
        """The worst of its deliveries: an error first, success last; ``None`` if it has none."""
        present = {delivery.status for delivery in self.deliveries}
        return next((status for status in _WORST_FIRST if status in present), None)

    def as_json(self) -> dict[str, Any]:
        """The trace as the control endpoints show it."""
        return {
            "traceId": self.trace_id,
            "command": self.command,
            "event": self.event,
            "status": self.status,
            "startedAt": iso_time(self.started_ns),
            "updatedAt": iso_time(self.updated_ns),
            "records": self.records,
            "deliveries": len(self.deliveries),
            "components": [each.as_json() for each in self.deliveries[:DELIVERIES_SHOWN]],
        }


def overview(trace_id: str, records: Iterable[Record]) -> TraceOverview:
    """The trace at a glance.

    Args:
        trace_id: its id.
        records: its records, oldest first; at least one.
    """
    command: str | None = None
    event: str | None = None
    deliveries: dict[str, DeliveryOverview] = {}
    started_ns = updated_ns = count = 0
    for record in records:
        if not count:
            started_ns = record.at_ns
        count += 1
        updated_ns = record.at_ns
        match record:
            case CommandAccepted():
                command = command or record.command
            case EventPublished():
                if count == 1:
                    event = str(record.event.get("detail-type"))
            case DeliveryAccepted(facts=facts):
                deliveries[facts.delivery_id] = DeliveryOverview(facts.component, facts.copy)
            case _:
                _move(deliveries, record)
    return TraceOverview(
        trace_id=trace_id,
        command=command,
        event=event,
        started_ns=started_ns,
        updated_ns=updated_ns,
        records=count,
        deliveries=tuple(deliveries.values()),
    )


def _move(deliveries: dict[str, DeliveryOverview], record: Record) -> None:
    facts: DeliveryFacts | None = getattr(record, "facts", None)
    delivery = deliveries.get(facts.delivery_id) if facts else None
    if delivery is None:
        return
    match record:
        case AttemptStarted():
            delivery.status, delivery.attempts = "running", record.attempt
            delivery.retry_ns = None
        case AttemptSucceeded():
            delivery.error_type = None
        case AttemptFailed():
            delivery.error_type = record.error.type
        case RetryScheduled():
            delivery.status, delivery.retry_ns = "retrying", record.due_ns
        case DeliveryEnded():
            delivery.status, delivery.error_type = record.status, record.error_type
        case DeadLetterWritten():
            delivery.letter_id = record.letter_id
        case DeadLetterRedriven():
            delivery.status, delivery.letter_id = "accepted", None
        case DeadLetterDiscarded():
            delivery.letter_id = None
        case _:
            pass  # a fault that struck shows in what follows
