"""An injected error carries the id of its fault, and is what it is said to be."""

from __future__ import annotations

import pytest

from appsync_emu.core.faults.error import ErrorEffect
from appsync_emu.core.faults.verdict import Fail
from appsync_emu.core.records import ErrorInfo

RESET = ErrorInfo("ConnectionResetError", "Connection reset by peer", "technical", "injected")


def test_the_verdict_names_the_fault():
    verdict = ErrorEffect(RESET).verdict("flaky")
    assert verdict == Fail(
        ErrorInfo(
            "ConnectionResetError",
            "Connection reset by peer",
            "technical",
            "injected",
            fault="flaky",
        ),
        "request",
        0.0,
    )
    assert RESET.fault is None


@pytest.mark.parametrize("phase", ["request", "response"])
def test_phase_and_delay_are_handed_on(phase):
    verdict = ErrorEffect(RESET, phase, 5.0).verdict("lost")
    assert isinstance(verdict, Fail)
    assert (verdict.phase, verdict.after_s) == (phase, 5.0)


def test_its_name_in_reports():
    assert ErrorEffect(RESET).kind == "error"
