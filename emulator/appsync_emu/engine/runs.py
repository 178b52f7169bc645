"""A delivery in progress, and what is left of one that did not end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, assert_never

from appsync_emu.core.lifecycle import (
    Delivery,
    Failed,
    Recognised,
    Redriven,
    Started,
    Succeeded,
    Woken,
)
from appsync_emu.core.records import AttemptFailed, AttemptStarted, AttemptSucceeded
from appsync_emu.engine.idempotency import key_of

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence

    from appsync_emu.core.api import Component
    from appsync_emu.core.jsonvalue import JsonObject
    from appsync_emu.core.lifecycle import Effect, Happening
    from appsync_emu.core.records import DeliveryFacts, Record
    from appsync_emu.engine.clock import Timer
    from appsync_emu.engine.handlers import HandlerContext

__all__ = ["Run", "Unfinished"]


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A delivery that had not ended when the emulator was closed."""

    facts: DeliveryFacts
    attempts: int
    state: str


class Run:
    """A delivery in progress: its value, and what waits or works for it."""

    __slots__ = (
        "component",
        "context",
        "delivery",
        "event",
        "facts",
        "key",
        "rest",
        "task",
        "timer",
        "token",
    )

    def __init__(self, facts: DeliveryFacts, component: Component, event: JsonObject) -> None:
        self.facts = facts
        self.component = component
        self.event = event
        self.delivery = Delivery()
        self.key = key_of(component.idempotency_key, event)
        self.token = 0  # the attempt whose outcome counts; 0 when none is running
        self.task: asyncio.Task[None] | None = None
        self.timer: Timer | None = None
        self.context: HandlerContext | None = None
        self.rest: Sequence[
            Effect
        ] = ()  # what is due after a letter that is there, and not acknowledged

    def copied(self, delivery_id: str, number: int) -> Run:
        """The same message once more, as a delivery of its own."""
        facts = replace(self.facts, delivery_id=delivery_id, copy=number)
        return Run(facts, self.component, self.event)

    def record_of(self, happening: Happening, now_ns: int, *, applied: bool) -> Record | None:
        """What the journal has to know of what has just happened; ``None`` for nothing.

        Args:
            happening: what the delivery was stepped by.
            now_ns: when.
            applied: whether the handler returned, whatever became of the attempt.
        """
        attempt, facts = self.delivery.attempt, self.facts
        match happening:
            case Started():
                return AttemptStarted(now_ns, facts, attempt)
            case Succeeded():
                return AttemptSucceeded(now_ns, facts, attempt, self.key)
            case Failed():
                return AttemptFailed(now_ns, facts, attempt, happening.error, applied, self.key)
            case Woken() | Recognised() | Redriven():
                return None
            case _:
                assert_never(happening)
