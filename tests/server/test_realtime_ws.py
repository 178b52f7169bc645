"""Realtime connections over a real socket; AWS, real-time-websocket-client."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import dataclasses
import json
import socket

import aiohttp
import gql
import pytest
from aiohttp import web
from gql.transport.appsync_auth import AppSyncApiKeyAuthentication
from gql.transport.appsync_websockets import AppSyncWebsocketsTransport
from gql.transport.exceptions import TransportQueryError, TransportServerError

from appsync_emu.core.faults.catalogue import effect_named
from appsync_emu.core.faults.close import CloseEffect
from appsync_emu.core.faults.corrupt import CORRUPTIONS, CorruptEffect
from appsync_emu.core.faults.delay import DelayEffect
from appsync_emu.core.faults.drop import DropEffect
from appsync_emu.core.faults.duplicate import DuplicateEffect
from appsync_emu.core.faults.match import Match
from appsync_emu.core.faults.names import NAMED
from appsync_emu.core.faults.plan import Fault
from appsync_emu.core.faults.plan import Plan as Faults
from appsync_emu.core.faults.points import Point
from appsync_emu.core.faults.reorder import ReorderEffect
from appsync_emu.core.faults.strike import Strike
from appsync_emu.core.http import RequestRefused
from appsync_emu.core.limits import STRICT
from appsync_emu.core.request import Identity
from appsync_emu.engine.clock import RealClock
from appsync_emu.engine.entropy import Entropy
from appsync_emu.engine.fanout import Fanout
from appsync_emu.engine.journal import Journal
from appsync_emu.engine.session import SessionServices
from appsync_emu.engine.strikes import Strikes
from appsync_emu.server.realtime_ws import RealtimeEndpoint, _header

KEY = {"host": "h", "x-api-key": "da2-x"}
ACK = {"type": "connection_ack", "payload": {"connectionTimeoutMs": 300000}}
KA = {"type": "ka"}
SUBSCRIPTION = "subscription OnPost($channel: String) { onPost(channel: $channel) { channel } }"


class RefusedError(Exception):
    errors = ({"errorType": "ValidationError", "message": "Validation error of type X"},)


class Plan:
    field = "onPost"
    key = "plan"

    def __init__(self, variables):
        self.arguments = dict(variables)

    def render(self, value):
        return {"data": {"onPost": value}}


def authenticate(headers):
    if headers.get("x-api-key") != "da2-x":
        raise RequestRefused(401, "UnauthorizedException", "You are not authorized.")
    return Identity()


def subscribe(request):
    if "onPost" not in request.query:
        raise RefusedError
    return Plan(request.variables)


class World:
    """A server on a free port, and the fan-out behind it."""

    def __init__(self, heartbeat_s=None, faults=(), **limits):
        self.fanout = Fanout({"onPost": ("addPost",)})
        self.services = SessionServices(
            authenticate=authenticate,
            subscribe=subscribe,
            fanout=self.fanout,
            clock=(clock := RealClock()),
            request_id=lambda: "r",
            limits=dataclasses.replace(STRICT, **limits),
            strikes=Strikes(Faults(faults), clock=clock, entropy=Entropy(1), journal=Journal()),
        )
        self.endpoint = RealtimeEndpoint(self.services, heartbeat_s=heartbeat_s)

    def publish(self, **value):
        self.fanout.mutation("addPost", value)

    async def until(self, ready):
        """Let the loop turn until ``ready()``, at most two seconds of it."""
        loop = asyncio.get_running_loop()
        give_up = loop.time() + 2
        while not ready():
            assert loop.time() < give_up, "this should have happened"
            turned = loop.create_future()
            loop.call_later(0.002, turned.set_result, None)
            await turned


@contextlib.asynccontextmanager
async def serving(**options):
    world = World(**options)
    app = web.Application()
    app.router.add_get("/graphql/realtime", world.endpoint.handle)
    app.router.add_get("/graphql", world.endpoint.handle)
    app.on_shutdown.append(world.endpoint.shutdown)
    runner = web.AppRunner(app, handle_signals=False)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    world.port = runner.addresses[0][1]
    world.url = f"http://127.0.0.1:{world.port}/graphql/realtime"
    try:
        async with aiohttp.ClientSession() as world.http:
            yield world
    finally:
        await runner.cleanup()
        assert world.services.sessions == {}
        assert world.fanout._index == {}
        assert world.endpoint._sockets == {}


def run(journey, **options):
    async def outer():
        async with serving(**options) as world:
            await journey(world)

    asyncio.run(outer())


def encoded(headers=KEY):
    return base64.b64encode(json.dumps(headers).encode()).decode()


def connect(world, protocols=("graphql-ws",), headers=None):
    headers = KEY if headers is None else headers
    return world.http.ws_connect(world.url, protocols=protocols, headers=headers)


async def start(ws, sub_id="s1", authorization=KEY, **variables):
    data = {"query": SUBSCRIPTION, "variables": variables}
    payload = {"data": json.dumps(data), "extensions": {"authorization": authorization}}
    await ws.send_json({"id": sub_id, "type": "start", "payload": payload})


async def started(ws, sub_id="s1", **variables):
    await start(ws, sub_id, **variables)
    assert await ws.receive_json(timeout=2) == {"id": sub_id, "type": "start_ack"}


def test_a_conversation():
    async def journey(world):
        async with connect(world) as ws:
            assert ws.protocol == "graphql-ws"
            await ws.send_json({"type": "connection_init"})
            assert [await ws.receive_json(timeout=2) for _ in range(2)] == [ACK, KA]
            await started(ws, channel="a")
            world.publish(channel="b")
            world.publish(channel="a", text="é")
            await ws.send_json({"id": "s1", "type": "stop"})

            assert await ws.receive_str(timeout=2) == (
                '{"id":"s1","type":"data","payload":{"data":{"onPost":{"channel":"a","text":"é"}}}}'
            )
            assert await ws.receive_json(timeout=2) == {"id": "s1", "type": "complete"}

    run(journey)


@pytest.mark.parametrize("size", [0, 40, 125, 126, 60_000, 65_536, 200_000])
def test_frames_of_every_size(size):
    async def journey(world):
        async with connect(world) as ws:
            await started(ws)
            world.publish(text="x" * size)
            world.publish(text="y" * size)

            for letter in "xy":
                frame = await ws.receive_json(timeout=2)
                assert frame["payload"]["data"]["onPost"]["text"] == letter * size

    run(journey)


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536])
def test_frame_headers(size):
    """RFC 6455, section 5.2."""
    header = _header(size)

    assert header[0] == 0x81
    if size < 126:
        assert header[1:] == bytes([size])
    elif size < 65_536:
        assert header[1:] == b"\x7e" + size.to_bytes(2, "big")
    else:
        assert header[1:] == b"\x7f" + size.to_bytes(8, "big")


async def dial(world, request_line, *lines):
    """An upgrade request, written by hand; the head of the answer, and the streams."""
    reader, writer = await asyncio.open_connection("127.0.0.1", world.port)
    head = [
        f"GET {request_line} HTTP/1.1",
        "Host: h",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        *lines,
        "",
        "",
    ]
    writer.write("\r\n".join(head).encode())
    answer = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    return answer, reader, writer


async def first_frame(reader, writer):
    """Ask for an ack; what comes first is the ack or the reason why there is none."""
    text = b'{"type":"connection_init"}'
    writer.write(bytes([0x81, 0x80 | len(text)]) + bytes(4) + text)
    await writer.drain()
    head = await reader.readexactly(2)
    size = head[1] if head[1] < 126 else int.from_bytes(await reader.readexactly(2), "big")
    return json.loads(await reader.readexactly(size))


# A "?" three bytes in encodes as a raw "+" or "/" somewhere in the middle.
PLUS = base64.b64encode(b'{"x-api-key":"da2-x","n":">>>???~~~"}').decode()


@pytest.mark.parametrize("path", ["/graphql", "/graphql/realtime"])
def test_the_query_string_of_gql_with_a_raw_plus(path):
    async def journey(world):
        assert "+" in PLUS
        target = f"{path}?header={PLUS}&payload=e30="
        answer, reader, writer = await dial(world, target, "Sec-WebSocket-Protocol: graphql-ws")

        assert answer.startswith("http/1.1 101")
        assert await first_frame(reader, writer) == ACK
        writer.close()
        await writer.wait_closed()

    run(journey)


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("padding", ["", "="])
def test_the_subprotocol_of_amplify_never_comes_back(order, padding):
    async def journey(world):
        secret = base64.urlsafe_b64encode(json.dumps(KEY).encode()).decode().rstrip("=")
        offered = ["graphql-ws", f"header-{secret}{padding * (-len(secret) % 4)}"][::order]
        answer, reader, writer = await dial(
            world, "/graphql/realtime?x-custom=1", f"Sec-WebSocket-Protocol: {', '.join(offered)}"
        )

        assert "sec-websocket-protocol: graphql-ws\r\n" in answer
        assert "header-" not in answer
        assert "extensions" not in answer
        assert await first_frame(reader, writer) == ACK
        writer.close()
        await writer.wait_closed()

    run(journey)


@pytest.mark.parametrize(
    ("protocols", "headers", "entry"),
    [
        ((), KEY, {"message": "NoProtocolError", "errorCode": 400}),
        (("graphql-ws",), {}, {"message": "Required headers are missing.", "errorCode": 400}),
        (("graphql-ws", "header-!"), {}, {"errorType": "BadRequest", "errorCode": 400}),
        (
            ("graphql-ws",),
            {"x-api-key": "wrong"},
            {
                "errorType": "UnauthorizedException",
                "message": "You are not authorized.",
                "errorCode": 401,
            },
        ),
    ],
)
def test_a_refused_handshake(protocols, headers, entry):
    async def journey(world):
        async with connect(world, protocols, headers) as ws:
            assert await ws.receive_json(timeout=2) == {
                "payload": {"errors": [entry]},
                "type": "connection_error",
            }
            await ws.send_json({"type": "connection_init"})
            message = await ws.receive(timeout=2)
            assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 1008)

    run(journey)


def test_bad_input_costs_the_connection_nothing():
    async def journey(world):
        async with connect(world) as ws:
            for text in ("not json", "[]", '{"type":"nope"}', '{"type":"start","id":1}'):
                await ws.send_str(text)
                frame = await ws.receive_json(timeout=2)
                assert frame["type"] == "error"
            await ws.send_bytes(b"\x00")
            assert (await ws.receive_json(timeout=2))["type"] == "error"
            await started(ws)

    run(journey)


@pytest.mark.parametrize("size", [1_001, 100_000])
def test_a_message_that_is_too_large_ends_its_connection_alone(size):
    async def journey(world):
        async with connect(world) as ws, connect(world) as other:
            await ws.send_str(" " * size)
            message = await ws.receive(timeout=2)
            assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 1009)
            await started(other)

    run(journey, frame_chars=1_000)


def test_an_id_that_is_no_utf8():
    async def journey(world):
        async with connect(world) as ws:
            await started(ws, "\ud800")
            world.publish(text="\udfff")
            frame = await ws.receive_json(timeout=2)
            assert frame["id"] == "\ud800"
            assert frame["payload"]["data"]["onPost"]["text"] == "\udfff"

    run(journey)


def test_a_connection_that_is_torn_down_leaves_nothing_behind():
    async def journey(world):
        async with connect(world) as ws, connect(world) as other:
            await started(ws)
            await started(other)
            ws.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00"
            )
            ws._conn.transport.abort()
            world.publish(n=1)
            await world.until(lambda: len(world.services.sessions) == 1)
            world.publish(n=2)

            assert [(await other.receive_json(timeout=2))["type"] for _ in range(2)] == ["data"] * 2

    run(journey)


def test_a_peer_that_vanishes_is_found_out():
    """Half-open: the peer's machine is gone, and nothing says so."""

    async def journey(world):
        target = f"/graphql?header={PLUS}"
        _, reader, writer = await dial(world, target, "Sec-WebSocket-Protocol: graphql-ws")
        assert await first_frame(reader, writer) == ACK  # and then no pong, ever
        assert len(world.services.sessions) == 1
        await world.until(lambda: not world.services.sessions)
        writer.close()
        await writer.wait_closed()

    run(journey, heartbeat_s=0.05)


