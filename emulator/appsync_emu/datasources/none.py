"""``NONE``: no data source at all.

On AWS the resolver's code makes the payload and the payload is the result (AppSync guide,
"Resolver reference for NONE data sources"). A resolver without code makes none, so we chose one
for it: the arguments of the field, as ``payload: $util.toJson($ctx.args)`` would.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from appsync_emu.resolvers.context import plain_copy

if TYPE_CHECKING:
    from appsync_emu.core.jsonvalue import Json
    from appsync_emu.graph.call import FieldCall

__all__ = ["source"]


def source(call: FieldCall, prev: Json = None, /) -> Any:  # noqa: ANN401, ARG001 - the shape of every source
    """The arguments of the field."""
    return plain_copy(call.arguments)
