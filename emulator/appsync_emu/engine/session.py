"""One realtime connection at work, with a socket or without one.

A session drives :class:`appsync_emu.core.realtime.Connection`: it checks credentials, has the
executor compile what clients want to subscribe to, joins them to the fan-out and keeps the
connection's one timer on the clock. Text comes in by :meth:`RealtimeSession.receive` and goes out
by the ``send`` that it was given; nothing in between waits, unless a subscription's resolver does.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any, TypeAlias, assert_never

from appsync_emu.core import wire
from appsync_emu.core.faults.points import Point, Situation
from appsync_emu.core.faults.verdict import Close, Delay, Fail, Hang
from appsync_emu.core.handshake import HandshakeProblem
from appsync_emu.core.http import INTERNAL_FAILURE, RequestRefused
from appsync_emu.core.limits import STRICT
from appsync_emu.core.realtime import Closed, Connection, StartRequested, Stopped
from appsync_emu.core.request import GraphqlRequest
from appsync_emu.engine.frames import FramePath, refusal

if TYPE_CHECKING:
    from appsync_emu.core.handshake import Handshake
    from appsync_emu.core.limits import Limits
    from appsync_emu.core.realtime import Subscription
    from appsync_emu.core.request import Headers, Identity
    from appsync_emu.engine.clock import Clock, Timer
    from appsync_emu.engine.fanout import Fanout, Plan, Subscriber
    from appsync_emu.engine.strikes import Strikes

__all__ = ["RealtimeSession", "SessionServices"]

Errors: TypeAlias = Sequence[Mapping[str, Any]]

logger = logging.getLogger(__name__)

NS = 1_000_000_000
HELD_MAX = 100
"""Messages that a connection whose handshake takes its time keeps; what comes then is lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionServices:
    """What every session of an emulator shares.

    Attributes:
        authenticate: headers to an identity; raises ``RequestRefused``.
        subscribe: compiles a subscription, running its resolver if it has one; raises something
            with ``errors`` (GraphQL errors) to refuse.
        fanout: where live subscriptions are joined.
        clock: keep-alive and connection life.
        request_id: mints ``x-amzn-requestid`` for each ``start``.
        limits: quotas.
        limit_errors_as_object: see :class:`~appsync_emu.core.realtime.Connection`.
        strikes: asked for faults; ``None`` where there are none.
        sessions: the open sessions, in the order in which they opened; kept by the sessions.
        numbers: what connections without a name are called by.
    """

    authenticate: Callable[[Headers], Identity]
    subscribe: Callable[[GraphqlRequest], Plan | Awaitable[Plan]]
    fanout: Fanout
    clock: Clock
    request_id: Callable[[], str]
    limits: Limits = STRICT
    limit_errors_as_object: bool = False
    strikes: Strikes | None = None
    sessions: dict[RealtimeSession, None] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=partial(count, 1))

    def name(self) -> str:
        """What faults call a connection that has no name of its own: ``connection 1``..."""
        return f"connection {next(self.numbers)}"


