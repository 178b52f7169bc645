"""The public names: what is listed, where it comes from, and that asking for it is all it costs."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

import appsync_emu

PUBLIC = [
    "Api",
    "AppSyncEmuError",
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
    "LivenessError",
    "ManualClock",
    "PermanentError",
    "RealClock",
    "RetryPolicy",
    "ScaledClock",
    "TechnicalError",
    "UsageError",
    "WireError",
    "classify",
    "load",
    "matches",
]


def test_public_names_change_on_purpose():
    assert appsync_emu.__all__ == PUBLIC


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_is_its_homes_own(name):
    thing = getattr(appsync_emu, name)
    home = import_module(thing.__module__)
    assert getattr(home, name) is thing
    assert name in home.__all__


def test_completion_knows_the_public_names():
    assert set(PUBLIC) <= set(dir(appsync_emu))


def test_other_names_are_refused():
    with pytest.raises(AttributeError, match="module 'appsync_emu' has no attribute 'emulator'"):
        _ = appsync_emu.emulator


def test_a_handler_that_needs_an_exception_loads_no_server():
    program = (
        "import sys; from appsync_emu.errors import BusinessError; from appsync_emu import matches;"
        "print([name for name in ('aiohttp', 'asyncio', 'graphql', 'yaml') if name in sys.modules])"
    )
    roots = [str(Path(appsync_emu.__file__).parents[1])]
    answer = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {roots}; {program}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.strip() == "[]"


def test_the_version_is_the_packages():
    text = Path(__file__).parents[1].joinpath("pyproject.toml").read_text("utf-8")
    assert appsync_emu.__version__ == tomllib.loads(text)["project"]["version"]
