"""A subscription without a socket, as a careful client keeps it: over lost connections, too.

What it does when a connection fails is what Amplify's client does (aws-amplify/amplify-js,
``AWSWebSocketProvider``): it gives up a ``start`` that is not acknowledged within 15 s and a
connection on which nothing was heard for ``connectionTimeoutMs``, connects again with growing
pauses, and never after 400, 401 or 403.
"""

from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from appsync_emu.core.following import backoff_s
from appsync_emu.core.handshake import SUBPROTOCOL, read_handshake
from appsync_emu.core.wire import CLOSE_NORMAL
from appsync_emu.engine.session import RealtimeSession
from appsync_emu.errors import SubscriptionRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from appsync_emu.engine.clock import Timer
    from appsync_emu.engine.session import SessionServices

__all__ = ["ClientNote", "Subscription"]

NS: Final = 1_000_000_000
MS: Final = 1_000_000
ACK_TIMEOUT_S: Final = 15
"""Amplify's ``START_ACK_TIMEOUT`` and ``CONNECTION_INIT_TIMEOUT``."""

DEFAULT_TIMEOUT_S: Final = 300
"""Where ``connection_ack`` did not say (amplify-js, ``DEFAULT_KEEP_ALIVE_TIMEOUT``)."""

PATIENCE: Final = 10
"""So many failures in a row keep ``settle`` waiting for the next try; later ones do not: a client
goes on trying for ever, but a world in which it never succeeds has settled all the same."""

FATAL_CODES: Final = frozenset({400, 401, 403})
FATAL_TYPES: Final = frozenset({"BadRequestException", "UnauthorizedException"})
"""After these a client does not connect again (amplify-js, ``NON_RETRYABLE_CODES``...)."""

LIMIT_TYPES: Final = frozenset({"MaxSubscriptionsReachedError", "LimitExceededError"})
"""What is worth another ``start``; any other ``error`` says that the subscription is no good."""

_ID: Final = "1"


@dataclass(frozen=True, slots=True)
class ClientNote:
    """Something that a client met and put up with.

    Attributes:
        at_ns: when, in nanoseconds since the Unix epoch.
        text: what it was.
    """

    at_ns: int
    text: str


