"""The upgrade request of a realtime connection: which credentials it carries, or why it is refused.

Pure: a query string, subprotocol names and headers in, a value out. Source: AWS,
real-time-websocket-client ("Header parameter format"); refusals as public captures show them.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from appsync_emu.core.wire import headers_of, parse_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from appsync_emu.core.request import Headers

__all__ = [
    "HEADERS_MISSING",
    "HEADERS_UNREADABLE",
    "NO_PROTOCOL",
    "SUBPROTOCOL",
    "Handshake",
    "HandshakeProblem",
    "read_handshake",
]

SUBPROTOCOL: Final = "graphql-ws"
CREDENTIAL_PREFIX: Final = "header-"
CREDENTIAL_NAMES: Final = frozenset({"authorization", "x-api-key"})
STANDARD_ALPHABET: Final = str.maketrans("-_", "+/")


@dataclass(frozen=True, slots=True)
class HandshakeProblem:
    """Why a connection is refused: the entry of a ``connection_error``.

    Attributes:
        error_type: ``errorType``; left out when ``None``.
        message: left out when ``None``.
        error_code: ``errorCode``; clients give up for good on 400, 401 and 403.
    """

    error_type: str | None
    message: str | None
    error_code: int


NO_PROTOCOL: Final = HandshakeProblem(None, "NoProtocolError", 400)
"""``graphql-ws`` was not offered (aws/aws-appsync-community#195)."""
HEADERS_MISSING: Final = HandshakeProblem(None, "Required headers are missing.", 400)
"""No credentials in any of the three places (graphql-dotnet/graphql-client#662)."""
HEADERS_UNREADABLE: Final = HandshakeProblem("BadRequest", None, 400)
"""The header object cannot be decoded (apollographql/apollo-kotlin#1864, without a message)."""


@dataclass(frozen=True, slots=True)
class Handshake:
    """What an upgrade request says about its sender.

    Attributes:
        headers: credentials, names in lower case; empty when there is a problem.
        problem: why the connection must be refused, or ``None``.
    """

    headers: Headers
    problem: HandshakeProblem | None = None


def read_handshake(*, query: str, protocols: Sequence[str], headers: Headers) -> Handshake:
    """Find the credentials of an upgrade request.

    Args:
        query: the raw query string, not decoded: a ``+`` is a ``+``, because clients send
            base64 without encoding it.
        protocols: the subprotocols offered, as sent.
        headers: headers of the upgrade request, names in lower case.

    The places are tried in this order: ``header`` of the query string, the subprotocol
    ``header-<base64url>``, the headers themselves.
    """
    if SUBPROTOCOL not in protocols:
        return Handshake({}, NO_PROTOCOL)
    encoded = _query_value(query, "header")
    if encoded is None:
        offered = (name for name in protocols if name.startswith(CREDENTIAL_PREFIX))
        encoded = next((name.removeprefix(CREDENTIAL_PREFIX) for name in offered), None)
    if encoded is None:
        missing = CREDENTIAL_NAMES.isdisjoint(headers)
        return Handshake({}, HEADERS_MISSING) if missing else Handshake(headers)
    found = headers_of(_decoded_object(encoded))
    return Handshake({}, HEADERS_UNREADABLE) if found is None else Handshake(found)


def _query_value(query: str, name: str) -> str | None:
    for pair in query.split("&"):
        key, _, value = pair.partition("=")
        if key == name:
            return unquote(value)
    return None


def _decoded_object(encoded: str) -> object:
    """Base64 of either alphabet, padded or not, to the JSON value in it; ``None`` if it is none."""
    # Somebody on the way may have read a raw "+" as a space.
    text = encoded.strip().replace(" ", "+").translate(STANDARD_ALPHABET).rstrip("=")
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
        return parse_json(raw.decode())
    except (binascii.Error, ValueError, RecursionError):
        return None
