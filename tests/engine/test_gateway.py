"""The door of HTTP. Shapes and order of checks: graphql/graphql-over-http#81."""

from __future__ import annotations

import asyncio
import json
import logging

import pytest

from appsync_emu.core.api import Api, ApiKey
from appsync_emu.core.http import RequestRefused
from appsync_emu.engine import gateway as module
from appsync_emu.engine.gateway import (
    CONTENT_TYPE,
    LABEL_HEADER,
    Answer,
    Gateway,
    visible_headers,
)

API = Api(name="t", schema=(), api_keys=(ApiKey(name="a", value="da2-a"),))
KEY = {"x-api-key": "da2-a"}
BODY = b'{"query":"query A {a}","variables":{"x":1},"operationName":"A"}'


def gateway(execute=lambda request: {"data": {"a": 1}}) -> Gateway:
    return Gateway(API, execute, iter(f"request-{n}" for n in range(9)).__next__)


def test_an_answer_comes_at_once_when_nothing_waits():
    seen = []

    def execute(request):
        seen.append(request)
        return {"data": {"a": 1}}

    answer = gateway(execute).post(BODY, {**KEY, "x-b": "2"})

    assert isinstance(answer, Answer)
    assert (answer.status, answer.body) == (200, b'{"data":{"a":1}}')
    assert answer.headers == {"content-type": CONTENT_TYPE, "x-amzn-requestid": "request-0"}
    (request,) = seen
    assert (request.query, request.variables, request.operation_name) == (
        "query A {a}",
        {"x": 1},
        "A",
    )
    assert request.headers == {**KEY, "x-b": "2"}
    assert request.request_id == "request-0"


def test_an_answer_is_awaited_when_something_waits():
    async def execute(request):
        return {"data": None}

    async def ask():
        return await gateway(execute).post(BODY, KEY)

    assert asyncio.run(ask()).body == b'{"data":null}'


def test_url_parameters_ask_the_same():
    answer = gateway(lambda request: {"data": request.query}).get({"query": "{a}"}, KEY)

    assert answer.body == b'{"data":"{a}"}'


def test_every_request_has_an_id_of_its_own():
    door = gateway()

    ids = [door.post(body, KEY).headers["x-amzn-requestid"] for body in (BODY, b"", BODY)]

    assert ids == ["request-0", "request-1", "request-2"]


@pytest.mark.parametrize(
    ("body", "headers", "status", "error_type"),
    [
        (b"", {}, 400, "MalformedHttpRequestException"),  # the body is looked at first
        (b"meow", KEY, 400, "MalformedHttpRequestException"),
        (BODY, {}, 401, "UnauthorizedException"),
    ],
)
def test_a_refusal_names_its_type_in_a_header(body, headers, status, error_type):
    """Clients read x-amzn-ErrorType; amplify reports an unknown error without it."""
    answer = gateway().post(body, headers)

    assert answer.status == status
    assert answer.headers["x-amzn-ErrorType"] == error_type
    assert answer.headers["content-type"] == CONTENT_TYPE
    (error,) = json.loads(answer.body)["errors"]
    assert error["errorType"] == error_type


def test_a_refusal_of_the_executor_is_a_refusal():
    def execute(request):
        raise RequestRefused(400, "BadRequestException", "Missing operation name.")

    answer = gateway(execute).post(BODY, KEY)

    assert answer.status == 400
    assert b"Missing operation name." in answer.body


async def _wait_then_raise(request):
    raise ZeroDivisionError("secret")


@pytest.mark.parametrize(
    "execute",
    [lambda request: 1 / 0, _wait_then_raise, lambda request: {"data": object()}],
    ids=["sync", "async", "not JSON"],
)
def test_our_own_bug_is_logged_and_never_shown(execute, caplog):
    """AWS: AppSync API reference, "Common errors", InternalFailure."""

    async def ask():
        answer = gateway(execute).post(BODY, KEY)
        return answer if isinstance(answer, Answer) else await answer

    with caplog.at_level(logging.ERROR, "appsync_emu"):
        answer = asyncio.run(ask())

    assert answer.status == 500
    assert json.loads(answer.body)["errors"][0]["errorType"] == "InternalFailure"
    assert b"secret" not in answer.body
    assert b"Traceback" not in answer.body
    assert "request-0" in caplog.text
    assert "Traceback" in caplog.text


def test_requests_can_be_turned_away_unread():
    answer = gateway().refuse(413, "RequestEntityTooLargeException", "Too large.")

    assert (answer.status, answer.headers["x-amzn-requestid"]) == (413, "request-0")
    assert repr(answer).startswith("Answer(413, b'{")


def test_headers_as_resolvers_see_them():
    """AWS: AppSync guide, "Resolver context object reference"."""
    assert visible_headers(
        [("Host", "h"), ("X-A", "1"), ("x-a", "2"), ("X-a", "3"), ("Cookie", "c"), ("B", "")]
    ) == {"host": "h", "x-a": ["1", "2", "3"], "b": ""}


# Labels: our own header, which scenario files and faults speak of.


def labelled(*labels):
    """The label of each request, and the statuses of the answers."""
    seen = []

    def execute(request):
        seen.append(request.label)
        return {"data": None}

    door = gateway(execute)
    statuses = [door.post(BODY, {**KEY, LABEL_HEADER: label}).status for label in labels]
    return seen, statuses


def test_requests_of_a_label_are_numbered():
    seen, statuses = labelled("bulk", "other", "bulk")

    assert seen == [("bulk", 1), ("other", 1), ("bulk", 2)]
    assert statuses == [200] * 3


def test_a_request_without_a_label_has_none():
    seen = []
    gateway(lambda request: seen.append(request.label) or {"data": None}).post(BODY, KEY)

    assert seen == [None]


@pytest.mark.parametrize("label", ["", "two words", "-x", "x" * 101, ["a", "b"], "\u00e9 "])
def test_what_is_no_label_is_refused(label):
    seen, statuses = labelled(label)

    assert (seen, statuses) == ([], [400])


def test_labels_are_bounded(monkeypatch):
    monkeypatch.setattr(module, "LABELS_MAX", 2)
    seen, _ = labelled("a", "b", "a", "c", "a", "b")

    assert seen[-2:] == [("a", 3), ("b", 1)]
