"""Results as JSON, as aws/aws-lambda-python-runtime-interface-client makes it."""

from __future__ import annotations

import datetime as dt
import enum
import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appsync_emu.datasources.marshal import MarshalError, marshal

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


class Colour(enum.StrEnum):
    RED = "red"


class Level(enum.IntEnum):
    LOW = 1


@given(JSON)
def test_json_passes_as_it_is(value):
    assert marshal(value) is value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ((1, (2,)), [1, [2]]),
        ({"a": (1,)}, {"a": [1]}),
        ([{"a": [{"b": (1,)}]}], [{"a": [{"b": [1]}]}]),
        ({1: "a", None: "b", False: "c"}, {"1": "a", "null": "b", "false": "c"}),
        ([{"a": 1}, {2: 1}], [{"a": 1}, {"2": 1}]),
        ({"c": Colour.RED, "l": [Level.LOW]}, {"c": "red", "l": [1]}),
        (
            {"n": Decimal(3), "p": Decimal("9.50"), "h": Decimal("1E+2")},
            {"n": 3, "p": 9.5, "h": 100},
        ),
        (Decimal("-0.5"), -0.5),
    ],
)
def test_what_json_can_hold_becomes_json(value, expected):
    result = marshal(value)

    assert result == expected
    assert repr(result) == repr(expected)


def test_a_decimal_that_is_no_number():
    assert math.isnan(marshal([Decimal("NaN")])[0])


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({1, 2}, "Object of type set is not JSON serializable"),
        ([b"x"], "Object of type bytes is not JSON serializable"),
        ({"d": dt.date(2030, 1, 1)}, "Object of type date is not JSON serializable"),
        ({(1, 2): 3}, "keys must be str, int, float, bool or None, not tuple"),
    ],
)
def test_what_json_cannot_hold_is_refused(value, reason):
    with pytest.raises(MarshalError) as caught:
        marshal(value)

    assert caught.value.error_type == "Runtime.MarshalError"
    assert caught.value.message.startswith(f"Unable to marshal response: {reason}")


def test_a_value_that_holds_itself_is_refused():
    value = []
    value.append({"me": value})

    with pytest.raises(MarshalError, match="Circular reference detected"):
        marshal(value)


def test_deep_values_pass_until_they_are_too_deep():
    deep = []
    for _ in range(100):
        deep = [deep]
    assert marshal(deep) == deep

    for _ in range(10_000):
        deep = [deep]
    with pytest.raises(MarshalError, match="Unable to marshal response"):
        marshal(deep)


def test_the_users_own_methods_may_fail():
    class Bad(dict):
        def items(self):
            raise ZeroDivisionError("mine")

    with pytest.raises(MarshalError, match="Unable to marshal response: mine"):
        marshal(Bad(a=1))


@pytest.mark.parametrize(
    "value", [[[0] * 2_000_000] * 2, ("x" * 7_000_000,)], ids=["many items", "many bytes"]
)
def test_results_have_a_size_that_lambda_allows(value):
    """AWS: Lambda quotas, invocation payload; the text as Lambda answers it."""
    with pytest.raises(MarshalError) as caught:
        marshal(value)

    assert caught.value.error_type == "Function.ResponseSizeTooLarge"
    assert caught.value.message == (
        "Response payload size exceeded maximum allowed payload size (6291556 bytes)."
    )
