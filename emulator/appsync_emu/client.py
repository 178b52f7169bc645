"""A client of an emulator in the same process: no socket, and the same bytes as over one.

Requests go through the gateway that the HTTP server uses; subscriptions through a realtime session
fed with the text frames that a WebSocket would carry.
"""

from __future__ import annotations

import asyncio
import base64
import json
from typing import TYPE_CHECKING, Any

from appsync_emu.core.api import AuthMode
from appsync_emu.core.handshake import SUBPROTOCOL, read_handshake
from appsync_emu.core.http import encode
from appsync_emu.engine.gateway import visible_headers
from appsync_emu.engine.session import RealtimeSession
from appsync_emu.errors import SubscriptionRefused

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from appsync_emu.core.jsonvalue import Json
    from appsync_emu.engine.emulator import Emulator
    from appsync_emu.engine.gateway import Answer

__all__ = ["Client", "Response", "Subscription"]

_HOST = "localhost"


class Response:
    """The answer to a query or mutation.

    Attributes:
        status: the HTTP status.
        headers: of the answer.
        body: the bytes that a socket would have carried.
        json: the body, read.
    """

    __slots__ = ("body", "headers", "json", "status")

    def __init__(self, answer: Answer) -> None:
        self.status = answer.status
        self.headers = answer.headers
        self.body = answer.body
        self.json: dict[str, Any] = json.loads(answer.body)

    @property
    def data(self) -> Any:  # noqa: ANN401 - what the document asked for
        """``data`` of the answer; ``None`` where it has none."""
        return self.json.get("data")

    @property
    def errors(self) -> list[dict[str, Any]]:
        """``errors`` of the answer; empty where it has none."""
        errors: list[dict[str, Any]] = self.json.get("errors", [])
        return errors

    @property
    def value(self) -> Any:  # noqa: ANN401 - what the document asked for
        """``data`` of the only root field; ``None`` where there is no data.

        Raises:
            ValueError: the operation had several root fields.
        """
        if self.data is None:
            return None
        (value,) = self.data.values()
        return value

    def __repr__(self) -> str:
        return f"<Response {self.status}: {self.body.decode()}>"


class Subscription:
    """A live subscription on a connection of its own; made by :meth:`Client.subscribe`.

    Attributes:
        frames: every frame that the server sent, read, oldest first.
        payloads: ``payload`` of the ``data`` frames.
        closed: close code and reason once the server ended the connection, else ``None``.
    """

    __slots__ = ("_listener", "_session", "_started", "closed", "frames", "payloads")

    def __init__(self, listener: Callable[[dict[str, Any]], None] | None) -> None:
        self.frames: list[dict[str, Any]] = []
        self.payloads: list[dict[str, Any]] = []
        self.closed: tuple[int, str] | None = None
        self._listener = listener
        self._session: RealtimeSession | None = None
        self._started: asyncio.Future[None] | None = None

    async def _open(
        self, session: RealtimeSession, start: str, authorization: Mapping[str, str]
    ) -> None:
        self._session = session
        self._started = asyncio.get_running_loop().create_future()
        session.open()
        payload = {"data": start, "extensions": {"authorization": dict(authorization)}}
        for message in (
            {"type": "connection_init"},
            {"id": "1", "type": "start", "payload": payload},
        ):
            if self.closed is None:
                session.receive(json.dumps(message))
        try:
            await self._started
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Leave; harmless when that was done already."""
        session, self._session = self._session, None
        if session is not None and self.closed is None:
            session.closed()

    def _receive(self, text: str) -> None:
        frame = json.loads(text)
        self.frames.append(frame)
        payload = frame.get("payload")
        match frame["type"]:
            case "data":
                self.payloads.append(payload)
                if self._listener is not None:
                    self._listener(payload)
            case "start_ack":
                self._decide(None)
            case "error" | "connection_error":
                errors = payload["errors"]
                self._decide(errors if isinstance(errors, list) else [errors])
            case _:
                pass

    def _on_close(self, code: int, reason: str) -> None:
        self.closed = code, reason
        self._decide([{"message": f"the connection was closed: {code} {reason}"}])

    def _decide(self, errors: Sequence[Mapping[str, object]] | None) -> None:
        if self._started is None or self._started.done():
            return
        if errors is None:
            self._started.set_result(None)
        else:
            self._started.set_exception(SubscriptionRefused(errors))


class Client:
    """Speaks to ``emulator`` as a program with an HTTP and a WebSocket client would.

    Args:
        emulator: whom to speak to; the calling loop is the one that it works in.
        headers: sent with every request and subscription. Without credentials among them, the
            API's first key is sent.
    """

    def __init__(self, emulator: Emulator, headers: Mapping[str, str] | None = None) -> None:
        self._emulator = emulator
        self.headers = {name.lower(): value for name, value in (headers or {}).items()}
        api = emulator.api
        with_key = api.authentication is AuthMode.API_KEY and bool(api.api_keys)
        if with_key and self.headers.keys().isdisjoint(("x-api-key", "authorization")):
            self.headers["x-api-key"] = api.api_keys[0].value

    async def execute(
        self,
        query: str,
        variables: Mapping[str, Json] | None = None,
        operation_name: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Run a query or mutation.

        Args:
            query: a GraphQL document.
            variables: its variables.
            operation_name: which operation of the document.
            headers: of this request alone, added to the client's.
        """
        answer = self.post(_body(query, variables, operation_name), headers)
        return Response(await answer if hasattr(answer, "__await__") else answer)

    def post(
        self, body: bytes, headers: Mapping[str, str] | None = None
    ) -> Answer | Awaitable[Answer]:
        """Send a body as it is; the answer, at once unless a resolver waits."""
        sent = {
            "host": _HOST,
            "content-type": "application/json",
            **self.headers,
            **(headers or {}),
        }
        return self._emulator.gateway.post(body, visible_headers(sent.items()))

    async def subscribe(
        self,
        query: str,
        variables: Mapping[str, Json] | None = None,
        operation_name: str | None = None,
        *,
        on_payload: Callable[[dict[str, Any]], None] | None = None,
    ) -> Subscription:
        """Start a subscription; it is live when this returns.

        Args:
            query: a GraphQL document.
            variables: its variables.
            operation_name: which operation of the document.
            on_payload: called for each ``data`` frame as it arrives.

        Raises:
            SubscriptionRefused: the answer was an error.
        """
        authorization = {"host": _HOST, **self.headers}
        header = base64.b64encode(json.dumps(authorization).encode()).decode()
        subscription = Subscription(on_payload)
        session = RealtimeSession(
            self._emulator.realtime,
            read_handshake(
                query=f"header={header}&payload=e30=", protocols=(SUBPROTOCOL,), headers={}
            ),
            send=subscription._receive,  # noqa: SLF001 - two halves of one thing
            close=subscription._on_close,  # noqa: SLF001 - the same
        )
        start = _body(query, variables, operation_name).decode()
        await subscription._open(session, start, authorization)  # noqa: SLF001 - the same
        return subscription


def _body(query: str, variables: Mapping[str, Json] | None, operation_name: str | None) -> bytes:
    body: dict[str, Any] = {"query": query, "variables": dict(variables or {})}
    if operation_name is not None:
        body["operationName"] = operation_name
    return encode(body)
