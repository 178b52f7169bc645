"""Realtime connections on a socket: moves text between aiohttp and a session, nothing else.

Fan-out to a thousand sockets is what this must be good at, so a frame goes to the transport in the
call that delivers it: no task, no queue of our own. What the kernel does not take waits in the
transport, and the session disconnects a client for whom too much waits.
"""

from __future__ import annotations

import asyncio
import struct
from typing import TYPE_CHECKING, Final

from aiohttp import WSMsgType, web

from appsync_emu.core.faults.close import CUT
from appsync_emu.core.handshake import SUBPROTOCOL, read_handshake
from appsync_emu.core.wire import CLOSE_GOING_AWAY, CLOSE_OUTBOX_FULL
from appsync_emu.engine.gateway import visible_headers
from appsync_emu.engine.session import RealtimeSession

if TYPE_CHECKING:
    from appsync_emu.core.request import Headers
    from appsync_emu.engine.session import SessionServices

__all__ = ["SUBSCRIBER_HEADER", "RealtimeEndpoint"]

SUBSCRIBER_HEADER: Final = "x-appsync-emu-subscriber"
"""What faults are to call a client: in the header object of its connection, beside the credentials,
or in its upgrade request. It is ours: the service knows nothing of it."""

SUBSCRIBER_CHARS_MAX: Final = 100

HEARTBEAT_S: Final = 30.0
"""How often a silent client is pinged. One that does not answer within half of this is gone: its
network or its machine has vanished without a word."""

CLOSE_TIMEOUT_S: Final = 2.0
"""How long the server waits for the answer to its closing handshake."""

UTF8_BYTES_MAX: Final = 4

NEVER_SENT: Final = frozenset({1005, CUT, 1015})
"""Close codes that no endpoint may send (RFC 6455, section 7.4.1): they mean that the connection
was lost without a word, so that is what happens."""


class RealtimeEndpoint:
    """Answers WebSocket upgrades, at ``/graphql/realtime`` and ``/graphql``.

    Args:
        services: what the sessions share, of the emulator that is served.
        heartbeat_s: see :data:`HEARTBEAT_S`; real seconds.
    """

    def __init__(
        self,
        services: SessionServices,
        *,
        heartbeat_s: float | None = HEARTBEAT_S,
    ) -> None:
        self._services = services
        self._message_bytes_max = services.limits.frame_chars * UTF8_BYTES_MAX
        self._heartbeat_s = heartbeat_s
        self._sockets: dict[_Socket, None] = {}

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection until it ends. An aiohttp handler."""
        handshake = read_handshake(
            query=request.raw_path.partition("?")[2],
            protocols=_offered(request),
            headers=visible_headers(request.headers.items()),
        )
        services = self._services
        ws = web.WebSocketResponse(
            protocols=(SUBPROTOCOL,),
            compress=False,
            heartbeat=self._heartbeat_s,
            timeout=CLOSE_TIMEOUT_S,
            max_msg_size=self._message_bytes_max,
        )
        await ws.prepare(request)
        transport = request.transport
        if transport is None:  # gone while the answer was written
            return ws
        socket = _Socket(ws, transport)
        session = RealtimeSession(
            services,
            handshake,
            send=socket.send,
            close=socket.close,
            backlog=transport.get_write_buffer_size,
            name=_name(handshake.headers) or _name(request.headers),
        )
        self._sockets[socket] = None
        try:
            session.open()
            await _read(ws, session)
        finally:
            del self._sockets[socket]
            session.closed()
            await socket.finish()
        return ws

    async def shutdown(self, _: web.Application | None = None) -> None:
        """Close every connection; for ``app.on_shutdown``."""
        for socket in self._close_all("Server is stopping"):
            await socket.finish()

    def replace(self, services: SessionServices) -> None:
        """Serve another emulator from now on; every connection to the former one is closed."""
        self._services = services
        self._close_all("The emulator was reset")

    def _close_all(self, reason: str) -> tuple[_Socket, ...]:
        sockets = tuple(self._sockets)
        for socket in sockets:
            socket.close(CLOSE_GOING_AWAY, reason)
        return sockets


def _offered(request: web.Request) -> list[str]:
    lines = request.headers.getall("Sec-WebSocket-Protocol", [])
    return [name.strip() for line in lines for name in line.split(",")]


def _name(headers: Headers) -> str | None:
    """What the client calls itself, cut to a length that a timeline can show."""
    said = headers.get(SUBSCRIBER_HEADER)
    return said[:SUBSCRIBER_CHARS_MAX] if isinstance(said, str) and said else None


async def _read(ws: web.WebSocketResponse, session: RealtimeSession) -> None:
    async for message in ws:
        if message.type is WSMsgType.TEXT:
            session.receive(message.data)
        elif message.type is WSMsgType.BINARY:
            session.receive_binary()
        else:
            return


class _Socket:
    """The writing side of one WebSocket."""

    __slots__ = ("_closing", "_transport", "_ws")

    def __init__(self, ws: web.WebSocketResponse, transport: asyncio.Transport) -> None:
        self._ws = ws
        self._transport = transport
        self._closing: asyncio.Task[bool] | None = None

    def send(self, text: str) -> None:
        """Write one text frame: unmasked, unfragmented, uncompressed (RFC 6455, section 5.2).

        aiohttp's own ``send_str`` is a coroutine that would have to be awaited in a task for each
        receiver. Whole frames may be put between those that it writes itself (pings, close).
        """
        if self._ws.closed or self._transport.is_closing():
            return
        data = text.encode()
        self._transport.write(_header(len(data)) + data)

    def close(self, code: int, reason: str) -> None:
        """End the connection from this side."""
        if code == CLOSE_OUTBOX_FULL or code in NEVER_SENT:
            # A closing handshake would wait behind everything that the client does not read; and
            # some codes say that there was none.
            self._transport.abort()
        elif self._closing is None and not self._ws.closed:
            closing = self._ws.close(code=code, message=reason.encode(), drain=False)
            self._closing = asyncio.get_running_loop().create_task(closing)

    async def finish(self) -> None:
        """Wait for the closing handshake; what the client still does not read is given up."""
        if self._closing is not None:
            await asyncio.wait([self._closing])
        if self._transport.get_write_buffer_size():
            # A closed transport would keep its buffer for as long as the peer likes.
            asyncio.get_running_loop().call_later(CLOSE_TIMEOUT_S, self._transport.abort)


_SHORT: Final = tuple(bytes((0x81, size)) for size in range(126))
_MEDIUM: Final = struct.Struct("!BBH").pack
_LONG: Final = struct.Struct("!BBQ").pack


def _header(size: int) -> bytes:
    """The header of a final text frame with ``size`` bytes."""
    if size < 126:  # noqa: PLR2004 - RFC 6455, section 5.2: what fits in seven bits
        return _SHORT[size]
    if size < 1 << 16:
        return _MEDIUM(0x81, 126, size)
    return _LONG(0x81, 127, size)
