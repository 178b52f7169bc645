"""A client gets the same answers with a socket and without one, byte for byte."""

from __future__ import annotations

import asyncio
import base64
import json
from contextlib import asynccontextmanager

import aiohttp
import pytest
from engine.kit import KEY, make_api, nothing

from appsync_emu.client import Client
from appsync_emu.engine.clock import ManualClock
from appsync_emu.engine.emulator import Emulator
from appsync_emu.engine.gateway import Answer
from appsync_emu.server.app import start


def body(query, **variables):
    return json.dumps({"query": query, "variables": variables}).encode()


REQUESTS = {
    "a query": body('{ ask(what: "x") }'),
    "a mutation": body('mutation { touch(id: "7") { id __typename } }'),
    "a command": body("mutation P($i: ID!) { place(id: $i) { traceId } }", i="1"),
    "a trace": body('{ trace(traceId: "nobody") { status } }'),
    "an unknown field": body("{ nope }"),
    "a missing variable": body("mutation P($i: ID!) { place(id: $i) { traceId } }"),
    "a syntax error": body("{ ask("),
    "a subscription": body("subscription { onTouch { id } }"),
    "no JSON": b"meow",
    "an empty body": b"",
    "an array": b"[]",
    "a lone surrogate": b'{"query": "mutation { touch(id: \\"\\ud800\\") { id } }"}',
}
HEADERS = {"content-type": "application/json", "x-api-key": KEY}


@asynccontextmanager
async def emulator():
    async with Emulator(make_api(ask=nothing), clock=ManualClock(), seed=3) as made:
        yield made


def told(status, headers, content):
    shown = {
        name.lower(): value
        for name, value in headers.items()
        if name.lower() in {"content-type", "x-amzn-requestid", "x-amzn-errortype"}
    }
    return status, shown, content


@pytest.mark.parametrize("name", REQUESTS)
@pytest.mark.parametrize("headers", [HEADERS, {**HEADERS, "x-api-key": "da2-wrong"}])
def test_http(name, headers):
    async def without():
        async with emulator() as made:
            answer = Client(made).post(REQUESTS[name], headers)
            if not isinstance(answer, Answer):
                answer = await answer
            return told(answer.status, answer.headers, answer.body)

    async def over_a_socket():
        async with emulator() as made:
            server = await start(made)
            async with (
                aiohttp.ClientSession() as session,
                session.post(server.url, data=REQUESTS[name], headers=headers) as answer,
            ):
                seen = told(answer.status, answer.headers, await answer.read())
            await server.close()
            return seen

    assert asyncio.run(over_a_socket()) == asyncio.run(without())


def test_real_time():
    query = "subscription { onTouch { id } }"
    frames = 4  # connection_ack, ka, start_ack, data

    async def touch(made):
        await Client(made).execute('mutation { touch(id: "7") { id } }')

    async def without():
        async with emulator() as made:
            subscription = await Client(made).subscribe(query)
            await touch(made)
            return list(subscription.frames)[:frames]

    async def over_a_socket():
        async with emulator() as made:
            server = await start(made)
            credentials = {"host": "localhost", "x-api-key": KEY}
            header = base64.b64encode(json.dumps(credentials).encode()).decode()
            seen = []
            async with (
                aiohttp.ClientSession() as session,
                session.ws_connect(
                    server.ws_url,
                    params={"header": header, "payload": "e30="},
                    protocols=["graphql-ws"],
                ) as socket,
            ):
                await socket.send_json({"type": "connection_init"})
                data = json.dumps({"query": query, "variables": {}})
                extensions = {"authorization": credentials}
                payload = {"data": data, "extensions": extensions}
                await socket.send_json({"id": "1", "type": "start", "payload": payload})
                while len(seen) < frames:
                    frame = await socket.receive_json()
                    seen.append(frame)
                    if frame["type"] == "start_ack":
                        await touch(made)
            await server.close()
            return seen

    def without_ids(seen):
        return [{**frame, "id": "1"} if "id" in frame else frame for frame in seen]

    assert without_ids(asyncio.run(over_a_socket())) == without_ids(asyncio.run(without()))
