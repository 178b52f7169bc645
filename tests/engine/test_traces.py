"""The trace query and the push, under the names and types that an API chose."""

from __future__ import annotations

import dataclasses
import json

import pytest
from engine.kit import SDL, answer, drive, make_api, request

from appsync_emu.core.api import SdlSource, TraceFields, TraceNames
from appsync_emu.engine.emulator import Emulator
from appsync_emu.graph.schema import build

ASK = "query T($t: ID!) { latest(traceId: $t) { status } trace(traceId: $t) { status } }"


def test_an_unknown_trace_is_an_empty_list():
    async def scenario(emulator):
        return await answer(emulator, '{ trace(traceId: "nobody") { status } }')

    assert drive(make_api(), scenario) == {"data": {"trace": []}}


def test_a_query_that_answers_one_object_answers_the_latest_status():
    api = make_api(trace=TraceNames(query="Query.latest"))

    async def scenario(emulator):
        query = "query T($t: ID!) { latest(traceId: $t) { status } }"
        unknown = await answer(emulator, query, {"t": "nobody"})
        trace_id = emulator.send("place", {"id": "1"})
        await emulator.clock.settle()
        return unknown, await answer(emulator, query, {"t": trace_id})

    assert drive(api, scenario) == (
        {"data": {"latest": None}},
        {"data": {"latest": {"status": "success"}}},
    )


@pytest.mark.parametrize("kind", ["AWSTimestamp", "Int"])
def test_a_numeric_timestamp_counts_seconds(kind):
    sdl = SDL.replace("timestamp: AWSDateTime!", f"timestamp: {kind}!")
    api = dataclasses.replace(make_api(), schema=(SdlSource("schema.graphql", sdl),))

    async def scenario(emulator):
        trace_id = emulator.send("place", {"id": "1"})
        query = "query T($t: ID!) { trace(traceId: $t) { timestamp } }"
        return await answer(emulator, query, {"t": trace_id})

    assert drive(api, scenario) == {"data": {"trace": [{"timestamp": 1_893_456_000}]}}


def test_names_are_the_apis_own():
    sdl = (
        SDL.replace("onTrace(traceId: ID): Trace", "onTrace(correlationId: String): Trace")
        .replace("type Accepted { traceId: ID! }", "type Accepted { correlationId: ID! }")
        .replace("type Trace {\n  traceId: ID!", "type Trace {\n  correlationId: ID!")
    )
    names = TraceNames(
        field="correlationId",
        header="correlation-id",
        argument="correlationId",
        subscription="Subscription.onTrace",
        fields=TraceFields(trace_id="correlationId"),
    )
    api = dataclasses.replace(make_api(trace=names), schema=(SdlSource("schema.graphql", sdl),))

    async def scenario(emulator):
        pushed = []
        plan = emulator.subscribe(
            request('subscription { onTrace(correlationId: "c") { correlationId status } }')
        )
        emulator.fanout.add(plan, lambda text: pushed.append(json.loads(text)["data"]["onTrace"]))
        query = 'mutation { place(id: "1") { correlationId } }'
        response = await answer(emulator, query, **{"correlation-id": "c"})
        emulator.send("place", {"id": "2"})
        await emulator.clock.settle()
        return response, pushed

    response, pushed = drive(api, scenario)

    assert response == {"data": {"place": {"correlationId": "c"}}}
    assert pushed == [
        {"correlationId": "c", "status": "accepted"},
        {"correlationId": "c", "status": "success"},
    ]


def test_a_status_is_in_the_journal_before_anybody_is_told():
    api = make_api()
    told = []

    async def scenario(emulator):
        def deliver(text):
            status = json.loads(text)["data"]["onTrace"]["status"]
            kinds = [type(record).__name__ for record in emulator.journal.records]
            told.append((status, kinds[-1]))

        plan = emulator.subscribe(request("subscription { onTrace { status } }"))
        emulator.fanout.add(plan, deliver)
        emulator.send("place", {"id": "1"})
        await emulator.clock.settle()

    drive(api, scenario)

    assert told == [("accepted", "DeliveryAccepted"), ("success", "DeliveryEnded")]


def test_a_schema_that_is_built_already_is_taken_as_it_is():
    api = make_api()
    schema = build(api.schema)

    assert Emulator(api, schema=schema).schema is schema
