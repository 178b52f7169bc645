"""What ``graph/schema.py`` promises."""

import gc

import pytest
from graph.harness import SCHEMA, schema

from appsync_emu.core.api import SdlSource
from appsync_emu.errors import UsageError
from appsync_emu.graph.schema import build


def test_lookups():
    assert SCHEMA.subscriptions == {"onPost": ("addPost",), "onNode": ("setNode",)}
    assert (SCHEMA.query_type, SCHEMA.mutation_type, SCHEMA.subscription_type) == (
        "Query",
        "Mutation",
        "Subscription",
    )
    assert SCHEMA.has_field("Post.title")
    assert not SCHEMA.has_field("Post.nope")
    assert not SCHEMA.has_field("Nope.title")
    assert not SCHEMA.has_field("Color.RED")
    assert SCHEMA.fields_of("Comment") == {"id": "ID!", "text": "String!"}
    assert SCHEMA.fields_of("Nope") == {}
    assert SCHEMA.field_names("Author") == ("id", "name", "posts")
    assert SCHEMA.arguments_of("Post", "comments") == {"limit": "Int", "after": "String"}
    assert SCHEMA.arguments_of("Post", "nope") == SCHEMA.arguments_of("Nope", "x") == {}
    names = SCHEMA.type_names()
    assert "Post" in names
    assert "AWSDate" not in names
    assert "__Schema" not in names


def test_roots_are_optional_and_may_be_renamed():
    """AppSync developer guide, "Designing your GraphQL schema"."""
    small = schema("schema { query: Root } type Root { a: AWSURL }")
    assert (small.query_type, small.mutation_type, small.subscription_type) == ("Root", None, None)


def test_loading_leaves_the_collector_as_it_was():
    schema("type Query { collected: Int }")
    assert gc.isenabled()
    gc.disable()
    try:
        schema("type Query { not_collected: Int }")
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_equal_files_are_built_once_and_mistakes_are_told_each_time():
    files = [SdlSource("a.graphql", "type Query { a: Int }")]
    assert build(files) is build(tuple(files))
    assert build([SdlSource("b.graphql", files[0].text)]) is not build(files)
    for _ in range(2):
        with pytest.raises(UsageError):
            build([SdlSource("a.graphql", "type Query { a: Strin }")])


def test_every_mistake_is_told_at_once():
    with pytest.raises(UsageError) as usage:
        build(
            [SdlSource("a.graphql", "type Query { a: Strin }"), SdlSource("b.graphql", "scalar X")]
        )
    assert [(m.file, m.line) for m in usage.value.mistakes] == [("b.graphql", 1), ("a.graphql", 1)]


def test_mistakes_that_show_only_in_the_whole():
    with pytest.raises(
        UsageError, match=r"Interface field I\.b expected but A does not provide it"
    ):
        schema("type Query { a: A } interface I { b: Int } type A implements I { c: Int }")
