"""The context of a field: what a function behind a resolver without code receives.

Sources: AppSync guide, "Direct Lambda resolvers" and "Resolver context object reference"; the
captured event in aws-powertools/powertools-lambda-python, tests/events/appSyncDirectResolver.json.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from appsync_emu.core.jsonvalue import Json
    from appsync_emu.graph.call import FieldCall

__all__ = ["direct_event", "plain_copy"]

_CONTAINERS = frozenset((dict, list))


def direct_event(call: FieldCall, prev: Json = None) -> dict[str, Any]:
    """The event of a direct Lambda resolver.

    On AWS the event is JSON on its way into another process, so here it is a copy: whatever the
    function does to it stays there.

    Args:
        call: the field that is being resolved.
        prev: ``{"result": …}`` of the pipeline function before; ``None`` outside pipelines.
    """
    request = call.request
    field = call.field
    variables = call.variables
    claims = request.identity.claims
    source = call.source
    if not source and len(call.path) == 1:
        source = None  # the root has no source, whatever the executor starts from
    return {
        "arguments": plain_copy(call.arguments),
        "identity": None if claims is None else plain_copy(claims),
        "source": None if source is None else plain_copy(source),
        "request": {"headers": dict(request.headers), "domainName": None},
        "prev": plain_copy(prev),
        "info": {
            "selectionSetList": field.selection_set_list(),
            "selectionSetGraphQL": field.selection_set_graphql(request.query),
            "parentTypeName": field.parent_type,
            "fieldName": field.name,
            "variables": plain_copy(variables) if variables else {},
        },
        "stash": plain_copy(call.stash) if call.stash else {},
    }


def plain_copy(value: Any) -> Any:  # noqa: ANN401 - JSON in, JSON out
    """A copy of a JSON value, all the way down."""
    kind = type(value)
    if kind is dict:
        copy: dict[str, Any] = value.copy()
        for key, item in value.items():
            if type(item) in _CONTAINERS:
                copy[key] = plain_copy(item)
        return copy
    if kind is list:
        return [plain_copy(item) if type(item) in _CONTAINERS else item for item in value]
    return value
