"""The emulator as a whole, without sockets: commands, traces, events, dead letters."""

from __future__ import annotations

import json

import pytest
from engine.kit import answer, drive, handler, make_api, nothing

from appsync_emu.core.api import Component
from appsync_emu.core.faults.delay import DelayEffect
from appsync_emu.core.faults.plan import Fault, Point
from appsync_emu.core.records import (
    CommandAccepted,
    DeliveryAccepted,
    DeliveryEnded,
    EventPublished,
    FaultsHealed,
)
from appsync_emu.core.request import GraphqlRequest, Identity
from appsync_emu.engine import dispatcher as module
from appsync_emu.errors import BusinessError, CommandRefused, UsageError

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


def test_a_handler_sends_a_second_command_under_the_same_trace():
    async def place(event, context):
        if context.function_name == "Place" and event["info"]["fieldName"] == "place":
            assert context.send("close", reason="done") == context.trace_id

    async def scenario(emulator):
        trace_id = emulator.send("place", {"id": "7"})
        await emulator.clock.settle()
        return [(r.trace_id == trace_id, r.command) for r in records(emulator, CommandAccepted)]

    assert drive(make_api(place), scenario) == [(True, "place"), (True, "close")]


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


def test_an_event_whose_detail_is_no_object_is_refused_where_it_is_sent():
    async def place(event, context):
        context.emit("Odd", ["a", "list"])

    async def scenario(emulator):
        emulator.send("place", {"id": "7"})
        await emulator.clock.settle()
        return records(emulator, DeliveryEnded)

    [ended] = drive(make_api(place), scenario)

    assert "the detail of Odd is not a JSON object" in ended.message


def test_sending_names_the_command_or_says_which_there_are():
    async def scenario(emulator):
        assert emulator.send("ShopMutation.close", {"input": {"reason": "x"}})
        with pytest.raises(UsageError, match=r"'plaice' is not a command of this API; commands: "):
            emulator.send("plaice", {})
        with pytest.raises(CommandRefused, match="place was refused"):
            emulator.send("place", {"total": 1})

    drive(make_api(), scenario)


def test_the_trace_query_and_the_push_tell_the_same_story():
    async def place(event, context):
        raise BusinessError("sold out")

    async def scenario(emulator):
        pushed = []
        query = "{ traceId component status timestamp message errorType attempt command }"
        plan = emulator.subscribe(
            GraphqlRequest(
                f"subscription {{ onTrace {query} }}", {}, None, Identity(), {}, "r"
            )
        )
        emulator.fanout.add(plan, lambda text: pushed.append(json.loads(text)["data"]["onTrace"]))
        trace_id = emulator.send("place", {"id": "7"})
        await emulator.clock.settle()
        response = await answer(
            emulator, f"query T($t: ID!) {{ trace(traceId: $t) {query} }}", {"t": trace_id}
        )
        return pushed, response["data"]["trace"]

    pushed, asked = drive(make_api(place), scenario)

    assert pushed == asked
    assert [(line["status"], line["message"]) for line in asked] == [
        ("accepted", None),
        ("error", "sold out"),
    ]


def test_healing_is_written_down_when_there_was_something_to_heal():
    async def scenario(emulator):
        emulator.heal()
        emulator.arm(Fault(fault_id="f", point=Point.ATTEMPT, effect=DelayEffect(1)))
        emulator.heal("f")
        return records(emulator, FaultsHealed)

    [healed] = drive(make_api(), scenario)

    assert healed.faults == ("f",)


def test_a_server_forgets_the_traces_that_ended_longest_ago():
    async def scenario(emulator):
        traces = [emulator.send("place", {"id": str(number)}) for number in range(10)]
        await emulator.clock.settle()
        return traces, [trace for trace in traces if emulator.journal.of_trace(trace)]

    traces, kept = drive(make_api(nothing), scenario, ended_traces_max=3)

    assert kept == traces[-3:]
