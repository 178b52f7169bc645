"""The client of an API at a URL, against our own server and against strange ones."""

from __future__ import annotations

import asyncio
import json

import pytest
from aiohttp import WSMsgType, web
from served_shop import served
from shop import shop

from appsync_emu.client_http import HttpClient, Unreachable, realtime_url
from appsync_emu.errors import SubscriptionRefused, UsageError

KEY = {"x-api-key": shop().api_keys[0].value} if shop().api_keys else {}
ON_TRACE = "subscription ($traceId: ID) { onTrace(traceId: $traceId) { status } }"


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        (
            "https://abc.appsync-api.eu-west-1.amazonaws.com/graphql",
            "wss://abc.appsync-realtime-api.eu-west-1.amazonaws.com/graphql",
        ),
        ("https://api.example.com/graphql", "wss://api.example.com/graphql/realtime"),
        ("http://127.0.0.1:20002/graphql/", "ws://127.0.0.1:20002/graphql/realtime"),
    ],
)
def test_where_real_time_is(url, wanted):
    """AWS: real-time-websocket-client, "Discovering the real-time endpoint", custom domains."""
    assert realtime_url(url) == wanted


@pytest.mark.parametrize("url", ["", "localhost:1", "ftp://x/graphql", "http://[", "http:///x"])
def test_what_is_no_address(url):
    with pytest.raises(UsageError, match="is not the address of an API"):
        HttpClient(url)


def test_it_is_used_with_async_with():
    with pytest.raises(RuntimeError, match="async with"):
        asyncio.run(HttpClient("http://x/graphql").execute("{ a }"))


def test_queries_mutations_and_subscriptions():
    async def work(url):
        async with HttpClient(url, KEY) as client:
            subscription = await client.subscribe(ON_TRACE, {"traceId": "t-1"})
            answer = await client.execute(
                'mutation { placeOrder(orderId: "1") { traceId } }', headers={"traceId": "t-1"}
            )
            while len(subscription.payloads) < 2:  # noqa: ASYNC110 - frames come from a socket
                await asyncio.sleep(0.005)  # noqa: TID251 - in real time
            await subscription.close()
            return answer, subscription.payloads

    with served(shop()) as server:
        answer, payloads = asyncio.run(work(server.url))
    assert (answer.status, answer.json) == (200, {"data": {"placeOrder": {"traceId": "t-1"}}})
    assert [one["data"]["onTrace"]["status"] for one in payloads] == ["accepted", "success"]


def test_refusals():
    async def work(url):
        async with HttpClient(url, KEY) as client:
            with pytest.raises(SubscriptionRefused, match="nothing"):
                await client.subscribe("subscription { nothing }")
            with pytest.raises(SubscriptionRefused):
                await client.subscribe(ON_TRACE, headers={"x-api-key": "wrong"})
            return await client.execute("{ nothing }", headers={"x-api-key": "wrong"})

    with served(shop()) as server:
        answer = asyncio.run(work(server.url))
    assert answer.status == 401


def test_nothing_answers():
    async def work():
        async with HttpClient("http://127.0.0.1:9/graphql") as client:
            for ask in (client.execute, client.subscribe):
                with pytest.raises(Unreachable, match="no API answers at http"):
                    await ask("{ a }")

    asyncio.run(work())


async def strange(*frames, close=True):
    """A server that answers with these frames, whatever it is told, and leaves."""

    async def socket(request):
        ws = web.WebSocketResponse(protocols=["graphql-ws"])
        await ws.prepare(request)
        for frame in frames:
            await ws.send_str(frame if isinstance(frame, str) else json.dumps(frame))
        if close:
            await ws.close(code=4000, message=b"enough")
        async for message in ws:
            if message.type is WSMsgType.CLOSE:
                break
        return ws

    async def text(request):
        return web.Response(status=503, text="[1]" if "list" in await request.text() else "busy")

    app = web.Application()
    app.router.add_get("/graphql/realtime", socket)
    app.router.add_post("/graphql", text)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    return runner, f"http://127.0.0.1:{port}/graphql"


ACK, START_ACK = {"type": "connection_ack"}, {"type": "start_ack", "id": "1"}


def against(work, *frames):
    async def run():
        runner, url = await strange(*frames)
        try:
            async with HttpClient(url) as client:
                return await work(client)
        finally:
            await runner.cleanup()

    return asyncio.run(run())


def test_what_is_not_json_is_text():
    async def work(client):
        return await client.execute("{ a }"), await client.execute("{ list }")

    busy, a_list = against(work)
    assert (busy.status, busy.text, busy.json) == (503, "busy", {})
    assert (a_list.text, a_list.json) == ("[1]", {})


def test_a_connection_that_is_closed_is_lost():
    async def work(client):
        subscription = await client.subscribe("subscription { a }")
        await subscription._reading
        await subscription.close()
        return subscription

    early = {"type": "data", "id": "1", "payload": {"data": {"a": 1}}}
    late = {"type": "data", "id": "1", "payload": {"data": {"a": 2}}}
    told = against(work, {"type": "ka"}, ACK, early, START_ACK, "no json", "[]", late)
    assert told.payloads == [early["payload"], late["payload"]]
    assert told.lost == "4000 enough"


@pytest.mark.parametrize(
    ("frames", "told"),
    [
        ([ACK], "the connection was closed: 4000 enough"),
        ([{"type": "connection_error", "payload": {"errors": [{"message": "go"}]}}], "go"),
        ([ACK, {"type": "error", "payload": {"errors": {"message": "no map"}}}], "no map"),
    ],
)
def test_subscriptions_that_come_to_nothing(frames, told):
    async def work(client):
        with pytest.raises(SubscriptionRefused, match=told):
            await client.subscribe("subscription { a }")

    against(work, *frames)


def test_no_answer_in_time(monkeypatch):
    monkeypatch.setattr("appsync_emu.client_http.ACK_TIMEOUT_S", 0.02)

    async def run():
        runner, url = await strange(close=False)
        try:
            async with HttpClient(url) as client:
                with pytest.raises(SubscriptionRefused, match="no connection_ack within"):
                    await client.subscribe("subscription { a }")
        finally:
            await runner.cleanup()

    asyncio.run(run())


def test_an_upgrade_that_is_refused():
    async def work(client):
        client.realtime_url = client.realtime_url.replace("realtime", "elsewhere")
        with pytest.raises(SubscriptionRefused, match="answered with 404"):
            await client.subscribe("subscription { a }")

    against(work)
