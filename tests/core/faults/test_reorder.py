"""Nothing on AWS promises an order (aws-appsync-community#374)."""

from __future__ import annotations

from occasions import occasion

from appsync_emu.core.faults.reorder import ReorderEffect
from appsync_emu.core.faults.verdict import Reorder


def test_its_place_is_drawn():
    effect = ReorderEffect(window=3, after=2.0)
    assert effect.kind == "reorder"
    verdict = effect.verdict("mixed", occasion(), {"rank": 0.7}.__getitem__)
    assert verdict == Reorder(3, 0.7, 2.0, "mixed")


def test_two_change_places_unless_told_otherwise():
    verdict = ReorderEffect().verdict("mixed", occasion(), {"rank": 0.1}.__getitem__)
    assert verdict == Reorder(2, 0.1, 1.0, "mixed")
