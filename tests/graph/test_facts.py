"""What a schema says, without graphql-core's classes."""

from __future__ import annotations

from appsync_emu.core.api import SdlSource
from appsync_emu.graph.facts import Facts
from appsync_emu.graph.schema import build

SDL = """
type Query { items(ids: [ID!]!, first: Int! = 3, after: String): [Item!]!  size: Size }
type Item { id: ID! }
enum Size { SMALL }
interface Named { name: String }
"""


def facts(sdl: str = SDL) -> Facts:
    return Facts(build([SdlSource("a.graphql", sdl)]).graphql)


def test_roots():
    found = facts()
    assert (found.query_type, found.mutation_type, found.subscription_type) == ("Query", None, None)
    found = facts(f"{SDL} type Mutation {{ a: Int }} type Subscription {{ b: Int }}")
    assert (found.mutation_type, found.subscription_type) == ("Mutation", "Subscription")


def test_types():
    found = facts()
    assert found.type_names() == ["Query", "Item"]
    assert [name for name in ("Item", "Size", "Named", "ID", "No") if found.has_type(name)] == [
        "Item",
        "Size",
        "Named",
        "ID",
    ]
    assert [name for name in ("Item", "Size", "Named", "ID", "No") if found.is_object(name)] == [
        "Item"
    ]


def test_fields_and_arguments():
    found = facts()
    items = found.fields("Query")["items"]
    assert (items.printed, items.named) == ("[Item!]!", "Item")
    assert items.is_list
    assert items.is_non_null
    size = found.fields("Query")["size"]
    assert not size.is_list
    assert not size.is_non_null
    assert {name: argument.is_required for name, argument in items.arguments.items()} == {
        "ids": True,
        "first": False,
        "after": False,
    }
    ids = items.arguments["ids"]
    assert (ids.printed, ids.named, ids.is_list) == ("[ID!]!", "ID", True)
    assert found.fields("Query") is found.fields("Query")
    assert found.fields("Size") == found.fields("No") == {}
