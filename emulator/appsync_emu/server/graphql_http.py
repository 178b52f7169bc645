"""GraphQL over HTTP on a socket: moves bytes between aiohttp and the gateway, nothing else.

``POST`` and ``GET`` at ``/graphql``, preflights of browsers, and the service's answer to any
other path. WebSockets begin as a ``GET`` and go to the real-time handler.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

from aiohttp import web
from multidict import CIMultiDict

from appsync_emu.core.http import TOO_LARGE, WRONG_PATH
from appsync_emu.engine.gateway import Answer, visible_headers

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from appsync_emu.core.request import Headers

    Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]

__all__ = ["PATH", "REALTIME_PATH", "Answers", "add_routes"]

PATH = "/graphql"
REALTIME_PATH = "/graphql/realtime"

_PREFLIGHT_SECONDS = "86400"

_FOR_BROWSERS = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "x-amzn-RequestId,x-amzn-ErrorType",
}
"""Headers of answers to web pages, which are the only ones that send ``Origin``."""


class Answers(Protocol):
    """Answers requests: a :class:`~appsync_emu.engine.gateway.Gateway`, or what stands for one."""

    def post(self, body: bytes, headers: Headers) -> Answer | Awaitable[Answer]:
        """Answer a ``POST``."""

    def get(self, params: Mapping[str, str], headers: Headers) -> Answer | Awaitable[Answer]:
        """Answer a ``GET``."""

    def refuse(self, status: int, error_type: str, message: str) -> Answer:
        """Turn a request away."""


def add_routes(app: web.Application, gateway: Answers, realtime: Handler) -> None:
    """Serve GraphQL in ``app``; every path that is not added before or here is a wrong one.

    Args:
        app: ``client_max_size`` bounds the bodies.
        gateway: answers the requests.
        realtime: answers WebSocket upgrades.
    """

    async def post(request: web.Request) -> web.Response:
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return _response(request, gateway.refuse(*TOO_LARGE))
        answer = gateway.post(body, _headers(request))
        return _response(request, answer if isinstance(answer, Answer) else await answer)

    async def get(request: web.Request) -> web.StreamResponse:
        if _is_upgrade(request):
            return await realtime(request)
        answer = gateway.get(dict(request.query), _headers(request))
        return _response(request, answer if isinstance(answer, Answer) else await answer)

    async def get_realtime(request: web.Request) -> web.StreamResponse:
        return await realtime(request) if _is_upgrade(request) else await _wrong_path(request)

    app.router.add_post(PATH, post)
    app.router.add_get(PATH, get, allow_head=False)
    app.router.add_get(REALTIME_PATH, get_realtime, allow_head=False)
    app.router.add_options(PATH, _preflight)
    app.router.add_route("*", "/{path:.*}", _wrong_path)


def _is_upgrade(request: web.Request) -> bool:
    return request.headers.get("Upgrade", "").lower() == "websocket"


def _headers(request: web.Request) -> Headers:
    received = request.headers
    headers = {name.lower(): value for name, value in received.items()}
    if len(headers) != len(received):  # one was sent twice: rare, and worth the longer way
        return visible_headers(received.items())
    headers.pop("cookie", None)
    return headers


def _response(request: web.Request, answer: Answer) -> web.Response:
    headers = CIMultiDict(answer.headers)
    if "Origin" in request.headers:
        headers.update(_FOR_BROWSERS)
    return web.Response(body=answer.body, status=answer.status, headers=headers)


async def _preflight(request: web.Request) -> web.Response:
    """Any web page may ask: its credentials are a header, never a cookie."""
    headers = {
        "access-control-allow-origin": "*",
        "access-control-allow-methods": "POST",
        "access-control-max-age": _PREFLIGHT_SECONDS,
    }
    wanted = request.headers.get("Access-Control-Request-Headers")
    if wanted is not None:
        headers["access-control-allow-headers"] = wanted
    return web.Response(headers=headers)


async def _wrong_path(_: web.Request) -> web.Response:
    status, body = WRONG_PATH
    return web.Response(status=status, body=body, headers={"Content-Type": "application/json"})
