"""The public names, pinned: adding one is a decision, losing one breaks somebody."""

from __future__ import annotations

import subprocess
import sys

import pytest

import appsync_emu


def test_the_names_are_these():
    assert appsync_emu.__all__ == [
        "Api",
        "AppSyncEmuError",
        "AwsError",
        "Backoff",
        "BackoffKind",
        "BusinessError",
        "Classification",
        "Client",
        "CommandRefused",
        "DeadLetter",
        "Emulator",
        "ErrorClass",
        "HandlerContext",
        "Harness",
        "LivenessError",
        "ManualClock",
        "PermanentError",
        "RealClock",
        "Registry",
        "RetryPolicy",
        "ScaledClock",
        "TechnicalError",
        "UsageError",
        "WireError",
        "classify",
        "load",
        "matches",
        "watch",
    ]


@pytest.mark.parametrize("name", appsync_emu.__all__)
def test_every_name_is_there_and_documented(name):
    assert name in dir(appsync_emu)
    assert getattr(appsync_emu, name).__doc__


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Emulatr'"):
        _ = appsync_emu.Emulatr


def test_an_exception_costs_no_server():
    """Handlers import exceptions from here; deployed or not, that must stay cheap."""
    program = (
        "import sys; from appsync_emu import BusinessError;"
        "print([m for m in ('aiohttp', 'graphql', 'yaml', 'asyncio') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"
