"""Faults of a served API, over real sockets and with clients that know nothing of them.

What the service says is from the sources that ``appsync-emu faults NAME`` prints; the control
endpoints are our own.
"""

from __future__ import annotations

import asyncio
import base64
import json

import aiohttp
import pytest
from gql import Client, GraphQLRequest
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.appsync_auth import AppSyncApiKeyAuthentication
from gql.transport.appsync_websockets import AppSyncWebsocketsTransport
from gql.transport.exceptions import TransportQueryError, TransportServerError
from shop import SCHEMA, shop

from appsync_emu.engine.clock import ManualClock
from appsync_emu.engine.emulator import Emulator
from appsync_emu.scenario.served import fault_from
from appsync_emu.server.app import start
from appsync_emu.server.served import Served

KEY = "da2-abcdefghijklmnopqrstuvwxyz"
PLACE = 'mutation { placeOrder(orderId: "o-1", total: 9) { traceId } }'
ON_TRACE = 'subscription { onTrace(traceId: "t-1") { component status } }'
LIMIT_S = 20


class Site:
    """A served shop, and a client's session."""

    def __init__(self, served, server, session) -> None:
        self.served = served
        self.server = server
        self.session = session

    async def control(self, method, path, body=None):
        url = f"http://127.0.0.1:{self.server.port}/_appsync_emu{path}"
        async with self.session.request(method, url, json=body) as response:
            return response.status, await response.json(content_type=None)

    async def arm(self, point, effect, **rest):
        fault = {"id": "trouble", "point": point, "effect": effect, **rest}
        assert await self.control("POST", "/faults", fault) == (200, {"armed": ["trouble"]})

    async def place(self, query=PLACE, **headers):
        body = {"query": query}
        sent = {"x-api-key": KEY, **headers}
        async with self.session.post(self.server.url, json=body, headers=sent) as response:
            return response.status, response.headers, await response.json(content_type=None)

    async def subscribe(self, *, name=None, header=None):
        """A raw connection that has been acknowledged and listens to t-1."""
        said = {"host": "h", "x-api-key": KEY}
        if name is not None:
            said["x-appsync-emu-subscriber"] = name
        encoded = base64.b64encode(json.dumps(said).encode()).decode()
        socket = await self.session.ws_connect(
            f"{self.server.ws_url}?header={encoded}&payload=e30=",
            protocols=["graphql-ws"],
            headers={} if header is None else {"x-appsync-emu-subscriber": header},
        )
        await socket.send_json({"type": "connection_init"})
        assert (await socket.receive_json())["type"] == "connection_ack"
        data = json.dumps({"query": ON_TRACE, "variables": {}})
        payload = {"data": data, "extensions": {"authorization": said}}
        await socket.send_json({"id": "1", "type": "start", "payload": payload})
        assert (await socket.receive_json())["type"] == "ka"
        assert (await socket.receive_json())["type"] == "start_ack"
        return socket


def served(program, **options):
    """Run ``program(site)`` against a served shop, which can be reset."""

    async def main():
        api = shop(**options)

        def make():
            return Emulator(api, clock=ManualClock(), seed=1, schema=SCHEMA)

        world = Served(make(), read=lambda said: fault_from(said, api, SCHEMA), fresh=make)
        server = await start(world, grace_s=0.1)
        try:
            async with aiohttp.ClientSession() as session:
                work = asyncio.ensure_future(program(Site(world, server, session)))
                limit = asyncio.get_running_loop().call_later(LIMIT_S, work.cancel)
                await work
                limit.cancel()
        finally:
            await server.close()
            await world.emulator.aclose()

    asyncio.run(main())


# The door.


def test_429_is_no_graphql():
    """aws-amplify/amplify-js#13068: clients that look for ``errors`` find none."""

    async def program(site):
        await site.arm("accept", {"error": "appsync.throttled"}, strike={"limit": 1})
        status, _, body = await site.place()
        assert status == 429
        assert "errors" not in body
        assert (await site.control("GET", "/traces"))[1]["total"] == 0
        assert (await site.place())[0] == 200

    served(program)


def test_503_after_acceptance_leaves_a_trace_that_the_client_does_not_know():
    async def program(site):
        await site.arm(
            "accept", {"error": "appsync.unavailable", "phase": "response"}, strike={"limit": 1}
        )
        status, _, _ = await site.place(traceId="t-1")
        assert status == 503
        _, traces = await site.control("GET", "/traces")
        assert [trace["traceId"] for trace in traces["traces"]] == ["t-1"]

    served(program)


