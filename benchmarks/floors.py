"""The floors: how fast Python can be with as little as possible on top.

``floors.py PORT`` serves the measured API on bare aiohttp: no GraphQL, the answer comes from
``operationName`` and ``variables``; a message is encoded once and sent to every subscriber of its
channel. These are measuring rods, not servers to use: no limits, no errors, no keep-alive.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from typing import Any

from aiohttp import WSMsgType, web
from api.handlers import item
from load.documents import API_KEY

Subscribers = dict[web.WebSocketResponse, str]

CHANNELS: defaultdict[str, Subscribers] = defaultdict(dict)


def dumps(value: object) -> bytes:
    """JSON as short as it can be."""
    return json.dumps(value, separators=(",", ":")).encode()


async def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """``data`` of the answer."""
    operation, variables = asked.get("operationName"), asked.get("variables") or {}
    if operation == "Hello":
        return {"hello": f"Hello, {variables['name']}!"}
    if operation == "GetItem":
        item_id = variables.get("id") or asked["query"].split('"')[1]
        return {"getItem": item(item_id)}
    if operation == "ListItems":
        return {"listItems": [item(str(number)) for number in range(variables["count"])]}
    if operation is None:
        return {"__typename": "Query"}
    message = {"channel": variables["channel"], "body": variables["body"]}
    await broadcast(message)
    return {"publish": message}


async def broadcast(message: dict[str, str]) -> None:
    """Send a message to the subscribers of its channel; only the id differs between frames."""
    payload = dumps({"data": {"onPublish": message}}).decode()
    for socket, subscription_id in list(CHANNELS[message["channel"]].items()):
        await socket.send_str(f'{{"type":"data","id":"{subscription_id}","payload":{payload}}}')


async def post(request: web.Request) -> web.Response:
    """Answer a query or mutation."""
    if request.headers.get("x-api-key") != API_KEY:
        return web.Response(status=401)
    data = await answer(json.loads(await request.read()))
    return web.Response(body=dumps({"data": data}), content_type="application/json")


async def connect(request: web.Request) -> web.WebSocketResponse:
    """Serve one real-time connection."""
    socket = web.WebSocketResponse(protocols=("graphql-ws",), compress=False)
    await socket.prepare(request)
    joined: list[str] = []
    try:
        async for frame in socket:
            if frame.type is not WSMsgType.TEXT:
                break
            message = json.loads(frame.data)
            if message["type"] == "connection_init":
                ack = {"type": "connection_ack", "payload": {"connectionTimeoutMs": 300000}}
                await socket.send_str(dumps(ack).decode())
            elif message["type"] == "start":
                channel = json.loads(message["payload"]["data"])["variables"]["channel"]
                CHANNELS[channel][socket] = message["id"]
                joined.append(channel)
                await socket.send_str(dumps({"type": "start_ack", "id": message["id"]}).decode())
    finally:
        for channel in joined:
            CHANNELS[channel].pop(socket, None)
    return socket


def main() -> None:
    """Serve until terminated."""
    app = web.Application()
    app.router.add_post("/graphql", post)
    app.router.add_get("/graphql/realtime", connect)
    web.run_app(
        app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None, backlog=1024
    )


if __name__ == "__main__":
    main()
