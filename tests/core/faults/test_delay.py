"""It is slow, wherever it is."""

from __future__ import annotations

from occasions import never, occasion

from appsync_emu.core.faults.delay import DelayEffect
from appsync_emu.core.faults.points import Point
from appsync_emu.core.faults.verdict import Delay
from appsync_emu.core.faults.waits import Uniform


def test_the_verdict_says_how_long():
    effect = DelayEffect(2.5)
    assert effect.kind == "delay"
    assert effect.verdict("slow", occasion(), never) == Delay(2.5)


def test_it_may_be_drawn_for_each_occasion():
    draws = {"wait": 0.5}
    effect = DelayEffect(Uniform(1, 3))
    assert effect.verdict("slow", occasion(), draws.__getitem__) == Delay(2)


def test_everything_may_be_slow():
    assert set(DelayEffect.points) == set(Point)
