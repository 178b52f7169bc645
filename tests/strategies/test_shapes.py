"""Every effect is somewhere, and where it is it may strike."""

from __future__ import annotations

import pytest

from appsync_emu.core.faults import KINDS
from appsync_emu.core.faults.names import NAMED
from appsync_emu.core.faults.plan import points_of
from appsync_emu.core.faults.points import Point
from appsync_emu.errors import UsageError
from appsync_emu.strategies.shapes import BEHIND_THE_DOOR, groups

EVERYWHERE = [point.value for point in Point]


def shapes(*args, **options):
    return [shape for group in groups(*args, **options).values() for shape in group]


def test_every_kind_and_every_name_is_there():
    found = shapes(EVERYWHERE)
    assert {shape.effect.kind for shape in found} == set(KINDS)
    assert {shape.name for shape in found} - {None} == set(NAMED)
    assert {shape.point for shape in found} == set(Point)


def test_they_may_strike_where_they_are():
    assert [one for one in shapes(EVERYWHERE) if one.point not in points_of(one.effect)] == []


def test_the_network_comes_first_and_crashes_last():
    order = list(groups())
    assert (order[0], order[-1]) == ("network", "crash")


def test_unless_told_the_test_itself_is_not_refused():
    assert {shape.point for shape in shapes()} == set(BEHIND_THE_DOOR)
    assert {Point.ACCEPT, Point.CONNECT}.isdisjoint(BEHIND_THE_DOOR)


def test_nothing_is_lost_for_good_before_a_handler_saw_it():
    """Else ``ends-exactly-once`` is broken, and no program could do anything about it."""
    lost = shapes(["dispatch"], ["drop"])
    assert [shape.effect.again_after for shape in lost] == [30.0]


@pytest.mark.parametrize("kind", ["duplicate", "network", "network.reset"])
def test_kinds_families_and_names(kind):
    assert all(kind in shape.words for shape in shapes(None, [kind]))


@pytest.mark.parametrize(
    ("points", "kinds", "said"),
    [
        (["atempt"], None, "there is no point 'atempt'; did you mean 'attempt'?"),
        (None, ["duplicat"], "there is no kind of fault 'duplicat'; did you mean 'duplicate'?"),
        (["accept"], ["crash"], "no crash can strike at 'accept'"),
        ([], None, "no fault can strike at no point"),
    ],
)
def test_what_cannot_be_drawn(points, kinds, said):
    with pytest.raises(UsageError) as refused:
        groups(points, kinds)
    assert str(refused.value) == said
