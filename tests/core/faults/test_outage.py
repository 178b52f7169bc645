"""A store of the machinery itself is down."""

from __future__ import annotations

import pytest
from occasions import never, occasion

from appsync_emu.core.faults.outage import OutageEffect
from appsync_emu.core.faults.verdict import Outage


@pytest.mark.parametrize("phase", ["request", "response"])
def test_the_phase_is_handed_on(phase):
    assert OutageEffect(phase).verdict("down", occasion(), never) == Outage(phase)


def test_nothing_is_written_unless_told_otherwise():
    assert (OutageEffect().kind, OutageEffect().phase) == ("outage", "request")