class RealtimeSession:
    """One connection; call :meth:`open` once ``send`` can be called.

    Args:
        services: shared by all sessions.
        handshake: what the upgrade request said.
        send: takes one text frame; must not wait.
        close: takes a close code and a reason, once, when the server ends the connection; not
            called when :meth:`closed` told of it first.
        backlog: how many bytes wait for the client to read them. Over ``limits.outbox_bytes`` the
            client is disconnected, so that a slow reader costs nobody else anything.
        name: what faults call its client; a number of its own unless given.

    Attributes:
        subscriber: what faults call its client.
    """

    __slots__ = (
        "_armed_ns",
        "_backlog",
        "_close",
        "_connection",
        "_cut",
        "_handshake",
        "_held",
        "_path",
        "_send",
        "_sending",
        "_services",
        "_subscribers",
        "_timer",
        "_work",
        "subscriber",
    )

    def __init__(
        self,
        services: SessionServices,
        handshake: Handshake,
        *,
        send: Callable[[str], object],
        close: Callable[[int, str], object],
        backlog: Callable[[], int] = lambda: 0,
        name: str | None = None,
    ) -> None:
        self.subscriber = name or services.name()
        self._services = services
        self._handshake = handshake
        self._send = send
        self._close = close
        self._backlog = backlog
        self._connection = Connection(
            services.clock.now_ns(),
            services.limits,
            limit_errors_as_object=services.limit_errors_as_object,
        )
        self._subscribers: dict[Subscription, Subscriber] = {}
        self._work: dict[Subscription, asyncio.Task[Plan]] = {}
        self._timer: Timer | None = None
        self._armed_ns = 0
        self._sending = False
        self._cut = False  # by a fault: what is left is not sent
        self._held: list[str] | None = None  # what came while a fault delays the handshake
        self._path = FramePath(
            services.strikes,
            services.clock,
            self.subscriber,
            send=self._put,
            close=self._break_off,
            fail=self._fail,
        )

    def open(self) -> None:
        """Check the credentials of the handshake; a refusal is sent to the client at once."""
        self._services.sessions[self] = None
        problem = self._handshake.problem
        identity: Identity | None = None
        if problem is None:
            try:
                identity = self._services.authenticate(self._handshake.headers)
            except RequestRefused as refused:
                problem = HandshakeProblem(refused.error_type, refused.message, refused.status)
        if problem is not None:
            self._connection.refuse_connection(problem, self._services.clock.now_ns())
        elif self._services.strikes is not None and self._services.strikes.armed_at(Point.CONNECT):
            self._connect(self._services.strikes, identity)
        self._pump()

    def receive(self, text: str) -> None:
        """The client sent a text message."""
        if self._held is not None:
            if len(self._held) < HELD_MAX:
                self._held.append(text)
            return
        self._connection.receive_text(text, self._services.clock.now_ns())
        self._pump()

    def receive_binary(self) -> None:
        """The client sent a binary message."""
        if self._held is not None:
            return
        self._connection.receive_binary()
        self._pump()

    def end(self, code: int = wire.CLOSE_GOING_AWAY, reason: str = "") -> None:
        """End the connection from this side: ``close`` is called."""
        self._connection.close(code, reason)
        self._pump()

    def closed(self) -> None:
        """The client has gone; harmless when the session is over."""
        self._cut = True
        self._connection.close(wire.CLOSE_NORMAL, "")
        self._connection.events()
        self._finish()

    async def at_rest(self) -> None:
        """Return when no ``start`` waits for its resolver any more."""
        while self._work:
            await asyncio.wait(tuple(self._work.values()))

    # -------------------------------------------------------------- faults

    def _connect(self, strikes: Strikes, identity: Identity | None) -> None:
        """The handshake, as the faults at ``connect`` allow."""
        now_ns = self._services.clock.now_ns()
        situation = Situation(
            point=Point.CONNECT,
            now_ns=now_ns,
            key=(self.subscriber,),
            subscriber=self.subscriber,
            identity=identity.claims if identity is not None else None,
        )
        verdict = strikes.of(situation, about=self.subscriber)
        match verdict:
            case Fail():
                self._connection.refuse_connection(refusal(verdict), now_ns)
            case Hang():
                self._held = []
            case Delay():
                self._held = []
                self._path.later(verdict.seconds, self._wake)
            case Close():
                self._connection.close(verdict.code, verdict.reason)
            case _:
                pass

    def _wake(self) -> None:
        """The handshake that a fault delayed is over."""
        held, self._held = self._held or [], None
        for text in held:
            self.receive(text)
        self._pump()

    def _put(self, frame: str) -> None:
        """Send a frame that has come all its way."""
        self._send(frame)

    def _break_off(self, code: int, reason: str) -> None:
        """A fault ends the connection in the place of a frame."""
        self._cut = True
        self.end(code, reason)

    def _fail(self, sub_id: str | None, kind: str, problem: wire.Problem) -> None:
        """A fault puts an error in the place of a frame; in that of ``start_ack`` it refuses."""
        if kind == "start_ack" and sub_id is not None:
            subscription = self._connection.revoke(sub_id)
            if subscription is not None:
                self._leave(subscription)
        as_object = self._services.limit_errors_as_object
        self._send(wire.error([problem.entry()], sub_id, as_object=as_object))

    # -------------------------------------------------------------- what the connection wants

    def _pump(self) -> None:
        over: Closed | None = None
        for event in self._connection.events():
            match event:
                case StartRequested():
                    self._begin(event.subscription, event.message)
                case Stopped():
                    self._leave(event.subscription)
                case Closed():
                    over = event
                case _:
                    assert_never(event)
        self._flush()
        if over is None:
            self._arm()
        else:
            self._finish()
            self._close(over.code, over.reason)

    def _flush(self) -> None:
        if self._sending:
            return  # a client without a socket speaks while it is spoken to
        self._sending = True
        try:
            while frames := self._connection.outgoing():
                if self._held is not None:
                    continue  # a handshake that is not over says nothing
                send = self._path.take if self._path.armed else self._send
                for frame in frames:
                    if self._cut:
                        return
                    send(frame)
        finally:
            self._sending = False
        if self._backlog() > self._services.limits.outbox_bytes and not self._connection.closed:
            self.end(wire.CLOSE_OUTBOX_FULL, "Client reads too slowly")

    def _finish(self) -> None:
        for subscription in [*self._subscribers, *self._work]:
            self._leave(subscription)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._path.end()
        self._services.sessions.pop(self, None)

    # -------------------------------------------------------------- subscriptions

    def _begin(self, subscription: Subscription, message: wire.Start) -> None:
        services = self._services
        try:
            plan = services.subscribe(
                GraphqlRequest(
                    query=message.query,
                    variables=message.variables,
                    operation_name=message.operation_name,
                    identity=services.authenticate(message.headers),
                    headers=message.headers,
                    request_id=services.request_id(),
                )
            )
        except Exception as error:  # noqa: BLE001 - whatever it is, this client gets an answer
            self._connection.refuse(subscription, _errors_of(error))
            return
        if not inspect.isawaitable(plan):
            self._join(subscription, plan)
            return
        # The executor's own coroutine becomes the task: a wrapper that is cancelled before its
        # first step would leave it never awaited.
        work = plan if isinstance(plan, Coroutine) else _awaited(plan)
        task = self._work[subscription] = services.clock.spawn(work)
        task.add_done_callback(partial(self._decided, subscription))

    def _decided(self, subscription: Subscription, task: asyncio.Task[Plan]) -> None:
        self._work.pop(subscription, None)
        if task.cancelled():
            return
        error = task.exception()
        if error is None:
            self._join(subscription, task.result())
        else:
            self._connection.refuse(subscription, _errors_of(error))
        self._pump()

    def _join(self, subscription: Subscription, plan: Plan) -> None:
        # start_ack is queued first, so no data can be sent before it.
        if self._connection.accept(subscription):
            deliver = partial(self._deliver, subscription)
            self._subscribers[subscription] = self._services.fanout.add(plan, deliver)

    def _deliver(self, subscription: Subscription, payload: str) -> None:
        if self._connection.publish(subscription, payload):
            self._flush()

    def _leave(self, subscription: Subscription) -> None:
        subscriber = self._subscribers.pop(subscription, None)
        if subscriber is not None:
            self._services.fanout.remove(subscriber)
        task = self._work.pop(subscription, None)
        if task is not None:
            task.cancel()

    # -------------------------------------------------------------- time

    def _arm(self) -> None:
        """Keep one timer, never later than the next deadline; one that comes early re-arms."""
        deadline = self._connection.next_deadline()
        if deadline is None or (self._timer is not None and self._armed_ns <= deadline):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._armed_ns = deadline
        self._timer = self._services.clock.call_at(deadline, self._on_time, periodic=True)

    def _on_time(self) -> None:
        self._timer = None
        self._connection.handle_deadline(self._services.clock.now_ns())
        self._pump()


async def _awaited(plan: Awaitable[Plan]) -> Plan:
    return await plan


def _errors_of(error: BaseException) -> Errors:
    """What the client reads about a ``start`` that failed."""
    if isinstance(error, RequestRefused):
        return [wire.Problem(error.error_type, error.message).entry()]
    errors: Errors | None = getattr(error, "errors", None)
    if errors:
        return errors
    logger.error("a subscription could not be started", exc_info=error)
    _, error_type, message = INTERNAL_FAILURE
    return [wire.Problem(error_type, message).entry()]
