"""Verdicts are a closed set of frozen values."""

from __future__ import annotations

import dataclasses
from typing import get_args

import pytest

from appsync_emu.core.faults.verdict import (
    PROCEED,
    Close,
    Corrupt,
    Crash,
    Delay,
    Drop,
    Duplicate,
    Fail,
    Hang,
    Outage,
    Proceed,
    Reorder,
    Stale,
    Verdict,
)
from appsync_emu.core.records import ErrorInfo

ERROR = ErrorInfo("E", "e", "technical")
ALL = [
    PROCEED,
    Delay(1),
    Hang(),
    Fail(ERROR, "request"),
    Crash(ERROR, "response", 10),
    Drop(),
    Duplicate((0.0,)),
    Reorder(2, 0.5, 1.0, "mixed"),
    Close(1006),
    Corrupt("truncate"),
    Outage(),
    Stale(),
]


def test_the_set_is_closed():
    assert set(get_args(Verdict)) == {type(verdict) for verdict in ALL}


@pytest.mark.parametrize("verdict", ALL, ids=lambda verdict: type(verdict).__name__)
def test_verdicts_are_values(verdict):
    assert verdict == dataclasses.replace(verdict)
    assert not hasattr(verdict, "__dict__")


def test_what_is_not_said():
    assert Proceed() == PROCEED
    assert (Fail(ERROR, "request").after_s, Fail(ERROR, "request").named) == (0.0, None)
    assert Crash(ERROR, "request", 1).component is None
    assert Drop().again_after_s is None
    assert Close(1000).reason == ""
    assert Outage().phase == "request"
