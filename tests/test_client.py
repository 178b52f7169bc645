"""The in-process client sees what a client behind a socket sees."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest
from shop import SCHEMA, shop

from appsync_emu.client import Client
from appsync_emu.engine.clock import ManualClock
from appsync_emu.engine.emulator import Emulator
from appsync_emu.engine.gateway import Answer
from appsync_emu.errors import SubscriptionRefused, UsageError

WATCH = "subscription($id: ID) { onTrace(traceId: $id) { component status } }"


def run(work):
    async def main():
        async with Emulator(shop(), clock=ManualClock(), seed=1, schema=SCHEMA) as emulator:
            return await work(emulator)

    return asyncio.run(main())


def test_answers_are_the_bytes_of_the_gateway():
    async def work(emulator):
        return await emulator.clock.until(
            emulator.clock.spawn(Client(emulator).execute("{ item(id: 3) { id name } }"))
        )

    response = run(work)

    assert response.status == 200
    assert response.body == b'{"data":{"item":{"id":"3","name":"thing"}}}'
    assert response.headers["x-amzn-requestid"]
    assert response.data == {"item": {"id": "3", "name": "thing"}}
    assert response.value == {"id": "3", "name": "thing"}
    assert response.errors == []
    assert "item" in repr(response)


def test_variables_and_operation_names():
    async def work(emulator):
        document = "query A { __typename } query B($id: ID!) { trace(traceId: $id) { status } }"
        return await Client(emulator).execute(document, {"id": "x"}, "B")

    assert run(work).data == {"trace": []}


def test_the_first_api_key_is_sent_unless_there_are_credentials():
    """AWS AppSync developer guide, "Configuring authorization and authentication"."""

    async def work(emulator):
        client = Client(emulator)
        wrong = {"X-Api-Key": "da2-wrong"}
        return [
            await client.execute("{ __typename }"),
            await client.execute("{ __typename }", headers={"x-api-key": "da2-wrong"}),
            await Client(emulator, wrong).execute("{ __typename }"),
        ]

    own, per_request, per_client = run(work)

    assert own.value == "Query"
    for refused in (per_request, per_client):
        assert refused.status == 401
        assert refused.data is None
        assert refused.value is None
        assert refused.errors[0]["errorType"] == "UnauthorizedException"


def test_a_value_is_of_the_only_root_field():
    async def work(emulator):
        return await Client(emulator).execute("{ a: __typename b: __typename }")

    with pytest.raises(ValueError, match="too many values"):
        _ = run(work).value


def test_a_body_that_is_no_json_is_refused_as_over_a_socket():
    async def work(emulator):
        return Client(emulator).post(b"{")

    answer = run(work)
    assert answer.status == 400
    assert json.loads(answer.body)["errors"]


def test_a_subscription_hears_what_is_published():
    async def work(emulator):
        heard = []
        subscription = await Client(emulator).subscribe(WATCH, {"id": "x"}, on_payload=heard.append)
        emulator.send("placeOrder", {"orderId": "1"}, trace_id="x")
        emulator.send("placeOrder", {"orderId": "2"}, trace_id="other")
        await emulator.clock.settle()
        subscription.close()
        subscription.close()
        emulator.send("placeOrder", {"orderId": "3"}, trace_id="x")
        assert heard == subscription.payloads
        assert not emulator.realtime.sessions
        return subscription

    subscription = run(work)

    assert [payload["data"]["onTrace"] for payload in subscription.payloads] == [
        {"component": "Place", "status": "accepted"},
        {"component": "Place", "status": "success"},
    ]
    assert [frame["type"] for frame in subscription.frames] == [
        *("connection_ack", "ka", "start_ack", "data", "data")
    ]
    assert subscription.closed is None


@pytest.mark.parametrize(
    ("headers", "document", "why"),
    [
        ({}, "subscription { nothing }", "FieldUndefined"),
        ({}, "{ __typename }", "A query is not a subscription"),
        ({"x-api-key": "da2-wrong"}, WATCH, "You are not authorized"),
    ],
)
def test_a_refused_subscription_says_why_and_leaves_nothing(headers, document, why):
    async def work(emulator):
        with pytest.raises(SubscriptionRefused, match=why) as refused:
            await emulator.clock.until(Client(emulator, headers).subscribe(document))
        assert refused.value.errors
        assert not emulator.realtime.sessions

    run(work)


def test_a_connection_that_the_server_ends():
    """The service closes connections after a day (AWS: real-time-websocket-client)."""

    async def work(emulator):
        subscription = await Client(emulator).subscribe(WATCH)
        await emulator.clock.advance(25 * 3600)
        subscription.close()
        return subscription

    assert run(work).closed is not None


# Following a trace.


def place(emulator, trace_id="x"):
    emulator.send("placeOrder", {"orderId": "1"}, trace_id=trace_id)


def test_a_follower_knows_what_was_before_and_what_comes():
    async def work(emulator):
        place(emulator)
        follower = await Client(emulator).follow("x", label="watcher")
        place(emulator, "other")
        before = follower.statuses
        await emulator.clock.settle()
        follower.close()
        place(emulator)
        return before, follower

    before, follower = run(work)
    assert (follower.label, follower.trace_id, before) == ("watcher", "x", ["accepted"])
    assert follower.statuses == ["accepted", "success"]
    assert {line["traceId"] for line in follower.lines} == {"x"}
    assert (follower.duplicates, follower.reconnects, follower.notes) == (0, 0, [])
    assert not follower.trying


def test_a_follower_asks_for_what_it_missed():
    async def work(emulator):
        follower = await Client(emulator).follow("x")
        follower.subscription.cut()
        place(emulator)
        await emulator.clock.advance(0.5)
        assert follower.trying
        missed = follower.statuses
        await emulator.clock.until(follower.back())
        return missed, follower

    missed, follower = run(work)
    assert (missed, follower.statuses) == ([], ["accepted", "success"])
    assert (follower.reconnects, follower.subscription.payloads) == (1, [])


def test_equal_statuses_of_one_instant_are_several():
    """Two commands of one trace for one component, accepted at the same time."""

    async def work(emulator):
        follower = await Client(emulator).follow("x")
        place(emulator)
        place(emulator)
        await emulator.clock.settle()
        return follower

    follower = run(work)
    assert sorted(follower.statuses) == ["accepted", "accepted", "success", "success"]
    assert follower.duplicates == 0


def outage(errors=3, error_type="Outage", status=200):
    """The trace query fails so often."""
    left = [errors]

    def post(client, body, headers=None):
        if left[0]:
            left[0] -= 1
            body = {"data": None, "errors": [{"errorType": error_type, "message": "down"}]}
            return Answer(status, json.dumps(body).encode(), {})
        return real(client, body, headers)

    real = Client.post
    return post


@pytest.mark.parametrize(
    ("failures", "error_type", "status", "known", "waited_s"),
    [
        (3, "Outage", 200, ["accepted", "success"], 1 + 2 + 4),
        (1, "Outage", 503, ["accepted", "success"], 1),
        (50, "Outage", 200, [], 181),
        (1, "Unauthorized", 200, [], 0),
        (1, "UnauthorizedException", 401, [], 0),
    ],
)
def test_a_trace_that_cannot_be_read(monkeypatch, failures, error_type, status, known, waited_s):
    """Trouble that may pass is tried again, with growing pauses; ten in a row are enough."""

    async def work(emulator):
        place(emulator)
        await emulator.clock.settle()
        began = emulator.clock.now_ns()
        monkeypatch.setattr(Client, "post", outage(failures, error_type, status))
        follower = await Client(emulator).follow("x")
        await emulator.clock.settle()
        return follower, (emulator.clock.now_ns() - began) / 1e9

    follower, passed_s = run(work)
    assert (follower.statuses, passed_s) == (known, waited_s)
    assert follower.notes[0].text == "the trace could not be read: down"


def test_a_query_that_takes_its_time_is_waited_for(monkeypatch):
    async def work(emulator):
        place(emulator)
        await emulator.clock.settle()
        real = Client.post

        async def late(client, body, headers=None):
            await emulator.clock.sleep(3)
            return real(client, body, headers)

        monkeypatch.setattr(Client, "post", late)
        follower = await emulator.clock.until(Client(emulator).follow("x"))
        first = follower.statuses
        follower.subscription.cut()
        await emulator.clock.until(follower.back())
        return first, follower

    first, follower = run(work)
    assert first == follower.statuses == ["accepted", "success"]


def names(**changed):
    return replace(shop(), trace=replace(shop().trace, **changed))


def test_an_api_without_a_trace_query_leaves_what_is_pushed():
    async def main():
        async with Emulator(
            names(query=None), clock=ManualClock(), seed=1, schema=SCHEMA
        ) as emulator:
            place(emulator)
            follower = await Client(emulator).follow("x")
            await emulator.clock.settle()
            return follower

    assert asyncio.run(main()).statuses == ["success"]


def test_an_api_without_a_subscription_cannot_be_followed():
    async def main():
        async with Emulator(
            names(subscription=None), clock=ManualClock(), seed=1, schema=SCHEMA
        ) as emulator:
            await Client(emulator).follow("x")

    with pytest.raises(UsageError, match="no subscription to the statuses"):
        asyncio.run(main())


def test_whoever_leaves_asks_no_more(monkeypatch):
    async def work(emulator):
        monkeypatch.setattr(Client, "post", outage())
        follower = await Client(emulator).follow("x")
        assert not emulator.clock.still
        follower.close()
        return emulator.clock.still

    assert run(work)
