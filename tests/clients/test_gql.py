"""``gql`` from PyPI, unmodified, against ``examples/orders`` over real sockets.

It opens its WebSocket at the GraphQL URL itself (``gql/transport/appsync_auth.py``), sends
``connection_init`` and waits for the answer, then ``start``; after ``stop`` it waits for
``complete``.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from gql import Client, GraphQLRequest
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.appsync_auth import AppSyncApiKeyAuthentication
from gql.transport.appsync_websockets import AppSyncWebsocketsTransport
from gql.transport.exceptions import TransportQueryError, TransportServerError

from appsync_emu.config.load import load
from appsync_emu.core.retry import Backoff, BackoffKind, RetryPolicy
from appsync_emu.engine.clock import RealClock
from appsync_emu.engine.emulator import Emulator
from appsync_emu.server.app import start

ORDERS = Path(__file__).resolve().parents[2] / "examples" / "orders"
AT_ONCE = RetryPolicy(backoff=Backoff(kind=BackoffKind.FIXED, base_s=0.005))

PLACE = "mutation ($id: ID!) { placeOrder(orderId: $id, total: 250) { traceId } }"
DISTURB = "mutation ($resets: Int!) { disturbPayments(resets: $resets) }"
TRACE = "query ($id: ID!) { trace(traceId: $id) { component status timestamp attempt } }"
ON_TRACE = (
    "subscription ($id: ID!) { onTrace(traceId: $id) { traceId component status timestamp } }"
)
LIMIT_S = 20
"""Real seconds after which a test is taken to hang."""


def request(document: str, **variables: object) -> GraphQLRequest:
    return GraphQLRequest(document, variable_values=variables)


class Orders:
    """The served example, and gql's transports to it."""

    def __init__(self, emulator, server, key) -> None:
        self.emulator = emulator
        self.url = server.url
        self.address = f"{server.host}:{server.port}"
        self.key = key

    def http(self, key: str | None = None, **headers: str) -> Client:
        headers["x-api-key"] = self.key if key is None else key
        return Client(
            transport=AIOHTTPTransport(url=self.url, headers=headers),
            fetch_schema_from_transport=False,
        )

    def realtime(self, key: str | None = None) -> Client:
        auth = AppSyncApiKeyAuthentication(host=self.address, api_key=key or self.key)
        url = f"ws://{self.address}/graphql"
        return Client(transport=AppSyncWebsocketsTransport(url=url, auth=auth))

    async def subscribed(self, wanted: int) -> None:
        """Wait until the server has so many subscriptions; gql keeps its start_ack to itself."""
        clock = RealClock()
        while subscriptions(self.emulator.fanout) != wanted:
            await clock.sleep(0.001)


def subscriptions(fanout) -> int:
    return sum(
        len(group.members)
        for shapes in fanout._index.values()
        for keys in shapes.values()
        for groups in keys.values()
        for group in groups.values()
    )


def served(program) -> None:
    """Run ``program(orders)`` against the example, with retries that do not keep a test waiting."""

    async def main() -> None:
        api = load(ORDERS / "appsync.yaml")
        components = {
            name: replace(component, retry=AT_ONCE) for name, component in api.components.items()
        }
        async with Emulator(replace(api, components=components), seed=1) as emulator:
            server = await start(emulator)
            try:
                work = asyncio.ensure_future(
                    program(Orders(emulator, server, api.api_keys[0].value))
                )
                limit = asyncio.get_running_loop().call_later(LIMIT_S, work.cancel)
                await work
                limit.cancel()
            finally:
                await server.close()

    asyncio.run(main())


async def ended(session, trace_id: str) -> list[dict[str, object]]:
    """Read a trace until it has ended."""
    while True:
        lines = (await session.execute(request(TRACE, id=trace_id)))["trace"]
        if lines[-1]["status"] != "accepted":
            return lines


