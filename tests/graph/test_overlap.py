"""Source: GraphQL specification, "Field Selection Merging"."""

import pytest
from graph.harness import SCHEMA
from graphql import parse

from appsync_emu.graph.validate import validate


def conflicts(text):
    return [
        error["message"].removeprefix("Validation error of type FieldsConflict: ")
        for error in validate(SCHEMA.graphql, parse(text), text).errors
    ]


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("{ a: hello a: need }", ["a: hello and need are different fields @ 'hello'"]),
        (
            '{ hello(name: "a") hello(name: "b") }',
            ["hello: they have differing arguments @ 'hello'"],
        ),
        ('{ hello(name: "a") hello(name: "a") }', []),
        (
            "{ found { ... on Post { x: ups } ... on Author { x: name } } }",
            ["x: they return differing types Int and String @ 'ups'"],
        ),
        (
            "{ found { ... on Post { x: title } ... on Author { x: name } } }",
            ["x: fields have different nullability shapes @ 'title'"],
        ),
        (
            "{ found { ... on Post { x: tags } ... on Author { x: name } } }",
            ["x: fields have different list shapes @ 'tags'"],
        ),
        ("{ found { ... on Post { x: name } ... on Author { x: name } } }", []),
        (
            (
                "{ posts { author { id } } ...F } fragment F on Query { posts { author { id:"
                " name } } }"
            ),
            [
                "id: id and name are different fields @ 'id'",
            ],
        ),
        ("{ posts { author { a: id } author { ...G } } } fragment G on Author { a: id }", []),
    ],
)
def test_conflicts(text, messages):
    assert conflicts(text) == messages
