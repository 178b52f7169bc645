"""Events: who is started by them, under which trace, and when they are refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from engine.kit import drive, handler, make_api

from appsync_emu.core.api import Component
from appsync_emu.core.records import (
    DeliveryAccepted,
    DeliveryEnded,
    EventPublished,
)
from appsync_emu.engine import live as module
from appsync_emu.errors import BusinessError, PermanentError

PLACE = 'mutation { place(id: "1", total: 2) { traceId } }'


def records(emulator, kind):
    return [record for record in emulator.journal.records if isinstance(record, kind)]


def test_events_start_components_under_the_same_trace_and_say_who_was_before():
    async def place(event, context):
        context.emit("Placed", {"id": event["arguments"]["id"]})

    seen = []

    async def listen(event, context):
        seen.append((event["detail-type"], event["source"], event["detail"], context.trace_id))

    listener = Component(name="Listen", handler=handler(listen), on=({"detail-type": ["Placed"]},))

    async def scenario(emulator):
        trace_id = emulator.send("place", {"id": "7"})
        await emulator.clock.settle()
        return trace_id, records(emulator, DeliveryAccepted), records(emulator, EventPublished)

    trace_id, accepted, [published] = drive(make_api(place, others=(listener,)), scenario)

    assert seen == [("Placed", "kit", {"id": "7"}, trace_id)]
    assert [(a.facts.component, a.facts.previous, a.facts.event) for a in accepted] == [
        ("Place", None, None),
        ("Listen", "Place", "Placed"),
    ]
    assert published.event["time"] == "2030-01-01T00:00:00Z"


def test_a_failure_is_thrown_as_lambdas_failure_event():
    async def place(event, context):
        raise BusinessError("no")

    seen = []

    async def listen(event, context):
        seen.append(event["detail"])

    listener = Component(
        name="Listen",
        handler=handler(listen),
        on=({"detail-type": ["Lambda Function Invocation Result - Failure"]},),
    )

    async def scenario(emulator):
        emulator.send("place", {"id": "7"})
        await emulator.clock.settle()
        assert emulator.check(settled=True) == []

    drive(make_api(place, others=(listener,)), scenario)
    [detail] = seen

    assert detail["responsePayload"]["errorMessage"] == "no"
    assert detail["requestPayload"]["arguments"] == {"id": "7"}
    assert (detail["component"], detail["reason"]) == ("Place", "business")


def test_an_endless_loop_of_events_is_cut(monkeypatch):
    monkeypatch.setattr(module, "DELIVERIES_PER_TRACE_MAX", 50)

    async def place(event, context):
        context.emit("Again")

    async def again(event, context):
        context.emit("Again")

    loop = Component(name="Again", handler=handler(again), on=({"detail-type": ["Again"]},))

    async def scenario(emulator):
        emulator.send("place", {"id": "7"})
        await emulator.clock.settle()
        return [end.message for end in records(emulator, DeliveryEnded) if end.status == "error"]

    assert drive(make_api(place, others=(loop,)), scenario) == [
        "ThrottlingException: the queues are full"
    ]


@pytest.mark.parametrize(
    ("detail", "problem"),
    [(["a"], "is not a JSON object: ['a']"), ({"a": object()}, "is not JSON: Unable to marshal")],
)
def test_an_event_whose_detail_is_no_json_object_is_refused_where_it_is_sent(detail, problem):
    async def place(event, context):
        context.emit("Odd", detail)

    async def scenario(emulator):
        emulator.send("place", {"id": "7"})
        await emulator.clock.settle()
        return records(emulator, DeliveryEnded)

    [ended] = drive(make_api(place), scenario)

    assert f"the detail of Odd {problem}" in ended.message


def test_a_detail_arrives_as_json_would_carry_it():
    seen = []

    async def place(event, context):
        context.emit("Odd", {"total": Decimal("2.5"), 1: ("a",)})

    async def listen(event, context):
        seen.append(event["detail"])

    listener = Component(name="Listen", handler=handler(listen), on=({"source": ["kit"]},))

    async def scenario(emulator):
        emulator.send("place", {"id": "7"})
        await emulator.clock.settle()

    drive(make_api(place, others=(listener,)), scenario)

    assert seen == [{"total": 2.5, "1": ["a"]}]


def test_who_fails_to_handle_failures_is_not_told_of_that():
    async def fails(event, context):
        raise PermanentError("no")

    listener = Component(name="Listen", handler=handler(fails), on=({"source": ["lambda"]},))

    async def scenario(emulator):
        emulator.send("place", {"id": "7"})
        await emulator.clock.settle()
        assert emulator.check(settled=True) == []
        return len(records(emulator, EventPublished)), len(emulator.deadletters)

    assert drive(make_api(fails, others=(listener,)), scenario) == (1, 2)
