"""Is this error retried? One pure function.

The order: what the handler said (:class:`~appsync_emu.errors.BusinessError` and its sisters),
then AWS error codes and statuses as botocore's retry handlers list them, then the statuses of HTTP
answers that a client library raised, then the families of connection and time-out errors; anything
else is technical, as asynchronous Lambda retries every function error (AWS Lambda Developer Guide,
"Error handling for an asynchronous source").
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from appsync_emu.errors import BusinessError, PermanentError, TechnicalError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Classification", "ErrorClass", "classify"]


class ErrorClass(StrEnum):
    """The three classes of error; see :func:`classify`."""

    TECHNICAL = "technical"
    PERMANENT = "permanent"
    BUSINESS = "business"


@dataclass(frozen=True, slots=True)
class Classification:
    """A class, and why: ``why`` is short and goes into the timeline."""

    error_class: ErrorClass
    why: str


# botocore/retries/standard.py (throttling and transient codes), and what time cannot cure.
_TECHNICAL_CODES = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "InternalServerError",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "ReplicatedWriteConflictException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceException",
        "SlowDown",
        "Throttling",
        "ThrottledException",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
_BUSINESS_CODES = frozenset({"ConditionalCheckFailedException"})
_PERMANENT_CODES = frozenset(  # also when the error carries no status, as in many a test double
    {
        "AccessDeniedException",
        "RequestTooLargeException",
        "ResourceNotFoundException",
        "ValidationException",
    }
)
# DynamoDB API Reference, TransactWriteItems: the cancellation reasons that another try may cure.
_TECHNICAL_REASONS = frozenset(
    {"ProvisionedThroughputExceeded", "ThrottlingError", "TransactionConflict"}
)
_TECHNICAL_STATUSES = frozenset({429, 500, 502, 503, 504})
# What raises an HTTP answer as an exception: httpx, aiohttp, requests and urllib, by class name.
_RAISED_ANSWERS = frozenset({"ClientResponseError", "HTTPError", "HTTPStatusError"})
# RFC 9110, section 15.5, RFC 8470: the refusals that say "later".
_LATER = frozenset({408, 425, 429})
_FIRST_CLIENT_ERROR, _FIRST_SERVER_ERROR = 400, 500
# Base classes of Python, botocore, httpx and aiohttp, by name: none of them is imported here.
_CONNECTION_FAMILIES = frozenset(
    {
        "ClientConnectionError",
        "ConnectionError",
        "HTTPClientError",
        "SSLError",
        "TimeoutError",
        "TransportError",
        "gaierror",
    }
)


_RAISED = (
    (BusinessError, ErrorClass.BUSINESS),
    (PermanentError, ErrorClass.PERMANENT),
    (TechnicalError, ErrorClass.TECHNICAL),
)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _codes(reasons: object) -> list[str]:
    """The codes of a transaction's cancellation reasons; an item without one says ``None``."""
    listed = reasons if isinstance(reasons, list | tuple) else ()
    codes = [str(_mapping(reason).get("Code", "None")) for reason in listed]
    return [code for code in codes if code != "None"]


def _of_aws_response(response: Mapping[str, Any]) -> Classification | None:
    """The class of a botocore ``ClientError``, read from its ``response``."""
    code = str(_mapping(response.get("Error")).get("Code") or "")
    status = _mapping(response.get("ResponseMetadata")).get("HTTPStatusCode")
    status = status if isinstance(status, int) else 0
    if code == "TransactionCanceledException":
        codes = _codes(response.get("CancellationReasons"))
        technical = bool(codes) and _TECHNICAL_REASONS.issuperset(codes)
        return Classification(
            ErrorClass.TECHNICAL if technical else ErrorClass.BUSINESS, "cancellation reasons"
        )
    if code in _TECHNICAL_CODES or status in _TECHNICAL_STATUSES:
        return Classification(ErrorClass.TECHNICAL, f"AWS error {code or status}")
    if code in _BUSINESS_CODES:
        return Classification(ErrorClass.BUSINESS, f"AWS error {code}")
    refused = _FIRST_CLIENT_ERROR <= status < _FIRST_SERVER_ERROR
    if code in _PERMANENT_CODES or (code and refused):
        return Classification(ErrorClass.PERMANENT, f"AWS error {code}")
    return None


@lru_cache(maxsize=256)
def _families(mro: tuple[type, ...]) -> frozenset[str]:
    """Names of the classes that an exception is one of."""
    return frozenset(family.__name__ for family in mro)


def _http_status(error: BaseException) -> int:
    """The status of an HTTP answer that was raised as an exception; 0 for all others."""
    if _RAISED_ANSWERS.isdisjoint(_families(type(error).__mro__)):
        return 0
    for holder, name in (
        (error, "status"),
        (getattr(error, "response", None), "status_code"),
        (error, "code"),  # the last: aiohttp has it too, and warns
    ):
        said = getattr(holder, name, None)
        if isinstance(said, int):
            return said
    return 0


def _of_answer(error: BaseException) -> Classification | None:
    """The class of an exception that carries the answer of a service."""
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        return _of_aws_response(response)
    status = _http_status(error)
    if not status:
        return None
    refused = _FIRST_CLIENT_ERROR <= status < _FIRST_SERVER_ERROR and status not in _LATER
    return Classification(
        ErrorClass.PERMANENT if refused else ErrorClass.TECHNICAL, f"HTTP status {status}"
    )


def classify(
    error: BaseException, registered: Mapping[str, ErrorClass] | None = None
) -> Classification:
    """The class of an exception that a handler raised.

    Args:
        error: the exception.
        registered: classes by the name of an exception's class or of one of its bases, as
            ``errors:`` of the configuration gives them. So handlers need nothing from here.
    """
    if registered:
        for name in (family.__name__ for family in type(error).__mro__):
            if name in registered:
                return Classification(registered[name], f"registered as {name}")
    for raised, error_class in _RAISED:
        if isinstance(error, raised):
            return Classification(error_class, f"raised as a {error_class.value} error")
    found = _of_answer(error)
    if found is not None:
        return found
    if not _CONNECTION_FAMILIES.isdisjoint(_families(type(error).__mro__)):
        return Classification(ErrorClass.TECHNICAL, "connection or time-out")
    return Classification(ErrorClass.TECHNICAL, "unknown type, retried by default")