@pytest.mark.parametrize(
    ("name", "raised"),
    [("appsync.throttled", TransportServerError), ("appsync.unavailable", TransportQueryError)],
)
def test_gql_meets_what_it_would_meet_of_the_service(name, raised):
    """gql: an answer without ``data`` and ``errors`` is a server's error, as its status says."""

    async def program(site):
        phase = {"phase": "request"} if name == "appsync.unavailable" else {}
        await site.arm("accept", {"error": name, **phase})
        transport = AIOHTTPTransport(url=site.server.url, headers={"x-api-key": KEY})
        async with Client(transport=transport) as session:
            with pytest.raises(raised):
                await session.execute(GraphQLRequest(PLACE))

    served(program)


def test_a_label_of_the_client_s_choice_is_struck_alone():
    async def program(site):
        await site.arm("accept", {"error": "appsync.throttled"}, match={"label": "bulk"})
        assert (await site.place(**{"x-appsync-emu-label": "bulk"}))[0] == 429
        assert (await site.place(**{"x-appsync-emu-label": "other"}))[0] == 200
        assert (await site.place())[0] == 200
        status, _, body = await site.place(**{"x-appsync-emu-label": "no label"})
        assert (status, body["errors"][0]["errorType"]) == (400, "BadRequestException")

    served(program)


def test_a_delayed_answer_comes_when_time_moves():
    async def program(site):
        await site.arm("accept", {"delay": "5s"})
        waiting = asyncio.ensure_future(site.place())
        while not (await site.control("GET", "/faults"))[1]["faults"][0]["struck"]:
            pass
        assert not waiting.done()
        await site.control("POST", "/clock", {"advance": "5s"})
        assert (await waiting)[0] == 200

    served(program)


# Attempts and components.


def test_a_fault_strikes_until_it_is_healed():
    async def program(site):
        await site.arm("attempt", {"error": "network.refused"}, match={"component": "Place"})
        await site.place(traceId="t-1")
        await site.control("POST", "/clock", {"advance": "1ms"})
        _, answer = await site.control("GET", "/faults")
        (fault,) = answer["faults"]
        assert (fault["id"], fault["armed"], fault["point"]) == ("trouble", True, "attempt")
        assert fault["says"] == "network.refused at attempt, component Place"
        assert fault["fault"]["match"] == {"component": "Place"}
        assert fault["struck"] >= 1
        assert (await site.control("DELETE", "/faults/trouble")) == (200, {"healed": ["trouble"]})
        assert (await site.control("DELETE", "/faults/trouble")) == (200, {"healed": []})
        await site.control("POST", "/clock", {"settle": "1h"})
        _, traces = await site.control("GET", "/traces")
        assert traces["traces"][0]["status"] == "success"
        assert (await site.control("POST", "/faults", {"arm": "trouble"}))[0] == 200
        assert (await site.control("DELETE", "/faults")) == (200, {"healed": ["trouble"]})

    served(program)


def test_a_component_that_crashed_begins_nothing_before_it_is_up_again():
    async def program(site):
        said = {"restart_after": "30s"}
        crashed = await site.control("POST", "/components/Place/crash", said)
        assert crashed == (200, {"crashed": "Place", "restartAfter": "30s"})
        await site.place(traceId="t-1")
        await site.control("POST", "/clock", {"advance": "29s"})
        assert (await site.control("GET", "/traces"))[1]["traces"][0]["status"] != "success"
        await site.control("POST", "/clock", {"advance": "1s"})
        assert (await site.control("GET", "/traces"))[1]["traces"][0]["status"] == "success"
        assert (await site.control("POST", "/components/Reserve/crash"))[1]["restartAfter"] == "10s"

    served(program)


# Subscribers.


@pytest.mark.parametrize("way", ["name", "header"])
def test_a_named_subscriber_is_closed_with_the_code_of_the_fault(way):
    """RFC 6455, section 7.4.1: 1001, going away."""

    async def program(site):
        effect = {"close": {"code": 1001}}
        await site.arm("frame", effect, match={"subscriber": "watcher", "frame": "data"})
        watcher, other = await site.subscribe(**{way: "watcher"}), await site.subscribe()
        await site.place(traceId="t-1")
        assert (await other.receive_json())["type"] == "data"
        assert (await watcher.receive()).type is aiohttp.WSMsgType.CLOSE
        assert watcher.close_code == 1001
        await other.close()

    served(program)


