"""Accepting commands: the answer, the trace id, what the handlers get, full queues."""

from __future__ import annotations

from engine.kit import answer, drive, make_api

from appsync_emu.core.faults.delay import DelayEffect
from appsync_emu.core.faults.plan import Fault, Point
from appsync_emu.core.records import (
    CommandAccepted,
    DeliveryEnded,
)

PLACE = 'mutation { place(id: "1", total: 2) { traceId } }'


def records(emulator, kind):
    return [record for record in emulator.journal.records if isinstance(record, kind)]


def test_a_command_is_answered_at_once_with_the_trace_id():
    async def scenario(emulator):
        response = await answer(emulator, PLACE)
        trace_id = response["data"]["place"]["traceId"]
        assert response == {"data": {"place": {"traceId": trace_id}}}
        assert [r.trace_id for r in records(emulator, CommandAccepted)] == [trace_id]
        return records(emulator, DeliveryEnded)

    assert drive(make_api(), scenario) == []  # nobody waited for the work


def test_the_handler_gets_the_event_of_a_direct_resolver_with_the_trace_in_the_header():
    seen = []

    async def place(event, context):
        seen.append((event, context.trace_id))

    async def scenario(emulator):
        await answer(emulator, PLACE, **{"user-agent": "tests", "x-api-key": "secret"})
        await emulator.clock.settle()
        return records(emulator, CommandAccepted)

    [accepted] = drive(make_api(place), scenario)
    [(event, trace_id)] = seen

    assert event["arguments"] == {"id": "1", "total": 2}
    assert event["info"]["fieldName"] == "place"
    assert event["request"]["headers"]["traceid"] == trace_id == accepted.trace_id
    assert "x-api-key" not in accepted.headers
    assert accepted.headers["user-agent"] == "tests"


def test_a_correlation_header_carries_the_trace_on():
    async def scenario(emulator):
        response = await answer(emulator, PLACE, traceid="mine")
        return response["data"]["place"]["traceId"]

    assert drive(make_api(), scenario) == "mine"


def test_a_correlation_header_that_is_too_long_is_refused():
    async def scenario(emulator):
        response = await answer(emulator, PLACE, traceid="x" * 257)
        assert not emulator.journal.records
        return response["errors"][0]["errorType"]

    assert drive(make_api(), scenario) == "BadRequestException"


def test_commands_under_a_namespace_need_no_resolver_for_it():
    async def scenario(emulator):
        query = 'mutation { Shop { close(input: {reason: "r"}) { traceId } } }'
        return await answer(emulator, query)

    response = drive(make_api(), scenario)

    assert set(response["data"]["Shop"]["close"]) == {"traceId"}


def test_ids_depend_on_the_content_and_not_on_what_else_was_sent():
    def ids(commands):
        async def scenario(emulator):
            return [emulator.send("place", {"id": name}) for name in commands]

        return dict(zip(commands, drive(make_api(), scenario), strict=True))

    assert ids(["a", "b"])["b"] == ids(["x", "y", "b"])["b"]
    assert len(set(ids(["a", "b", "c"]).values())) == 3


def test_full_queues_refuse_a_command_and_lose_none():
    async def scenario(emulator):
        responses = [await answer(emulator, PLACE) for _ in range(3)]
        held = len(records(emulator, CommandAccepted))
        emulator.heal()
        await emulator.clock.settle()
        return responses, held, len(records(emulator, DeliveryEnded))

    slow = Fault(fault_id="slow", point=Point.DISPATCH, effect=DelayEffect(60))
    responses, held, ended = drive(make_api(queue_limit=2), scenario, faults=(slow,))

    assert [response.get("errors", [{}])[0].get("message") for response in responses] == [
        None,
        None,
        "Rate Exceeded.",
    ]
    assert (held, ended) == (2, 2)
