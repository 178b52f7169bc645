"""The connection ends: RFC 6455, section 7.4."""

from __future__ import annotations

from occasions import never, occasion

from appsync_emu.core.faults.close import CUT, CloseEffect
from appsync_emu.core.faults.verdict import Close


def test_it_is_cut_unless_told_otherwise():
    assert CloseEffect().kind == "close"
    assert CloseEffect().verdict("gone", occasion(), never) == Close(CUT)
    assert CUT == 1006


def test_code_and_reason_are_handed_on():
    effect = CloseEffect(1001, "going away")
    assert effect.verdict("gone", occasion(), never) == Close(1001, "going away")
