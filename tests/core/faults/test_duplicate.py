"""Delivery is at least once: AWS Lambda Developer Guide, "Invoking a function asynchronously"."""

from __future__ import annotations

from appsync_emu.core.faults.duplicate import DuplicateEffect
from appsync_emu.core.faults.verdict import Duplicate


def test_the_verdict_says_how_often_and_when():
    assert DuplicateEffect(3, 1.5).verdict("twice") == Duplicate(3, 1.5)


def test_one_more_at_once_is_the_default():
    effect = DuplicateEffect()
    assert effect.kind == "duplicate"
    assert effect.verdict("twice") == Duplicate(1, 0.0)
