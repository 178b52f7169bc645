"""Sources: AppSync developer guide; aws/aws-appsync-community#345 and #387;
awslabs/graphql-schema-utilities#25; sid88in/serverless-appsync-plugin#468."""

import pytest
from graph.harness import schema

from appsync_emu.core.api import SdlSource
from appsync_emu.errors import UsageError
from appsync_emu.graph.schema import build

QUERY = "type Query { a: Int }\n"


def mistakes(*texts):
    sources = [SdlSource(f"{index}.graphql", text) for index, text in enumerate(texts)]
    with pytest.raises(UsageError) as usage:
        build(sources)
    return [
        (mistake.file, mistake.line, mistake.column, mistake.message)
        for mistake in usage.value.mistakes
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("scalar Date", "Custom scalars are not supported by AppSync: 'Date'."),
        ("scalar AWSDate", "Custom scalars are not supported by AppSync: 'AWSDate'."),
        ("directive @x on FIELD", "Directive definitions are not supported: '@x'."),
        ("extend type Query { b: Int }", "AppSync does not support 'extend'."),
        ("type AWSThing { a: Int }", "A type name must not start with 'AWS': 'AWSThing'."),
        (
            "interface I implements J { a: Int } interface J { a: Int }",
            (
                "Failed to parse schema document - ensure it's a valid SDL-formatted document."
                " Interface 'I' implements another interface."
            ),
        ),
    ],
)
def test_what_the_service_refuses_is_refused_by_name(text, message):
    assert mistakes(QUERY + text)[0] == ("0.graphql", 2, 1, message)


def test_a_query_type_is_required():
    assert mistakes("type A { a: Int }")[0][3] == "There is no top level schema object defined."
    assert mistakes("# nothing\n")[0][3] == "There is no top level schema object defined."
    assert mistakes()[0][3] == "There is no top level schema object defined."
    found = mistakes("schema { mutation: M } type M { a: Int }")
    assert (found[0][1], found[0][3]) == (1, "A schema MUST have a 'query' operation defined.")


def test_syntax_errors_have_a_place():
    assert mistakes(QUERY + "type A {\n  b Int\n}")[0][:3] == ("0.graphql", 3, 5)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: Itme } type Item { b: Int", "Unknown type 'Itme'; did you mean 'Item'?"),
        ("a: AWSDatetime", "Unknown type 'AWSDatetime'; did you mean 'AWSDateTime'?"),
        ("a: STRING", "Unknown type 'STRING'; did you mean 'String'?"),
        ("a: Wholly", "Unknown type 'Wholly'."),
        ("a: Int @aws_api_keys", "Unknown directive '@aws_api_keys'; did you mean '@aws_api_key'?"),
        ("a: Int @nope", "Unknown directive '@nope'."),
        (
            'a: Int @aws_subscribe(mutation: ["b"])',
            (
                "Unknown argument 'mutation' on directive '@aws_subscribe'; did you mean"
                " 'mutations'?"
            ),
        ),
    ],
)
def test_what_is_unknown_is_told_with_the_nearest(text, message):
    assert mistakes(f"type Query {{ {text} }}")[0][3] == message


def test_a_refused_scalar_is_not_told_again_as_unknown():
    assert len(mistakes("type Query { a: Date }\nscalar Date")) == 1


def test_types_in_several_files_are_merged():
    merged = build(
        [
            SdlSource("a", "type Query { a: E } enum E { X } interface I { b: Int } union U = A"),
            SdlSource("b", "type Query implements I { a: E b: Int } enum E { Y } type A { u: U }"),
            SdlSource("c", "\n# only a comment\n"),
        ]
    )
    assert merged.fields_of("Query") == {"a": "E", "b": "Int"}
    assert list(merged.graphql.type_map["E"].values) == ["X", "Y"]


def test_a_type_twice_in_one_file_or_fields_that_differ_are_mistakes():
    assert (
        "There can be only one type named 'A'"
        in mistakes(QUERY + "type A { a: Int } type A { b: Int }")[0][3]
    )
    assert "can only be defined once" in mistakes(QUERY, "type Query { a: String }")[0][3]
    assert (
        "There can be only one type" in mistakes(QUERY + "type A { a: Int }", "enum A { X }")[0][3]
    )


def test_older_grammar_is_taken_with_every_place_kept():
    """AppSync developer guide, "Security" (`getAllPosts(): [Post]`)."""
    old = schema(
        'type Query { a(): Int "say () and implements A, B" b( ): Int }'
        " interface I { a: Int } interface J { a: Int } type A implements I, J { a: Int }"
    )
    assert [i.name for i in old.graphql.type_map["A"].interfaces] == ["I", "J"]
    assert old.graphql.query_type.fields["b"].description == "say () and implements A, B"


def test_aws_subscribe_names_mutations_of_the_same_type():
    """AppSync developer guide, "Real-time data"."""
    text = (
        QUERY
        + "type Mutation { add: Int put: String! }\n"
        + 'type Subscription { on: String @aws_subscribe(mutations: ["put", "ad", "add"]) }'
    )
    first, second = mistakes(text)
    assert first[1:3] == second[1:3] == (3, 21)
    assert "unknown mutation 'ad'; did you mean 'add'?" in first[3]
    assert "'add', which returns 'Int' and not 'String'" in second[3]


def test_aws_subscribe_without_mutations_and_without_a_list():
    assert schema(QUERY + "type Subscription { on: Int @aws_subscribe }").subscriptions == {
        "on": ()
    }
    assert (
        "unknown mutation"
        in mistakes(QUERY + 'type Subscription { on: Int @aws_subscribe(mutations: "x") }')[0][3]
    )
