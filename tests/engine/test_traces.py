"""The trace query and the push, under the names and types that an API chose."""

from __future__ import annotations

import dataclasses
import json

import pytest
from engine.kit import SDL, answer, drive, make_api, request

from appsync_emu.core.api import SdlSource, TraceFields, TraceNames
from appsync_emu.core.faults.catalogue import other_error
from appsync_emu.core.faults.delay import DelayEffect
from appsync_emu.core.faults.error import ErrorEffect
from appsync_emu.core.faults.hang import HangEffect
from appsync_emu.core.faults.match import Match
from appsync_emu.core.faults.named import NamedFault
from appsync_emu.core.faults.names import NAMED
from appsync_emu.core.faults.outage import OutageEffect
from appsync_emu.core.faults.plan import Fault
from appsync_emu.core.faults.points import Point
from appsync_emu.core.faults.stale import StaleEffect
from appsync_emu.core.faults.strike import Strike
from appsync_emu.core.records import FaultStruck
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


# What faults do to those who read a trace.


def read(effect, *, asks=1, **strike):
    """What the trace query answers under a fault, and the seconds that it took."""
    api = make_api()
    fault = Fault(fault_id="f", point=Point.STATUS_READ, effect=effect, strike=Strike(**strike))

    async def scenario(emulator):
        trace_id = emulator.send("place", {"id": "1"}, label=("order", 1))
        await emulator.clock.settle()
        began_ns = emulator.clock.now_ns()
        query = "query T($t: ID!) { trace(traceId: $t) { status } }"
        answers = [await answer(emulator, query, {"t": trace_id}) for _ in range(asks)]
        answers.append(await answer(emulator, query, {"t": "nobody"}))
        took_s = (emulator.clock.now_ns() - began_ns) / 1e9
        struck = [r for r in emulator.journal.records if isinstance(r, FaultStruck)]
        assert "nobody" not in emulator.journal.traces
        assert struck[0].trace_id == trace_id
        return answers, took_s

    return drive(api, scenario, faults=[fault])


BOTH = [{"status": "accepted"}, {"status": "success"}]


def test_a_trace_that_cannot_be_read_is_an_error_of_the_field():
    """Our choice of words: the table is the user's own."""
    named = NAMED["trace.outage"].client
    [first, second], _ = read(OutageEffect(), limit=1)

    assert first["data"] is None  # the field is not nullable
    [error] = first["errors"]
    assert (error["errorType"], error["message"]) == (named.error_type, named.message)
    assert second == {"data": {"trace": []}}


def test_an_older_status_is_read():
    """DynamoDB Developer Guide, "Read consistency": eventually consistent reads may be stale."""
    [first, second, unknown], _ = read(StaleEffect(), asks=2, first=1)

    assert first == {"data": {"trace": BOTH[:1]}}
    assert second == {"data": {"trace": BOTH}}
    assert unknown == {"data": {"trace": []}}


def test_a_read_may_be_slow():
    [first, unknown], took_s = read(DelayEffect(4))

    assert first == {"data": {"trace": BOTH}}
    assert unknown == {"data": {"trace": []}}
    assert took_s == 8


@pytest.mark.parametrize("after", [0.0, 3.0])
@pytest.mark.parametrize(
    ("name", "error_type"), [("trace.outage", "InternalFailure"), (None, "Oops")]
)
def test_a_read_may_fail_with_an_error(name, error_type, after):
    named = dataclasses.replace(NAMED[name], kind="error") if name else MADE_UP
    effect = ErrorEffect(other_error("Oops", "no"), after=after, named=named)
    [first, _], took_s = read(effect)

    assert first["errors"][0]["errorType"] == error_type
    assert took_s == 2 * after


MADE_UP = NamedFault(name="x.y", points=(Point.STATUS_READ,), meaning="")


def test_a_query_for_one_status_finds_the_one_before_the_latest():
    api = make_api(trace=TraceNames(query="Query.latest"))
    stale = Fault(fault_id="f", point=Point.STATUS_READ, effect=StaleEffect())

    async def scenario(emulator):
        trace_id = emulator.send("place", {"id": "1"})
        await emulator.clock.settle()
        return await answer(
            emulator, "query T($t: ID!) { latest(traceId: $t) { status } }", {"t": trace_id}
        )

    assert drive(api, scenario, faults=[stale]) == {"data": {"latest": {"status": "accepted"}}}


def test_a_read_is_matched_by_the_label_of_the_trace():
    named = Fault(
        fault_id="f",
        point=Point.STATUS_READ,
        effect=OutageEffect(),
        match=Match(label="order"),
    )

    async def scenario(emulator):
        query = "query T($t: ID!) { trace(traceId: $t) { status } }"
        sent = [
            emulator.send("place", {"id": "1"}, label=("order", 1)),
            emulator.send("place", {"id": "1"}),
        ]
        return ["errors" in await answer(emulator, query, {"t": each}) for each in sent]

    assert drive(make_api(), scenario, faults=[named]) == [True, False]


def test_what_has_no_meaning_here_is_our_own_mistake(caplog):
    async def scenario(emulator):
        emulator.faults.arm(Fault(fault_id="h", point=Point.STATUS_READ, effect=HangEffect()))
        await answer(emulator, '{ trace(traceId: "t") { status } }')

    drive(make_api(), scenario)

    assert "Hang cannot strike at status.read" in caplog.text
