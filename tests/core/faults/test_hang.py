"""It never answers."""

from __future__ import annotations

from occasions import never, occasion

from appsync_emu.core.faults.hang import HangEffect
from appsync_emu.core.faults.verdict import Hang


def test_it_never_goes_on():
    assert HangEffect().kind == "hang"
    assert HangEffect().verdict("stuck", occasion(), never) == Hang()