def test_a_slow_reader_is_disconnected_and_the_others_are_not():
    async def journey(world):
        async with connect(world) as fast:
            await started(fast)
            slow = socket.create_connection(("127.0.0.1", world.port))
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            slow.sendall(SLOW_CLIENT)
            await world.until(
                lambda: len(world.fanout._index["onPost"][()][()]["plan"].members) == 2
            )

            sent = 0
            while len(world.services.sessions) == 2:
                world.publish(text="x" * 100_000)
                sent += 1
                assert sent < 1_000
                await fast.receive_json(timeout=2)
            world.publish(last=True)

            assert (await fast.receive_json(timeout=2))["payload"]["data"]["onPost"] == {
                "last": True
            }
            slow.close()

    run(journey, outbox_bytes=300_000)


def masked(message):
    text = json.dumps(message).encode()
    return b"\x81\xfe" + len(text).to_bytes(2, "big") + bytes(4) + text


SLOW_CLIENT = (
    b"GET /graphql HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    b"Sec-WebSocket-Protocol: graphql-ws\r\nx-api-key: da2-x\r\n\r\n"
) + masked(
    {
        "id": "s1",
        "type": "start",
        "payload": {
            "data": json.dumps({"query": SUBSCRIPTION}),
            "extensions": {"authorization": KEY},
        },
    }
)


