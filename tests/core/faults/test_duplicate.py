"""Delivery is at least once: AWS Lambda Developer Guide, "Invoking a function asynchronously"."""

from __future__ import annotations

from occasions import never, occasion

from appsync_emu.core.faults.duplicate import DuplicateEffect
from appsync_emu.core.faults.verdict import Duplicate
from appsync_emu.core.faults.waits import Uniform


def test_each_copy_comes_after_the_one_before():
    verdict = DuplicateEffect(3, 1.5).verdict("twice", occasion(), never)
    assert verdict == Duplicate((1.5, 3.0, 4.5))


def test_one_more_at_once_is_the_default():
    effect = DuplicateEffect()
    assert effect.kind == "duplicate"
    assert effect.verdict("twice", occasion(), never) == Duplicate((0.0,))


def test_each_copy_has_its_own_chance():
    draws = {"copy 0": 0.0, "copy 1": 0.5}
    effect = DuplicateEffect(2, Uniform(0, 90))
    assert effect.verdict("twice", occasion(), draws.__getitem__) == Duplicate((0.0, 45.0))
