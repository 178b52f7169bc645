"""One trace as people read it: a fold of its records into rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from appsync_emu.core.records import (
    AttemptFailed,
    AttemptStarted,
    AttemptSucceeded,
    CommandAccepted,
    DataCalled,
    DeadLetterDiscarded,
    DeadLetterRedriven,
    DeadLetterWritten,
    DeliveryAccepted,
    DeliveryEnded,
    EventPublished,
    FaultStruck,
    RetryScheduled,
    StatusWritten,
)
from appsync_emu.engine.bus import FAILURE_SOURCE
from appsync_emu.scenario.facts import facts_of
from appsync_emu.scenario.outcome import Row, Story
from appsync_emu.testing.timeline import clock_text
from appsync_emu.testing.values import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from appsync_emu.core.records import DeliveryFacts, Record

__all__ = ["story_of"]

ROWS_MAX = 400
"""Rows of one story; a trace that does more tells so in the last."""

_ORDINALS = {2: "second time", 3: "third time"}
_TOLD_BY_OTHERS = frozenset({("attempt", "error"), ("attempt", "crash"), ("data", "error")})
"""Strikes, by point and effect, that the row of what they struck tells."""


def story_of(
    trace_id: str,
    records: Sequence[Record],
    *,
    name: str,
    label: str,
    seed: int,
    start_ns: int,
    faults: Mapping[str, str],
) -> Story:
    """The story of a trace.

    Args:
        trace_id: which trace.
        records: its records, oldest first.
        name: short and unique in the run.
        label: of its command.
        seed: of the run.
        start_ns: where the scenario's time began.
        faults: what each fault does, by id: ``network.reset``.
    """
    facts = facts_of(trace_id, records)
    teller = _Teller(records, start_ns, faults)
    for record in records:
        teller.tell(record)
    rows = teller.rows
    if len(rows) > ROWS_MAX:
        left = Row(at_ns=rows[-1].at_ns, kind="note", what=f"{len(rows) - ROWS_MAX} more rows")
        rows = [*rows[:ROWS_MAX], left]
    return Story(
        trace_id=trace_id,
        name=name,
        label=label,
        seed=seed,
        status=facts.status,
        attempts=facts.attempts,
        rows=tuple(rows),
    )


class _Teller:
    """Tells records, remembering what it told.

    Attributes:
        rows: told so far.
    """

    def __init__(self, records: Sequence[Record], start_ns: int, faults: Mapping[str, str]) -> None:
        self.rows: list[Row] = []
        self._start_ns = start_ns
        self._faults = faults
        self._written: Counter[tuple[object, ...]] = Counter()
        self._again: Row | None = None
        self._tellers: dict[type[Record], Callable[[Any, int], Row | None]] = {
            CommandAccepted: self._command,
            DeliveryAccepted: self._accepted,
            AttemptStarted: self._attempt,
            DataCalled: self._data,
            RetryScheduled: self._retry,
            DeliveryEnded: self._ended,
            StatusWritten: self._status,
            DeadLetterWritten: self._letter,
            DeadLetterRedriven: self._letter,
            DeadLetterDiscarded: self._letter,
            EventPublished: self._event,
            FaultStruck: self._strike,
        }
        self._times = 1
        self._outcomes: dict[tuple[str, int], AttemptSucceeded | AttemptFailed] = {
            (record.facts.delivery_id, record.attempt): record
            for record in records
            if isinstance(record, AttemptSucceeded | AttemptFailed)
        }
        self._strikes = {
            (record.facts.delivery_id, record.fault, record.at_ns): record
            for record in records
            if isinstance(record, FaultStruck) and record.facts is not None
        }

    def tell(self, record: Record) -> None:
        """Add the row of a record, where it is worth one."""
        row = self._row(record)
        if row is None:
            return
        last = self.rows[-1] if self.rows else None
        if last is not None and row.kind == "fault" and _same(row, self._again):
            self._times += 1
            times = f"{row.came_to}, {self._times} times"
            self.rows[-1] = replace(last, until_ns=row.at_ns, came_to=times)
            return
        self._again, self._times = row, 1
        self.rows.append(row)

    def _row(self, record: Record) -> Row | None:
        teller = self._tellers.get(type(record))
        return None if teller is None else teller(record, record.at_ns - self._start_ns)

    def _command(self, record: CommandAccepted, at_ns: int) -> Row:
        return Row(at_ns=at_ns, kind="accepted", what="accepted", came_to=record.command)

    def _retry(self, record: RetryScheduled, at_ns: int) -> Row:
        due = clock_text(record.due_ns, self._start_ns)
        what = f"retry {record.retry} of {record.max_retries} due at {due}"
        return Row(at_ns=at_ns, kind="retry", what=what, component=_who(record.facts))

    def _status(self, record: StatusWritten, at_ns: int) -> Row:
        what = f"{record.status} can be read"
        return Row(at_ns=at_ns, kind="status", what=what, component=_who(record.facts))

    def _accepted(self, record: DeliveryAccepted, at_ns: int) -> Row | None:
        facts = record.facts
        if facts.copy:
            return Row(at_ns=at_ns, kind="note", what="delivered again", component=_who(facts))
        if facts.event is None:
            return None  # the row of the command says it
        by = f"by {facts.event}"
        return Row(at_ns=at_ns, kind="accepted", what="accepted", component=_who(facts), came_to=by)

    def _attempt(self, record: AttemptStarted, at_ns: int) -> Row:
        facts = record.facts
        outcome = self._outcomes.get((facts.delivery_id, record.attempt))
        row = Row(
            at_ns=at_ns, kind="attempt", what=f"attempt {record.attempt}", component=_who(facts)
        )
        if outcome is None:
            return replace(row, came_to="under way")
        until_ns = outcome.at_ns - self._start_ns
        if isinstance(outcome, AttemptSucceeded):
            return replace(row, until_ns=until_ns, came_to="returned")
        fault = outcome.error.fault
        struck = self._strike_of(facts, fault)
        return replace(
            row,
            until_ns=until_ns,
            came_to=self._error(outcome.error.type, fault),
            fault=fault,
            phase=struck.phase if struck is not None else "",
            failed=True,
        )

    def _strike_of(self, facts: DeliveryFacts, fault: str | None) -> FaultStruck | None:
        if fault is None:
            return None
        found = (
            record
            for (delivery, name, _), record in self._strikes.items()
            if delivery == facts.delivery_id and name == fault
        )
        return next(found, None)

    def _error(self, kind: str, fault: str | None) -> str:
        """What failed: the fault's name in the catalogue, where it is one of it."""
        named = self._faults.get(fault or "", "")
        return named if "." in named else kind

    def _data(self, record: DataCalled, at_ns: int) -> Row:
        what = f"{record.source} {record.operation}".strip()
        came_to, mark = ("applied" if record.write else "read") if record.applied else "", ""
        if record.write and record.applied:
            owner = record.facts.component if record.facts is not None else ""
            effect = (owner, record.key, record.source, record.operation, record.effect)
            self._written[effect] += 1
            times = self._written[effect]
            if times > 1:
                mark = _ORDINALS.get(times, f"{times}. time")
        phase = ""
        if record.error is not None:
            error = self._error(record.error, record.fault)
            came_to = f"{came_to}, then {error}" if came_to else error
            if record.fault is not None:
                phase = "response" if record.applied else "request"
        return Row(
            at_ns=at_ns,
            kind="data",
            what=what,
            component=_who(record.facts) if record.facts is not None else "",
            came_to=came_to,
            fault=record.fault,
            phase=phase,
            mark=mark,
            failed=record.error is not None,
        )

    def _ended(self, record: DeliveryEnded, at_ns: int) -> Row:
        retries = max(record.attempts - 1, 0)
        came_to = f"{plural(record.attempts, 'attempt')}, {plural(retries, 'retry')}"
        if record.status == "success" and record.message:
            came_to = f"{record.message}, {came_to}"
        if record.reason is not None:
            came_to = f"{record.reason}, {came_to}"
        return Row(
            at_ns=at_ns,
            kind="status",
            what=record.status,
            component=_who(record.facts),
            came_to=came_to,
            failed=record.status == "error",
        )

    def _letter(
        self, record: DeadLetterWritten | DeadLetterRedriven | DeadLetterDiscarded, at_ns: int
    ) -> Row:
        verbs = {
            DeadLetterWritten: "written",
            DeadLetterRedriven: "redriven",
            DeadLetterDiscarded: "discarded",
        }
        what = f"dead letter {verbs[type(record)]}"
        reason = record.reason if isinstance(record, DeadLetterWritten) else ""
        return Row(
            at_ns=at_ns, kind="letter", what=what, component=_who(record.facts), came_to=reason
        )

    def _event(self, record: EventPublished, at_ns: int) -> Row:
        is_error = record.event.get("source") == FAILURE_SOURCE
        what = "error event" if is_error else f"event {record.event.get('detail-type')}"
        starts = ", ".join(record.components) or "nobody"
        return Row(
            at_ns=at_ns,
            kind="event",
            what=what,
            component=record.by or "",
            came_to=f"starts {starts}",
        )

    def _strike(self, record: FaultStruck, at_ns: int) -> Row | None:
        if (record.point, record.effect) in _TOLD_BY_OTHERS:
            return None
        where = f"{record.point} {record.about}".strip()
        return Row(
            at_ns=at_ns,
            kind="fault",
            what=where,
            component=_who(record.facts) if record.facts is not None else "",
            came_to=self._error(record.effect, record.fault),
            fault=record.fault,
            phase=record.phase,
        )


def _same(row: Row, last: Row | None) -> bool:
    """Whether it is the same strike once more: an outage strikes whoever tries again."""
    return last is not None and replace(last, at_ns=row.at_ns) == row


def _who(facts: DeliveryFacts) -> str:
    return f"{facts.component} (copy {facts.copy})" if facts.copy else facts.component
