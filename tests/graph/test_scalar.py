"""What ``graph/scalar.py`` promises."""

import pytest

from appsync_emu.graph.scalar import Scalar, by_name, java_text, java_type


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (True, "Boolean"),
        (1, "Integer"),
        (2**31, "Long"),
        (2**63, "BigInteger"),
        (1.5, "Double"),
        ("x", "String"),
        ({}, "LinkedHashMap"),
        ([], "ArrayList"),
        (None, "null"),
        (b"", "bytes"),
    ],
)
def test_java_names_of_classes(value, name):
    assert java_type(value) == name


def test_values_print_as_java_prints_them():
    assert java_text({"a": 1, "b": ["x", None, True]}) == "{a=1, b=[x, null, true]}"
    assert java_text(False) == "false"


def test_by_name():
    scalar = Scalar(name="X", parse=str, serialize=str, literals=frozenset())
    assert by_name(scalar) == {"X": scalar}
