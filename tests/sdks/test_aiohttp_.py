"""aiohttp's client: its errors and its answers, with faults in the place of the service."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

import aiohttp
import pytest
from aiohttp import web
from sdks.callers import fault, place

from appsync_emu.core.faults.catalogue import other_error
from appsync_emu.core.faults.error import ErrorEffect
from appsync_emu.core.faults.hang import HangEffect
from appsync_emu.core.records import DataCalled

# Older ones have none of their own.
DNS_ERROR = getattr(aiohttp, "ClientConnectorDNSError", aiohttp.ClientConnectorError)


@asynccontextmanager
async def serving(asked, status=201):
    """A service on a socket of its own; its URL."""

    async def answer(request):
        asked.append((request.method, request.path_qs, await request.text()))
        return web.json_response({"charged": True}, status=status)

    app = web.Application()
    app.router.add_route("*", "/charges", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def calling(*faults, method="POST", status=201, timeout_s=None, session=None, use=None, **options):
    """One request in a handler: what came of it, what the service was asked, and the outcome."""
    got, asked = [], []

    async def handler(event, context):
        async with (
            serving(asked, status) as url,
            aiohttp.ClientSession(base_url=url, **(session or {})) as client,
        ):
            try:
                async with client.request(method, "/charges", **options) as response:
                    got.append(await use(response) if use else await response.json())
            except Exception as error:  # noqa: BLE001 - what it is, is what the test asks
                got.append(error)

    outcome = place(handler, *faults, timeout_s=timeout_s)
    return got[0] if got else None, asked, outcome


@pytest.mark.parametrize(("method", "write"), [("POST", True), ("GET", False)])
def test_a_request_is_a_call(method, write):
    answer, asked, outcome = calling(method=method, json={"n": 1} if write else None)

    [call] = outcome.of(DataCalled)
    assert (call.service, call.source, call.operation) == ("http", "127.0.0.1", method)
    assert (call.write, call.applied, call.error, bool(call.effect)) == (write, True, None, write)
    assert answer == {"charged": True}
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("name", "exception"),
    [
        ("network.refused", aiohttp.ClientConnectorError),
        ("network.dns", DNS_ERROR),
        ("network.reset", aiohttp.ServerDisconnectedError),
        ("network.tls", aiohttp.ClientConnectorSSLError),
        ("network.connect-timeout", aiohttp.ConnectionTimeoutError),
        ("network.timeout", aiohttp.SocketTimeoutError),
    ],
)
def test_errors_of_the_network_are_aiohttps_own(name, exception):
    error, asked, _ = calling(fault(name, phase="request"))

    assert type(error) is exception
    assert str(error)
    assert asked == []


async def everything(response):
    assert response.content_type == "application/json"
    assert not response.ok
    assert await response.read() == await response.content.read()
    with pytest.raises(aiohttp.ClientResponseError) as raised:
        response.raise_for_status()
    assert (raised.value.status, raised.value.message) == (response.status, response.reason)
    return response.status, response.headers.get("Retry-After"), await response.json()


def test_an_answer_of_the_fault_is_an_answer():
    answer, asked, outcome = calling(fault("http.429"), use=everything)

    assert answer == (429, "1", {"message": "Too Many Requests"})
    assert asked == []
    assert outcome.calls == [("127.0.0.1", "POST", False, "HTTP 429", "f")]


def test_in_the_response_phase_the_service_was_asked():
    answer, asked, outcome = calling(fault("http.503", phase="response"), use=everything)

    assert answer[0] == 503
    assert len(asked) == 1
    assert outcome.calls == [("127.0.0.1", "POST", True, "HTTP 503", "f")]


async def refuse(response):
    raise LookupError(response.status)


@pytest.mark.parametrize(
    ("session", "options", "error"),
    [
        ({"raise_for_status": True}, {}, aiohttp.ClientResponseError),
        ({}, {"raise_for_status": True}, aiohttp.ClientResponseError),
        ({}, {"raise_for_status": refuse}, LookupError),
        ({"raise_for_status": True}, {"raise_for_status": False}, None),
    ],
)
def test_the_session_raises_for_a_status_as_it_would(session, options, error):
    answer, _, outcome = calling(fault("http.503", phase="request"), session=session, **options)

    assert isinstance(answer, error) if error else answer == {"message": "Service Unavailable"}
    assert outcome.calls == [("127.0.0.1", "POST", False, "HTTP 503", "f")]


def test_an_error_of_the_service_itself_is_no_effect():
    _, _, outcome = calling(status=404)

    assert outcome.calls == [("127.0.0.1", "POST", False, "HTTP 404", None)]


def test_an_error_that_was_made_up_goes_through():
    error, _, _ = calling(fault(ErrorEffect(other_error("Weird"))))

    assert type(error).__name__ == "Weird"


def test_a_name_without_an_answer_is_an_error():
    struck = fault("lambda.appsync-timeout")
    struck = fault(ErrorEffect(struck.effect.error, named=_of_any_service(struck.effect.named)))
    error, _, _ = calling(struck)

    assert str(error) == "Execution timed out."


def _of_any_service(named):
    return replace(named, service=None)


def test_a_request_that_hangs_runs_into_the_time_limit():
    _, _, outcome = calling(fault(HangEffect(), limit=1), timeout_s=9)

    assert outcome.ended == ("success", 2)


def test_the_key_of_an_idempotent_request_is_seen():
    """IETF draft, "The Idempotency-Key HTTP Header Field"."""

    async def handler(event, context):
        async with serving([]) as url, aiohttp.ClientSession() as client:
            for _ in range(2):
                async with client.post(f"{url}/charges", headers={"idempotency-key": "k"}):
                    pass

    assert [call[2] for call in place(handler).calls] == [True, False]


def test_outside_of_a_handler_aiohttp_is_itself():
    async def main():
        async with (
            serving([]) as url,
            aiohttp.ClientSession() as client,
            client.get(f"{url}/charges") as response,
        ):
            return await response.json()

    assert asyncio.run(main()) == {"charged": True}
