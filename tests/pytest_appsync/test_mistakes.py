"""What clients of the served emulator did wrong."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request

import aiohttp
import pytest
from shop import SCHEMA, shop
from suite import run, write

from pytest_appsync.served import ServerHarness

pytest_plugins = ["pytester"]


@pytest.fixture
def served():
    harness = ServerHarness(shop(), seed=1, schema=SCHEMA)
    yield harness
    harness.close()


def post(served, body, key=None):
    headers = {"x-api-key": key or served.api_key, "content-type": "application/json"}
    request = urllib.request.Request(served.url, body.encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status
    except urllib.error.HTTPError as refused:
        refused.close()
        return refused.code


def document(text):
    return json.dumps({"query": text})


def test_a_program_without_mistakes_has_none(served):
    assert post(served, document('mutation { placeOrder(orderId: "1") { traceId } }')) == 200
    assert served.mistakes.lines == []


def test_requests_that_are_refused_and_documents_that_are_invalid(served):
    assert post(served, document("{ __typename }"), key="wrong") == 401
    served.advance("90s")
    assert post(served, "no json") == 400
    assert post(served, document("{ nope }")) == 200
    assert post(served, document("{ nope }")) == 200
    told = served.mistakes.lines
    assert told[0].startswith("0:00.000  HTTP 401: UnauthorizedException: ")
    assert told[1].startswith("1:30.000  HTTP 400: ")
    assert told[2].startswith("1:30.000  GraphQL: Validation error of type FieldUndefined: ")
    assert told[2].endswith("(2 times)")


def test_many_are_cut(served):
    for number in range(13):
        post(served, document(f"{{ nope{number} }}"))
    assert len(served.mistakes.lines) == 11
    assert served.mistakes.lines[-1] == "and 3 others"


def test_what_a_fault_did_is_nobody_s_mistake(served):
    served.fault("appsync.bad-request", at="accept", first=1)
    assert post(served, document('mutation { placeOrder(orderId: "1") { traceId } }')) == 400
    assert served.mistakes.lines == []


def talk(served, *frames, protocols=("graphql-ws",)):
    async def main():
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(served.ws_url, protocols=protocols) as socket,
        ):
            for frame in frames:
                await socket.send_str(frame)
                await socket.receive(timeout=5)

    asyncio.run(main())


def test_frames_that_the_protocol_does_not_know(served):
    talk(served, '{"type":"connection_init"}', '{"type":"hello"}')
    told = served.mistakes.lines
    assert told
    assert all(line.startswith("0:00.000  real time, connection 1: ") for line in told)


def test_a_failure_shows_them(pytester):
    write(
        pytester,
        """
        import urllib.error, urllib.request

        def test_wrong_key(appsync_server):
            request = urllib.request.Request(appsync_server.url, b"{}", {"x-api-key": "wrong"})
            try:
                urllib.request.urlopen(request, timeout=5)
            except urllib.error.HTTPError as refused:
                refused.close()
            assert appsync_server.deadletters
        """,
    )
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*- AppSync client mistakes -*", "0:00.000  HTTP 40*"])
