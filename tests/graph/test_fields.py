"""Wording: graphql-java; aws-amplify/amplify-cli#1296, aws-amplify/amplify-android#702."""

import pytest
from graph.harness import SCHEMA
from graphql import parse

from appsync_emu.graph.validate import validate


def errors(text):
    found = validate(SCHEMA.graphql, parse(text), text).errors
    prefix = "Validation error of type "
    return [error["message"].removeprefix(prefix) for error in found]


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("{ x }", ["FieldUndefined: Field 'x' in type 'Query' is undefined @ 'x'"]),
        (
            "{ posts { x { y(a: $v) } } }",
            [
                "FieldUndefined: Field 'x' in type 'Post' is undefined @ 'posts/x'",
                "UndefinedVariable: Undefined variable v @ 'posts/x/y'",
            ],
        ),
        (
            "{ found { name } }",
            ["FieldUndefined: Field 'name' in type 'Found' is undefined @ 'found/name'"],
        ),
        (
            "{ posts { __schema { x } } }",
            ["FieldUndefined: Field '__schema' in type 'Post' is undefined @ 'posts/__schema'"],
        ),
        (
            "{ hello { a } }",
            [
                (
                    "SubSelectionNotAllowed: Sub selection not allowed on leaf type String"
                    " of field hello @ 'hello'"
                )
            ],
        ),
        (
            "{ a: posts { author } }",
            [
                (
                    "SubSelectionRequired: Sub selection required for type Author of field"
                    " author @ 'posts/author'"
                )
            ],
        ),
        ("{ post { id } }", ["MissingFieldArgument: Missing field argument id @ 'post'"]),
        (
            "{ hello(nope: $x) }",
            [
                "UnknownArgument: Unknown field argument nope @ 'hello'",
                "UndefinedVariable: Undefined variable x @ 'hello'",
            ],
        ),
        (
            '{ hello(name: "a", name: "b") }',
            ["DuplicateArgumentNames: There can be only one argument named 'name' @ 'hello'"],
        ),
        (
            "{ hello(name: 1) }",
            [
                (
                    "WrongType: argument 'name' with value 'IntValue{value=1}' is not a"
                    " valid 'String' @ 'hello'"
                )
            ],
        ),
        (
            "{ echo(p: {id: 1, id: 2}) }",
            ["UniqueObjectFieldName: There can be only one field named 'id' @ 'echo'"],
        ),
        (
            "{ hello @nope(a: $x) }",
            [
                "UnknownDirective: Unknown directive nope @ 'hello'",
                "UndefinedVariable: Undefined variable x @ 'hello'",
            ],
        ),
        (
            "query @skip(if: true) { hello }",
            ["MisplacedDirective: Directive skip not allowed here"],
        ),
        ("{ hello @skip }", ["MissingDirectiveArgument: Missing directive argument if @ 'hello'"]),
        (
            "{ hello @skip(if: true, no: 1) }",
            ["UnknownDirective: Unknown directive argument no @ 'hello'"],
        ),
        (
            "{ hello @skip(if: true, if: true) }",
            ["DuplicateArgumentNames: There can be only one argument named 'if' @ 'hello'"],
        ),
        (
            "{ hello @skip(if: true) @skip(if: true) }",
            [
                (
                    "DuplicateDirectiveName: Directives must be uniquely named within a"
                    " location. The"
                    " directive 'skip' used on a 'Field' is not unique. @ 'hello'"
                )
            ],
        ),
        ("{ hello @defer }", []),
        (
            "{ posts { ... on Author { id } } }",
            [
                (
                    "InvalidFragmentType: Fragment cannot be spread here as objects of type"
                    " Post can never be of type Author @ 'posts'"
                )
            ],
        ),
        ("{ posts { ... on Nope { id } } }", ["UnknownType: Unknown type Nope @ 'posts'"]),
        (
            "{ posts { ... on Color { id } } }",
            [
                (
                    "InlineFragmentTypeConditionInvalid: Inline fragment type condition is"
                    " invalid, must be on Object/Interface/Union @ 'posts'"
                )
            ],
        ),
        (
            "{ posts { ...F } } fragment F on Author { id }",
            [
                (
                    "InvalidFragmentType: Fragment F cannot be spread here as objects of"
                    " type Post can never be of type Author @ 'posts'"
                )
            ],
        ),
        ("{ node(id: 1) { ... on Post { title } ... on Found { __typename } } }", []),
    ],
)
def test_selections(text, messages):
    assert errors(text) == messages


def test_places_are_those_of_fields_and_arguments():
    text = "{\n  a: x\n  hello(\n    name: 1)\n}"
    found = validate(SCHEMA.graphql, parse(text), text).errors
    assert [(e["locations"][0]["line"], e["locations"][0]["column"]) for e in found] == [
        (2, 3),
        (4, 5),
    ]
    assert {e["path"] for e in found} == {None}
