"""AppSync turns the client away."""

from __future__ import annotations

from appsync_emu.core.faults.named import ClientError, NamedFault
from appsync_emu.core.faults.points import Point

__all__ = ["FAULTS"]

_COMMON = "AWS AppSync API Reference, Common Errors"
_NOTHING = "nothing: it is not called"

FAULTS = (
    NamedFault(
        name="appsync.throttled",
        points=(Point.ACCEPT,),
        meaning="The API's rate limit is exceeded; the answer is no GraphQL.",
        handler_sees=_NOTHING,
        client=ClientError(
            error_type="TooManyRequestsException",
            message="Too Many Requests",
            status=429,
            graphql=False,
        ),
        status=429,
        source="aws-amplify/amplify-js#13068",
    ),
    NamedFault(
        name="appsync.unavailable",
        points=(Point.ACCEPT,),
        meaning=(
            "AppSync does not answer properly. With phase response the command was accepted, and"
            " the client does not know its trace id."
        ),
        handler_sees="nothing; with phase response it runs as ever",
        client=ClientError(
            error_type="ServiceUnavailableException",
            message="Service Unavailable",
            status=503,
            verified=False,
        ),
        phases=("request", "response"),
        status=503,
        source=_COMMON,
    ),
    NamedFault(
        name="appsync.unauthorized",
        points=(Point.ACCEPT, Point.CONNECT),
        meaning="The client's credentials are not accepted; clients do not try again.",
        handler_sees=_NOTHING,
        client=ClientError(
            error_type="UnauthorizedException",
            message="You are not authorized to make this call.",
            status=401,
        ),
        status=401,
        source="AWS AppSync Developer Guide, Authorization; Amplify's retry rules",
    ),
    NamedFault(
        name="appsync.bad-request",
        points=(Point.ACCEPT, Point.CONNECT),
        meaning="AppSync does not understand the request; clients do not try again.",
        handler_sees=_NOTHING,
        client=ClientError(
            error_type="BadRequestException", message="Bad request", status=400, verified=False
        ),
        status=400,
        source=f"{_COMMON}; Amplify's retry rules",
    ),
)
