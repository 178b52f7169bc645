"""httpx: its errors and its answers, with faults in the place of the service."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from sdks.callers import fault, place

from appsync_emu.core.faults.catalogue import other_error
from appsync_emu.core.faults.error import ErrorEffect
from appsync_emu.core.faults.hang import HangEffect
from appsync_emu.core.records import DataCalled

URL = "https://pay.example/charges?n=1"


def serving(asked, status=201):
    def answer(request):
        asked.append((request.method, str(request.url), request.content))
        return httpx.Response(status, json={"charged": True})

    return httpx.MockTransport(answer)


def handlers(got, asked, method="POST", status=201, **options):
    async def waits(event, context):
        async with httpx.AsyncClient(transport=serving(asked, status)) as client:
            got.append(await client.request(method, URL, **options))

    async def blocks(event, context):
        with httpx.Client(transport=serving(asked, status)) as client:
            got.append(client.request(method, URL, **options))  # noqa: ASYNC212 - it blocks

    def in_a_thread(event, context):
        with httpx.Client(transport=serving(asked, status)) as client:
            got.append(client.request(method, URL, **options))

    return {"waits": waits, "blocks": blocks, "in_a_thread": in_a_thread}


KINDS = ["waits", "blocks", "in_a_thread"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("method", "write"), [("POST", True), ("GET", False)])
def test_a_request_is_a_call(kind, method, write):
    got, asked = [], []
    outcome = place(handlers(got, asked, method)[kind])

    [call] = outcome.of(DataCalled)
    assert (call.service, call.source, call.operation) == ("http", "pay.example", method)
    assert (call.write, call.applied, call.error, bool(call.effect)) == (write, True, None, write)
    assert got[0].json() == {"charged": True}
    assert len(asked) == 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("name", "exception"),
    [
        ("network.refused", httpx.ConnectError),
        ("network.dns", httpx.ConnectError),
        ("network.reset", httpx.ReadError),
        ("network.tls", httpx.ConnectError),
        ("network.connect-timeout", httpx.ConnectTimeout),
        ("network.timeout", httpx.ReadTimeout),
    ],
)
def test_errors_of_the_network_are_httpxs_own(kind, name, exception):
    raised, asked = [], []
    called = handlers([], asked)[kind]
    if kind == "in_a_thread":

        def handler(event, context):
            with pytest.raises(httpx.TransportError) as caught:
                called(event, context)
            raised.append(caught.value)

    else:

        async def handler(event, context):
            with pytest.raises(httpx.TransportError) as caught:
                await called(event, context)
            raised.append(caught.value)

    place(handler, fault(name, phase="request"))

    assert type(raised[0]) is exception
    assert raised[0].request.url == URL
    assert asked == []


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_of_the_fault_is_an_answer(kind):
    got, asked = [], []
    outcome = place(handlers(got, asked)[kind], fault("http.429"))

    [answer] = got
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    assert answer.json() == {"message": "Too Many Requests"}
    assert answer.elapsed.total_seconds() == 0
    with pytest.raises(httpx.HTTPStatusError):
        answer.raise_for_status()
    assert asked == []
    assert outcome.calls == [("pay.example", "POST", False, "HTTP 429", "f")]


@pytest.mark.parametrize("kind", KINDS)
def test_in_the_response_phase_the_service_was_asked(kind):
    got, asked = [], []
    outcome = place(handlers(got, asked)[kind], fault("http.503", phase="response"))

    assert (got[0].status_code, len(asked)) == (503, 1)
    assert outcome.calls == [("pay.example", "POST", True, "HTTP 503", "f")]


def test_an_error_of_the_service_itself_is_no_effect():
    outcome = place(handlers([], [], status=404)["blocks"])

    assert outcome.calls == [("pay.example", "POST", False, "HTTP 404", None)]


def test_an_error_that_was_made_up_goes_through():
    outcome = place(handlers([], [])["blocks"], fault(ErrorEffect(other_error("Weird")), limit=1))

    assert outcome.ended == ("success", 2)


def test_a_request_that_hangs_runs_into_the_time_limit():
    outcome = place(handlers([], [])["waits"], fault(HangEffect(), limit=1), timeout_s=9)

    assert outcome.ended == ("success", 2)


def test_the_key_of_an_idempotent_request_is_seen():
    """IETF draft, "The Idempotency-Key HTTP Header Field"."""
    once = handlers([], [], headers={"Idempotency-Key": "k"})["blocks"]

    async def twice(event, context):
        await once(event, context)
        await once(event, context)

    assert [call[2] for call in place(twice).calls] == [True, False]


def test_a_body_that_is_streamed_is_not_read_for_its_digest():
    def parts():
        yield b"a"

    outcome = place(handlers([], [], content=parts())["blocks"])

    assert outcome.calls == [("pay.example", "POST", True, None, None)]


def test_outside_of_a_handler_httpx_is_itself():
    asked = []
    with httpx.Client(transport=serving(asked)) as client:
        assert client.get(URL).status_code == 201

    async def waits():
        async with httpx.AsyncClient(transport=serving(asked)) as client:
            return await client.get(URL)

    assert asyncio.run(waits()).status_code == 201