def test_a_server_that_stops_says_goodbye():
    async def outer():
        async with serving() as world:
            ws = await connect(world)
            await started(ws)
            await world.endpoint.shutdown()
            message = await ws.receive(timeout=2)
            assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 1001)
            await ws.close()

    asyncio.run(outer())


def gql_client(world, api_key="da2-x"):
    auth = AppSyncApiKeyAuthentication(host=f"127.0.0.1:{world.port}", api_key=api_key)
    transport = AppSyncWebsocketsTransport(
        url=f"ws://127.0.0.1:{world.port}/graphql", auth=auth, close_timeout=2
    )
    return gql.Client(transport=transport)


def test_gql_follows_a_subscription():
    """A client that others wrote: init, ack, ka, start, start_ack, data, stop, complete."""

    async def journey(world):
        async with gql_client(world) as session:
            request = gql.gql(SUBSCRIPTION)
            request.variable_values = {"channel": "a"}
            results = session.subscribe(request)
            first = asyncio.ensure_future(anext(results))
            await world.until(lambda: world.fanout._index)
            world.publish(channel="b")
            world.publish(channel="a")
            assert await first == {"onPost": {"channel": "a"}}
            await results.aclose()

    run(journey)


def test_gql_reads_why_it_is_refused():
    async def journey(world):
        with pytest.raises(TransportServerError, match="You are not authorized"):
            async with gql_client(world, api_key="wrong"):
                pass  # pragma: no cover - never entered
        await world.until(lambda: not world.services.sessions)

        async with gql_client(world) as session:
            with pytest.raises(TransportQueryError, match="Validation error of type X"):
                await anext(session.subscribe(gql.gql("subscription { other }")))

    run(journey)


