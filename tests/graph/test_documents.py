"""What ``graph/documents.py`` promises."""

import pytest
from graph.harness import SCHEMA, schema
from graphql import parse

from appsync_emu.errors import UsageError
from appsync_emu.graph.documents import operation_for
from appsync_emu.graph.validate import validate

NAMESPACED = schema(
    "type Query { a: Int } type Mutation { Workspace: WorkspaceMutation }"
    " type WorkspaceMutation { authorizeUser(id: ID!, tags: [String!]): Ticket }"
    " type Ticket { traceId: ID! next: Ticket needs(x: Int!): Int u: U } union U = Ticket"
)


def test_variables_have_the_types_of_the_arguments():
    text, variables = operation_for(
        NAMESPACED, ("Workspace", "authorizeUser"), "mutation", {"id": "1", "tags": None}, "traceId"
    )
    assert text == (
        "mutation($id: ID!, $tags: [String!])"
        " { Workspace { authorizeUser(id: $id, tags: $tags) { traceId } } }"
    )
    assert variables == {"id": "1", "tags": None}


def test_selections_may_have_braces_or_be_left_out():
    def text(selection):
        return operation_for(SCHEMA, ("posts",), "query", {}, selection)[0]

    assert text("{ id }") == text(" id ") == "query { posts { id } }"
    assert operation_for(SCHEMA, ("hello",), "query", {}, "")[0] == "query { hello }"
    assert operation_for(SCHEMA, ("hello",), "query", {})[0] == "query { hello }"


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("query", ("posts",)),
        ("query", ("found",)),
        ("mutation", ("setNode",)),
        ("mutation", ("addPosts",)),
        ("subscription", ("onPost",)),
    ],
)
def test_default_selections_are_valid(kind, path):
    text, _ = operation_for(SCHEMA, path, kind, {})
    assert validate(SCHEMA.graphql, parse(text), text).errors == []


def test_default_selections_end():
    text, _ = operation_for(NAMESPACED, ("Workspace", "authorizeUser"), "mutation", {"id": 1})
    assert text.endswith("{ traceId next { traceId u { __typename } } u { __typename } } } }")


def test_mistakes():
    for kind, path, arguments, words in (
        ("query", ("nope",), {}, "Query has no field 'nope'; its fields: a"),
        ("query", ("a", "b"), {}, "Int has no field 'b'; its fields: none"),
        ("query", ("a",), {"x": 1}, "a has no argument 'x'; its arguments: none"),
        ("subscription", ("a",), {}, "the schema has no subscription type"),
    ):
        with pytest.raises(UsageError, match=words):
            operation_for(NAMESPACED, path, kind, arguments)
