"""aiohttp's client: every request of a session passes the joint, its redirects included."""

from __future__ import annotations

import asyncio
import inspect
import json
import socket
import ssl
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp.base_protocol import BaseProtocol
from aiohttp.client_reqrep import ConnectionKey
from aiohttp.helpers import TimerNoop
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from appsync_emu.sdks.joint import CURRENT, Call, made_up

if TYPE_CHECKING:
    from collections.abc import Callable

    from appsync_emu.core.faults.verdict import Fail

__all__ = ["patch"]

_ERROR_FROM = 400


def patch() -> None:
    """Wrap aiohttp, which is loaded."""
    session: Any = aiohttp.ClientSession
    session._request = _passing(session._request)  # noqa: SLF001 - every method of a session goes there


def _passing(request: Callable[..., Any]) -> Callable[..., Any]:
    async def wrapped(self: Any, method: str, str_or_url: Any, **options: Any) -> Any:  # noqa: ANN401 - aiohttp's
        joint = CURRENT.get()
        if joint is None:
            return await request(self, method, str_or_url, **options)
        call = _Request(self, method, str_or_url, options)
        answer = await joint.through_async(
            call, lambda: request(self, method, str_or_url, **options)
        )
        if call.answered:
            await call.raise_for_status(answer)
        return answer

    return wrapped


class _Request(Call):
    """One request of a session.

    Attributes:
        answered: whether a fault answered in the place of the service.
    """

    __slots__ = ("_method", "_options", "_session", "_url", "answered")

    def __init__(self, session: Any, method: str, url: Any, options: dict[str, Any]) -> None:  # noqa: ANN401 - aiohttp's
        self._session = session
        self._method = method.upper()
        self._url = session._build_url(url)  # noqa: SLF001 - relative to the session's base
        self._options = options
        self.answered = False
        super().__init__("http", self._url.host or "", self._method)

    def arguments(self) -> object:
        """Where it goes and what it says."""
        asked = {name: self._options.get(name) for name in ("params", "json", "data")}
        return {"path": self._url.raw_path_qs, **asked}

    def token(self) -> str | None:
        """The header of idempotent requests (IETF draft, "The Idempotency-Key HTTP Header")."""
        headers = CIMultiDict(self._options.get("headers") or {})
        return headers.get("Idempotency-Key")

    def error_of(self, result: Any) -> str | None:  # noqa: ANN401 - aiohttp's
        """The status of an answer that is an error."""
        return f"HTTP {result.status}" if result.status >= _ERROR_FROM else None

    def fail(self, fault: Fail) -> Any:  # noqa: ANN401 - aiohttp's
        """An answer with the fault's status, or the exception of a network that fails."""
        named = fault.named
        if named is None:
            raise made_up(fault)
        network = self._network_error(named.name, fault.error.message)
        if network is not None:
            raise network
        if not named.status:
            raise made_up(fault)
        self.answered = True
        return self._response(named.status, named.headers or {}, json.dumps(named.body).encode())

    def _network_error(self, name: str, message: str) -> Exception | None:
        """What aiohttp makes of errors of the network (aiohttp/connector.py, client_proto.py)."""
        url = self._url
        secure = url.scheme == "https"
        checked: Any = True  # aiohttp's default for certificates, with TLS or without
        where = ConnectionKey(url.host or "", url.port, secure, checked, None, None, None)
        error: Exception | None = None
        match name:
            case "network.refused":
                error = aiohttp.ClientConnectorError(where, ConnectionRefusedError(111, message))
            case "network.dns":
                dns = socket.gaierror(socket.EAI_NONAME, message)
                kind = getattr(aiohttp, "ClientConnectorDNSError", aiohttp.ClientConnectorError)
                error = kind(where, dns)
            case "network.reset":
                error = aiohttp.ServerDisconnectedError()
            case "network.tls":
                error = aiohttp.ClientConnectorSSLError(where, ssl.SSLError(1, message))
            case "network.connect-timeout":
                text = f"Connection timeout to host {self._url}"
                error = aiohttp.ConnectionTimeoutError(text)
            case "network.timeout":
                error = aiohttp.SocketTimeoutError("Timeout on reading data from socket")
            case _:
                pass
        return error

    def _response(self, status: int, more: Any, body: bytes) -> aiohttp.ClientResponse:  # noqa: ANN401 - headers
        """An answer that was read to its end."""
        headers = CIMultiDictProxy(
            CIMultiDict(
                {"Content-Type": "application/json", "Content-Length": str(len(body)), **more}
            )
        )
        loop = asyncio.get_running_loop()
        asked = CIMultiDictProxy(CIMultiDict(self._options.get("headers") or {}))
        known: dict[str, Any] = {
            "writer": None,
            "continue100": None,
            "timer": TimerNoop(),
            "request_info": aiohttp.RequestInfo(self._url, self._method, asked, self._url),
            "traces": [],
            "loop": loop,
            "session": self._session,
            "stream_writer": _Sent(),
        }
        wanted = inspect.signature(aiohttp.ClientResponse.__init__).parameters
        options = {name: value for name, value in known.items() if name in wanted}
        response: Any = aiohttp.ClientResponse(self._method, URL(self._url), **options)
        response.version = aiohttp.HttpVersion11
        response.status = status
        response.reason = HTTPStatus(status).phrase
        response._headers = headers  # noqa: SLF001 - what start() sets from the socket
        response._raw_headers = tuple(  # noqa: SLF001 - the same
            (name.encode(), value.encode()) for name, value in headers.items()
        )
        response._body = body  # noqa: SLF001 - the same
        response.content = aiohttp.streams.StreamReader(BaseProtocol(loop), 2**16, loop=loop)
        response.content.feed_data(body)
        response.content.feed_eof()
        answer: aiohttp.ClientResponse = response
        return answer

    async def raise_for_status(self, response: Any) -> None:  # noqa: ANN401 - aiohttp's
        """What the session does with every answer, before it hands it out."""
        wanted = self._options.get("raise_for_status")
        if wanted is None:
            wanted = self._session._raise_for_status  # noqa: SLF001 - the session's own setting
        if callable(wanted):
            await wanted(response)
        elif wanted:
            response.raise_for_status()


class _Sent:
    """The writer of a request that is on its way."""

    output_size = 0
