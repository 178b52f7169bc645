"""The journal as people read it: one line for each thing that happened."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from appsync_emu.core.letters import input_of
from appsync_emu.core.records import (
    AttemptFailed,
    AttemptStarted,
    AttemptSucceeded,
    CommandAccepted,
    ComponentCrashed,
    DataCalled,
    DeadLetterDiscarded,
    DeadLetterRedriven,
    DeadLetterWritten,
    DeliveryAccepted,
    DeliveryEnded,
    EventPublished,
    FaultsArmed,
    FaultsHealed,
    FaultStruck,
    RetryScheduled,
    StatusWritten,
    trace_of,
)
from appsync_emu.engine.bus import FAILURE_SOURCE
from appsync_emu.testing.values import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from appsync_emu.core.records import Record

__all__ = ["clock_text", "timeline"]

NS_PER_MS = 1_000_000
INPUT_CHARS_MAX = 60


def clock_text(at_ns: int, start_ns: int) -> str:
    """Time since the start as ``minutes:seconds.milliseconds``: ``0:49.901``."""
    minutes, ms = divmod((at_ns - start_ns) // NS_PER_MS, 60_000)
    return f"{minutes}:{ms // 1000:02d}.{ms % 1000:03d}"


def timeline(
    records: Iterable[Record], start_ns: int, labels: Mapping[str, str] | None = None
) -> list[str]:
    """One line for each record worth one.

    Args:
        records: in the order in which they happened.
        start_ns: what counts as 0:00.000.
        labels: by trace id; each line then says whose it is.
    """
    every = list(records)
    outcomes = {
        (record.facts.delivery_id, record.attempt): record.at_ns
        for record in every
        if isinstance(record, AttemptSucceeded | AttemptFailed)
    }
    rows: list[tuple[str, str, str, str]] = []
    for record in every:
        if isinstance(record, AttemptStarted):
            ended_ns = outcomes.get((record.facts.delivery_id, record.attempt))
            if ended_ns == record.at_ns:
                continue  # the outcome's line says it all
        told = TOLD[type(record)](record, start_ns)
        if told is not None:
            label = (labels or {}).get(trace_of(record) or "", "")
            rows.append((clock_text(record.at_ns, start_ns), label, _who(record), told))
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    return [
        "  ".join(
            cell
            for cell, width in (
                (time.rjust(widths[0]), widths[0]),
                (label.ljust(widths[1]), widths[1]),
                (who.ljust(widths[2]), widths[2]),
                (told, 1),
            )
            if width
        )
        for time, label, who, told in rows
    ]


def _who(record: Record) -> str:
    if isinstance(record, ComponentCrashed):
        return record.component
    facts = getattr(record, "facts", None)
    component = getattr(facts, "component", "")
    copy = getattr(facts, "copy", 0)
    return f"{component} (copy {copy})" if copy else component


def _input(record: CommandAccepted) -> str:
    text = json.dumps(input_of(record.event), ensure_ascii=False, default=str)
    return f" {text}" if len(text) <= INPUT_CHARS_MAX else f" {text[:INPUT_CHARS_MAX]}..."


def _failure(record: AttemptFailed) -> str:
    error = record.error
    message = f": {error.message}" if error.message else ""
    if error.fault is not None:
        why = f"fault {error.fault}"
    else:
        why = error.why if error.why.startswith("unknown") else error.error_class
    applied = ", after the handler had returned" if record.applied else ""
    return f"attempt {record.attempt}: {error.type}{message} ({why}{applied})"


def _end(record: DeliveryEnded) -> str:
    retries = max(record.attempts - 1, 0)
    counted = f"{plural(record.attempts, 'attempt')}, {plural(retries, 'retry')}"
    if record.status == "success":
        return f"success, {record.message}" if record.message else f"success after {counted}"
    return f"{record.status} after {counted}: {record.reason}"


TOLD_BY_OUTCOME = {
    "attempt": ("error", "crash", "throttle"),
    "dispatch": ("error", "throttle"),
    "data": ("error", "throttle"),
}
"""Strikes, by point, that the line of the attempt or call tells which they ended."""


def _strike(record: FaultStruck) -> str | None:
    """Errors are told by the attempt or call that they ended; everything else here."""
    if record.effect in TOLD_BY_OUTCOME.get(record.point, ()):
        return None
    where = f"attempt {record.attempt}" if record.point == "attempt" else record.point
    about = f": {record.about}" if record.about else ""
    phase = f", {record.phase}" if record.phase else ""
    return f"{record.effect} at {where}{about} (fault {record.fault}{phase})"


def _call(record: DataCalled) -> str:
    """What was asked, then what came of it: whether it happened, and what the caller was told."""
    what = f"{record.source} {record.operation}".strip()
    if record.error is None:
        done = "applied" if record.write else "answered"
        came_to = done if record.applied else "not applied"
    else:
        came_to = f"applied, then {record.error}" if record.applied else record.error
    if record.fault is None:
        return f"{what}: {came_to}"
    phase = "response" if record.applied else "request"
    return f"{what}: {came_to} (fault {record.fault}, {phase})"


def _crash(record: ComponentCrashed, start_ns: int) -> str:
    why = f" (fault {record.fault})" if record.fault else ""
    return f"crashed, restarts at {clock_text(record.restart_ns, start_ns)}{why}"


def _event(record: EventPublished) -> str:
    kind = f"event {record.event.get('detail-type')}"
    if record.event.get("source") == FAILURE_SOURCE:
        kind = "error event"
    starts = ", ".join(record.components) or "nobody"
    return f"{kind} from {record.by or 'outside'} starts {starts}"


def _retry(record: RetryScheduled, start_ns: int) -> str:
    due = clock_text(record.due_ns, start_ns)
    return f"retry {record.retry} of {record.max_retries} due at {due}"


TOLD: dict[type[Record], Callable[[Any, int], str | None]] = {
    CommandAccepted: lambda record, _: f"accepted {record.command}{_input(record)}",
    EventPublished: lambda record, _: _event(record),
    DeliveryAccepted: lambda record, _: (
        "delivered again by a fault" if record.facts.copy else "accepted"
    ),
    AttemptStarted: lambda record, _: f"attempt {record.attempt} started",
    AttemptSucceeded: lambda record, _: f"attempt {record.attempt}: success",
    AttemptFailed: lambda record, _: _failure(record),
    RetryScheduled: _retry,
    DeliveryEnded: lambda record, _: _end(record),
    DeadLetterWritten: lambda *_: "dead letter written",
    DeadLetterRedriven: lambda *_: "redriven from its dead letter",
    DeadLetterDiscarded: lambda *_: "dead letter discarded",
    DataCalled: lambda record, _: _call(record),
    StatusWritten: lambda record, _: f"status {record.status} can be read",
    ComponentCrashed: _crash,
    FaultStruck: lambda record, _: _strike(record),
    FaultsArmed: lambda record, _: f"armed: {', '.join(record.faults)}",
    FaultsHealed: lambda record, _: f"healed: {', '.join(record.faults)}",
}
"""How each kind of record is told; ``None`` leaves it out."""
