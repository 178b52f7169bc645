"""What a value must be like; that ``true`` is not ``1`` is JSON's choice (RFC 8259, section 3)."""

from __future__ import annotations

import pytest

from appsync_emu.core.comparisons import (
    OPERATORS,
    AllOf,
    Comparison,
    described,
    holds,
    holds_exactly,
)


@pytest.mark.parametrize(
    ("operator", "operand", "yes", "no"),
    [
        ("equals", 5, [5, 5.0], [6, "5", None, True]),
        ("equals", True, [True], [1, "true"]),
        ("equals", {"a": 1}, [{"a": 1}], [{"a": 1, "b": 2}, {}, [1], {"a": True}]),
        ("equals", [1, {"a": 2}], [[1, {"a": 2}], (1, {"a": 2})], [[1], [1, {}], 1]),
        ("equals", None, [None], [0, "", {}]),
        ("in", ["a", 1], ["a", 1], ["b", True, ["a"]]),
        ("above", 100, [100.5, 101], [100, "101", None, True]),
        ("below", 0, [-1], [0, False, "-1"]),
        ("at_least", 1, [1, 2], [0, True, None]),
        ("at_most", 1, [1, 0], [2, False]),
        ("matches", "^o-[0-9]", ["o-1", "o-1x"], ["x o-1", 1, None]),
        ("contains", "b", ["abc", ["a", "b"]], ["acd", ["abc"], 5, None, {"b": 1}]),
        ("contains", 1, [[1, 2]], ["1", [True], [[1]]]),
        ("contains", {"a": 1}, [{"a": 1, "b": 2}, [{"a": 1, "b": 2}]], [{"b": 2}, [{"a": 2}], "a"]),
        ("contains", Comparison("above", 1), [[0, 2]], [[0, 1]]),
    ],
)
def test_operators(operator, operand, yes, no):
    comparison = Comparison(operator, operand)
    assert [value for value in yes if not comparison.holds(value)] == []
    assert [value for value in no if comparison.holds(value)] == []


def test_every_operator_is_tested_above():
    (mark,) = test_operators.pytestmark
    assert {case[0] for case in mark.args[1]} == set(OPERATORS)


@pytest.mark.parametrize(
    ("wanted", "value", "answer"),
    [
        ({"a": [1, 2]}, {"a": [1, 2], "b": 3}, True),
        ({"a": [1, 2]}, {"a": [1]}, False),
        ({"a": {}}, {"a": {"b": 1}}, True),
        ({"a": 1}, {"a": {}}, False),
        ({"a": None}, {}, False),
        ({}, None, False),
        ([{"a": 1}], [{"a": 1, "b": 2}], True),
        ([1], 1, False),
        (None, None, True),
        (1, True, False),
        ("text", "text", True),
        ({"a": Comparison("above", 1)}, {"a": 2}, True),
        ({"a": Comparison("above", 1)}, {"a": 1}, False),
        (AllOf((Comparison("at_least", 1), Comparison("at_most", 3))), 2, True),
        (AllOf((Comparison("at_least", 1), Comparison("at_most", 3))), 4, False),
    ],
)
def test_mappings_are_subsets_and_lists_go_item_by_item(wanted, value, answer):
    assert holds(wanted, value) is answer


def test_exactly_means_nothing_more():
    assert holds_exactly({"a": [1]}, {"a": [1]})
    assert not holds_exactly({"a": 1}, {"a": 1, "b": 2})


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (250, "250"),
        ("big", "big"),
        (None, "null"),
        (True, "true"),
        (Comparison("at_least", 1), "at least 1"),
        (AllOf((Comparison("above", 1), Comparison("below", 9))), "above 1 and below 9"),
        ({"total": Comparison("above", 100), "x": [1, False]}, "{total: above 100, x: [1, false]}"),
        (Comparison("in", ["a", "b"]), "in [a, b]"),
    ],
)
def test_in_words(wanted, words):
    assert described(wanted) == words
