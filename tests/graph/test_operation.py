"""Wording: aws-amplify/cli#7427, aws/aws-appsync-community#273 and #406, amplify-flutter#822."""

import pytest
from graph.harness import ask, executor, messages

ECHO = (
    "query Q($i: Int = 4, $p: PostInput, $l: [Int!], $r: Int!)"
    " { echo(i: $i, p: $p, l: $l) posts(limit: $r) { id } }"
)


def engine():
    return executor({"Query.echo": lambda call: call.arguments, "Query.posts": lambda _: []})


def test_variables_are_coerced_and_defaults_stand_in():
    answer = ask(engine(), ECHO, {"p": {"id": 7, "meta": "[1]"}, "r": 1})
    assert answer["data"]["echo"] == '{"i":4,"p":{"id":"7","title":"none","meta":[1]}}'
    answer = ask(engine(), ECHO, {"i": None, "l": 3, "r": 1})
    assert answer["data"]["echo"] == '{"i":null,"l":[3]}'


@pytest.mark.parametrize(
    ("variables", "message", "column"),
    [
        ({}, "Variable 'r' has coerced Null value for NonNull type 'Int!'", 49),
        ({"r": None}, "Variable 'r' has coerced Null value for NonNull type 'Int!'", 49),
        (
            {"r": 1, "p": {"title": "x"}},
            "Variable 'p' has coerced Null value for NonNull type 'ID!'",
            22,
        ),
        ({"r": 1, "l": [None]}, "Variable 'l' has coerced Null value for NonNull type 'Int!'", 37),
        (
            {"r": "x"},
            "Variable 'r' has an invalid value. Expected type 'Int' but was 'String'.",
            49,
        ),
        (
            {"r": 1, "p": {"id": 1, "phone": "1110004444"}},
            (
                "Variable 'p' has an invalid value. Unable to parse `1110004444` as a valid phone"
                " number."
            ),
            22,
        ),
        (
            {"r": 1, "p": {"id": 1, "color": "BLUE"}},
            (
                "Variable 'p' has an invalid value. Invalid input for Enum 'Color'. No"
                " value found for"
                " name 'BLUE'"
            ),
            22,
        ),
    ],
)
def test_bad_variables_name_the_variable(variables, message, column):
    answer = ask(engine(), ECHO, variables)
    assert answer == {
        "data": None,
        "errors": [
            {
                "path": None,
                "locations": [{"line": 1, "column": column, "sourceName": None}],
                "message": message,
            }
        ],
    }


def test_unknown_key_has_no_place_and_a_space_at_its_end():
    answer = ask(engine(), ECHO, {"r": 1, "p": {"id": 1, "nope": 2}})
    assert answer["errors"] == [
        {
            "path": None,
            "locations": None,
            "message": "The variables input contains a field that is not defined for input object"
            " type 'PostInput' ",
        }
    ]


def test_null_variable_where_a_default_made_it_fit():
    text = "query ($i: ID = 1) { post(id: $i) { id } }"
    assert ask(executor({"Query.post": lambda _: {"id": "1"}}), text)["data"] == {
        "post": {"id": "1"}
    }
    answer = ask(executor({"Query.post": lambda _: 1}), text, {"i": None})
    assert answer["data"] == {"post": None}
    assert messages(answer) == ["Field 'post' has coerced Null value for NonNull type 'ID!'"]


def test_variants_of_conditions_are_bounded():
    names = [f"b{n}" for n in range(8)]
    text = (
        f"query ({' '.join(f'${name}: Boolean!' for name in names)})"
        f" {{ {' '.join(f'{name}: hello @include(if: ${name})' for name in names)} }}"
    )
    engine = executor({"Query.hello": lambda _: "h"})
    for number in range(256):
        given = {name: bool(number >> n & 1) for n, name in enumerate(names)}
        assert ask(engine, text, given)["data"] == {n: "h" for n in names if given[n]}


def test_the_place_of_a_variable_in_the_operation_at_hand():
    text = "query A { hello }\nquery B($r: Int!) { posts(limit: $r) { id } }"
    (error,) = ask(executor(), text, {}, "B")["errors"]
    assert error["locations"] == [{"line": 2, "column": 9, "sourceName": None}]
