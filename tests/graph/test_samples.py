"""The first request that somebody sees is one that the API answers."""

from __future__ import annotations

import pytest
from graphql import parse, validate

from appsync_emu.config.load import load
from appsync_emu.core.api import Api, SdlSource, UnitResolver
from appsync_emu.graph.samples import sample_document
from appsync_emu.graph.schema import build

SDL = """
enum Size { SMALL LARGE }
input Loop { again: [Loop!]! }
input Order { size: Size!  tags: [String!]!  when: AWSDateTime!  note: String  deep: Inner! }
input Inner { ok: Boolean!  at: AWSTimestamp! }
type Item { id: ID!  size: Size  other: Item  needs(x: Int!): Int  open(x: Int): Int }
type Empty { other: Item }
type Query { plain: String  loop(a: Loop!): Int  empty: [Empty]
  item(order: Order!, first: Int, limit: Int! = 3): Item }
"""


def sample(*fields: str) -> str:
    schema = build([SdlSource("a.graphql", SDL)])
    resolvers = {f"Query.{name}": UnitResolver(data_source="none") for name in fields}
    text = sample_document(Api(name="a", schema=(), resolvers=resolvers), schema)
    assert validate(schema.graphql, parse(text)) == []
    return text


def test_queries():
    assert sample() == "query { __typename }"
    assert sample("plain") == "query { plain }"
    assert sample("loop") == "query { loop(a: {again: [{again: [{again: []}]}]}) }"
    assert sample("empty") == "query { empty { __typename } }"
    assert sample("item") == (
        'query { item(order: {size: SMALL, tags: ["tags"], when: "2030-01-01T00:00:00Z", '
        "deep: {ok: true, at: 0}}) { id size open } }"
    )


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("orders", 'mutation { placeOrder(orderId: "1") { traceId } }'),
        (
            "onboarding",
            (
                'mutation { UserManagement { createUser(input: {username: "username"})'
                " { correlationId } } }"
            ),
        ),
    ],
)
def test_commands(name, document, request):
    api = load(request.config.rootpath / "fixtures" / "apis" / name)
    schema = build(api.schema)
    assert sample_document(api, schema) == document
    assert validate(schema.graphql, parse(document)) == []
