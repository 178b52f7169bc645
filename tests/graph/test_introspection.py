"""What ``graph/introspection.py`` promises."""

import pytest
from graph.harness import SCHEMA, ask, executor, messages
from graphql import build_client_schema, get_introspection_query, parse

from appsync_emu.graph.introspection import lists_in_lists


def test_the_standard_query_tells_the_whole_schema():
    answer = ask(executor(), get_introspection_query())
    rebuilt = build_client_schema(answer["data"])
    assert set(rebuilt.type_map) == set(SCHEMA.graphql.type_map)
    assert rebuilt.get_directive("aws_subscribe") is not None


def test_introspection_beside_other_fields_and_with_variables():
    engine = executor({"Query.hello": lambda _: "h"})
    text = (
        "query ($n: String!) { hello t: __type(name: $n) { ...T } } fragment T on __Type { name }"
    )
    for name in ("Post", "Author"):
        assert ask(engine, text, {"n": name}) == {"data": {"hello": "h", "t": {"name": name}}}
    assert ask(engine, '{ __type(name: "Post") { name } }')["data"] == {"__type": {"name": "Post"}}
    assert ask(engine, '{ __type(name: "Color") { name } }')["data"] == {
        "__type": {"name": "Color"}
    }
    assert ask(engine, '{ __type(name: "No") { name } }') == {"data": {"__type": None}}


@pytest.mark.parametrize(
    "text",
    [
        "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }",
        (
            '{ __type(name: "A") { ...T } } fragment T on __Type { fields { type { ...U } } }'
            " fragment U on __Type { interfaces { possibleTypes { fields { name } } } }"
        ),
    ],
)
def test_answers_that_grow_with_every_level_are_refused(text):
    assert messages(ask(executor(), text)) == ["Maximum nesting depth exceeded."]


def test_depth_of_lists():
    node = parse("{ a { fields { type { name } } ... { inputFields { name } } } }").definitions[0]
    assert lists_in_lists(node.selection_set, {}) == 1
    assert lists_in_lists(None, {}) == 0
