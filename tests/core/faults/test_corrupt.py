"""A frame arrives damaged."""

from __future__ import annotations

import pytest
from occasions import never, occasion

from appsync_emu.core.faults.corrupt import CORRUPTIONS, CorruptEffect
from appsync_emu.core.faults.verdict import Corrupt


@pytest.mark.parametrize("how", CORRUPTIONS)
def test_each_way_is_handed_on(how):
    assert CorruptEffect(how).kind == "corrupt"
    assert CorruptEffect(how).verdict("noise", occasion(), never) == Corrupt(how)
