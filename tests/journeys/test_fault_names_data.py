"""Every fault name at the point data: what a handler sees with each library and without, whether
it is retried, whether the effect happened, and what the client of a direct Lambda resolver reads.

The rows are the product's promise; ``appsync-emu faults`` lists the same names.
"""

from __future__ import annotations

import json
from typing import NamedTuple

import aiohttp
import httpx
import pytest
from aiohttp import web
from engine.kit import answer, drive, make_api
from sdks.callers import Service, fault, place

from appsync_emu import watch
from appsync_emu.core.faults.names import NAMED
from appsync_emu.core.faults.points import Point

# Older versions of aiohttp have none of their own.
DNS_ERROR = getattr(aiohttp, "ClientConnectorDNSError", aiohttp.ClientConnectorError)


class Row(NamedTuple):
    """What is seen, by who looks; ``None``: it does not strike there.

    ``bare`` is an object of the user's own (an exception's name, or a word for the answer),
    ``aws`` is a botocore client, ``field`` the error type and message that a client reads.
    """

    bare: str
    aws: str | None = None
    httpx: str | int | None = None
    aiohttp: str | int | None = None
    field: tuple[str, str] | None = None
    attempts: int = 2


def network(bare, aws, in_httpx, in_aiohttp, *field):
    return Row(bare, aws, in_httpx, in_aiohttp, field)


def aws(code, attempts=2, field=None):
    return Row(code, code, field=field, attempts=attempts)


def http(status, attempts=2):
    return Row(f"HTTP {status}", None, status, status, attempts=attempts)


UNHANDLED = "Lambda:Unhandled"
ROWS = {
    "network.refused": network(
        "ConnectionRefusedError",
        "EndpointConnectionError",
        "ConnectError",
        "ClientConnectorError",
        UNHANDLED,
        "Connection refused",
    ),
    "network.dns": network(
        "gaierror",
        "EndpointConnectionError",
        "ConnectError",
        DNS_ERROR.__name__,
        UNHANDLED,
        "Name or service not known",
    ),
    "network.reset": network(
        "ConnectionResetError",
        "ConnectionClosedError",
        "ReadError",
        "ServerDisconnectedError",
        UNHANDLED,
        "Connection reset by peer",
    ),
    "network.tls": network(
        "SSLError",
        "SSLError",
        "ConnectError",
        "ClientConnectorSSLError",
        UNHANDLED,
        "certificate verify failed",
    ),
    "network.connect-timeout": network(
        "TimeoutError",
        "ConnectTimeoutError",
        "ConnectTimeout",
        "ConnectionTimeoutError",
        UNHANDLED,
        "The connection timed out",
    ),
    "network.timeout": network(
        "TimeoutError",
        "ReadTimeoutError",
        "ReadTimeout",
        "SocketTimeoutError",
        "ExecutionTimeout",
        "Execution timed out.",
    ),
    "dynamodb.throughput-exceeded": aws("ProvisionedThroughputExceededException"),
    "dynamodb.throttled": aws("ThrottlingException"),
    "dynamodb.request-limit": aws("RequestLimitExceeded"),
    "dynamodb.internal": aws("InternalServerError"),
    "dynamodb.transaction-conflict": aws("TransactionConflictException"),
    "dynamodb.transaction-canceled": aws("TransactionCanceledException"),
    "dynamodb.conditional-failed": aws("ConditionalCheckFailedException", 1),
    "dynamodb.validation": aws("ValidationException", 1),
    "dynamodb.missing-table": aws("ResourceNotFoundException", 1),
    "dynamodb.denied": aws("AccessDeniedException", 1),
    "dynamodb.partial-batch": aws("UnprocessedItems", 1),
    "lambda.throttled": aws(
        "TooManyRequestsException",
        field=("Lambda:TooManyRequestsException", "Rate Exceeded."),
    ),
    "lambda.service": aws(
        "ServiceException",
        field=("Lambda:ServiceException", "The service had an internal error."),
    ),
    "lambda.error": aws("FunctionError", 1, field=(UNHANDLED, "The function failed.")),
    "lambda.timeout": aws("FunctionError", 1, field=(UNHANDLED, "Task timed out")),
    "lambda.appsync-timeout": Row(
        "Lambda:ExecutionTimeoutException",
        "Lambda:ExecutionTimeoutException",
        field=("Lambda:ExecutionTimeoutException", "Execution timed out."),
    ),
    "eventbridge.internal": aws("InternalException"),
    "eventbridge.partial": aws("FailedEntryCount", 1),
    "sqs.throttled": aws("RequestThrottled"),
    **{f"http.{status}": http(status) for status in (429, 500, 502, 503, 504)},
    **{f"http.{status}": http(status, 1) for status in (400, 401, 403, 404, 409)},
}
NAMES = [name for name, named in NAMED.items() if Point.DATA in named.points]
CASES = [(name, phase) for name in NAMES for phase in NAMED[name].phases]


def test_there_is_a_row_for_every_name():
    assert set(ROWS) == set(NAMES)


def seen_in(answered):
    """A word for an answer that is no exception."""
    for word in ("FunctionError", "UnprocessedItems", "FailedEntryCount"):
        if isinstance(answered, dict) and answered.get(word):
            return word
    return answered


def name_of(error):
    response = getattr(error, "response", None)
    code = response.get("Error", {}).get("Code") if isinstance(response, dict) else None
    return code or type(error).__name__


