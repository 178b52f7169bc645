"""An HTTP service answers with an error."""

from __future__ import annotations

from http import HTTPStatus

from appsync_emu.core.faults.named import NamedFault, permanent, technical
from appsync_emu.core.faults.points import Point

__all__ = ["FAULTS"]


def _fault(status: HTTPStatus, meaning: str) -> NamedFault:
    """An answer with that status: it is no exception until somebody raises it."""
    made = permanent if status < 500 and status != 429 else technical  # noqa: PLR2004 - RFC 9110, section 15
    return NamedFault(
        name=f"http.{status}",
        points=(Point.DATA,),
        meaning=meaning,
        error=made(f"HTTP {status}", status.phrase),
        handler_sees=(
            f"an answer with status {status}; raise_for_status(): httpx HTTPStatusError,"
            " aiohttp ClientResponseError"
        ),
        client_sees=f"no error by itself: the resolver sees statusCode {status}",
        phases=("request",) if status < 500 else ("request", "response"),  # noqa: PLR2004 - as above
        service="http",
        status=int(status),
        body={"message": status.phrase},
        headers={"Retry-After": "1"} if status == 429 else None,  # noqa: PLR2004 - RFC 6585, section 4
        source="RFC 9110, section 15; AWS AppSync, Resolver mapping template reference for HTTP",
    )


FAULTS = (
    _fault(HTTPStatus.TOO_MANY_REQUESTS, "Too many requests; it says when to come back."),
    _fault(HTTPStatus.INTERNAL_SERVER_ERROR, "The service fails."),
    _fault(HTTPStatus.BAD_GATEWAY, "Something before the service gets no good answer from it."),
    _fault(HTTPStatus.SERVICE_UNAVAILABLE, "The service is overloaded or down."),
    _fault(HTTPStatus.GATEWAY_TIMEOUT, "Something before the service does not wait longer."),
    _fault(HTTPStatus.BAD_REQUEST, "The service does not understand the request."),
    _fault(HTTPStatus.UNAUTHORIZED, "The service does not know the caller."),
    _fault(HTTPStatus.FORBIDDEN, "The service does not let the caller do that."),
    _fault(HTTPStatus.NOT_FOUND, "There is no such thing."),
    _fault(HTTPStatus.CONFLICT, "What is asked contradicts what is there."),
)
