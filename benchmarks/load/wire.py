"""HTTP and WebSocket bytes, as little of them as a load generator needs."""

from __future__ import annotations

import base64
import json
import os
import socket
import struct
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from load.documents import API_KEY

_PATH = "/graphql"
_REALTIME_PATH = "/graphql/realtime"
_MASK = b"\x37\x15\x2a\x4c"


@dataclass(frozen=True, slots=True)
class Target:
    """An endpoint on the loopback interface."""

    port: int
    key: str = API_KEY
    host: str = "127.0.0.1"

    def post(self, text: str) -> bytes:
        """The bytes of a request."""
        data = text.encode()
        head = (
            f"POST {_PATH} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nx-api-key: {self.key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
        )
        return head.encode() + data

    def ask(self, text: str, timeout_s: float = 10.0) -> Answer:
        """Send one request over a connection of its own."""
        with socket.create_connection((self.host, self.port), timeout_s) as connection:
            connection.sendall(self.post(text))
            received = b""
            while True:
                answer = read_answer(received)
                if answer is not None:
                    return answer
                data = connection.recv(1 << 20)
                if not data:
                    raise OSError("closed before the answer was complete")
                received += data

    @property
    def authorization(self) -> dict[str, str]:
        """The credentials of a real-time connection."""
        return {"host": f"{self.host}:{self.port}", "x-api-key": self.key}

    def upgrade(self) -> bytes:
        """The bytes of a WebSocket handshake."""
        header = quote(base64.b64encode(json.dumps(self.authorization).encode()).decode())
        key = base64.b64encode(os.urandom(16)).decode()
        return (
            f"GET {_REALTIME_PATH}?header={header}&payload=e30%3D HTTP/1.1\r\n"
            f"Host: {self.host}:{self.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
            "Sec-WebSocket-Protocol: graphql-ws\r\n\r\n"
        ).encode()


@dataclass(frozen=True, slots=True)
class Answer:
    """A response: its status, its body, and how many bytes it took on the wire."""

    status: int
    body: bytes
    size: int

    @property
    def json(self) -> Any:  # noqa: ANN401 - any JSON
        """The body, read."""
        return json.loads(self.body)


def read_answer(received: bytes) -> Answer | None:
    """The response at the start of ``received``; ``None`` while it is not complete."""
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return None
    head = received[:end].lower()
    status = int(received[9:12])
    length = head.find(b"content-length:")
    if length < 0:
        return _read_chunks(received, end + 4, status)
    size = end + 4 + int(head[length + 15 :].split(b"\r\n", 1)[0])
    if len(received) < size:
        return None
    return Answer(status, received[end + 4 : size], size)


def _read_chunks(received: bytes, at: int, status: int) -> Answer | None:
    body = b""
    while True:
        end = received.find(b"\r\n", at)
        if end < 0:
            return None
        size = int(received[at:end], 16)
        if len(received) < end + 4 + size:
            return None
        body += received[end + 2 : end + 2 + size]
        at = end + 4 + size
        if size == 0:
            return Answer(status, body, at)


def masked_frame(text: str) -> bytes:
    """A client's text frame (RFC 6455, section 5.2)."""
    data = text.encode()
    size = len(data)
    head = bytes((0x81, 0x80 | size)) if size < 126 else b"\x81\xfe" + struct.pack(">H", size)
    mask = (_MASK * (size // 4 + 1))[:size]
    number = int.from_bytes(data, "big") ^ int.from_bytes(mask, "big")
    return head + _MASK + number.to_bytes(size, "big")


def read_frame(received: bytes) -> tuple[bytes, int] | None:
    """The first frame of a server: its content and where it ends."""
    if len(received) < 2:
        return None
    size, at = received[1] & 127, 2
    if size == 126:
        size, at = int.from_bytes(received[2:4], "big"), 4
    elif size == 127:
        size, at = int.from_bytes(received[2:10], "big"), 10
    if len(received) < at + size:
        return None
    return received[at : at + size], at + size
