"""GraphQL over HTTP on real sockets. Endpoint and methods: graphql/graphql-over-http#81."""

from __future__ import annotations

import asyncio
import gzip
import json
from urllib.parse import quote

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from appsync_emu.core.api import Api, ApiKey
from appsync_emu.engine.gateway import CONTENT_TYPE, Gateway
from appsync_emu.server.graphql_http import add_routes

API = Api(name="t", schema=(), api_keys=(ApiKey(name="a", value="da2-a"),))
KEY = {"x-api-key": "da2-a"}
BODY = json.dumps({"query": "{a}"})


class Reply:
    def __init__(self, response, body):
        self.status = response.status
        self.headers = response.headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)


def ask(*calls, execute=None, limit=1000):
    """What each ``(method, path, options)`` is answered, one after another on one server."""

    async def run():
        app = web.Application(client_max_size=limit)
        gateway = Gateway(API, execute or _echo, iter("abcdefgh").__next__)
        add_routes(app, gateway, _realtime)
        replies = []
        async with TestServer(app) as server, aiohttp.ClientSession() as session:
            for method, path, options in calls:
                async with session.request(method, server.make_url(path), **options) as response:
                    replies.append(Reply(response, await response.read()))
        return replies

    return asyncio.run(run())


def _echo(request):
    return {
        "data": {
            "query": request.query,
            "variables": request.variables,
            "headers": request.headers,
        }
    }


async def _realtime(request):
    return web.Response(text="realtime")


@pytest.mark.parametrize("content_type", ["application/json", "application/graphql", "text/plain"])
def test_post_takes_json_under_any_content_type(content_type):
    """AWS: AppSync guide, "Configuring authorization": JSON is sent as application/graphql."""
    (reply,) = ask(
        ("POST", "/graphql", {"data": BODY, "headers": {**KEY, "Content-Type": content_type}})
    )

    assert (reply.status, reply.json["data"]["query"]) == (200, "{a}")
    assert reply.headers["content-type"] == CONTENT_TYPE
    assert reply.headers["x-amzn-requestid"] == "a"
    assert "access-control-allow-origin" not in reply.headers


def test_a_web_page_may_read_the_answer():
    """Only web pages send ``Origin``; Fetch Standard, "CORS protocol"."""
    headers = {**KEY, "Origin": "https://shop.example"}

    (reply,) = ask(("POST", "/graphql", {"data": BODY, "headers": headers}))

    assert reply.headers["access-control-allow-origin"] == "*"
    assert "x-amzn-ErrorType" in reply.headers["access-control-expose-headers"]


def test_get_asks_by_url_parameters():
    variables = quote('{"x":"é +"}')
    path = f"/graphql?query={quote('{a}')}&variables={variables}"

    (reply,) = ask(("GET", path, {"headers": KEY}))

    assert reply.json["data"]["query"] == "{a}"
    assert reply.json["data"]["variables"] == {"x": "é +"}


def test_an_answer_that_waits():
    async def execute(request):
        return {"data": None}

    post, get = ask(
        ("POST", "/graphql", {"data": BODY, "headers": KEY}),
        ("GET", "/graphql?query=x", {"headers": KEY}),
        execute=execute,
    )

    assert post.body == get.body == b'{"data":null}'


def test_headers_arrive_as_resolvers_see_them():
    """AWS: AppSync guide, "Resolver context object reference"."""
    headers = [("X-Api-Key", "da2-a"), ("X-Two", "1"), ("Cookie", "c=1"), ("X-Two", "2")]
    once = [("X-Api-Key", "da2-a"), ("Cookie", "c=1"), ("X-One", "1")]

    twice, single = (
        reply.json["data"]["headers"]
        for reply in ask(
            ("POST", "/graphql", {"data": BODY, "headers": headers}),
            ("POST", "/graphql", {"data": BODY, "headers": once}),
        )
    )

    assert twice["x-two"] == ["1", "2"]
    assert single["x-one"] == "1"
    assert "cookie" not in twice
    assert "cookie" not in single


def test_refusals():
    empty, stranger, large, packed = ask(
        ("POST", "/graphql", {"headers": KEY}),
        ("POST", "/graphql", {"data": BODY}),
        ("POST", "/graphql", {"data": "x" * 1001, "headers": KEY}),
        (
            "POST",
            "/graphql",
            {
                "data": gzip.compress(b"x" * 100_000),
                "headers": {**KEY, "Content-Encoding": "gzip"},
            },
        ),
    )

    assert (empty.status, empty.json["errors"][0]["message"]) == (400, "Request body is empty.")
    assert (stranger.status, stranger.headers["x-amzn-ErrorType"]) == (401, "UnauthorizedException")
    for reply in (large, packed):
        assert reply.status == 413
        assert reply.json["errors"][0]["errorType"] == "RequestEntityTooLargeException"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("POST", "/grapqhl"),
        ("POST", "/graphql/"),
        ("PUT", "/graphql"),
        ("HEAD", "/graphql"),
        ("GET", "/graphql/realtime"),
    ],
)
def test_a_wrong_path(method, path):
    """The body as seen on an AppSync host: aws/aws-sdk-go#3689."""
    (reply,) = ask((method, path, {"headers": KEY}))

    assert reply.status == 404
    if method != "HEAD":
        assert reply.json["Output"]["__type"].endswith("#UnknownOperationException")


def test_a_browser_may_ask_first():
    """Seen: access-control-allow-methods POST, and the wanted headers echoed."""
    first, plain = ask(
        (
            "OPTIONS",
            "/graphql",
            {
                "headers": {
                    "Origin": "http://localhost:3000",
                    "Access-Control-Request-Method": "POST",
                    "Access-Control-Request-Headers": "content-type,x-api-key",
                }
            },
        ),
        ("OPTIONS", "/graphql", {}),
    )

    assert first.status == plain.status == 200
    assert first.headers["access-control-allow-origin"] == "*"
    assert first.headers["access-control-allow-methods"] == "POST"
    assert first.headers["access-control-allow-headers"] == "content-type,x-api-key"
    assert "access-control-allow-headers" not in plain.headers


@pytest.mark.parametrize("path", ["/graphql", "/graphql/realtime"])
def test_websockets_go_to_the_real_time_handler(path):
    """Clients dial either: gql dials /graphql, the others /graphql/realtime."""
    upgrade = {"Connection": "Upgrade", "Upgrade": "WebSocket"}

    (reply,) = ask(("GET", path, {"headers": upgrade}))

    assert reply.body == b"realtime"
