"""Durations, retry policies and names as test authors write them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from appsync_emu.core.retry import Backoff, BackoffKind, RetryPolicy
from appsync_emu.errors import UsageError
from appsync_emu.testing.values import changed_policy, did_you_mean, plural, refuse_unknown, seconds


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("14m 59s", 899),
        ("250ms", 0.25),
        ("1h", 3600),
        (2, 2),
        (0.5, 0.5),
        (timedelta(minutes=2), 120),
        (0, 0),
    ],
)
def test_durations(written, expected):
    assert seconds(written) == expected


@pytest.mark.parametrize("written", ["", "5", "5 s", "soon", None, True, [], float("nan")])
def test_what_is_no_duration(written):
    with pytest.raises(UsageError, match=r"not a duration|negative"):
        seconds(written)


def test_time_does_not_go_back():
    with pytest.raises(UsageError, match="time does not go back"):
        seconds(-1)


def test_the_nearest_word_is_offered():
    assert did_you_mean("attemps", ["attempts", "phase"]) == "; did you mean 'attempts'?"
    assert did_you_mean("x", ["attempts", "phase"]) == "; valid: attempts, phase"
    assert did_you_mean("x", []) == ""
    refuse_unknown("fault", ["phase"], ["phase"])
    with pytest.raises(UsageError, match="fault has no 'fase'; did you mean 'phase'"):
        refuse_unknown("fault", ["fase"], ["phase"])


def test_counting_words():
    assert [plural(1, "retry"), plural(2, "retry"), plural(0, "attempt")] == [
        "1 retry",
        "2 retries",
        "0 attempts",
    ]


def test_a_changed_policy_keeps_what_is_not_said():
    changed = changed_policy(RetryPolicy(), {"backoff": "fixed", "base": "30m", "cap": None})

    assert changed == RetryPolicy(
        max_retries=3, backoff=Backoff(kind=BackoffKind.FIXED, base_s=1800, cap_s=1800)
    )
    every = {"max_retries": 0, "factor": 3, "cap": "1h"}
    assert changed_policy(RetryPolicy(), every) == RetryPolicy(
        max_retries=0, backoff=Backoff(factor=3.0, cap_s=3600)
    )


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ({"max_retry": 1}, "did you mean 'max_retries'"),
        ({"max_retries": -1}, "counts retries"),
        ({"max_retries": True}, "counts retries"),
        ({"backoff": "fix"}, "did you mean 'fixed'"),
        ({"base": "soon"}, "not a duration"),
    ],
)
def test_policies_that_are_refused(words, why):
    with pytest.raises(UsageError, match=why):
        changed_policy(RetryPolicy(), words)
