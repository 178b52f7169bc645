"""A client of an API at a URL, served or deployed: HTTP, and AppSync's real-time WebSocket.

The wire is that of the AWS page "Building a real-time WebSocket client"
(real-time-websocket-client); credentials are whatever headers the caller gives.
"""

from __future__ import annotations

import asyncio
import base64
import json
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import quote, urlsplit

import aiohttp

from appsync_emu.errors import Mistake, SubscriptionRefused, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from appsync_emu.core.jsonvalue import Json

__all__ = ["HttpAnswer", "HttpClient", "HttpSubscription", "Unreachable", "realtime_url"]

TIMEOUT_S: Final = 30
"""AppSync itself gives up a request after 30 s (AWS AppSync endpoints and quotas)."""

ACK_TIMEOUT_S: Final = 15
"""Amplify's ``START_ACK_TIMEOUT``."""

_SUBPROTOCOL: Final = "graphql-ws"
_ID: Final = "1"


class Unreachable(UsageError):  # noqa: N818 - what the API is
    """Nothing answers at the address of the API."""


def realtime_url(url: str) -> str:
    """The real-time endpoint that belongs to a GraphQL endpoint.

    Args:
        url: ``https://ID.appsync-api.REGION.amazonaws.com/graphql``, of a domain of one's own, or
            of an emulator.

    Raises:
        UsageError: it is no HTTP address.
    """
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise UsageError(
            Mistake(
                message=f'"{url}" is not the address of an API',
                remedy="Write the GraphQL endpoint: http://127.0.0.1:20002/graphql.",
            )
        )
    scheme = "wss" if parts.scheme == "https" else "ws"
    host, path = parts.netloc, parts.path.rstrip("/")
    if ".appsync-api." in host:
        return f"{scheme}://{host.replace('.appsync-api.', '.appsync-realtime-api.', 1)}{path}"
    return f"{scheme}://{host}{path}/realtime"


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer to a query or mutation.

    Attributes:
        status: the HTTP status.
        text: the body.
        json: the body, read; empty when it is no JSON object.
    """

    status: int
    text: str
    json: Mapping[str, Any]


class HttpSubscription:
    """A subscription on a connection of its own; it is not opened again when it is lost.

    Attributes:
        payloads: ``payload`` of the ``data`` frames, oldest first.
        lost: close code and reason once the server ended it, else ``None``.
    """

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.payloads: list[dict[str, Any]] = []
        self.lost: str | None = None
        self._socket = socket
        self._reading: asyncio.Task[None] | None = None

    async def open(self, start: Mapping[str, Json]) -> None:
        """Connect and start; it is live when this returns.

        Raises:
            SubscriptionRefused: the answer was an error, or none came.
        """
        try:
            await self._socket.send_json({"type": "connection_init"})
            await self._expect("connection_ack")
            await self._socket.send_json({"id": _ID, "type": "start", "payload": start})
            await self._expect("start_ack")
        except BaseException:
            await self._socket.close()
            raise
        self._reading = asyncio.get_running_loop().create_task(self._read())

    async def close(self) -> None:
        """Leave."""
        if self._reading is not None:
            self._reading.cancel()
            with suppress(asyncio.CancelledError):
                await self._reading
        await self._socket.close()

    async def _expect(self, kind: str) -> None:
        while True:
            try:
                frame = await self._frame(ACK_TIMEOUT_S)
            except TimeoutError:
                raise SubscriptionRefused(
                    [{"message": f"no {kind} within {ACK_TIMEOUT_S} s"}]
                ) from None
            if frame is None:
                raise SubscriptionRefused([{"message": f"the connection was closed: {self.lost}"}])
            if frame.get("type") == kind:
                return
            if frame.get("type") in {"error", "connection_error"}:
                errors = (frame.get("payload") or {}).get("errors") or [{}]
                raise SubscriptionRefused(errors if isinstance(errors, list) else [errors])
            self._keep(frame)

    async def _frame(self, timeout_s: float | None) -> dict[str, Any] | None:
        """The next frame; ``None`` when the connection is gone."""
        message = await self._socket.receive(timeout=timeout_s)
        if message.type is not aiohttp.WSMsgType.TEXT:
            said = f" {message.extra}" if message.extra else ""
            self.lost = f"{self._socket.close_code or 1006}{said}"
            return None
        with suppress(ValueError):
            frame = json.loads(message.data)
            if isinstance(frame, dict):
                return frame
        return {}

    async def _read(self) -> None:
        while (frame := await self._frame(None)) is not None:
            self._keep(frame)

    def _keep(self, frame: Mapping[str, Any]) -> None:
        if frame.get("type") == "data" and isinstance(frame.get("payload"), dict):
            self.payloads.append(frame["payload"])


class HttpClient:
    """Speaks to the API at ``url``; use it with ``async with``.

    Args:
        url: the GraphQL endpoint.
        headers: sent with every request and subscription.

    Raises:
        UsageError: ``url`` is no HTTP address.
    """

    def __init__(self, url: str, headers: Mapping[str, str] | None = None) -> None:
        self.url = url
        self.realtime_url = realtime_url(url)
        self.headers = dict(headers or {})
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_S))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def execute(
        self,
        query: str,
        variables: Mapping[str, Json] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> HttpAnswer:
        """Run a query or mutation; ``headers`` are added to the client's.

        Raises:
            Unreachable: nothing answers there.
        """
        body: dict[str, Json] = {"query": query, "variables": dict(variables or {})}
        sent = {**self.headers, **(headers or {})}
        answer: HttpAnswer = await self._reached(lambda session: self._post(session, body, sent))
        return answer

    async def subscribe(
        self,
        query: str,
        variables: Mapping[str, Json] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> HttpSubscription:
        """Start a subscription; it is live when this returns.

        Raises:
            SubscriptionRefused: the answer was an error.
            Unreachable: nothing answers there.
        """
        credentials = {"host": urlsplit(self.url).netloc, **self.headers, **(headers or {})}
        encoded = base64.b64encode(json.dumps(credentials).encode()).decode()
        url = f"{self.realtime_url}?header={quote(encoded, safe='')}&payload=e30%3D"
        socket = await self._reached(
            lambda session: session.ws_connect(url, protocols=[_SUBPROTOCOL])
        )
        subscription = HttpSubscription(socket)
        data = json.dumps({"query": query, "variables": dict(variables or {})})
        await subscription.open({"data": data, "extensions": {"authorization": {**credentials}}})
        return subscription

    async def _post(
        self, session: aiohttp.ClientSession, body: Mapping[str, Json], headers: Mapping[str, str]
    ) -> HttpAnswer:
        async with session.post(self.url, json=body, headers=headers) as response:
            text = await response.text(errors="replace")
        with suppress(ValueError, RecursionError):
            read = json.loads(text)
            if isinstance(read, dict):
                return HttpAnswer(response.status, text, read)
        return HttpAnswer(response.status, text, {})

    async def _reached(self, ask: Callable[[aiohttp.ClientSession], Any]) -> Any:  # noqa: ANN401 - what was asked for
        if self._session is None:
            raise RuntimeError("the client is used with `async with`")
        try:
            return await ask(self._session)
        except aiohttp.WSServerHandshakeError as error:
            raise SubscriptionRefused(
                [{"message": f"the upgrade was answered with {error.status} {error.message}"}]
            ) from None
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            reason = str(error) or type(error).__name__
            raise Unreachable(
                Mistake(
                    message=f"no API answers at {self.url}: {reason}",
                    remedy="Start it (`appsync-emu serve`), or look at the address.",
                )
            ) from None
