"""Deliveries per second to many subscribers.

The receiving side shares the machine with the server, so it does as little as possible: one loop
over epoll that counts a letter which stands once in every message and nowhere else.
"""

from __future__ import annotations

import json
import select
import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from load.documents import ON_PUBLISH, publish
from load.process import cpu_s, resident_kb
from load.wire import masked_frame, read_answer, read_frame

if TYPE_CHECKING:
    from collections.abc import Sequence

    from load.process import Server
    from load.wire import Target

MARK = b"@"
PUBLISHERS = 4
MESSAGES_MAX = 120
DRAIN_S_MAX = 20.0
HANDSHAKE_S_MAX = 20.0
READ_BYTES = 1 << 18


class Subscriber:
    """One real-time connection with one subscription, accepted when this returns."""

    def __init__(self, target: Target, number: int, channel: str) -> None:
        self.id = f"{number:08d}-5b1e-4c55-9f0a-{number:012d}"
        self.connection = socket.create_connection((target.host, target.port), HANDSHAKE_S_MAX)
        self._received = b""
        self.connection.sendall(target.upgrade())
        while (end := self._received.find(b"\r\n\r\n")) < 0:
            self._receive()
        if b" 101 " not in self._received[:20]:
            raise SystemExit(f"no WebSocket: {self._received[:200]!r}")
        self._received = self._received[end + 4 :]
        self.connection.sendall(masked_frame('{"type":"connection_init"}'))
        self._expect("connection_ack")
        asked = json.dumps({"query": ON_PUBLISH, "variables": {"channel": channel}})
        payload = {"data": asked, "extensions": {"authorization": target.authorization}}
        start = {"id": self.id, "type": "start", "payload": payload}
        self.connection.sendall(masked_frame(json.dumps(start)))
        self._expect("start_ack")

    def _receive(self) -> None:
        data = self.connection.recv(READ_BYTES)
        if not data:
            raise SystemExit(f"the server closed a subscriber: {self._received[:200]!r}")
        self._received += data

    def read(self) -> tuple[dict[str, Any], bytes]:
        """The next message, and the bytes of its frame."""
        while (frame := read_frame(self._received)) is None:
            self._receive()
        content, end = frame
        raw, self._received = self._received[:end], self._received[end:]
        return json.loads(content), raw

    def _expect(self, kind: str) -> None:
        while True:
            message, _ = self.read()
            if message["type"] == kind:
                return
            if message["type"] != "ka":
                raise SystemExit(f"{kind} was due, this came: {message}")


class Subscribers:
    """Many of them; the sockets are closed when the block ends."""

    def __init__(self, target: Target, channels: Sequence[str]) -> None:
        self._target = target
        self._channels = channels
        self.members: list[Subscriber] = []

    def __enter__(self) -> list[Subscriber]:
        for number, channel in enumerate(self._channels):
            self.members.append(Subscriber(self._target, number, channel))
        return self.members

    def __exit__(self, *_: object) -> None:
        for member in self.members:
            member.connection.close()
        time.sleep(0.3)  # the server notices


@dataclass(frozen=True, slots=True)
class FanResult:
    """One stage.

    Attributes:
        per_s: deliveries per second, to the last one.
        cpu_us: CPU microseconds of the server for each delivery.
    """

    per_s: float
    cpu_us: float


def memory_kb(server: Server, subscribers: int) -> int:
    """Resident KB with so many subscribers, each of its own channel."""
    with Subscribers(server.target, [f"m{number}" for number in range(subscribers)]):
        time.sleep(1)
        return resident_kb(server.pid)


def stage(server: Server, subscribers: int, seconds: float) -> FanResult:
    """Four publishers send to a channel that everybody listens to.

    Raises:
        SystemExit: a message is wrong, or did not arrive.
    """
    with Subscribers(server.target, ["rate"] * subscribers) as members:
        _check(server.target, members)
        return _Fan(server, members).run(seconds)


def _check(target: Target, members: Sequence[Subscriber]) -> None:
    """One message, read in full by every subscriber."""
    text = "@" + "x" * 79
    target.ask(publish("rate", text))
    said = {"onPublish": {"channel": "rate", "body": text}}
    for member in members:
        message, raw = member.read()
        while message["type"] == "ka":
            message, raw = member.read()
        expected = {"type": "data", "id": member.id, "payload": {"data": said}}
        if message != expected or raw.count(MARK) != 1:
            raise SystemExit(f"wrong delivery: {raw!r}")


class _Fan:
    def __init__(self, server: Server, members: Sequence[Subscriber]) -> None:
        self._server = server
        self._count = len(members)
        self._poll = select.epoll()
        self._sockets: dict[int, socket.socket] = {}
        for member in members:
            self._watch(member.connection)
        target = server.target
        self._publishers: dict[int, bytes] = {}
        for _ in range(PUBLISHERS):
            connection = socket.create_connection((target.host, target.port))
            self._watch(connection)
            self._publishers[connection.fileno()] = b""
        self._request = target.post(publish("rate", "@" + "x" * 79))
        self._sent = self._answered = self._delivered = 0

    def _watch(self, connection: socket.socket) -> None:
        connection.settimeout(0)
        self._sockets[connection.fileno()] = connection
        self._poll.register(connection, select.EPOLLIN)

    def run(self, seconds: float) -> FanResult:
        used_s, started_s = cpu_s(self._server.pid), time.perf_counter()
        until_s = last_s = started_s + seconds
        for fileno in self._publishers:
            self._publish(fileno)
        while self._answered < self._sent or self._delivered < self._sent * self._count:
            ready = self._poll.poll(1.0)
            now_s = time.perf_counter()
            if now_s > until_s + DRAIN_S_MAX:
                raise SystemExit(f"{self._delivered} of {self._sent * self._count} deliveries came")
            for fileno, _ in ready:
                data = self._sockets[fileno].recv(READ_BYTES)
                if not data:
                    raise SystemExit("the server closed a connection")
                if fileno in self._publishers:
                    self._answer(fileno, data, more=now_s < until_s)
                else:
                    self._delivered += data.count(MARK)
                    last_s = now_s
        used_s = cpu_s(self._server.pid) - used_s
        for fileno in self._publishers:
            self._sockets[fileno].close()
        return FanResult(
            per_s=self._delivered / (last_s - started_s),
            cpu_us=used_s / self._delivered * 1e6,
        )

    def _publish(self, fileno: int) -> None:
        if self._sent < MESSAGES_MAX:
            self._sent += 1
            self._sockets[fileno].sendall(self._request)

    def _answer(self, fileno: int, data: bytes, *, more: bool) -> None:
        received = self._publishers[fileno] + data
        answer = read_answer(received)
        self._publishers[fileno] = b"" if answer else received
        if answer is None:
            return
        if answer.status != 200:
            raise SystemExit(f"publishing failed: {received[:200]!r}")
        self._answered += 1
        if more:
            self._publish(fileno)
