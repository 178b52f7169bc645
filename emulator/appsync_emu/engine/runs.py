"""A delivery in progress, and what is left of one that did not end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from appsync_emu.core.lifecycle import Delivery
from appsync_emu.engine.idempotency import key_of

if TYPE_CHECKING:
    import asyncio

    from appsync_emu.core.api import Component
    from appsync_emu.core.jsonvalue import JsonObject
    from appsync_emu.core.records import DeliveryFacts
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
