"""Faults that are drawn: valid, simplest first, with ids of their own."""

from __future__ import annotations

import re

from hypothesis import find, given, settings
from hypothesis.vendor.pretty import pretty
from shop import shop

from appsync_emu.core.faults.points import MATCHED_AT, Point
from appsync_emu.strategies.drawn_faults import fault, faults
from appsync_emu.testing.harness import Harness

API = shop()
EVERYWHERE = [point.value for point in Point]


@settings(max_examples=150, derandomize=True, database=None, deadline=None)
@given(faults(EVERYWHERE, api=API, max_size=8))
def test_every_list_can_be_armed(drawn):
    """Arming refuses what cannot strike at its point, and a second fault of the same id."""
    harness = Harness(API, faults=drawn)
    try:
        assert [handle.fault for handle in harness.faults] == drawn
        for one in drawn:
            assert re.fullmatch(r"[a-z][a-z0-9-]{0,63}", one.fault_id)
            assert {word for word, _ in one.match.said()} <= set(MATCHED_AT[one.point])
    finally:
        harness.close()


def test_the_simplest_list_and_the_simplest_fault():
    assert find(faults(), lambda _: True) == []
    one = find(fault(), lambda _: True)
    assert (one.fault_id, one.point) == ("network-refused", Point.ATTEMPT)
    assert str(one) == "network.refused at attempt, at most 1 in all"
    assert one.match.said() == ()


def test_everybody_before_one_component_and_once_before_often():
    options = {"points": ["attempt"], "kinds": ["network"], "api": API}
    one = find(fault(**options), lambda drawn: drawn.match.said())
    assert str(one) == "network.refused at attempt, component Place, at most 1 in all"
    assert find(fault(**options), lambda drawn: drawn.strike.limit != 1).strike.limit is None


def test_ids_are_numbered():
    drawn = find(faults(["dispatch"], ["duplicate"]), lambda some: len(some) == 3)
    assert [one.fault_id for one in drawn] == ["duplicate", "duplicate-2", "duplicate-3"]


def test_what_is_drawn_again_always_strikes():
    """So that two of a kind are found for the simplest only where one strike is not enough."""

    @settings(max_examples=50, derandomize=True, database=None)
    @given(faults(["data"], ["network.dns"]))
    def never_two(drawn):
        assert len(drawn) <= 1

    never_two()


def test_what_a_name_implies_is_kept():
    """``ws.lost-first`` is the first ``data`` frame of each subscriber."""
    one = find(fault(["frame"], ["ws.lost-first"]), lambda _: True)
    assert (one.match.frame, one.strike.first, one.strike.per) == ("data", 1, "subscriber")


@settings(max_examples=100, derandomize=True, database=None)
@given(fault())
def test_nothing_is_tried_for_ever(one):
    """What is tried again until it succeeds is struck a few times, or for some time."""
    strike = one.strike
    endless = strike.limit is None and strike.first is None and strike.until_s is None
    assert not endless or one.point in {Point.ATTEMPT, Point.DATA}


def test_a_fault_is_printed_in_a_line():
    one = find(
        fault(["attempt"], ["network.reset"]), lambda drawn: drawn.effect.phase == "response"
    )
    assert pretty(one) == (
        "<fault network-reset: network.reset at attempt, at most 1 in all, response>"
    )
