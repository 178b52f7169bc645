"""The public names as a consumer writes them: never run, only type-checked.

``python3 dev.py check`` runs ``mypy --strict tests/typing``: what is inferred here is what users
of the package see in their editors.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, assert_type

from appsync_emu import (
    BusinessError,
    Client,
    CommandRefused,
    Emulator,
    HandlerContext,
    ManualClock,
    PermanentError,
    RealClock,
    ScaledClock,
    TechnicalError,
    UsageError,
    load,
)


def place(event: dict[str, Any], context: HandlerContext) -> None:
    """A handler, as users write them."""
    if event["arguments"]["total"] <= 0:
        raise BusinessError("an order must have a total")
    if context.get_remaining_time_in_millis() < 1_000:
        raise TechnicalError("not enough time left")
    if context.attempt > 3:
        raise PermanentError(context.trace_id)
    assert_type(context.emit("OrderPlaced", {"orderId": "1"}), str)


async def ship(event: dict[str, Any], context: HandlerContext) -> None:
    """An asynchronous one."""
    await context.sleep(1.5)
    context.send("notify", order=event["detail"]["orderId"])


async def drive() -> None:
    """An emulator without a socket, on virtual time."""
    clock = ManualClock()
    async with Emulator(load(Path("appsync.yaml")), clock=clock, seed=7) as emulator:
        trace_id = emulator.send("placeOrder", {"orderId": "1", "total": 2})
        assert_type(trace_id, str)
        await clock.advance(60)
        await clock.settle()
        for letter in emulator.deadletters:
            emulator.deadletters.discard(letter.letter_id)
        assert_type(emulator.journal.dump(), str)

        client = Client(emulator, headers={"x-api-key": "da2-x"})
        response = await client.execute("{ item(id: 1) { name } }")
        assert_type(response.errors, list[dict[str, Any]])


def refused() -> list[str]:
    """Mistakes are values with places."""
    try:
        Emulator(load("appsync.yaml"), clock=ScaledClock(60))
        Emulator(load(), clock=RealClock())
    except CommandRefused as refusal:
        return [str(error["message"]) for error in refusal.errors]
    except UsageError as error:
        return [f"{mistake.file}:{mistake.line} {mistake.message}" for mistake in error.mistakes]
    return []
