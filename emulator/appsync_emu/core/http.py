"""GraphQL over HTTP, as bytes: what a body says, and what an answer is written as.

Here: reading ``POST`` bodies and ``GET`` parameters, the errors of a request that never became a
GraphQL operation, and the encoding of answers. Not here: sockets (``server/graphql_http.py``),
headers of answers (``engine/gateway.py``), errors of fields (``graph/execute.py``).

Sources: the observed answers collected in graphql/graphql-over-http#81, the AppSync developer
guide ("Configuring authorization"), the AppSync API reference ("Common errors").
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from appsync_emu.errors import AppSyncEmuError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from appsync_emu.core.jsonvalue import JsonObject

__all__ = [
    "BODY_BYTES_MAX",
    "INTERNAL_FAILURE",
    "TOO_LARGE",
    "WRONG_PATH",
    "ParsedBody",
    "RequestRefused",
    "encode",
    "parse_get",
    "parse_post",
]

BODY_BYTES_MAX = 6 * 1024 * 1024
"""Bytes of a request body. The service documents no number (a document holds 15,000 tokens, an
answer 5 MB); this one is our bound, generous enough that no real request meets it."""


class RequestRefused(AppSyncEmuError):  # noqa: N818 - a refusal is no bug
    """A request was refused before it became a GraphQL operation.

    Args:
        status: the HTTP status.
        error_type: ``errorType`` of the body and ``x-amzn-ErrorType`` of the answer.
        message: what the client reads.
    """

    def __init__(self, status: int, error_type: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.error_type = error_type
        self.message = message

    def body(self) -> bytes:
        """The answer's body: ``errors`` alone, no ``data`` (graphql/graphql-over-http#81)."""
        return encode({"errors": [{"errorType": self.error_type, "message": self.message}]})


# Kept as (status, error_type, message): an exception that is raised twice would carry the
# traceback of both times.
INTERNAL_FAILURE = (500, "InternalFailure", "An internal failure occurred.")
TOO_LARGE = (413, "RequestEntityTooLargeException", "Request body is too large.")
WRONG_PATH = (
    404,
    b'{"Output":{"__type":"com.amazon.coral.service#UnknownOperationException"},"Version":"1.0"}',
)
"""Status and body for a path that the service does not have: it answers before GraphQL begins, in
another shape (body as seen on an AppSync host in aws/aws-sdk-go#3689; status not verified)."""

_EMPTY = (400, "MalformedHttpRequestException", "Request body is empty.")
_UNPARSABLE = (400, "MalformedHttpRequestException", "Unable to parse GraphQL query.")


@dataclass(frozen=True, slots=True)
class ParsedBody:
    """What a client asked, before anybody looked at the document.

    Attributes:
        query: the document's text.
        variables: empty when the client sent none, or ``null``.
        operation_name: ``None`` when the client sent none, ``null`` or an empty name.
    """

    query: str
    variables: JsonObject
    operation_name: str | None


def parse_post(body: bytes) -> ParsedBody:
    """Read the JSON body of a ``POST``, whatever its content type says.

    AWS's examples send JSON as ``application/graphql``, the SDKs as ``application/json``.

    Raises:
        RequestRefused: 400; the body is empty, or not a JSON object with a ``query``.
    """
    if not body:
        raise RequestRefused(*_EMPTY)
    try:
        given = _decode(body.decode())
    except (ValueError, RecursionError):
        # Not UTF-8, not JSON, a number of more digits than int() reads, or nested too deeply.
        raise RequestRefused(*_UNPARSABLE) from None
    if type(given) is not dict:
        raise RequestRefused(*_UNPARSABLE)
    return _parsed(given.get("query"), given.get("variables"), given.get("operationName"))


def parse_get(params: Mapping[str, str]) -> ParsedBody:
    """Read the URL parameters ``query``, ``variables`` (JSON text) and ``operationName``.

    Raises:
        RequestRefused: 400; there is no ``query``, or ``variables`` is not a JSON object.
    """
    text = params.get("variables")
    try:
        variables = _decode(text) if text else None
    except (ValueError, RecursionError):
        raise RequestRefused(*_UNPARSABLE) from None
    return _parsed(params.get("query"), variables, params.get("operationName"))


def _parsed(query: object, variables: object, operation_name: object) -> ParsedBody:
    """The parts of a request, each of the right type.

    graphql-java, the service's engine, takes an empty operation name for none.
    """
    if variables is None:
        variables = {}
    if (
        type(query) is not str
        or type(variables) is not dict
        or not (operation_name is None or type(operation_name) is str)
    ):
        raise RequestRefused(*_UNPARSABLE)
    return ParsedBody(query, variables, operation_name or None)


def _refuse_constant(name: str) -> NoReturn:
    """``NaN`` and ``Infinity`` are Python's, not JSON's."""
    raise ValueError(name)


# Made once: json.loads and json.dumps make new ones whenever they are given an option.
_decoder = json.JSONDecoder(parse_constant=_refuse_constant)
_OPTIONS: dict[str, Any] = {"separators": (",", ":"), "allow_nan": False, "check_circular": False}
_encode = json.JSONEncoder(ensure_ascii=False, **_OPTIONS).encode
_encode_ascii = json.JSONEncoder(ensure_ascii=True, **_OPTIONS).encode


def _decode(text: str) -> Any:  # noqa: ANN401 - JSON
    """The value of a text that is not empty."""
    if text[0] == "{":  # as nearly always: no white space around, which decode() would look for
        value, end = _decoder.raw_decode(text)
        if end == len(text):
            return value
    return _decoder.decode(text)


def encode(answer: Mapping[str, Any]) -> bytes:
    """Write an answer as UTF-8 JSON without spaces.

    Half a surrogate pair cannot be UTF-8 and is written as an escape; a number that JSON does not
    have is written as ``null``. A value that is no JSON at all is our bug, and raises.
    """
    try:
        text = _encode(answer)
    except ValueError:
        answer = _finite(answer)
        text = _encode(answer)
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _encode_ascii(answer).encode()


def _finite(value: Any) -> Any:  # noqa: ANN401 - JSON in, JSON out
    """The same value with ``null`` for every number that JSON does not have."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
