"""What a handler asks of the engine while it runs, on behalf of its trace.

Most handlers ask for nothing, so a desk works out who asks when it is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from appsync_emu.core.request import Identity

if TYPE_CHECKING:
    from appsync_emu.core.api import Api
    from appsync_emu.core.jsonvalue import Json
    from appsync_emu.core.request import Headers
    from appsync_emu.engine.entropy import Entropy
    from appsync_emu.engine.publisher import Publisher
    from appsync_emu.engine.runs import Run
    from appsync_emu.graph.call import FieldCall

__all__ = ["Engine", "FieldDesk", "RunDesk"]


class Engine(Protocol):
    """What desks need of the emulator."""

    api: Api
    entropy: Entropy
    publisher: Publisher

    def send(
        self,
        command: str,
        arguments: Mapping[str, Json],
        *,
        trace_id: str | None = None,
        identity: Identity | None = None,
        by: str | None = None,
    ) -> str:
        """Send a command; the trace id."""

    def trace_of(self, headers: Headers) -> str | None:
        """The trace that request headers carry on."""


class RunDesk:
    """The desk of one attempt of a component."""

    __slots__ = ("_emitted", "_engine", "_run")

    def __init__(self, engine: Engine, run: Run) -> None:
        self._engine = engine
        self._run = run
        self._emitted = 0

    @property
    def trace_id(self) -> str:
        """The trace that everything goes on under."""
        return self._run.facts.trace_id

    def emit(self, detail_type: str, detail: Json, source: str | None) -> str:
        """Put an event onto the bus; its id."""
        self._emitted += 1
        run, facts = self._run, self._run.facts
        key = (facts.delivery_id, run.delivery.attempt, self._emitted)
        return self._engine.publisher.publish(
            self._engine.entropy.uuid("event", *key),
            detail_type,
            detail,
            trace_id=facts.trace_id,
            source=source,
            by=facts.component,
            command=facts.command,
        )

    def send(self, command: str, arguments: Mapping[str, Json]) -> str:
        """Send a command under the same trace, for the same caller; the trace id."""
        asked_by: Any = self._run.event.get("identity")
        claims = asked_by if isinstance(asked_by, Mapping) else None
        return self._engine.send(
            command,
            arguments,
            trace_id=self.trace_id,
            identity=Identity(self._engine.api.authentication, claims),
            by=self._run.facts.component,
        )


class FieldDesk:
    """The desk of one call of a function behind a field."""

    __slots__ = ("_call", "_emitted", "_engine", "_request_id")

    def __init__(self, engine: Engine, call: FieldCall, request_id: str) -> None:
        self._engine = engine
        self._call = call
        self._request_id = request_id
        self._emitted = 0

    @property
    def trace_id(self) -> str:
        """The trace that the request carries on, or one of its own."""
        return self._engine.trace_of(self._call.request.headers) or self._request_id

    def emit(self, detail_type: str, detail: Json, source: str | None) -> str:
        """Put an event onto the bus; its id."""
        self._emitted += 1
        return self._engine.publisher.publish(
            self._engine.entropy.uuid("event", self._request_id, self._emitted),
            detail_type,
            detail,
            trace_id=self.trace_id,
            source=source,
        )

    def send(self, command: str, arguments: Mapping[str, Json]) -> str:
        """Send a command under the same trace, for the same caller; the trace id."""
        return self._engine.send(
            command,
            arguments,
            trace_id=self.trace_id,
            identity=self._call.request.identity,
        )
