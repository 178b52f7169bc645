"""How long something takes."""

from __future__ import annotations

import math

import pytest

from appsync_emu.core.faults.waits import Lognormal, Uniform, seconds_of


def test_a_fixed_time_needs_no_chance():
    assert seconds_of(2.5, lambda _: pytest.fail("nobody may draw")) == 2.5


@pytest.mark.parametrize(("drawn", "seconds"), [(0.0, 10.0), (0.5, 15.0)])
def test_an_even_one_lies_between_its_ends(drawn, seconds):
    asked = []
    assert seconds_of(Uniform(10, 20), lambda what: asked.append(what) or drawn) == seconds
    assert asked == ["wait"]


def test_a_lognormal_one_has_its_median_in_the_middle():
    draws = {"x radius": 0.0, "x angle": 0.3}
    assert seconds_of(Lognormal(2.0, 0.5), draws.__getitem__, "x") == 2.0


def test_a_lognormal_one_is_spread_by_sigma():
    """Half of 400 draws lie above the median, and about two thirds within one sigma."""
    numbers = [(n + 0.5) / 20 for n in range(20)]
    found = [
        seconds_of(Lognormal(2.0, 0.5), {"wait radius": a, "wait angle": b}.__getitem__)
        for a in numbers
        for b in numbers
    ]
    assert sum(value > 2.0 for value in found) == 200
    within = sum(abs(math.log(value / 2.0)) < 0.5 for value in found)
    assert 0.6 < within / len(found) < 0.75
    assert min(found) > 0
