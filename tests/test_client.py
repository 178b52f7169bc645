"""The in-process client sees what a client behind a socket sees."""

from __future__ import annotations

import asyncio
import json

import pytest
from shop import SCHEMA, shop

from appsync_emu.client import Client
from appsync_emu.engine.clock import ManualClock
from appsync_emu.engine.emulator import Emulator
from appsync_emu.errors import SubscriptionRefused

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
