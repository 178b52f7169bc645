"""One realtime connection, sans I/O: text and time go in, frames, events and deadlines come out.

The driver (:mod:`appsync_emu.engine.session`) tells what happened and then asks::

    connection.receive_text(text, now_ns)
    for event in connection.events(): ...     # who wants what
    for frame in connection.outgoing(): ...   # what to send, in this order
    connection.next_deadline()                # when to call handle_deadline()

A connection is *open*, then perhaps *refused* (the client has been told why and is given a moment
to read it), then *closed*. A subscription is *asked for*, *live*, *ended*: it gets data only while
it is live, which is after its ``start_ack`` has been queued and before its ``complete``.

Source: AWS, real-time-websocket-client. The page leaves open what these constants choose.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias, assert_never

from appsync_emu.core import wire

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from appsync_emu.core.handshake import HandshakeProblem
    from appsync_emu.core.limits import Limits

__all__ = [
    "Closed",
    "Connection",
    "Event",
    "StartRequested",
    "Stopped",
    "Subscription",
]

COMPLETE_UNKNOWN_IDS: Final = True
"""A choice: ``stop`` for an id that is not live is answered with ``complete`` all the same, so a
client that stops twice does not wait for ever."""

NS: Final = 1_000_000_000


class Subscription:
    """One subscription of a connection, the same object from ``start`` to its end.

    Attributes:
        id: the client's name for it; the client may use it again once this one has ended.
        prefix: its ``data`` frames up to the payload while it is live, else empty.
    """

    __slots__ = ("id", "prefix")

    def __init__(self, sub_id: str) -> None:
        self.id = sub_id
        self.prefix = ""


@dataclass(frozen=True, slots=True)
class StartRequested:
    """A client wants to subscribe: answer with ``accept`` or ``refuse``, now or later."""

    subscription: Subscription
    message: wire.Start


@dataclass(frozen=True, slots=True)
class Stopped:
    """A client has stopped a subscription, live or only asked for."""

    subscription: Subscription


@dataclass(frozen=True, slots=True)
class Closed:
    """The connection is over: send what is outgoing, then close. Every subscription has ended.

    Attributes:
        code: of the closing handshake (RFC 6455, section 7.4).
        reason: text for people.
    """

    code: int
    reason: str


Event: TypeAlias = StartRequested | Stopped | Closed


class Connection:
    """The protocol of one connection.

    Args:
        now_ns: when it was opened.
        limits: quotas.
        limit_errors_as_object: write limit errors in the form of live captures (an object) rather
            than that of the AWS page (an array).
    """

    __slots__ = (
        "_as_object",
        "_closed",
        "_events",
        "_keep_alive_at",
        "_life_ends_at",
        "_limits",
        "_outgoing",
        "_refused_until",
        "_subscriptions",
    )

    def __init__(
        self, now_ns: int, limits: Limits, *, limit_errors_as_object: bool = False
    ) -> None:
        self._limits = limits
        self._as_object = limit_errors_as_object
        self._subscriptions: dict[str, Subscription] = {}
        self._outgoing: list[str] = []
        self._events: list[Event] = []
        self._keep_alive_at = now_ns + limits.keep_alive_s * NS
        self._life_ends_at = now_ns + limits.connection_life_s * NS
        self._refused_until = 0
        self._closed = False

    # -------------------------------------------------------------- what happened

    def receive_text(self, text: str, now_ns: int) -> None:
        """A text message arrived."""
        if self._closed:
            return
        if self._refused_until:
            # Whoever speaks has read, or is about to read, why nobody listens.
            self.close(wire.CLOSE_REFUSED, "Connection refused")
            return
        if len(text) > self._limits.frame_chars:
            self.close(wire.CLOSE_FRAME_TOO_LARGE, "Message too large")
            return
        message = wire.decode(text, id_chars=self._limits.subscription_id_chars)
        match message:
            case wire.ConnectionInit():
                self._acknowledge(now_ns)
            case wire.Start():
                self._start(message)
            case wire.Stop():
                self._stop(message.id)
            case wire.Unreadable():
                self._complain(message.problem, message.id)
            case _:
                assert_never(message)

    def receive_binary(self) -> None:
        """A binary message arrived: the protocol has none."""
        if not self._closed:
            self._complain(wire.BINARY)

    def refuse_connection(self, problem: HandshakeProblem, now_ns: int) -> None:
        """The credentials of the handshake are no good.

        The client is told at once; the connection closes when the client says something, or after
        a grace time. Closing at once would race with the ``connection_init`` that clients send
        without waiting, and their libraries report the lost connection, not the reason.
        """
        self._outgoing.append(wire.connection_error(problem))
        self._refused_until = now_ns + self._limits.handshake_grace_s * NS

    def accept(self, subscription: Subscription) -> bool:
        """A requested subscription is good; ``False`` when it has been answered or has ended."""
        if not self._asked_for(subscription):
            return False
        subscription.prefix = wire.data_prefix(subscription.id)
        self._outgoing.append(wire.start_ack(subscription.id))
        return True

    def refuse(self, subscription: Subscription, errors: Sequence[Mapping[str, Any]]) -> None:
        """A requested subscription is refused.

        Args:
            subscription: of the :class:`StartRequested`.
            errors: GraphQL errors, at least one. ``UnsupportedOperation`` travels without an id
                (enisdenjo/graphql-ws#602).
        """
        if not self._asked_for(subscription):
            return
        del self._subscriptions[subscription.id]
        unsupported = errors[0].get("errorType") == wire.UNSUPPORTED_TYPE
        self._outgoing.append(wire.error(errors, None if unsupported else subscription.id))

    def publish(self, subscription: Subscription, payload: str) -> bool:
        """Queue a ``data`` frame for a live subscription; ``False`` when it is not live.

        Args:
            subscription: whose.
            payload: JSON text of the frame's ``payload``; where that is a
                :class:`~appsync_emu.core.wire.Telling`, the frame is one too.
        """
        if not subscription.prefix:
            return False
        frame = f"{subscription.prefix}{payload}}}"
        if isinstance(payload, wire.Telling):
            frame = wire.Telling.of(frame, payload.facts)
        self._outgoing.append(frame)
        return True

    def revoke(self, sub_id: str) -> Subscription | None:
        """End a subscription without a word; the one that has ended, if it had not before."""
        subscription = self._subscriptions.pop(sub_id, None)
        if subscription is not None:
            subscription.prefix = ""
        return subscription

    def close(self, code: int, reason: str) -> None:
        """End the connection and every subscription on it; harmless when that has happened."""
        if self._closed:
            return
        self._closed = True
        for subscription in self._subscriptions.values():
            subscription.prefix = ""
        self._subscriptions.clear()
        self._events.append(Closed(code, reason))

    def handle_deadline(self, now_ns: int) -> None:
        """Time has passed; harmless when nothing is due."""
        if self._closed:
            return
        if self._refused_until:
            if now_ns >= self._refused_until:
                self.close(wire.CLOSE_REFUSED, "Connection refused")
        elif now_ns >= self._life_ends_at:
            self.close(wire.CLOSE_GOING_AWAY, "Connection duration exceeded")
        elif now_ns >= self._keep_alive_at:
            self._keep_alive(now_ns)

    # -------------------------------------------------------------- what follows

    @property
    def closed(self) -> bool:
        """Whether the connection is over."""
        return self._closed

    def next_deadline(self) -> int | None:
        """When to call :meth:`handle_deadline`, in nanoseconds; ``None`` once closed."""
        if self._closed:
            return None
        return self._refused_until or min(self._keep_alive_at, self._life_ends_at)

    def outgoing(self) -> list[str]:
        """Frames to send, in order; asked once, they are gone."""
        frames, self._outgoing = self._outgoing, []
        return frames

    def events(self) -> list[Event]:
        """What the driver must act on, in order; asked once, they are gone."""
        events, self._events = self._events, []
        return events

    # -------------------------------------------------------------- messages

    def _asked_for(self, subscription: Subscription) -> bool:
        mine = self._subscriptions.get(subscription.id) is subscription
        return mine and not subscription.prefix

    def _acknowledge(self, now_ns: int) -> None:
        self._outgoing.append(wire.connection_ack(self._limits.connection_timeout_ms))
        self._keep_alive(now_ns)

    def _keep_alive(self, now_ns: int) -> None:
        self._outgoing.append(wire.KEEP_ALIVE)
        self._keep_alive_at = now_ns + self._limits.keep_alive_s * NS

    def _start(self, message: wire.Start) -> None:
        if message.id in self._subscriptions:
            self._complain(wire.duplicated(message.id), message.id)
            return
        count_max = self._limits.subscriptions_per_connection
        if len(self._subscriptions) >= count_max:
            entries = [wire.subscriptions_exhausted(count_max).entry()]
            self._outgoing.append(wire.error(entries, message.id, as_object=self._as_object))
            return
        subscription = self._subscriptions[message.id] = Subscription(message.id)
        self._events.append(StartRequested(subscription, message))

    def _stop(self, sub_id: str) -> None:
        subscription = self._subscriptions.pop(sub_id, None)
        if subscription is not None:
            subscription.prefix = ""
            self._events.append(Stopped(subscription))
        if subscription is not None or COMPLETE_UNKNOWN_IDS:
            self._outgoing.append(wire.complete(sub_id))

    def _complain(self, problem: wire.Problem, sub_id: str | None = None) -> None:
        self._outgoing.append(wire.error([problem.entry()], sub_id))
