"""Everything that can happen, one class each: the lines of the journal.

A record is made once, when the thing happens, and never changes. The trace query, the status
push, the dead letters, the timeline of a failing test and the invariants are folds over these.

Times are integer nanoseconds since the Unix epoch, on the emulator's clock.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from appsync_emu.core.quick import quick

if TYPE_CHECKING:
    from collections.abc import Mapping

    from appsync_emu.core.jsonvalue import JsonObject

__all__ = [
    "AttemptFailed",
    "AttemptStarted",
    "AttemptSucceeded",
    "CommandAccepted",
    "ComponentCrashed",
    "DataCalled",
    "DeadLetterDiscarded",
    "DeadLetterRedriven",
    "DeadLetterWritten",
    "DeliveryAccepted",
    "DeliveryEnded",
    "DeliveryFacts",
    "ErrorInfo",
    "EventPublished",
    "FaultStruck",
    "FaultsArmed",
    "FaultsHealed",
    "Record",
    "RetryScheduled",
    "StatusWritten",
    "to_json",
    "trace_of",
]


@quick
@dataclass(frozen=True, slots=True)
class ErrorInfo:
    """An error as it is remembered.

    Attributes:
        type: class name, or the AWS error code.
        message: its text.
        error_class: ``technical``, ``permanent`` or ``business``.
        why: what made it that class, in a few words.
        stack: lines of the traceback inside the user's code; empty for injected errors.
        fault: id of the fault that caused it, or ``None``.
    """

    type: str
    message: str
    error_class: str
    why: str = ""
    stack: tuple[str, ...] = ()
    fault: str | None = None


@quick
@dataclass(frozen=True, slots=True)
class DeliveryFacts:
    """What does not change during the life of a delivery.

    Attributes:
        delivery_id: unique in the journal; ``aws_request_id`` of every attempt.
        trace_id: the trace it belongs to.
        component: the component that is to handle it.
        command: name of the command that began this branch of the trace, or ``None``.
        event: ``detail-type`` of the event that started the component, or ``None``.
        cause: id of the command or event that started it.
        previous: the component that published the event or sent the command, or ``None``.
        copy: 0 for the delivery itself, 1 and up for injected duplicates of it.
    """

    delivery_id: str
    trace_id: str
    component: str
    command: str | None
    event: str | None
    cause: str
    previous: str | None = None
    copy: int = 0


@quick
@dataclass(frozen=True, slots=True)
class CommandAccepted:
    """A mutation was accepted as a command; the caller has its trace id.

    Attributes:
        event: what the handlers get: the event of a direct Lambda resolver.
        identity: ``ctx.identity`` of the caller, or ``None``.
        headers: the request headers worth keeping, without credentials.
        label: what a scenario or test calls it, or ``None``.
    """

    at_ns: int
    trace_id: str
    command_id: str
    command: str
    field: str
    event: JsonObject
    identity: JsonObject | None
    headers: Mapping[str, str | list[str]]
    components: tuple[str, ...]
    label: str | None = None


@quick
@dataclass(frozen=True, slots=True)
class EventPublished:
    """An event went onto the bus; ``event`` is EventBridge's envelope."""

    at_ns: int
    trace_id: str
    event_id: str
    event: JsonObject
    by: str | None
    components: tuple[str, ...]


@quick
@dataclass(frozen=True, slots=True)
class DeliveryAccepted:
    """A component is to handle a command or event: status ``accepted``."""

    at_ns: int
    facts: DeliveryFacts


@quick
@dataclass(frozen=True, slots=True)
class AttemptStarted:
    """An attempt began; ``attempt`` counts from 1, over all rounds of redrive."""

    at_ns: int
    facts: DeliveryFacts
    attempt: int


@quick
@dataclass(frozen=True, slots=True)
class AttemptSucceeded:
    """The handler returned, and its answer arrived."""

    at_ns: int
    facts: DeliveryFacts
    attempt: int
    key: str | None = None


@quick
@dataclass(frozen=True, slots=True)
class AttemptFailed:
    """The attempt failed.

    Attributes:
        applied: whether the handler returned all the same, so that its effects happened.
        key: the idempotency key of the delivery, or ``None``.
    """

    at_ns: int
    facts: DeliveryFacts
    attempt: int
    error: ErrorInfo
    applied: bool = False
    key: str | None = None


@quick
@dataclass(frozen=True, slots=True)
class RetryScheduled:
    """Another attempt is due at ``due_ns``; ``retry`` counts from 1 to ``max_retries``."""

    at_ns: int
    facts: DeliveryFacts
    retry: int
    max_retries: int
    due_ns: int


@quick
@dataclass(frozen=True, slots=True)
class DeliveryEnded:
    """The delivery ended: status ``success`` or ``error``.

    Attributes:
        status: ``success`` or ``error``.
        attempts: attempts made in this round.
        message: the error's message, ``already processed``, or empty.
        error_type: the error's type, or ``None``.
        reason: ``retries-exhausted``, ``permanent`` or ``business``; ``None`` on success.
    """

    at_ns: int
    facts: DeliveryFacts
    status: str
    attempts: int
    message: str = ""
    error_type: str | None = None
    reason: str | None = None


