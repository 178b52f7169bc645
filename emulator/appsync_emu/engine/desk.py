"""What a handler asks of the engine while it runs, on behalf of its trace."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from appsync_emu.core.jsonvalue import Json
    from appsync_emu.core.request import Identity
    from appsync_emu.engine.entropy import Entropy
    from appsync_emu.engine.publisher import Publisher

__all__ = ["TraceDesk"]


class TraceDesk:
    """The desk of one call of a handler; its events' ids depend on nothing else.

    Args:
        trace_id: what is published and sent goes on under it.
        identity: who sends commands.
        key: names the call, for the ids of its events.
        by: the component that publishes, or ``None``.
        command: the command of that branch of the trace, or ``None``.
        entropy: ids.
        publisher: takes events.
        send: takes commands, as ``Emulator.send``.
    """

    __slots__ = (
        "_by",
        "_command",
        "_emitted",
        "_entropy",
        "_identity",
        "_key",
        "_publisher",
        "_send",
        "trace_id",
    )

    def __init__(
        self,
        *,
        trace_id: str,
        identity: Identity,
        key: tuple[object, ...],
        by: str | None,
        command: str | None,
        entropy: Entropy,
        publisher: Publisher,
        send: Callable[..., str],
    ) -> None:
        self.trace_id = trace_id
        self._identity = identity
        self._key = key
        self._by = by
        self._command = command
        self._entropy = entropy
        self._publisher = publisher
        self._send = send
        self._emitted = 0

    def emit(self, detail_type: str, detail: Json, source: str | None) -> str:
        """Put an event onto the bus; its id."""
        self._emitted += 1
        return self._publisher.publish(
            self._entropy.uuid("event", *self._key, self._emitted),
            detail_type,
            detail,
            trace_id=self.trace_id,
            source=source,
            by=self._by,
            command=self._command,
        )

    def send(self, command: str, arguments: Mapping[str, Json]) -> str:
        """Send a command under the same trace; the trace id."""
        return self._send(
            command, arguments, trace_id=self.trace_id, identity=self._identity, by=self._by
        )
