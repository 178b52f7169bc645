"""Where faults may strike, and what they can look at there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from appsync_emu.core.jsonvalue import Json
    from appsync_emu.core.records import DeliveryFacts

__all__ = ["MATCHED_AT", "Point", "Situation"]


class Point(StrEnum):
    """A joint of the system.

    ``accept``: a command on its way in. ``dispatch``: a message on its way to a component.
    ``attempt``: one call of a handler. ``data``: a call of a service, from a handler or resolver.
    ``status.write``, ``status.read``: the table that clients watch traces in.
    ``deadletter.write``: the table of what failed. ``publish``: an event on its way to all
    subscribers. ``connect``: the handshake of a real-time connection. ``frame``: one frame on its
    way to one subscriber.
    """

    ACCEPT = "accept"
    DISPATCH = "dispatch"
    ATTEMPT = "attempt"
    DATA = "data"
    STATUS_WRITE = "status.write"
    STATUS_READ = "status.read"
    DEADLETTER_WRITE = "deadletter.write"
    PUBLISH = "publish"
    CONNECT = "connect"
    FRAME = "frame"


@dataclass(slots=True, kw_only=True, eq=False)
class Situation:
    """An occasion on which a fault may strike: where, and all that can be said of it.

    Attributes:
        point: the joint that was reached.
        now_ns: the time.
        key: what names this occasion and no other, whatever else happens in the run; chance is
            drawn by it, so it holds no running number. Calls of the same key are told apart by
            how often it was seen.
        facts: the delivery, at points that have one.
        trace_id: the trace, where there is one.
        label: what a scenario or test calls the command of the trace.
        component: who handles.
        command: the command of that branch of the trace.
        event: ``detail-type`` of the event that started the component.
        attempt: number of the attempt in this round, from 1; 0 where none has begun.
        input: the command's input or the event's detail.
        identity: ``ctx.identity`` of the caller.
        service: ``dynamodb``, ``lambda``, ``http``, ``sqs``, ``events``..., or ``None`` for a call
            that is no service's in particular. Errors of one service strike its calls alone.
        source: table, function, queue, bus or host that is called.
        operation: what is asked of it: ``PutItem``, ``Invoke``, ``GET``.
        subscriber: who gets the frame: its label, or a name of its connection.
        frame: type of the frame: ``data``, ``ka``, ``start_ack``...
        status: the status that is written, read or told.
    """

    point: Point
    now_ns: int
    key: tuple[object, ...] = ()
    facts: DeliveryFacts | None = None
    trace_id: str | None = None
    label: str | None = None
    component: str | None = None
    command: str | None = None
    event: str | None = None
    attempt: int = 0
    input: Json = None
    identity: Json = None
    service: str | None = None
    source: str | None = None
    operation: str | None = None
    subscriber: str | None = None
    frame: str | None = None
    status: str | None = None


_DELIVERY = ("component", "command", "event", "label", "input", "identity")

MATCHED_AT: dict[Point, tuple[str, ...]] = {
    Point.ACCEPT: ("command", "label", "input", "identity"),
    Point.DISPATCH: _DELIVERY,
    Point.ATTEMPT: _DELIVERY,
    Point.DATA: (*_DELIVERY, "source", "operation"),
    Point.STATUS_WRITE: (*_DELIVERY, "status"),
    Point.STATUS_READ: ("label", "identity"),
    Point.DEADLETTER_WRITE: _DELIVERY,
    Point.PUBLISH: ("component", "command", "label", "status"),
    Point.CONNECT: ("subscriber", "identity"),
    Point.FRAME: ("subscriber", "frame", "status", "label", "component", "command"),
}
"""What can be said of a situation at each point; anything else would never match."""