@quick
@dataclass(frozen=True, slots=True)
class DeadLetterWritten:
    """The dead letter ``letter_id`` was stored; its content is a fold over the journal."""

    at_ns: int
    facts: DeliveryFacts
    letter_id: str
    reason: str


@quick
@dataclass(frozen=True, slots=True)
class DeadLetterRedriven:
    """The letter was sent to its component again, under the same trace id."""

    at_ns: int
    facts: DeliveryFacts
    letter_id: str


@quick
@dataclass(frozen=True, slots=True)
class DeadLetterDiscarded:
    """The letter was thrown away by hand."""

    at_ns: int
    facts: DeliveryFacts
    letter_id: str


@quick
@dataclass(frozen=True, slots=True)
class DataCalled:
    """A handler or resolver called a service.

    In real time the calls of resolvers' functions are written down only while faults may strike
    calls: a server's queries would fill its journal.

    Attributes:
        facts: the delivery whose handler called; ``None`` for a resolver.
        attempt: of the delivery; 0 for a resolver.
        service: ``dynamodb``, ``http``..., or empty.
        source: table, function, queue or host.
        operation: what was asked of it.
        write: whether the operation changes anything.
        applied: whether the service did it, whatever became of the answer.
        effect: a digest of what was written, by which a second time is recognised; empty for reads.
        error: type of the error that the caller got, or ``None``.
        fault: id of the fault that struck, or ``None``.
        key: the idempotency key of the delivery, or ``None``.
        trace_id: of the resolver's request, when there is no delivery.
    """

    at_ns: int
    facts: DeliveryFacts | None
    attempt: int
    service: str
    source: str
    operation: str
    write: bool
    applied: bool
    effect: str = ""
    error: str | None = None
    fault: str | None = None
    key: str | None = None
    trace_id: str | None = None


@quick
@dataclass(frozen=True, slots=True)
class StatusWritten:
    """A status that a fault had kept from the trace table can be read from now on."""

    at_ns: int
    facts: DeliveryFacts
    status: str


@quick
@dataclass(frozen=True, slots=True)
class ComponentCrashed:
    """Every attempt of a component died; none begins before ``restart_ns``."""

    at_ns: int
    component: str
    restart_ns: int
    fault: str | None = None


@quick
@dataclass(frozen=True, slots=True)
class FaultStruck:
    """An armed fault struck.

    Attributes:
        facts: the delivery that was struck; ``None`` where there is none.
        point: where.
        effect: the kind of effect.
        attempt: of the delivery; 0 where none has begun.
        about: what was struck, in a few words: ``PaymentsTable PutItem``, ``success``, ``watcher
            data``; empty where the rest says it.
        phase: ``request`` or ``response`` where the effect has one, else empty.
        trace_id: of what was struck, when it is no delivery; ``None`` when it has none.
    """

    at_ns: int
    facts: DeliveryFacts | None
    fault: str
    point: str
    effect: str
    attempt: int
    about: str = ""
    phase: str = ""
    trace_id: str | None = None


@quick
@dataclass(frozen=True, slots=True)
class FaultsArmed:
    """Faults were armed while the emulator ran."""

    at_ns: int
    faults: tuple[str, ...]


@quick
@dataclass(frozen=True, slots=True)
class FaultsHealed:
    """Faults were disarmed."""

    at_ns: int
    faults: tuple[str, ...]


Record: TypeAlias = (
    CommandAccepted
    | EventPublished
    | DeliveryAccepted
    | AttemptStarted
    | AttemptSucceeded
    | AttemptFailed
    | RetryScheduled
    | DeliveryEnded
    | DeadLetterWritten
    | DeadLetterRedriven
    | DeadLetterDiscarded
    | DataCalled
    | StatusWritten
    | ComponentCrashed
    | FaultStruck
    | FaultsArmed
    | FaultsHealed
)


def trace_of(record: Record) -> str | None:
    """The trace that the record belongs to; ``None`` for records of the whole emulator."""
    facts: DeliveryFacts | None = getattr(record, "facts", None)
    if facts is not None:
        return facts.trace_id
    trace_id: str | None = getattr(record, "trace_id", None)
    return trace_id


def to_json(record: Record) -> dict[str, Any]:
    """The record as JSON: ``kind`` (its class) and its fields, ``facts`` spread out."""
    line: dict[str, Any] = {"kind": type(record).__name__}
    for field in fields(record):
        value = getattr(record, field.name)
        if value is None and field.name in {"facts", *line}:
            continue  # what the facts say already stays
        if field.name == "facts":
            line.update((part.name, getattr(value, part.name)) for part in fields(value))
        elif is_dataclass(value) and not isinstance(value, type):
            line[field.name] = {part.name: getattr(value, part.name) for part in fields(value)}
        else:
            line[field.name] = value
    return line
