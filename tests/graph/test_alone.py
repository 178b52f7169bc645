"""One field as a schema, and arguments out of a document."""

from __future__ import annotations

import pytest
from graphql import parse, print_schema

from appsync_emu.core.api import SdlSource
from appsync_emu.errors import UsageError
from appsync_emu.graph.alone import alone, arguments_in
from appsync_emu.graph.schema import build

SCHEMA = build(
    (
        SdlSource(
            "schema.graphql",
            """
            type Query { nothing: String }
            type Mutation { Stock: StockMutation }
            type StockMutation { reserve(input: Reserve!, at: AWSDateTime): Item }
            type Item { id: ID! }
            input Reserve { sku: ID! colour: Colour }
            enum Colour { RED }
            """,
        ),
    )
)


def test_a_field_of_a_namespace_stands_at_the_root_and_answers_a_leaf():
    text = print_schema(alone(SCHEMA, "StockMutation", "reserve"))
    assert "  reserve(input: Reserve!, at: AWSDateTime): Boolean\n" in text
    assert "scalar AWSDateTime" in text
    assert "Item" not in text


@pytest.mark.parametrize("place", [("StockMutation", "release"), ("Nobody", "reserve")])
def test_there_is_no_such_field(place):
    with pytest.raises(UsageError, match=r"the schema has no field \w+\.\w+"):
        alone(SCHEMA, *place)


def test_arguments_as_plain_values():
    document = parse(
        'mutation { reserve(input: {sku: "a", colour: RED, n: [1, 2.5, null]}, at: "x") }'
    )
    assert arguments_in(document) == {
        "input": {"sku": "a", "colour": "RED", "n": [1, 2.5, None]},
        "at": "x",
    }
    assert arguments_in(parse("mutation { reserve }")) == {}
