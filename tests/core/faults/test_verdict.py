"""Verdicts are a closed set of frozen values."""

from __future__ import annotations

import dataclasses
from typing import get_args

import pytest

from appsync_emu.core.faults.verdict import (
    Crash,
    Delay,
    Duplicate,
    Fail,
    Proceed,
    Verdict,
)
from appsync_emu.core.records import ErrorInfo

ERROR = ErrorInfo("E", "e", "technical")
ALL = [Proceed(), Delay(1), Fail(ERROR, "request"), Crash(ERROR, "response", 10), Duplicate(1, 0)]


def test_the_set_is_closed():
    assert set(get_args(Verdict)) == {type(verdict) for verdict in ALL}


@pytest.mark.parametrize("verdict", ALL, ids=lambda verdict: type(verdict).__name__)
def test_verdicts_are_values(verdict):
    assert verdict == dataclasses.replace(verdict)
    assert not hasattr(verdict, "__dict__")


def test_a_failure_comes_at_once_unless_told_otherwise():
    assert Fail(ERROR, "request").after_s == 0.0
