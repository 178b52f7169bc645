"""Filtering by arguments; AWS, aws-appsync-real-time-data, "Argument null value has meaning"."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appsync_emu.core.filters import filter_names, key_of, matches

IDS = frozenset({"id"})


@pytest.mark.parametrize(
    ("arguments", "payload", "expected"),
    [
        pytest.param({}, {"id": "1"}, True, id="no arguments: all events"),
        pytest.param({"id": "1"}, {"id": "1", "x": 2}, True, id="equal"),
        pytest.param({"id": "1"}, {"id": "2"}, False, id="different"),
        pytest.param({"id": "1"}, {}, False, id="not in the selection set"),
        pytest.param({"id": "1"}, {"id": None}, False, id="null field"),
        pytest.param({"id": "1", "a": "x"}, {"id": "1", "a": "x"}, True, id="and: both"),
        pytest.param({"id": "1", "a": "x"}, {"id": "1", "a": "y"}, False, id="and: one"),
        pytest.param({"a": None}, {"a": None}, True, id="null: null"),
        pytest.param({"a": None}, {}, True, id="null: not provided"),
        pytest.param({"a": None}, {"a": ""}, False, id="null: an empty string"),
        pytest.param({"a": None}, {"a": 0}, False, id="null: zero"),
        pytest.param({"a": "X"}, {"a": "x"}, False, id="case matters"),
        pytest.param({"a": "5"}, {"a": 5}, False, id="string and number"),
        pytest.param({"a": True}, {"a": 1}, False, id="boolean and number"),
        pytest.param({"a": False}, {"a": 0}, False, id="false and zero"),
        pytest.param({"a": True}, {"a": True}, True, id="booleans"),
        pytest.param({"a": True}, {"a": "true"}, False, id="boolean and string"),
        pytest.param({"a": 1}, {"a": 1.0}, True, id="numbers are numbers"),
        pytest.param({"a": 1.5}, {"a": 1.5}, True, id="floats"),
        pytest.param({"a": ["x", 1]}, {"a": ["x", 1]}, True, id="lists"),
        pytest.param({"a": ["x", 1]}, {"a": [1, "x"]}, False, id="lists have an order"),
        pytest.param({"a": []}, {"a": {}}, False, id="list and object"),
        pytest.param({"a": {"b": 1, "c": 2}}, {"a": {"c": 2, "b": 1}}, True, id="objects"),
        pytest.param({"a": {"b": True}}, {"a": {"b": 1}}, False, id="objects, strictly"),
        pytest.param({"id": "5"}, {"id": 5}, True, id="ID and int"),
        pytest.param({"id": "5"}, {"id": 5.0}, True, id="ID and integral float"),
        pytest.param({"id": "5.5"}, {"id": 5.5}, True, id="ID and float"),
        pytest.param({"id": ["5"]}, {"id": [5]}, True, id="IDs"),
        pytest.param({"id": "x"}, {"id": {1, 2}}, False, id="what is not JSON"),
    ],
)
def test_matches(arguments, payload, expected):
    assert matches(arguments, payload, IDS) is expected


def test_not_a_number_and_what_is_not_json_equal_nothing():
    assert not matches({"id": float("nan")}, {"id": float("nan")})
    assert not matches({"id": {1}}, {"id": {1}})
    assert matches({"id": float("inf")}, {"id": float("inf")}, IDS)


def test_names_have_one_order():
    assert filter_names({"b": 1, "a": None}) == filter_names({"a": 0, "b": 0}) == ("a", "b")


leaves = st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from(["", "0", "1", "a"])
values = st.dictionaries(st.sampled_from("abc"), leaves | st.lists(leaves, max_size=2))


@given(values, values)
def test_matching_is_strict_equality_of_every_provided_argument(arguments, payload):
    expected = all(
        repr(payload.get(name)) == repr(value)  # repr tells True from 1
        for name, value in arguments.items()
    )

    assert matches(arguments, payload) is expected


@given(values)
def test_keys_can_be_looked_up(payload):
    names = filter_names(payload)

    assert {key_of(payload, names): "found"}[key_of(dict(payload), names)] == "found"
