"""A crash is Lambda's process exit: AWS Lambda, error payload ``Runtime.ExitError``."""

from __future__ import annotations

from dataclasses import replace

import pytest
from occasions import never, occasion

from appsync_emu.core.faults.crash import EXITED, CrashEffect
from appsync_emu.core.faults.verdict import Crash
from appsync_emu.core.faults.waits import Uniform
from appsync_emu.core.records import ErrorInfo

BOOM = ErrorInfo(
    "Runtime.ExitError",
    "Runtime exited without providing a reason",
    "technical",
    "injected",
    fault="boom",
)


@pytest.mark.parametrize("phase", ["request", "response"])
def test_the_worker_dies_and_the_message_comes_again(phase):
    verdict = CrashEffect(3.0, phase).verdict("boom", occasion(), never)
    assert verdict == Crash(BOOM, phase, 3.0)


def test_defaults():
    effect = CrashEffect()
    assert (effect.kind, effect.phase, effect.restart_after) == ("crash", "request", 10.0)


def test_a_component_dies_whole():
    struck = CrashEffect(scope="component").verdict("boom", occasion(), never)
    other = CrashEffect(scope="component", component="Payment")
    assert struck == Crash(BOOM, "request", 10.0, "Orders")
    assert other.verdict("boom", occasion(), never) == Crash(BOOM, "request", 10.0, "Payment")


def test_the_restart_may_be_drawn_and_the_error_another():
    killed = replace(EXITED, type="Runtime.OutOfMemory")
    effect = CrashEffect(Uniform(0, 10), error=killed)
    verdict = effect.verdict("boom", occasion(), {"restart": 0.5}.__getitem__)
    assert verdict == Crash(replace(killed, fault="boom"), "request", 5.0)