# Faults, as they look on a wire.


def fault(effect, point=Point.FRAME, **match):
    return Fault(
        fault_id="f", point=point, effect=effect, match=Match(**match), strike=Strike(limit=1)
    )


def named(name):
    """A fault of the catalogue, at its usual point."""
    effect, implied = effect_named(name)
    strike = Strike(**{"limit": 1, **implied.strike})
    return Fault(
        fault_id=name,
        point=NAMED[name].points[0],
        effect=effect,
        match=Match(**implied.match),
        strike=strike,
        name=name,
    )


async def texts(ws, count):
    return [
        (await ws.receive_json(timeout=2))["payload"]["data"]["onPost"]["n"] for _ in range(count)
    ]


async def silent(ws):
    """Nothing arrives for a while."""
    with pytest.raises(TimeoutError):
        await ws.receive(timeout=0.03)


@pytest.mark.parametrize("code", [1000, 1001, 4000])
def test_a_fault_closes_with_a_code(code):
    async def journey(world):
        async with connect(world) as ws:
            await started(ws)
            world.publish(n=1)
            message = await ws.receive(timeout=2)
            assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, code)
            assert (ws.close_code, message.extra) == (code, "bye")

    run(journey, faults=[fault(CloseEffect(code, "bye"), frame="data")])


@pytest.mark.parametrize("code", [1005, 1006, 1015])
def test_a_fault_cuts_without_a_closing_handshake(code):
    """RFC 6455, section 7.4.1: no endpoint sends these codes."""

    async def journey(world):
        async with connect(world) as ws:
            await ws.send_json({"type": "connection_init"})
            assert [await ws.receive_json(timeout=2) for _ in range(2)] == [ACK, KA]
            await started(ws)
            world.publish(n=1)
            message = await ws.receive(timeout=2)
            assert message.type in {aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR}
            assert ws.close_code == 1006
            await world.until(lambda: not world.services.sessions)

    run(journey, faults=[fault(CloseEffect(code), frame="data")])