CALLS = {
    "dynamodb": ("put_item", {"TableName": "Orders", "Item": {"id": {"S": "1"}}}),
    "lambda": ("invoke", {"FunctionName": "pay"}),
    "events": ("put_events", {"Entries": [{"Detail": "{}"}, {"Detail": "{}"}]}),
    "sqs": ("send_message", {"QueueUrl": "https://sqs/1/orders", "MessageBody": "x"}),
}
PUT = {"PutRequest": {"Item": {"id": {"S": "1"}}}}
BATCH = ("batch_write_item", {"RequestItems": {"Orders": [PUT, PUT]}})
SERVICES = {}


def asked_for(name):
    """The service that a name is about, a method of its client, and arguments."""
    service = NAMED[name].service
    if service not in CALLS:
        service = "dynamodb"
    method, arguments = BATCH if name == "dynamodb.partial-batch" else CALLS[service]
    return service, method, arguments


class Client:
    """What a user has without any library; it remembers what was done."""

    def __init__(self):
        self.done = []

    def __getattr__(self, name):
        def method(**arguments):
            self.done.append(name)
            return {}

        return method


def outcome_of(call, name, phase):
    """What one call sees when it is struck, once, and what became of the command."""
    seen = []

    async def handler(event, context):
        try:
            answered = await call()
        except Exception as error:
            seen.append(name_of(error))
            raise
        seen.append(seen_in(answered))

    outcome = place(handler, fault(name, phase=phase, limit=1))
    return seen[0], outcome


@pytest.mark.parametrize(("name", "phase"), CASES)
def test_without_a_library(name, phase):
    client = Client()
    service, method, arguments = asked_for(name)
    watched = watch(client, source="S", service=NAMED[name].service or service)

    async def call():
        return getattr(watched, method)(**arguments)

    seen, outcome = outcome_of(call, name, phase)
    row = ROWS[name]

    assert seen == row.bare
    assert outcome.ended[1] == row.attempts
    assert outcome.calls[0][2] is (phase == "response")
    assert len(client.done) == (row.attempts - 1) + (phase == "response")


@pytest.mark.parametrize(("name", "phase"), [case for case in CASES if ROWS[case[0]].aws])
def test_with_botocore(name, phase):
    service, method, arguments = asked_for(name)
    served = SERVICES.get(service) or SERVICES.setdefault(service, Service(service))
    served.asked.clear()

    async def call():
        return getattr(served.client, method)(**arguments)

    seen, outcome = outcome_of(call, name, phase)
    row = ROWS[name]

    assert seen == row.aws
    assert outcome.ended[1] == row.attempts
    assert outcome.calls[0][2] is (phase == "response")
    assert len(served.asked) == (row.attempts - 1) + (phase == "response")


@pytest.mark.parametrize(("name", "phase"), [case for case in CASES if ROWS[case[0]].httpx])
def test_with_httpx(name, phase):
    asked = []

    def serve(request):
        asked.append(request)
        return httpx.Response(200)

    async def call():
        async with httpx.AsyncClient(transport=httpx.MockTransport(serve)) as client:
            response = await client.post("https://pay.example/charges")
            response.raise_for_status()
            return response.status_code

    judge(call, name, phase, ROWS[name].httpx, httpx.HTTPStatusError, asked)


@pytest.mark.parametrize(("name", "phase"), [case for case in CASES if ROWS[case[0]].aiohttp])
def test_with_aiohttp(name, phase):
    asked = []

    async def serve(request):
        asked.append(request)
        return web.Response()

    async def call():
        app = web.Application()
        app.router.add_post("/", serve)
        runner = web.AppRunner(app)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
            async with aiohttp.ClientSession() as client, client.post(url) as response:
                response.raise_for_status()
                return response.status
        finally:
            await runner.cleanup()

    judge(call, name, phase, ROWS[name].aiohttp, aiohttp.ClientResponseError, asked)


def judge(call, name, phase, wanted, status_error, asked):
    """The same of both HTTP libraries: a status is raised by whoever asks for that."""
    seen, outcome = outcome_of(call, name, phase)

    if isinstance(wanted, int):
        assert seen == status_error.__name__
        assert outcome.calls[0][3] == f"HTTP {wanted}"
    else:
        assert seen == wanted
    assert outcome.ended[1] == ROWS[name].attempts
    assert outcome.calls[0][2] is (phase == "response")
    assert len(asked) == (ROWS[name].attempts - 1) + (phase == "response")


@pytest.mark.parametrize(("name", "phase"), [case for case in CASES if ROWS[case[0]].field])
def test_the_client_of_a_direct_resolver(name, phase):
    ran = []

    async def ask(event, context):
        ran.append(event["info"]["fieldName"])
        return "yes"

    async def scenario(emulator):
        return await answer(emulator, '{ ask(what: "x") }')

    struck = fault(name, phase=phase, match={"source": "ask"})
    response = drive(make_api(ask=ask), scenario, faults=[struck])

    assert response["data"] == {"ask": None}
    error = response["errors"][0]
    assert (error["errorType"], error["message"]) == ROWS[name].field
    assert len(ran) == (phase == "response")


@pytest.mark.parametrize("name", [name for name in NAMES if not ROWS[name].field])
def test_a_fault_of_another_service_never_strikes_a_function(name):
    async def ask(event, context):
        return "yes"

    async def scenario(emulator):
        response = await answer(emulator, '{ ask(what: "x") }')
        return json.dumps(response), emulator.faults.struck["f"]

    assert drive(make_api(ask=ask), scenario, faults=[fault(name)]) == (
        '{"data": {"ask": "yes"}}',
        0,
    )