def test_a_connection_that_is_cut_has_no_closing_handshake():
    """RFC 6455, section 7.1.5: 1006 is what a client says of a connection that just ended."""

    async def program(site):
        await site.arm("frame", {"close": {"code": 1006}}, match={"frame": "data"})
        socket = await site.subscribe()
        await site.place(traceId="t-1")
        await socket.receive()
        assert socket.close_code == 1006

    served(program)


def test_the_first_event_after_start_ack_is_lost():
    """aws/aws-appsync-community#405."""

    async def program(site):
        await site.arm("frame", {"error": "ws.lost-first"})
        socket = await site.subscribe()
        await site.place(traceId="t-1")
        await site.control("POST", "/clock", {"settle": "1h"})
        message = await socket.receive_json()
        assert message["payload"]["data"]["onTrace"]["status"] == "success"
        await socket.close()

    served(program)


def test_gql_subscribes_again_after_its_connection_was_closed():
    async def program(site):
        strike = {"limit": 1}
        await site.arm("frame", {"close": {"code": 1001}}, match={"frame": "data"}, strike=strike)
        address = f"127.0.0.1:{site.server.port}"
        auth = AppSyncApiKeyAuthentication(host=address, api_key=KEY)
        seen = []
        for number in (1, 2):
            transport = AppSyncWebsocketsTransport(url=f"ws://{address}/graphql", auth=auth)
            try:
                async with Client(transport=transport) as session:
                    asyncio.get_running_loop().call_later(0.05, place, site, f"o-{number}")
                    async for answer in session.subscribe(GraphQLRequest(ON_TRACE)):
                        seen.append(answer["onTrace"]["status"])
                        break
            except Exception as lost:  # noqa: BLE001 - which one it is, is gql's own business
                seen.append(type(lost).__name__)
        assert len(seen) == 2
        assert seen[0] != "accepted"
        assert seen[1] in {"accepted", "success"}

    def place(site, order):
        query = PLACE.replace("o-1", order)
        tasks.add(asyncio.ensure_future(site.place(query, traceId="t-1")))

    tasks = set()
    served(program)


# A new world.


def test_reset_forgets_everything_and_repeats_ids():
    async def program(site):
        _, _, first = await site.place()
        await site.arm("attempt", {"error": {"type": "Broken"}})
        await site.place()
        await site.control("POST", "/clock", {"settle": "1h"})
        assert (await site.control("GET", "/deadletters"))[1]["total"] == 2
        status, answer = await site.control("POST", "/reset")
        assert (status, answer["armed"]) == (200, [])
        assert answer["clock"]["now"] == "2030-01-01T00:00:00.000Z"
        for path, key in (("/deadletters", "total"), ("/traces", "total"), ("/faults", "faults")):
            assert not (await site.control("GET", path))[1][key]
        _, _, again = await site.place()
        assert again == first

    served(program)


def test_reset_leaves_nobody_waiting():
    async def program(site):
        await site.arm("accept", {"delay": "5s"})
        socket = await site.subscribe()
        waiting = asyncio.ensure_future(site.place())
        while not (await site.control("GET", "/faults"))[1]["faults"][0]["struck"]:
            pass
        await site.control("POST", "/reset")
        status, _, body = await waiting
        assert (status, body["errors"][0]["errorType"]) == (503, "ServiceUnavailableException")
        message = await socket.receive()
        assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 1001)
        again = await site.subscribe()
        await site.place(traceId="t-1")
        assert (await again.receive_json())["type"] == "data"
        await again.close()

    served(program)


# The journal.


def test_the_journal_is_read_on_from_where_it_was_left():
    async def program(site):
        url = f"http://127.0.0.1:{site.server.port}/_appsync_emu/journal"

        async def read(query):
            async with site.session.get(url + query) as response:
                assert response.status == 200
                lines = [json.loads(line) for line in (await response.text()).splitlines()]
                return lines, response.headers["X-Appsync-Emu-Last"]

        await site.place(traceId="t-1")
        await site.control("POST", "/clock", {"settle": "1h"})
        lines, last = await read("")
        assert len(lines) == int(last) > 2
        assert await read(f"?after={last}") == ([], last)
        await site.place(PLACE.replace("o-1", "o-2"), traceId="t-2")
        new, _ = await read(f"?after={last}")
        assert {line["trace_id"] for line in new} == {"t-2"}
        old, _ = await read("?trace=t-1")
        assert [line["trace_id"] for line in old] == ["t-1"] * len(lines)
        assert (await site.control("GET", "/journal?after=x"))[0] == 400

    served(program)
