"""Wording: graphql-java; transcripts in graphql-over-http#81, aws-amplify/amplify-cli#1296,
aws-amplify/amplify-android#702, aws/aws-appsync-community#273. Validity: graphql-core."""

import time
from contextlib import suppress

import pytest
from graph.documents_at_random import SDL, document
from graph.harness import SCHEMA, schema
from graphql import parse, specified_rules
from graphql import validate as graphql_validate

from appsync_emu.graph.validate import validate

RULES = [
    rule
    for rule in specified_rules
    if not any(word in rule.__name__ for word in ("Defer", "Stream", "MaxIntrospection"))
]
RANDOM = schema(SDL).graphql


def errors(text, graphql=SCHEMA.graphql):
    return [error["message"] for error in validate(graphql, parse(text), text).errors]


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("{ hello }", []),
        ("{ hello(name: $x) }", ["UndefinedVariable: Undefined variable x @ 'hello'"]),
        ("query ($x: Int) { hello }", ["UnusedVariable: Unused variable x"]),
        (
            "query ($x: Int) { hello(name: $x) }",
            [
                (
                    "VariableTypeMismatch: Variable type 'Int' doesn't match expected type"
                    " 'String' @ 'hello'"
                )
            ],
        ),
        ("query ($x: Nope) { hello(name: $x) }", ["UnknownType: Unknown type Nope"]),
        ("query ($x: [Nope!]!) { hello(name: $x) }", ["UnknownType: Unknown type Nope"]),
        (
            "query ($x: Post) { hello(name: $x) }",
            ["NonInputTypeOnVariable: Wrong type for a variable"],
        ),
        (
            'query ($x: Int = "a") { posts(limit: $x) { id } }',
            ["BadValueForDefaultArg: Bad default value StringValue{value='a'} for type Int"],
        ),
        (
            "query ($x: Int, $x: Int) { posts(limit: $x) { id } }",
            ["DuplicateVariableName: There can be only one variable named 'x'"],
        ),
        ("{ hello ...F }", ["UndefinedFragment: Undefined fragment F"]),
        ("{ hello } fragment F on Post { id }", ["UnusedFragment: Unused fragment F"]),
        (
            "{ posts { ...F } } fragment F on Post { id author { posts { ...F } } }",
            ["FragmentCycle: Fragment cycles not allowed @ 'F'"],
        ),
        (
            "{ posts { ...F } } fragment F on Nope { id }",
            ["UnknownType: Unknown type Nope @ 'F'"],
        ),
        (
            "{ posts { ...F } } fragment F on Color { id }",
            [
                (
                    "FragmentTypeConditionInvalid: Fragment type condition is invalid, must be on"
                    " Object/Interface/Union @ 'F'"
                )
            ],
        ),
        (
            "{ hello } { hello }",
            ["LoneAnonymousOperationViolation: Anonymous operation with other operations."] * 2,
        ),
        (
            "query A { hello } query A { hello }",
            ["DuplicateOperationName: There can be only one operation named 'A'"],
        ),
        (
            "{ posts { ...F } } fragment F on Post { id } fragment F on Post { id }",
            ["DuplicateFragmentName: There can be only one fragment named 'F'"],
        ),
        (
            "{ hello } type A { a: Int }",
            ["NonExecutableDefinition: The 'A' definition is not executable."],
        ),
        (
            "{ hello } schema { query: A }",
            ["NonExecutableDefinition: The 'schema' definition is not executable."],
        ),
        (
            "subscription S { onPost { id } onNode { id } }",
            [
                (
                    "SubscriptionMultipleRootFields: Subscription operation 'S' must have"
                    " exactly one root field."
                )
            ],
        ),
        (
            "subscription S { ...F } fragment F on Subscription { ... { __typename } }",
            [
                (
                    "SubscriptionIntrospectionRootField: Subscription operation 'S' root field"
                    " '__typename' cannot be an introspection field."
                )
            ],
        ),
    ],
)
def test_documents_operations_and_variables(text, messages):
    assert errors(text) == [f"Validation error of type {message}" for message in messages]


def test_operations_that_the_schema_does_not_have():
    graphql = schema("type Query { a: Int }").graphql
    assert errors("mutation { a }", graphql) == ["Schema is not configured for mutations."]
    assert errors("subscription { a }", graphql) == ["Schema is not configured for subscriptions."]


def test_literals_of_fields_that_merge_are_not_lifted():
    for text, count in (
        ('{ a: hello(name: "x") b: hello(name: "y") }', 2),
        ('{ hello(name: "x") ... { hello(name: "x") } }', 0),
        ('{ echo(p: {id: 1, tags: ["a"]}) echo(p: {id: 1, tags: ["a"]}) }', 0),
        ('{ __type(name: "Post") { name } }', 0),
        ('query ($n: String = "d") { hello(name: $n) }', 0),
    ):
        checked = validate(SCHEMA.graphql, parse(text), text)
        assert (checked.errors, len(checked.scalars)) == ([], count)


@pytest.mark.parametrize("start", range(0, 1_200, 300))
def test_agrees_with_graphql_core_about_what_is_valid(start):
    for seed in range(start, start + 300):
        text = document(seed)
        ours = errors(text, RANDOM)
        theirs = [error.message for error in graphql_validate(RANDOM, parse(text), RULES)]
        assert bool(ours) == bool(theirs), (seed, text, ours, theirs)


@pytest.mark.parametrize(
    "text",
    [
        "{ " + "hello " * 7_000 + "}",
        "{ " + 'x: hello(name: "a") ' * 1_500 + "}",
        "{ " + "nope " * 10_000 + "}",
        "{ posts { ...F0 } } "
        + " ".join(f"fragment F{n} on Post {{ id ...F{n + 1} ...F{n + 1} }}" for n in range(900))
        + " fragment F900 on Post { id }",
        "{ posts { ...F0 } } "
        + " ".join(
            (
                f"fragment F{n} on Post {{ a: author {{ posts {{ ...F{n + 1} }} }} b: author"
                f" {{ posts {{ ...F{n + 1} }} }} }}"
            )
            for n in range(60)
        )
        + " fragment F60 on Post { id }",
    ],
)
def test_no_document_takes_long(text):
    started = time.process_time()
    with suppress(RecursionError):
        errors(text)
    assert time.process_time() - started < 2