class Subscription:
    """A subscription on a connection of its own.

    Args:
        services: of the emulator.
        start: the GraphQL request, as JSON text.
        headers: the credentials.
        name: what faults call the client; a number unless given.
        on_payload: called for each ``data`` frame as it arrives.
        on_live: called whenever the subscription is live: at first, and after each reconnection.
        reconnect: whether a lost connection is opened again: unless it was closed with 1000 or the
            client was told that it has no business here.
        keep_alive: whether a connection on which nothing is heard for as long as the server
            announced is given up for lost.

    Attributes:
        name: what faults call the client.
        frames: every frame that could be read, oldest first.
        payloads: ``payload`` of the ``data`` frames.
        live: whether it was acknowledged, on a connection that is still there.
        closed: close code and reason once the server ended it for good, else ``None``.
        closures: close codes and reasons of all connections that the server ended.
        reconnects: how often it was live again after a connection had failed.
        notes: what it put up with.
    """

    __slots__ = (
        "_attempt",
        "_decision",
        "_failures",
        "_fatal",
        "_headers",
        "_heard_ns",
        "_keep_alive",
        "_on_live",
        "_on_payload",
        "_over",
        "_reconnect",
        "_retry_timer",
        "_services",
        "_session",
        "_start",
        "_timeout_ns",
        "_waiting",
        "_watch",
        "closed",
        "closures",
        "frames",
        "live",
        "name",
        "notes",
        "payloads",
        "reconnects",
    )

    def __init__(
        self,
        services: SessionServices,
        start: str,
        headers: Mapping[str, str],
        *,
        name: str | None = None,
        on_payload: Callable[[dict[str, Any]], None] | None = None,
        on_live: Callable[[], None] | None = None,
        reconnect: bool = False,
        keep_alive: bool | None = None,
    ) -> None:
        self.name = name or services.name()
        self.frames: list[dict[str, Any]] = []
        self.payloads: list[dict[str, Any]] = []
        self.live = False
        self.closed: tuple[int, str] | None = None
        self.closures: list[tuple[int, str]] = []
        self.reconnects = 0
        self.notes: list[ClientNote] = []
        self._services = services
        self._start = start
        self._headers = dict(headers)
        self._on_payload = on_payload
        self._on_live = on_live
        self._reconnect = reconnect
        self._keep_alive = reconnect if keep_alive is None else keep_alive
        self._session: RealtimeSession | None = None
        self._decision: asyncio.Future[None] | None = None
        self._waiting: list[asyncio.Future[None]] = []
        self._attempt = 0
        self._failures = 0
        self._fatal = False
        self._over = False  # closed by its owner
        self._heard_ns = 0
        self._timeout_ns = DEFAULT_TIMEOUT_S * NS
        self._watch: Timer | None = None
        self._retry_timer: Timer | None = None

    # -------------------------------------------------------------- what its owner does

    async def open(self) -> None:
        """Connect and start; when this returns it is live, or being tried again.

        Raises:
            SubscriptionRefused: the answer was an error, or with ``reconnect`` one that trying
                again does not cure.
        """
        self._decision = decision = asyncio.get_running_loop().create_future()
        try:
            session = self._connect()
            await session.at_rest()
            if not decision.done():
                if self._reconnect:
                    return
                self._watch_start()
            await decision
        except BaseException:
            self.close()
            raise
        finally:
            self._decision = None

    def close(self) -> None:
        """Leave; harmless when that was done already."""
        self._over = True
        self._leave()
        self._settled()

    def cut(self, code: int = 1006, reason: str = "") -> None:
        """Lose the connection now, as if the network were gone; harmless without one."""
        if self._session is not None:
            self._session.end(code, reason)

    async def back(self) -> None:
        """Return when it is live, or over for good."""
        if not self.live and not self._over and self.closed is None:
            waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(waiting)
            await waiting

    @property
    def trying(self) -> bool:
        """Whether it has lost its connection, and is about to get another."""
        return not self.live and not self._over and self.closed is None and self._attempt > 0

    # -------------------------------------------------------------- connections

    def _connect(self) -> RealtimeSession:
        self._retry_timer = None
        self._attempt += 1
        text = base64.b64encode(json.dumps(self._headers).encode()).decode()
        session = self._session = RealtimeSession(
            self._services,
            read_handshake(
                query=f"header={text}&payload=e30=", protocols=(SUBPROTOCOL,), headers={}
            ),
            send=partial(self._receive, self._attempt),
            close=partial(self._on_close, self._attempt),
            name=self.name,
        )
        self._heard_ns = self._services.clock.now_ns()
        if self._reconnect:
            self._watch_start()
        session.open()
        payload = {"data": self._start, "extensions": {"authorization": self._headers}}
        for message in (
            {"type": "connection_init"},
            {"id": _ID, "type": "start", "payload": payload},
        ):
            if self._session is session:
                session.receive(json.dumps(message))
        return session

    def _on_close(self, attempt: int, code: int, reason: str) -> None:
        if attempt != self._attempt or self._session is None:
            return
        self._session = None
        self.closures.append((code, reason))
        self._leave()
        if self._reconnect and code != CLOSE_NORMAL and not self._fatal:
            self._retry()
        else:
            self.closed = code, reason
            self._refused([{"message": f"the connection was closed: {code} {reason}".rstrip()}])
            self._settled()

    def _retry(self) -> None:
        at_ns = self._services.clock.now_ns() + round(backoff_s(self._failures) * NS)
        periodic = self._failures >= PATIENCE
        self._failures += 1
        self._retry_timer = self._services.clock.call_at(at_ns, self._again, periodic=periodic)

    def _again(self) -> None:
        self._connect()

    def _give_up(self, why: str) -> None:
        """This connection is of no use: leave it and try another."""
        self.note(why)
        self._leave()
        if self._reconnect:
            self._retry()
        else:
            self._refused([{"message": why}])

    def _leave(self) -> None:
        self.live = False
        session, self._session = self._session, None
        for timer in (self._watch, self._retry_timer):
            if timer is not None:
                timer.cancel()
        self._watch = self._retry_timer = None
        if session is not None:
            session.closed()

    # -------------------------------------------------------------- frames

    def _receive(self, attempt: int, text: str) -> None:
        if attempt != self._attempt or self._session is None:
            return
        try:
            frame = json.loads(text)
        except ValueError:
            self.note(f"a frame is no JSON: {text[:40]!r}")
            return
        self._heard_ns = self._services.clock.now_ns()
        self.frames.append(frame)
        kind, payload = frame["type"], frame.get("payload")
        if frame.get("id", _ID) != _ID:
            self.note(f"a {kind} frame is of no subscription: {frame['id']!r}")
            return
        match kind:
            case "data":
                self.payloads.append(payload)
                if self._on_payload is not None:
                    self._on_payload(payload)
            case "connection_ack":
                self._timeout_ns = payload["connectionTimeoutMs"] * MS
            case "start_ack":
                self._started()
            case "error" | "connection_error":
                errors = payload["errors"]
                self._failed(kind, errors if isinstance(errors, list) else [errors])
            case "ka" | "complete":
                pass
            case _:
                self.note(f"a frame has an unknown type: {kind!r}")

    def _started(self) -> None:
        if self.live:
            return  # told twice
        self.live = True
        self._failures = 0
        self.reconnects += self._attempt > 1
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        if self._keep_alive:
            self._watch_alive()
        if self._decision is not None and not self._decision.done():
            self._decision.set_result(None)
        self._settled()
        if self._on_live is not None:
            self._on_live()

    def _failed(self, kind: str, errors: Sequence[Mapping[str, Any]]) -> None:
        said = "; ".join(str(error.get("message") or error.get("errorType")) for error in errors)
        if self.live:
            self.note(f"an error: {said}")
            return
        curable = self._reconnect and _curable(kind, errors)
        if curable and kind == "connection_error":
            self.note(f"the connection was refused: {said}")  # the server closes it
        elif curable:
            self._give_up(f"the subscription was refused: {said}")
        else:
            self._fatal = True
            self._refused(errors)
            if kind == "error" and self._reconnect:
                self.closed = CLOSE_NORMAL, said
                self._leave()
                self._settled()

    # -------------------------------------------------------------- supervision

    def _watch_start(self) -> None:
        due_ns = self._services.clock.now_ns() + ACK_TIMEOUT_S * NS
        self._watch = self._services.clock.call_at(
            due_ns, self._not_started, periodic=self._failures >= PATIENCE
        )

    def _not_started(self) -> None:
        self._watch = None
        self._give_up(f"no start_ack within {ACK_TIMEOUT_S} s")

    def _watch_alive(self) -> None:
        due_ns = self._heard_ns + self._timeout_ns
        self._watch = self._services.clock.call_at(due_ns, self._listen, periodic=True)

    def _listen(self) -> None:
        self._watch = None
        if self._services.clock.now_ns() < self._heard_ns + self._timeout_ns:
            self._watch_alive()
        else:
            self._give_up(f"nothing was heard for {self._timeout_ns // NS} s")

    # -------------------------------------------------------------- telling

    def note(self, text: str) -> None:
        """Write down what the client put up with."""
        self.notes.append(ClientNote(self._services.clock.now_ns(), text))

    def _refused(self, errors: Sequence[Mapping[str, object]]) -> None:
        if self._decision is not None and not self._decision.done():
            self._decision.set_exception(SubscriptionRefused(errors))

    def _settled(self) -> None:
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            if not one.done():
                one.set_result(None)


def _curable(kind: str, errors: Sequence[Mapping[str, Any]]) -> bool:
    """Whether trying again may help."""
    types = {str(error.get("errorType", "")).rpartition("#")[2] for error in errors}
    if kind == "error":
        return bool(types & LIMIT_TYPES)
    codes = {error.get("errorCode") for error in errors}
    return FATAL_CODES.isdisjoint(codes) and FATAL_TYPES.isdisjoint(types)
