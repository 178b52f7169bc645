"""A field's call as the executor makes it, for tests of resolvers and data sources."""

from __future__ import annotations

from types import SimpleNamespace

from appsync_emu.core.request import GraphqlRequest, Identity


def field_call(arguments=None, *, source=None, claims=None, variables=None, stash=None, path=None):
    field = SimpleNamespace(
        parent_type="Query",
        name="getPost",
        return_type="Post",
        selection_set_list=lambda: ["id", "title"],
        selection_set_graphql=lambda _document: "{\n  id\n  title\n}",
    )
    return SimpleNamespace(
        arguments={} if arguments is None else arguments,
        source=source,
        request=GraphqlRequest(
            "{a}", {}, None, Identity(claims=claims), {"host": "h", "x-api-key": "k"}, "request-1"
        ),
        field=field,
        path=path or ["getPost"],
        variables={} if variables is None else variables,
        stash={} if stash is None else stash,
    )
