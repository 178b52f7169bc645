"""From request headers to an identity or a refusal: one module for each authorization mode.

Source: AWS AppSync developer guide, "Configuring authorization and authentication".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from appsync_emu.core.api import Api, AuthMode
from appsync_emu.core.auth import api_key
from appsync_emu.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from appsync_emu.core.request import Headers, Identity

__all__ = ["MODES", "authenticate"]

MODES: Mapping[AuthMode, Callable[[Api, Headers], Identity]] = {
    AuthMode.API_KEY: api_key.authenticate,
}
"""The modes that this version runs; the configuration refuses the others by name."""


def authenticate(api: Api, headers: Headers) -> Identity:
    """Who calls, by the credentials in ``headers`` (names in lower case).

    Raises:
        RequestRefused: 401 ``UnauthorizedException``; no credentials, or not valid ones.
        UsageError: the API was made with a mode that this version does not run.
    """
    mode = MODES.get(api.authentication)
    if mode is None:
        raise UsageError(
            f"authentication {api.authentication} is not supported yet; this version runs "
            + ", ".join(MODES)
        )
    return mode(api, headers)
