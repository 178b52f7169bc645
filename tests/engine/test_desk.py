"""What a handler asks for while it runs."""

from __future__ import annotations

from engine.kit import drive, make_api

from appsync_emu.core.records import (
    CommandAccepted,
    DeliveryAccepted,
)

PLACE = 'mutation { place(id: "1", total: 2) { traceId } }'


def records(emulator, kind):
    return [record for record in emulator.journal.records if isinstance(record, kind)]


def test_a_handler_sends_a_second_command_under_the_same_trace():
    async def place(event, context):
        if context.function_name == "Place" and event["info"]["fieldName"] == "place":
            assert context.send("close", reason="done") == context.trace_id

    async def scenario(emulator):
        trace_id = emulator.send("place", {"id": "7"})
        await emulator.clock.settle()
        return [(r.trace_id == trace_id, r.command) for r in records(emulator, CommandAccepted)]

    assert drive(make_api(place), scenario) == [(True, "place"), (True, "close")]


def test_a_command_that_a_component_sends_says_who_was_before():
    async def place(event, context):
        if event["info"]["fieldName"] == "place":
            context.send("close", reason="done")

    async def scenario(emulator):
        emulator.send("place", {"id": "7"})
        await emulator.clock.settle()
        return [(r.facts.command, r.facts.previous) for r in records(emulator, DeliveryAccepted)]

    assert drive(make_api(place), scenario) == [("place", None), ("close", "Place")]
