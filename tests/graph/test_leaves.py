"""What ``graph/leaves.py`` promises; how errors of leaves read: ``test_complete.py``."""

import math

import pytest

from appsync_emu.graph.completer import Anomaly
from appsync_emu.graph.leaves import (
    AnyCompleter,
    EnumCompleter,
    ScalarCompleter,
    TypeNameCompleter,
)
from appsync_emu.graph.scalars import SCALARS


def scalar(name, *, nullable=True):
    return ScalarCompleter(SCALARS[name], "Post", nullable=nullable)


@pytest.mark.parametrize(
    ("name", "values", "odd"),
    [
        ("Int", [1, -(2**31), 2**31 - 1, None], [2**31, -(2**31) - 1, "x", 1.5, True, [1]]),
        ("Float", [1, 0.5, 10**300, None], [math.nan, math.inf, 10**400, "x", True, {}]),
        ("String", ["", "é", None], []),
        ("Boolean", [True, False, None], [[], {}]),
        ("ID", ["", "1", None], [[], {}]),
        ("AWSDate", ["2030-01-01", None], ["yesterday", 1]),
        ("AWSJSON", [None], [math.nan, {1, 2}]),
    ],
)
def test_columns_are_taken_whole_or_not_at_all(name, values, odd):
    leaf = scalar(name)
    assert list(leaf.column(values)) == values
    assert [leaf.fast(value) for value in values] == values
    assert list(leaf.column([])) == []
    for value in odd:
        with pytest.raises(Anomaly):
            leaf.column([*values, value])
        with pytest.raises(Anomaly):
            leaf.fast(value)


@pytest.mark.parametrize("name", sorted(SCALARS))
def test_null_is_odd_where_it_is_not_allowed(name):
    leaf = scalar(name, nullable=False)
    with pytest.raises(Anomaly):
        leaf.fast(None)
    with pytest.raises(Anomaly):
        leaf.column([None])


def test_values_that_need_writing_are_written():
    assert list(scalar("Int").column([1, "2", 3.0])) == [1, 2, 3]
    assert list(scalar("String").column(["a", 1, True])) == ["a", "1", "true"]
    assert list(scalar("AWSJSON").column([{"a": [1]}])) == ['{"a":[1]}']


def test_an_enums_values_are_its_names():
    leaf = EnumCompleter("Color", frozenset({"RED"}), "Post", nullable=True)
    assert list(leaf.column(["RED", None])) == ["RED", None]
    for value in ("BLUE", 1, ["RED"]):
        with pytest.raises(Anomaly):
            leaf.fast(value)


def test_type_names_and_what_is_taken_as_it_is():
    assert TypeNameCompleter("Post").fast({"__typename": "x"}) == "Post"
    assert TypeNameCompleter("Post").column([{}, {}]) == ["Post", "Post"]
    anything = AnyCompleter("__schema", "Query", nullable=True, pure=True, renames=False)
    assert anything.complete([1], None, (None, "__schema", {}, True)) == [1]
