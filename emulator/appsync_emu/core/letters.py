"""The dead letter: a delivery that failed for good, with all that is needed to look into it.

Its content is a fold over the journal, so it cannot disagree with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from appsync_emu.core.records import (
    AttemptFailed,
    AttemptStarted,
    CommandAccepted,
    DeadLetterWritten,
    DeliveryFacts,
    ErrorInfo,
    Record,
)
from appsync_emu.core.traces import iso_time

if TYPE_CHECKING:
    from appsync_emu.core.jsonvalue import Json, JsonObject

__all__ = ["CREDENTIALS", "Attempt", "DeadLetter", "dead_letter", "input_of"]


CREDENTIALS = frozenset({"authorization", "cookie", "x-api-key", "x-amz-security-token"})
"""Request headers that no letter shows."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call of a handler that failed.

    Attributes:
        number: from 1, over all rounds.
        started_ns: when it began.
        ended_ns: when it failed.
        error: what it failed with.
    """

    number: int
    started_ns: int
    ended_ns: int
    error: ErrorInfo

    def as_json(self) -> dict[str, Any]:
        """The attempt as the control endpoints show it."""
        return {
            "number": self.number,
            "startedAt": iso_time(self.started_ns),
            "endedAt": iso_time(self.ended_ns),
            "errorType": self.error.type,
            "message": self.error.message,
            "class": self.error.error_class,
            "stack": list(self.error.stack),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """What was buried, and why.

    Attributes:
        letter_id: its id.
        trace_id: the trace; a redrive goes on under it.
        delivery_id: the delivery that failed.
        command: the command of that branch of the trace, or ``None``.
        component: who could not handle it.
        event: what the handler got, and will get again when redriven.
        identity: ``ctx.identity`` of the command's caller.
        headers: request headers of the command, without credentials.
        attempts: every attempt of the last round.
        reason: ``retries-exhausted``, ``permanent`` or ``business``.
        at_ns: when it was written.
        previous: the letter that was redriven and led to this one, or ``None``.
    """

    letter_id: str
    trace_id: str
    delivery_id: str
    command: str | None
    component: str
    event: JsonObject
    identity: JsonObject | None
    headers: Mapping[str, str | list[str]]
    attempts: tuple[Attempt, ...]
    reason: str
    at_ns: int
    previous: str | None = None

    @property
    def input(self) -> Json:
        """The command's input or the event's detail; see :func:`input_of`."""
        return input_of(self.event)

    @property
    def error(self) -> ErrorInfo:
        """What the last attempt failed with."""
        return self.attempts[-1].error

    def as_json(self) -> dict[str, Any]:
        """The letter as the control endpoints and the command line show it."""
        return {
            "id": self.letter_id,
            "traceId": self.trace_id,
            "deliveryId": self.delivery_id,
            "command": self.command,
            "component": self.component,
            "reason": self.reason,
            "writtenAt": iso_time(self.at_ns),
            "input": self.input,
            "event": _without_credentials(self.event),
            "identity": self.identity,
            "headers": dict(self.headers),
            "attempts": [attempt.as_json() for attempt in self.attempts],
            "previous": self.previous,
        }

    def __repr__(self) -> str:
        return (
            f"<DeadLetter {self.letter_id}: {self.component} {self.reason} after"
            f" {len(self.attempts)} attempts, {self.error.type}: {self.error.message}>"
        )


def _without_credentials(event: JsonObject) -> JsonObject:
    """The event as it may be shown; a redrive gets the whole of it."""
    request = event.get("request")
    headers = request.get("headers") if isinstance(request, Mapping) else None
    if not isinstance(request, Mapping) or not isinstance(headers, Mapping):
        return event
    shown = {name: value for name, value in headers.items() if name not in CREDENTIALS}
    return {**event, "request": {**request, "headers": shown}}


def input_of(event: JsonObject) -> Json:
    """What the command was given, or what the event said.

    The arguments of the mutation; when ``input`` is its only argument, that argument's value.
    For an event from the bus, its ``detail``.
    """
    arguments = event.get("arguments")
    if type(arguments) is dict or isinstance(arguments, Mapping):  # the first is quick
        alone = len(arguments) == 1 and "input" in arguments
        return arguments["input"] if alone else arguments
    return event.get("detail")


def dead_letter(
    written: DeadLetterWritten, records: Iterable[Record], event: JsonObject
) -> DeadLetter:
    """The letter that ``written`` stored, from the records of its trace.

    Args:
        written: the record of the writing.
        records: the trace's records, oldest first.
        event: what the handler got.
    """
    facts: DeliveryFacts = written.facts
    command: CommandAccepted | None = None
    rank = -1
    started: dict[int, int] = {}
    attempts: list[Attempt] = []
    previous: str | None = None
    for record in records:
        match record:
            case CommandAccepted():
                # The command itself, or the one that began this branch, or the trace's first.
                fits = 2 * (record.command_id == facts.cause) + (record.command == facts.command)
                if fits > rank:
                    command, rank = record, fits
            case AttemptStarted(facts=of) if of is facts:
                started[record.attempt] = record.at_ns
            case AttemptFailed(facts=of) if of is facts:
                begun = started.get(record.attempt, record.at_ns)
                attempts.append(Attempt(record.attempt, begun, record.at_ns, record.error))
            case DeadLetterWritten(facts=of) if of is facts:
                if record is written:
                    break
                previous = record.letter_id
                attempts.clear()
            case _:
                pass
    return DeadLetter(
        letter_id=written.letter_id,
        trace_id=facts.trace_id,
        delivery_id=facts.delivery_id,
        command=facts.command,
        component=facts.component,
        event=event,
        identity=command.identity if command else None,
        headers=command.headers if command else {},
        attempts=tuple(attempts),
        reason=written.reason,
        at_ns=written.at_ns,
        previous=previous,
    )
