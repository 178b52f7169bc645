"""A delay: wait, then go on."""

from __future__ import annotations

from appsync_emu.core.faults.delay import DelayEffect
from appsync_emu.core.faults.verdict import Delay


def test_the_verdict_says_how_long():
    effect = DelayEffect(2.5)
    assert effect.kind == "delay"
    assert effect.verdict("slow") == Delay(2.5)
