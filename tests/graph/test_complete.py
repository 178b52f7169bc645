"""Wording: aws-amplify/amplify-js#5963, AppSync troubleshooting page, graphql-java."""

import math

import pytest
from graph.harness import ask, executor, messages

ROW = {"id": "1", "title": "t", "ups": 1, "score": 0.5, "tags": ["a"], "color": "RED", "name": None}
FIELDS = "id title ups score tags color name"


def rows(values, fields=FIELDS):
    return ask(executor({"Query.posts": lambda _: values}), f"{{ posts {{ {fields} }} }}")


def test_clean_lists_are_taken_by_columns():
    assert rows([ROW, {**ROW, "ups": None, "score": None}, ROW]) == {
        "data": {"posts": [ROW, {**ROW, "ups": None, "score": None}, ROW]}
    }
    assert rows([]) == {"data": {"posts": []}}


def test_missing_properties_and_odd_but_valid_values_do_not_matter():
    answer = rows([{"id": 5, "title": 1.5, "ups": "7", "score": "2.5", "tags": (1, True)}])
    assert answer == {
        "data": {
            "posts": [
                {
                    "id": "5",
                    "title": "1.5",
                    "ups": 7,
                    "score": 2.5,
                    "tags": ["1", "true"],
                    "color": None,
                    "name": None,
                }
            ]
        }
    }


def test_selections_of_one_field_and_of_type_names():
    assert rows([ROW], "id") == {"data": {"posts": [{"id": "1"}]}}
    assert rows([ROW], "id __typename author { name }") == {
        "data": {"posts": [{"id": "1", "__typename": "Post", "author": None}]}
    }


@pytest.mark.parametrize("fields", ["id title ups", "ups id title", "title"])
@pytest.mark.parametrize(
    "row",
    [
        {"id": "1", "title": "t", "ups": 1},
        {"ups": 1, "title": "t", "id": "1"},
        {"id": "1", "title": "t", "ups": 1, "score": 0.5},
        {"id": "1", "title": "t"},
    ],
)
def test_rows_have_what_is_selected_in_that_order(row, fields):
    [*answers] = rows([row, row], fields)["data"]["posts"]
    expected = [(name, row.get(name)) for name in fields.split()]
    assert [list(answer.items()) for answer in answers] == [expected, expected]
    assert answers[0] is not row


def test_rows_under_other_names():
    row = {"id": "1", "title": "t"}
    assert rows([row], "title: id id: title") == {"data": {"posts": [{"title": "1", "id": "t"}]}}


def test_the_answer_is_a_copy():
    answer = rows([ROW])
    answer["data"]["posts"][0]["tags"].append("b")
    assert ROW["tags"] == ["a"]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        (
            "ups",
            "x",
            "Can't serialize value (/posts[1]/ups) : Expected type 'Int' but was 'String'.",
        ),
        (
            "ups",
            2**31,
            "Can't serialize value (/posts[1]/ups) : Expected type 'Int' but was 'Long'.",
        ),
        (
            "ups",
            True,
            "Can't serialize value (/posts[1]/ups) : Expected type 'Int' but was 'Boolean'.",
        ),
        (
            "score",
            math.nan,
            "Can't serialize value (/posts[1]/score) : Expected type 'Float' but was 'Double'.",
        ),
        (
            "score",
            10**400,
            "Can't serialize value (/posts[1]/score) : Expected type 'Float' but was 'BigInteger'.",
        ),
        (
            "color",
            "BLUE",
            (
                "Can't serialize value (/posts[1]/color) : Invalid input for Enum 'Color'."
                " Unknown value 'BLUE'"
            ),
        ),
        (
            "tags",
            "x",
            (
                "Can't resolve value (/posts[1]/tags) : type mismatch error, expected type"
                " LIST, got SCALAR"
            ),
        ),
        (
            "tags",
            {},
            (
                "Can't resolve value (/posts[1]/tags) : type mismatch error, expected type"
                " LIST, got OBJECT"
            ),
        ),
        (
            "tags",
            ["a", None],
            (
                "Cannot return null for non-nullable type: 'String' within parent 'Post'"
                " (/posts[1]/tags[1])"
            ),
        ),
    ],
)
def test_a_bad_value_in_a_list_of_clean_ones(field, value, message):
    answer = rows([ROW, {**ROW, field: value}])
    assert answer["data"] == {"posts": [ROW, {**ROW, field: None}]}
    assert messages(answer) == [message]
    (error,) = answer["errors"]
    assert list(error) == ["path", "locations", "message"]
    assert error["path"][:3] == ["posts", 1, field]
    assert error["locations"] is None


def test_datetime_that_is_none():
    answer = rows([{"id": "1", "when": "yesterday"}], "id when")
    assert messages(answer) == [
        (
            "Can't serialize value (/posts[0]/when) : Unable to serialize `yesterday` as a valid"
            " DateTime Object."
        )
    ]


def test_null_lists_are_called_null():
    """What the service prints for lists, whose types have no name."""
    assert messages(rows(None)) == [
        "Cannot return null for non-nullable type: 'null' within parent 'Query' (/posts)"
    ]


def test_objects_must_be_maps():
    answer = rows([{**ROW, "author": [1]}], "id author { id }")
    assert messages(answer) == [
        (
            "Can't resolve value (/posts[0]/author) : type mismatch error, expected type"
            " OBJECT, got LIST"
        )
    ]
    answer = ask(executor({"Query.node": lambda _: "x"}), "{ node(id: 1) { id } }")
    assert messages(answer) == [
        "Can't resolve value (/node) : type mismatch error, expected type OBJECT, got SCALAR"
    ]


def test_enum_values_that_are_no_strings():
    assert rows([{**ROW, "color": ["RED"]}])["data"]["posts"][0]["color"] is None


def test_nested_lists_of_objects_by_columns():
    values = [{"id": str(n), "author": {"id": "a", "name": None}} for n in range(3)]
    assert rows(values, "id author { id name }") == {"data": {"posts": values}}
    values[1]["author"] = None
    assert rows(values, "id author { id name }") == {"data": {"posts": values}}
