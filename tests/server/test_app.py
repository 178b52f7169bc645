"""The whole server: what is where, how it starts, and how it stops."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import threading
import urllib.request
from dataclasses import replace

import aiohttp
import pytest

from appsync_emu.core.api import (
    Api,
    ApiKey,
    CommandSpec,
    Component,
    DataSource,
    DataSourceType,
    Handler,
    SdlSource,
    UnitResolver,
)
from appsync_emu.core.faults.error import ErrorEffect
from appsync_emu.core.faults.plan import Fault
from appsync_emu.core.faults.points import Point
from appsync_emu.core.records import ErrorInfo
from appsync_emu.engine.clock import ManualClock
from appsync_emu.engine.emulator import Emulator
from appsync_emu.errors import UsageError
from appsync_emu.server.app import Server, run, start
from appsync_emu.server.served import KnownFault

SDL = """
type Query { item(id: ID!): Item }
type Item { id: ID! }
type Mutation { place(id: ID!): Placed }
type Placed { traceId: ID! }
"""
KEY = {"x-api-key": "da2-a"}


async def _hang(event, context):
    await context.sleep(3600)


API = Api(
    name="shop",
    schema=(SdlSource("schema.graphql", SDL),),
    api_keys=(ApiKey(name="a", value="da2-a"),),
    data_sources={"none": DataSource(name="none", type=DataSourceType.NONE)},
    resolvers={"Query.item": UnitResolver(data_source="none")},
    commands={
        "Mutation.place": CommandSpec(
            type_name="Mutation", field_name="place", path=("place",), components=("Payment",)
        )
    },
    components={
        "Payment": Component(name="Payment", handler=Handler(path="m:f", call=_hang, is_async=True))
    },
)


def served(check, **options):
    """The result of ``check(server, session)`` while the server is up."""

    async def go():
        async with Emulator(API, clock=ManualClock(), seed=1) as emulator:
            server = await start(emulator, **options)
            try:
                async with aiohttp.ClientSession() as session:
                    return await check(server, session)
            finally:
                await server.close()

    return asyncio.run(go())


def test_graphql_real_time_and_control_are_served():
    async def check(server, session):
        body = {"query": '{ item(id: "1") { id } }'}
        async with session.post(server.url, json=body, headers=KEY) as response:
            answer = await response.json()
        base = server.url.removesuffix("/graphql")
        async with session.get(f"{base}/_appsync_emu/health") as response:
            health = await response.json()
        async with session.ws_connect(server.ws_url, protocols=["graphql-ws"]) as ws:
            protocol = ws.protocol
        async with session.get(f"{base}/favicon.ico") as response:
            elsewhere = response.status
        return answer, health["name"], protocol, elsewhere

    assert served(check) == ({"data": {"item": {"id": "1"}}}, "shop", "graphql-ws", 404)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_port_0_takes_a_free_one(host):
    async def check(server, session):
        return server

    server = served(check, host=host)

    assert server.port > 0
    assert server.url == f"http://127.0.0.1:{server.port}/graphql"
    assert server.ws_url == f"ws://127.0.0.1:{server.port}/graphql/realtime"


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("0.0.0.0", "http://127.0.0.1:80/graphql"),
        ("::", "http://[::1]:80/graphql"),
        ("::1", "http://[::1]:80/graphql"),
        ("shop.local", "http://shop.local:80/graphql"),
    ],
)
def test_the_address_to_dial(host, url):
    assert Server(None, None, host, 80).url == url


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("0.0.0.0", "http://127.0.0.1:80/_appsync_emu/"),
        ("::1", "http://[::1]:80/_appsync_emu/"),
        ("192.0.2.1", None),
        ("shop.local", None),
    ],
)
def test_the_console_is_named_where_it_answers(host, url):
    assert Server(None, None, host, 80).console_url == url


def test_a_port_in_use_is_told_with_a_remedy():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError) as caught:
            served(None, port=port)

    assert f"cannot listen on 127.0.0.1:{port}: it is in use" in str(caught.value)
    assert "--port 0" in str(caught.value)


@pytest.mark.parametrize("options", [{"port": 70_000}, {"host": "192.0.2.1"}])
def test_an_address_that_cannot_be(options):
    with pytest.raises(UsageError, match=r"cannot listen on .*\n.*an address of this machine"):
        served(None, **options)


def test_a_client_that_keeps_its_connection_does_not_keep_the_server():
    async def go():
        async with Emulator(API, clock=ManualClock(), seed=1) as emulator:
            server = await start(emulator, grace_s=30)
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert (await reader.readline()).startswith(b"HTTP/1.1 404")
            half = await asyncio.open_connection("127.0.0.1", server.port)
            await server.close()
            await reader.read()
            writer.close()
            half[1].close()

    asyncio.run(go())


def running(during=lambda server_url: None, api=API, **options):
    """The lines that a server announces which is sent SIGTERM after ``during(url)``."""
    lines = []
    before = signal.getsignal(signal.SIGTERM)

    def announce(line):
        lines.append(line)
        if line.startswith("  curl"):
            url = line.split()[1]
            threading.Thread(target=go, args=[url]).start()

    def go(url):
        try:
            during(url)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    run(api, announce=announce, **options)
    assert signal.getsignal(signal.SIGTERM) is before
    return lines


def test_a_signal_stops_the_server():
    lines = running()

    assert lines[0] == "shop is served at"
    console = next(line.split()[1] for line in lines if line.startswith("  console "))
    assert console == lines[1].split()[1].replace("/graphql", "/_appsync_emu/")
    assert any(line.endswith("da2-a") for line in lines)
    assert lines[-2:] == ["stopping", "stopped; nothing was left unfinished"]


def test_what_is_left_unfinished_is_told():
    def place(url):
        body = json.dumps({"query": 'mutation { place(id: "1") { traceId } }'}).encode()
        answer = json.loads(fetch(urllib.request.Request(url, data=body, headers=KEY)))
        trace_id = answer["data"]["place"]["traceId"]
        traces.append(trace_id)
        trace = url.replace("/graphql", f"/_appsync_emu/traces/{trace_id}")
        assert any(b"AttemptStarted" in fetch(trace) for _ in range(1000))

    traces = []
    lines = running(place, grace_s=0.01, seed=1)

    assert lines[-2] == "stopped; 1 unfinished:"
    assert lines[-1] == f"  trace {traces[0]}: Payment was running after 1 attempts"


def fetch(request):
    with urllib.request.urlopen(request) as response:
        return response.read()


def test_a_server_that_cannot_start_says_why():
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(UsageError, match="in use"),
    ):
        running(port=taken.getsockname()[1])


def known(name, *, armed):
    effect = ErrorEffect(ErrorInfo("Broken", "", "permanent"))
    fault = Fault(fault_id=name, point=Point.ATTEMPT, effect=effect)
    return KnownFault(fault=fault, armed=armed)


def test_faults_are_told_and_armed_again_at_each_reset():
    """Our choice: a reset server is as it was when it started, tables in memory included."""

    def program(url):
        control = url.replace("/graphql", "/_appsync_emu")
        ask = urllib.request.Request(f"{control}/faults/down", method="DELETE")
        answers.append(json.loads(fetch(ask)))
        ask = urllib.request.Request(f"{control}/reset", method="POST")
        answers.append(json.loads(fetch(ask)))

    answers, emptied = [], []
    faults = [known("down", armed=True), known("later", armed=False)]
    api = replace(API, fresh=(lambda: emptied.append(1),))
    lines = running(program, api=api, clock=ManualClock(), faults=faults)

    assert "  faults     down" in lines
    assert "             not armed yet: later" in lines
    assert answers[0] == {"healed": ["down"]}
    assert answers[1]["armed"] == ["down"]
    assert emptied == [1, 1]


def test_that_no_fault_is_armed_is_told():
    lines = running(faults=[known("later", armed=False)])

    assert "  faults     none is armed" in lines