def test_a_cut_by_hand_is_the_end_of_the_stream():
    """Not one byte of a close frame."""

    async def journey(world):
        head, reader, writer = await dial(
            world, f"/graphql?header={encoded()}", "Sec-WebSocket-Protocol: graphql-ws"
        )
        assert "101" in head
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""
        writer.close()

    run(journey, faults=[fault(CloseEffect(1006), Point.CONNECT)])


def test_connection_error_and_then_the_end():
    async def journey(world):
        async with connect(world) as ws:
            frame = await ws.receive_json(timeout=2)
            assert frame["type"] == "connection_error"
            assert frame["payload"]["errors"][0]["errorCode"] == 500
            await ws.send_json({"type": "connection_init"})
            assert (await ws.receive(timeout=2)).data == 1008

    run(journey, faults=[named("ws.connect-error")])


def test_silence_instead_of_an_ack():
    async def journey(world):
        async with connect(world) as ws, connect(world) as other:
            await ws.send_json({"type": "connection_init"})
            await start(ws)
            await silent(ws)
            await started(other)

    run(journey, faults=[named("ws.no-ack")])


def test_silence_instead_of_a_start_ack():
    async def journey(world):
        async with connect(world) as ws:
            await start(ws)
            await silent(ws)
            world.publish(n=1)
            assert await texts(ws, 1) == [1]

    run(journey, faults=[named("ws.no-start-ack")])


def test_a_limit_instead_of_a_start_ack():
    async def journey(world):
        async with connect(world) as ws:
            await start(ws)
            frame = await ws.receive_json(timeout=2)
            (entry,) = frame["payload"]["errors"]
            assert (frame["type"], entry["errorType"]) == ("error", "MaxSubscriptionsReachedError")
            await started(ws)

    run(journey, faults=[named("ws.limit")])


def test_no_keep_alive():
    async def journey(world):
        async with connect(world) as ws:
            await ws.send_json({"type": "connection_init"})
            assert await ws.receive_json(timeout=2) == ACK
            await silent(ws)

    run(journey, faults=[named("ws.no-keepalive")])


def test_the_first_event_is_lost():
    async def journey(world):
        async with connect(world) as ws:
            await started(ws)
            for n in (1, 2):
                world.publish(n=n)
            assert await texts(ws, 1) == [2]

    run(journey, faults=[named("ws.lost-first")])


@pytest.mark.parametrize(
    ("effect", "heard"),
    [
        (DropEffect(), [2]),
        (DropEffect(again_after=0.01), [2, 1]),
        (DuplicateEffect(), [1, 1, 2]),
        (DelayEffect(0.01), [2, 1]),
        (ReorderEffect(window=2, after=0.01), [2, 1]),
    ],
)
def test_frames_that_come_otherwise(effect, heard):
    async def journey(world):
        async with connect(world) as ws:
            await started(ws)
            for n in (1, 2):
                world.publish(n=n)
            assert await texts(ws, len(heard)) == heard
            await silent(ws)

    run(journey, faults=[fault(effect, frame="data")])


@pytest.mark.parametrize("how", CORRUPTIONS)
def test_frames_that_are_damaged(how):
    async def journey(world):
        async with connect(world) as ws:
            await started(ws)
            world.publish(n=1)
            world.publish(n=2)
            damaged = await ws.receive_str(timeout=2)
            assert '"id":"s1","type":"data"' not in damaged or how == "truncate"
            assert await texts(ws, 1) == [2]

    run(journey, faults=[fault(CorruptEffect(how), frame="data")])


def test_a_delayed_handshake():
    async def journey(world):
        async with connect(world) as ws:
            await ws.send_json({"type": "connection_init"})
            await start(ws)
            kinds = [(await ws.receive_json(timeout=2))["type"] for _ in range(3)]
            assert kinds == ["connection_ack", "ka", "start_ack"]

    run(journey, faults=[fault(DelayEffect(0.03), Point.CONNECT)])


def test_sockets_are_called_by_their_number():
    async def journey(world):
        async with connect(world) as one, connect(world) as two:
            await started(one)
            await started(two)
            world.publish(n=1)
            assert await texts(one, 1) == [1]
            await silent(two)

    run(journey, faults=[fault(DropEffect(), frame="data", subscriber="connection 2")])
