"""Errors that a fault can be named after: what the handler's caller sees, and its class.

Types and texts are the ones that Python and the AWS services use themselves; the class is what
:func:`appsync_emu.core.classify.classify` says of the real exception.
"""

from __future__ import annotations

from appsync_emu.core.classify import ErrorClass
from appsync_emu.core.records import ErrorInfo

__all__ = ["NAMED_ERRORS"]


def _technical(type_name: str, message: str) -> ErrorInfo:
    return ErrorInfo(type_name, message, ErrorClass.TECHNICAL.value, "injected")


def _permanent(type_name: str, message: str) -> ErrorInfo:
    return ErrorInfo(type_name, message, ErrorClass.PERMANENT.value, "injected")


NAMED_ERRORS: dict[str, ErrorInfo] = {
    "network.refused": _technical("ConnectionRefusedError", "Connection refused"),
    "network.reset": _technical("ConnectionResetError", "Connection reset by peer"),
    "network.timeout": _technical("TimeoutError", "The read operation timed out"),
    "lambda.throttled": _technical("TooManyRequestsException", "Rate Exceeded."),
    "lambda.service": _technical("ServiceException", "The service had an internal error."),
    "lambda.timeout": _technical("Sandbox.Timedout", "Task timed out"),
    "lambda.payload-too-large": _permanent(
        "RequestTooLargeException", "The request payload exceeded the limit."
    ),
}
"""By the name that ``fault(...)`` takes."""
