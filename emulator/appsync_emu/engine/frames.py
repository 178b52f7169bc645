"""Where faults meet subscribers: events on their way to all, frames on their way to one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from appsync_emu.core import wire
from appsync_emu.core.faults.points import Point, Situation
from appsync_emu.core.faults.verdict import Close, Corrupt, Delay, Fail
from appsync_emu.core.handshake import HandshakeProblem
from appsync_emu.engine.passage import Passage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from appsync_emu.core.api import TraceNames
    from appsync_emu.core.faults.verdict import Verdict
    from appsync_emu.engine.clock import Clock
    from appsync_emu.engine.strikes import Strikes

__all__ = ["Event", "EventPath", "FramePath", "client_error", "refusal"]

FAILED, INTERNAL = 400, 500
NO_FACTS = wire.EventFacts()


def client_error(failure: Fail) -> wire.Problem:
    """What a client reads of an injected error."""
    if failure.named is not None and failure.named.client is not None:
        return wire.Problem(failure.named.client.error_type, failure.named.client.message)
    return wire.Problem(failure.error.type, failure.error.message)


def refusal(failure: Fail) -> HandshakeProblem:
    """What a client reads of a handshake that fails; 500 where the error has no status."""
    problem = client_error(failure)
    client = failure.named.client if failure.named is not None else None
    status = client.status if client is not None and client.status >= FAILED else INTERNAL
    return HandshakeProblem(problem.error_type, problem.message, status)


@dataclass(frozen=True, slots=True)
class Event:
    """An event on its way to the subscribers of a field.

    Attributes:
        field: the subscription field.
        value: the result by field names of the schema.
        facts: what it tells.
    """

    field: str
    value: Mapping[str, object]
    facts: wire.EventFacts


class EventPath:
    """The way of events to all subscribers of a field: point ``publish``.

    Args:
        strikes: asked for verdicts.
        clock: time.
        trace: names, by which the statuses of traces are read.
    """

    __slots__ = ("_clock", "_passage", "_status_field", "_strikes", "_trace")

    def __init__(self, strikes: Strikes, clock: Clock, trace: TraceNames) -> None:
        self._strikes = strikes
        self._clock = clock
        self._trace = trace
        self._status_field = (trace.subscription or "").rpartition(".")[2]
        self._passage: Passage[Event] | None = None

    @property
    def wanted(self) -> bool:
        """Whether any fault may look at what events tell."""
        return self._strikes.armed_at(Point.PUBLISH) or self._strikes.armed_at(Point.FRAME)

    def take(
        self,
        field: str,
        value: Mapping[str, object],
        mutation: str | None,
        tell: Callable[[Event], None],
    ) -> None:
        """Let ``tell`` have the event, as the faults at ``publish`` allow.

        Args:
            field: the subscription field.
            value: the result.
            mutation: the field that made it; ``None`` for the status of a trace.
            tell: gives an event to the subscribers.
        """
        event = Event(field, value, self._facts(field, value, mutation))
        if not self._strikes.armed_at(Point.PUBLISH):
            tell(event)
            return
        facts = event.facts
        situation = Situation(
            point=Point.PUBLISH,
            now_ns=self._clock.now_ns(),
            key=(field, facts.trace_id, facts.component, facts.command, facts.status),
            trace_id=facts.trace_id,
            label=self._strikes.labels.get(facts.trace_id or ""),
            component=facts.component,
            command=facts.command,
            status=facts.status,
        )
        about = f"{field} {facts.status}" if facts.status else field
        if self._passage is None:
            self._passage = Passage(self._clock, tell)
        self._passage.take(event, self._strikes.of(situation, about=about))

    def _facts(self, field: str, told: Mapping[str, Any], mutation: str | None) -> wire.EventFacts:
        if mutation is not None:
            return wire.EventFacts(trace_id=told.get(self._trace.field), command=mutation)
        if field != self._status_field:
            return NO_FACTS
        names = self._trace.fields
        return wire.EventFacts(
            trace_id=told.get(names.trace_id),
            component=told.get(names.component),
            command=told.get(names.command),
            status=told.get(names.status),
        )


class FramePath:
    """The way of frames to one client: point ``frame``.

    Args:
        strikes: asked for verdicts; ``None`` lets everything pass.
        clock: time.
        subscriber: what faults call the client.
        send: takes a frame.
        close: ends the connection, with a code and a reason.
        fail: puts an error in the place of a frame: the id of its subscription (or ``None``), its
            type, and the error.
    """

    __slots__ = (
        "_clock",
        "_close",
        "_fail",
        "_passage",
        "_send",
        "_strikes",
        "_subscriber",
        "_waiting",
    )

    def __init__(
        self,
        strikes: Strikes | None,
        clock: Clock,
        subscriber: str,
        *,
        send: Callable[[str], object],
        close: Callable[[int, str], None],
        fail: Callable[[str | None, str, wire.Problem], None],
    ) -> None:
        self._strikes = strikes
        self._clock = clock
        self._subscriber = subscriber
        self._send = send
        self._close = close
        self._fail = fail
        self._passage: Passage[str] | None = None
        self._waiting: Passage[Callable[[], None]] | None = None

    @property
    def armed(self) -> bool:
        """Whether any fault may strike frames now: else they need not come this way."""
        return self._strikes is not None and self._strikes.armed_at(Point.FRAME)

    def take(self, frame: str) -> None:
        """Send the frame, or whatever a fault makes of it."""
        assert self._strikes is not None  # noqa: S101 - see armed
        read: dict[str, Any] = wire.parse_json(frame)
        kind = read["type"]
        facts = frame.facts if isinstance(frame, wire.Telling) else NO_FACTS
        situation = Situation(
            point=Point.FRAME,
            now_ns=self._clock.now_ns(),
            key=(self._subscriber, kind, facts.trace_id, facts.component, facts.status),
            trace_id=facts.trace_id,
            label=self._strikes.labels.get(facts.trace_id or ""),
            component=facts.component,
            command=facts.command,
            subscriber=self._subscriber,
            frame=kind,
            status=facts.status,
        )
        verdict = self._strikes.of(situation, about=f"{self._subscriber} {kind}")
        self._judged(frame, read.get("id"), kind, verdict)

    def _judged(self, frame: str, sub_id: str | None, kind: str, verdict: Verdict) -> None:
        match verdict:
            case Corrupt():
                self._send(wire.corrupted(frame, verdict.how))
            case Close():
                self._close(verdict.code, verdict.reason)
            case Fail():
                self._fail(sub_id, kind, client_error(verdict))
            case _:
                if self._passage is None:
                    self._passage = Passage(self._clock, self._send)
                self._passage.take(frame, verdict)

    def later(self, seconds: float, callback: Callable[[], None]) -> None:
        """Call back later, unless the connection is over by then."""
        self._waiting = Passage(self._clock, lambda called: called())
        self._waiting.take(callback, Delay(seconds))

    def end(self) -> None:
        """The connection is over; frames that are still on their way are lost."""
        for passage in (self._passage, self._waiting):
            if passage is not None:
                passage.close()