def test_a_command_is_sent_and_its_trace_is_read():
    async def program(orders):
        async with orders.http() as session:
            await session.execute(request(DISTURB, resets=0))
            placed = await session.execute(request(PLACE, id="o-1"))
            lines = await ended(session, placed["placeOrder"]["traceId"])
        assert [(line["component"], line["status"]) for line in lines] == [
            ("Orders.Place", "accepted"),
            ("Orders.Place", "success"),
        ]
        assert [line["attempt"] for line in lines] == [0, 1]

    served(program)


def test_on_trace_is_followed_through_two_retries():
    async def program(orders):
        async with orders.http(traceId="followed") as http, orders.realtime() as realtime:
            await http.execute(request(DISTURB, resets=2))
            statuses = realtime.subscribe(request(ON_TRACE, id="followed"))
            first = asyncio.ensure_future(anext(statuses))
            await orders.subscribed(1)
            placed = await http.execute(request(PLACE, id="o-1"))
            assert placed == {"placeOrder": {"traceId": "followed"}}
            seen = [(await first)["onTrace"], (await anext(statuses))["onTrace"]]
            await statuses.aclose()
            await orders.subscribed(0)
            lines = await ended(http, "followed")
        assert [line["status"] for line in seen] == ["accepted", "success"]
        assert {(line["traceId"], line["component"]) for line in seen} == {
            ("followed", "Orders.Place")
        }
        assert [line["timestamp"] for line in seen] == [line["timestamp"] for line in lines]
        assert lines[-1]["attempt"] == 3

    served(program)


def test_a_dead_letter_is_an_error_and_after_redrive_a_success():
    async def program(orders):
        async with orders.http(traceId="buried") as http, orders.realtime() as realtime:
            await http.execute(request(DISTURB, resets=4))
            statuses = realtime.subscribe(request(ON_TRACE, id="buried"))
            first = asyncio.ensure_future(anext(statuses))
            await orders.subscribed(1)
            await http.execute(request(PLACE, id="o-1"))
            seen = [(await first), (await anext(statuses))]
            orders.emulator.deadletters.redrive_all()
            seen.append(await anext(statuses))
            await statuses.aclose()
        assert [line["onTrace"]["status"] for line in seen] == ["accepted", "error", "success"]

    served(program)


def test_two_subscriptions_share_a_connection_and_get_their_own():
    async def program(orders):
        async with orders.realtime() as realtime:
            streams = [realtime.subscribe(request(ON_TRACE, id=name)) for name in ("a", "b")]
            firsts = [asyncio.ensure_future(anext(stream)) for stream in streams]
            await orders.subscribed(2)
            for name in ("b", "a"):
                async with orders.http(traceId=name) as http:
                    await http.execute(request(PLACE, id=name))
            assert [(await first)["onTrace"]["traceId"] for first in firsts] == ["a", "b"]
            for stream in streams:
                await stream.aclose()

    served(program)


def test_a_wrong_key_is_refused_over_http():
    async def program(orders):
        async with orders.http(key="da2-wrong") as session:
            with pytest.raises(TransportQueryError) as refused:
                await session.execute(request(PLACE, id="o-1"))
        (error,) = refused.value.errors
        assert error["errorType"] == "UnauthorizedException"

    served(program)


def test_a_wrong_key_is_refused_over_the_web_socket():
    async def program(orders):
        with pytest.raises(TransportServerError, match=r"not authorized.*'errorCode': 401"):
            async with orders.realtime(key="da2-wrong"):
                pass

    served(program)


def test_a_subscription_that_the_schema_does_not_know_is_an_error():
    async def program(orders):
        async with orders.realtime() as realtime:
            with pytest.raises(TransportQueryError) as refused:
                await anext(realtime.subscribe(request("subscription { onNothing { traceId } }")))
        assert "onNothing" in str(refused.value.errors)

    served(program)


def test_a_document_with_a_mistake_is_an_error_over_http():
    async def program(orders):
        async with orders.http() as session:
            with pytest.raises(TransportQueryError) as refused:
                await session.execute(request("{ order(orderId: 1) { price } }"))
        (error,) = refused.value.errors
        assert error["message"].startswith("Validation error of type FieldUndefined")

    served(program)
