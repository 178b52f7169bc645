"""A read answers what was true a moment ago (Amazon DynamoDB, read consistency)."""

from __future__ import annotations

from occasions import never, occasion

from appsync_emu.core.faults.stale import StaleEffect
from appsync_emu.core.faults.verdict import Stale


def test_the_latest_is_left_out():
    assert StaleEffect().kind == "stale"
    assert StaleEffect().verdict("old", occasion(), never) == Stale()
