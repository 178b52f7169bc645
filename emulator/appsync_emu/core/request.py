"""What a client asked, as every part of the emulator sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from appsync_emu.core.api import AuthMode
from appsync_emu.core.quick import quick

if TYPE_CHECKING:
    from appsync_emu.core.jsonvalue import Json, JsonObject

__all__ = ["GraphqlRequest", "Headers", "Identity"]

Headers: TypeAlias = Mapping[str, str | list[str]]
"""Request headers with lower-case names; a header that was sent twice is a list."""


@quick
@dataclass(frozen=True, slots=True)
class Identity:
    """Who calls.

    Attributes:
        mode: the authorization mode that let the caller in.
        claims: ``ctx.identity`` as resolvers see it; ``None`` with an API key.
    """

    mode: AuthMode = AuthMode.API_KEY
    claims: JsonObject | None = None


@quick
@dataclass(frozen=True, slots=True)
class GraphqlRequest:
    """One GraphQL request, parsed and authorized, not yet looked at.

    Attributes:
        query: the document.
        variables: as the client sent them.
        operation_name: which operation to run, or ``None``.
        identity: who asks.
        headers: request headers, names in lower case.
        request_id: what the answer carries as ``x-amzn-requestid``.
        label: what a scenario or test calls the command in it, and the number of this one under
            that label; ids and chance are keyed by it. ``None`` for everybody else.
    """

    query: str
    variables: Mapping[str, Json]
    operation_name: str | None
    identity: Identity
    headers: Headers
    request_id: str
    label: tuple[str, int] | None = None
