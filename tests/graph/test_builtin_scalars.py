"""Source: graphql-java's scalars, which the service runs on."""

import pytest

from appsync_emu.graph.builtin_scalars import BUILT_IN_SCALARS
from appsync_emu.graph.scalar import BadInput, BadOutput

INT, FLOAT, STRING, BOOLEAN, ID = (
    BUILT_IN_SCALARS[name] for name in ("Int", "Float", "String", "Boolean", "ID")
)


@pytest.mark.parametrize(
    ("value", "result"), [(1, 1), (5.0, 5), ("7", 7), ("8.0", 8), (-(2**31), -(2**31))]
)
def test_int_takes_whole_numbers_of_32_bits(value, result):
    assert INT.parse(value) == INT.serialize(value) == result


@pytest.mark.parametrize(
    "value",
    [2**31, 1.5, True, "x", "1e400", "nan", float("nan"), float("inf"), [], None, "9" * 5000],
)
def test_int_refuses(value):
    with pytest.raises(BadInput, match="Expected type 'Int' but was '"):
        INT.parse(value)
    with pytest.raises(BadOutput, match="Expected type 'Int' but was '"):
        INT.serialize(value)


@pytest.mark.parametrize(("value", "result"), [(1, 1), (1.5, 1.5), ("2.5", 2.5)])
def test_float(value, result):
    assert FLOAT.parse(value) == FLOAT.serialize(value) == result


@pytest.mark.parametrize("value", [True, "x", float("nan"), float("-inf"), 10**400, {}])
def test_float_refuses(value):
    with pytest.raises(BadInput):
        FLOAT.parse(value)
    with pytest.raises(BadOutput):
        FLOAT.serialize(value)


def test_string():
    assert STRING.parse("x") == "x"
    assert STRING.parse(1.5) == "1.5"
    assert STRING.parse(True) == "true"
    assert STRING.serialize({"a": 1}) == "{a=1}"
    with pytest.raises(BadInput, match="Expected type 'String' but was 'LinkedHashMap'"):
        STRING.parse({})


def test_id():
    assert ID.parse("x") == "x"
    assert ID.parse(5) == ID.serialize(5) == "5"
    assert ID.serialize("x") == "x"
    for value in (True, 1.5, {}):
        with pytest.raises(BadInput):
            ID.parse(value)
    with pytest.raises(BadOutput):
        ID.serialize([1])


def test_boolean():
    assert BOOLEAN.parse(True) is True
    for value in ("true", 1):
        with pytest.raises(BadInput):
            BOOLEAN.parse(value)
    assert [BOOLEAN.serialize(value) for value in (False, "TRUE", "no", 0, 2.5)] == [
        False,
        True,
        False,
        False,
        True,
    ]
    with pytest.raises(BadOutput):
        BOOLEAN.serialize([])
