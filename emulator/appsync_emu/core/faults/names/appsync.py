"""AppSync turns the client away."""

from __future__ import annotations

from appsync_emu.core.faults.named import ClientError, NamedFault
from appsync_emu.core.faults.points import Point

__all__ = ["FAULTS"]

FAULTS = (
    NamedFault(
        name="appsync.throttled",
        points=(Point.ACCEPT,),
        meaning="The API's rate limit is exceeded; the answer is no GraphQL.",
        client=ClientError(
            error_type="TooManyRequestsException",
            message="Too Many Requests",
            status=429,
            graphql=False,
        ),
        status=429,
    ),
)
