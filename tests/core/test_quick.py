"""Values that are made fast: they are what dataclasses makes of them, in everything else."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle

import pytest

from appsync_emu.core.quick import quick


@quick
@dataclasses.dataclass(frozen=True, slots=True)
class Point:
    x: int
    y: int = 0
    names: tuple[str, ...] = ()


@quick
@dataclasses.dataclass(frozen=True, slots=True)
class Nothing:
    """No fields at all."""


def test_it_is_made_as_its_fields_say():
    assert Point(1) == Point(1, 0, ()) == Point(x=1, y=0)
    assert Point(1, names=("a",)).names == ("a",)
    assert repr(Point(1, 2)) == "Point(x=1, y=2, names=())"
    assert hash(Point(1)) == hash(Point(1))
    assert Nothing() == Nothing()


def test_what_is_missing_or_too_much_is_told():
    with pytest.raises(
        TypeError, match=r"__init__\(\) missing 1 required positional argument: 'x'"
    ):
        Point()
    with pytest.raises(TypeError, match="takes from 2 to 4 positional arguments but 5 were given"):
        Point(1, 2, (), 4)


def test_it_stays_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Point(1).x = 2
    assert not hasattr(Point(1), "__dict__")


def test_it_is_replaced_copied_and_pickled():
    point = Point(1, 2, ("a",))
    assert dataclasses.replace(point, y=3) == Point(1, 3, ("a",))
    assert copy.deepcopy(point) == point
    assert pickle.loads(pickle.dumps(point)) == point


def test_its_signature_can_be_read():
    assert [*inspect.signature(Point).parameters] == ["x", "y", "names"]
    assert Point.__init__.__qualname__ == "Point.__init__"


def test_what_is_more_than_plain_keeps_its_own():
    with pytest.raises(TypeError, match=r"Listed\.items is more than a plain field"):

        @quick
        @dataclasses.dataclass(frozen=True, slots=True)
        class Listed:
            items: list[int] = dataclasses.field(default_factory=list)

    with pytest.raises(TypeError, match="Checked has a __post_init__"):

        @quick
        @dataclasses.dataclass(frozen=True, slots=True)
        class Checked:
            x: int

            def __post_init__(self) -> None:
                """Nothing to check."""
