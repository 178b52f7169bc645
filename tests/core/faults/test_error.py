"""An injected error carries the id of its fault, and is what it is said to be."""

from __future__ import annotations

from dataclasses import replace

import pytest
from occasions import never, occasion

from appsync_emu.core.faults.error import ErrorEffect
from appsync_emu.core.faults.names import NAMED
from appsync_emu.core.faults.verdict import Fail
from appsync_emu.core.faults.waits import Uniform
from appsync_emu.core.records import ErrorInfo

RESET = ErrorInfo("ConnectionResetError", "Connection reset by peer", "technical", "injected")


def test_the_verdict_names_the_fault():
    verdict = ErrorEffect(RESET).verdict("flaky", occasion(), never)
    assert verdict == Fail(replace(RESET, fault="flaky"), "request", 0.0)
    assert RESET.fault is None


@pytest.mark.parametrize("phase", ["request", "response"])
def test_phase_and_delay_are_handed_on(phase):
    effect = ErrorEffect(RESET, phase, Uniform(0, 10))
    verdict = effect.verdict("lost", occasion(), {"after": 0.5}.__getitem__)
    assert verdict == Fail(replace(RESET, fault="lost"), phase, 5.0)


def test_the_fault_of_the_catalogue_goes_along():
    named = NAMED["network.reset"]
    verdict = ErrorEffect(RESET, named=named).verdict("flaky", occasion(), never)
    assert verdict.named is named


def test_the_exception_of_a_test_goes_along():
    mine = KeyError("mine")
    assert ErrorEffect(RESET, raised=mine).verdict("f", occasion(), never).raised is mine


def test_its_name_in_reports():
    assert ErrorEffect(RESET).kind == "error"
