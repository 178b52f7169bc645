"""AWS Lambda fails to run a function, or the function fails."""

from __future__ import annotations

from appsync_emu.core.classify import ErrorClass
from appsync_emu.core.faults.named import NamedFault
from appsync_emu.core.faults.points import Point
from appsync_emu.core.records import ErrorInfo

__all__ = ["FAULTS"]

_TECHNICAL = ErrorClass.TECHNICAL.value
_PERMANENT = ErrorClass.PERMANENT.value

FAULTS = (
    NamedFault(
        name="lambda.throttled",
        points=(Point.DISPATCH, Point.DATA, Point.ATTEMPT),
        meaning="Lambda has no capacity left for the function.",
        error=ErrorInfo("TooManyRequestsException", "Rate Exceeded.", _TECHNICAL, "injected"),
        service="lambda",
        status=429,
    ),
    NamedFault(
        name="lambda.service",
        points=(Point.DISPATCH, Point.DATA, Point.ATTEMPT),
        meaning="Lambda itself fails.",
        error=ErrorInfo(
            "ServiceException", "The service had an internal error.", _TECHNICAL, "injected"
        ),
        service="lambda",
        status=500,
    ),
    NamedFault(
        name="lambda.timeout",
        points=(Point.ATTEMPT, Point.DATA),
        meaning="The function runs into its own time limit.",
        error=ErrorInfo("Sandbox.Timedout", "Task timed out", _TECHNICAL, "injected"),
        phases=("request", "response"),
        service="lambda",
    ),
    NamedFault(
        name="lambda.payload-too-large",
        points=(Point.DISPATCH, Point.ATTEMPT),
        meaning="The event is larger than Lambda takes.",
        error=ErrorInfo(
            "RequestTooLargeException",
            "The request payload exceeded the limit.",
            _PERMANENT,
            "injected",
        ),
        service="lambda",
        status=413,
    ),
)
