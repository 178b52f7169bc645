"""Mode ``API_KEY``: the header ``x-api-key`` holds one of the API's keys.

Source: AWS AppSync developer guide, "Configuring authorization and authentication"; texts as seen
in AWS's public issue trackers (aws-amplify/amplify-js#4270 and #4373).
"""

from __future__ import annotations

from hmac import compare_digest
from typing import TYPE_CHECKING

from appsync_emu.core.http import RequestRefused
from appsync_emu.core.request import Identity

if TYPE_CHECKING:
    from appsync_emu.core.api import Api
    from appsync_emu.core.request import Headers

__all__ = ["HEADER", "authenticate"]

HEADER = "x-api-key"

_IDENTITY = Identity()
"""All callers with a key are one: ``ctx.identity`` is ``null`` in this mode."""


def authenticate(api: Api, headers: Headers) -> Identity:
    """Let in whoever has a key of ``api``.

    Raises:
        RequestRefused: 401; no key, an unknown key, or several keys at once.
    """
    given = headers.get(HEADER)
    if given is None:
        raise _unauthorized(
            "Valid authorization header not provided."
            if "authorization" in headers
            else "Missing authorization header"
        )
    if isinstance(given, str):
        # Bytes that are no UTF-8 travel in headers as surrogates, and compare as bytes.
        key = given.encode("utf-8", "surrogatepass")
        for known in api.api_keys:
            if compare_digest(key, known.value.encode()):
                return _IDENTITY
    raise _unauthorized("You are not authorized to make this call.")


def _unauthorized(message: str) -> RequestRefused:
    return RequestRefused(401, "UnauthorizedException", message)
