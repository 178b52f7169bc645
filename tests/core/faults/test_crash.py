"""A crash is Lambda's process exit: AWS Lambda, error payload ``Runtime.ExitError``."""

from __future__ import annotations

import pytest

from appsync_emu.core.classify import ErrorClass
from appsync_emu.core.faults.crash import CrashEffect
from appsync_emu.core.faults.verdict import Crash
from appsync_emu.core.records import ErrorInfo


@pytest.mark.parametrize("phase", ["request", "response"])
def test_the_worker_dies_and_the_message_comes_again(phase):
    error = ErrorInfo(
        "Runtime.ExitError",
        "Runtime exited without providing a reason",
        ErrorClass.TECHNICAL.value,
        "injected",
        fault="boom",
    )
    assert CrashEffect(3.0, phase).verdict("boom") == Crash(error, phase, 3.0)


def test_defaults():
    effect = CrashEffect()
    assert (effect.kind, effect.phase, effect.restart_after_s) == ("crash", "request", 10.0)
