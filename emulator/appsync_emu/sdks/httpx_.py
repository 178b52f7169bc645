"""httpx: every request of a client passes the joint, redirects too, whatever its transport is."""

from __future__ import annotations

import importlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from appsync_emu.sdks.joint import CURRENT, Call, made_up

if TYPE_CHECKING:
    from collections.abc import Callable

    from appsync_emu.core.faults.verdict import Fail

__all__ = ["patch"]

_ERROR_FROM = 400
_NETWORK = {
    "network.refused": "ConnectError",
    "network.dns": "ConnectError",
    "network.reset": "ReadError",
    "network.tls": "ConnectError",
    "network.connect-timeout": "ConnectTimeout",
    "network.timeout": "ReadTimeout",
}
"""What httpx makes of errors of the network (httpx, "Exceptions")."""


def patch() -> None:
    """Wrap httpx, which is loaded."""
    httpx: Any = importlib.import_module("httpx")
    httpx.Client._send_single_request = _passing(httpx.Client._send_single_request)  # noqa: SLF001 - below hooks, redirects and authentication
    httpx.AsyncClient._send_single_request = _passing_async(  # noqa: SLF001 - the same
        httpx.AsyncClient._send_single_request  # noqa: SLF001 - the same
    )


def _passing(send: Callable[..., Any]) -> Callable[..., Any]:
    def wrapped(self: Any, request: Any) -> Any:  # noqa: ANN401 - httpx's
        joint = CURRENT.get()
        if joint is None:
            return send(self, request)
        return joint.through(_Request(request), lambda: send(self, request))

    return wrapped


def _passing_async(send: Callable[..., Any]) -> Callable[..., Any]:
    async def wrapped(self: Any, request: Any) -> Any:  # noqa: ANN401 - httpx's
        joint = CURRENT.get()
        if joint is None:
            return await send(self, request)
        return await joint.through_async(_Request(request), lambda: send(self, request))

    return wrapped


class _Request(Call):
    """One request."""

    __slots__ = ("_request",)

    def __init__(self, request: Any) -> None:  # noqa: ANN401 - httpx's
        super().__init__("http", request.url.host, request.method)
        self._request = request

    def arguments(self) -> object:
        """Where it goes and what it says; a body that is streamed is not read for that."""
        body = getattr(self._request, "_content", None)
        return {"path": self._request.url.raw_path, "body": body}

    def token(self) -> str | None:
        """The header of idempotent requests (IETF draft, "The Idempotency-Key HTTP Header")."""
        token: str | None = self._request.headers.get("Idempotency-Key")
        return token

    def error_of(self, result: Any) -> str | None:  # noqa: ANN401 - httpx's
        """The status of an answer that is an error."""
        status = result.status_code
        return f"HTTP {status}" if status >= _ERROR_FROM else None

    def fail(self, fault: Fail) -> Any:  # noqa: ANN401 - httpx's
        """An answer with the fault's status, or the exception of a network that fails."""
        httpx: Any = importlib.import_module("httpx")
        named = fault.named
        network = _NETWORK.get(named.name) if named is not None else None
        if network is not None:
            raise getattr(httpx, network)(fault.error.message, request=self._request)
        if named is None or not named.status:
            raise made_up(fault)
        response = httpx.Response(
            named.status,
            headers={"Content-Type": "application/json", **(named.headers or {})},
            content=json.dumps(named.body).encode(),
            request=self._request,
        )
        response.elapsed = timedelta(0)
        return response
