"""Retry decisions; full jitter: AWS Architecture Blog, "Exponential Backoff And Jitter"."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from appsync_emu.core.classify import ErrorClass
from appsync_emu.core.retry import Backoff, BackoffKind, Bury, Retry, RetryPolicy, decide

POLICY = RetryPolicy(
    max_retries=3, backoff=Backoff(kind=BackoffKind.EXPONENTIAL, base_s=10, factor=2, cap_s=30)
)


def test_three_retries_are_four_attempts():
    assert RetryPolicy().max_attempts == 4
    assert RetryPolicy(max_retries=0).max_attempts == 1


def test_technical_errors_are_retried_until_the_retries_are_used_up():
    decisions = [decide(POLICY, ErrorClass.TECHNICAL, attempt, 0.5) for attempt in range(1, 6)]
    assert decisions == [
        Retry(10),
        Retry(20),
        Retry(30),
        Bury("retries-exhausted"),
        Bury("retries-exhausted"),
    ]


def test_without_retries_the_first_error_is_the_last():
    policy = RetryPolicy(max_retries=0)
    assert decide(policy, ErrorClass.TECHNICAL, 1, 0.0) == Bury("retries-exhausted")


@pytest.mark.parametrize("error_class", [ErrorClass.BUSINESS, ErrorClass.PERMANENT])
def test_other_errors_are_never_retried(error_class):
    assert decide(POLICY, error_class, 1, 0.5) == Bury(error_class.value)


@pytest.mark.parametrize(
    ("kind", "delays"),
    [
        (BackoffKind.FIXED, [10, 10, 10, 10]),
        (BackoffKind.EXPONENTIAL, [10, 20, 30, 30]),
        (BackoffKind.FULL_JITTER, [5, 10, 15, 15]),
        (BackoffKind.EQUAL_JITTER, [7.5, 15, 22.5, 22.5]),
        (BackoffKind.NONE, [0, 0, 0, 0]),
    ],
)
def test_delays(kind, delays):
    backoff = Backoff(kind=kind, base_s=10, factor=2, cap_s=30)
    assert [backoff.delay_s(retry, 0.5) for retry in (1, 2, 3, 4)] == delays


def test_decorrelated_jitter_grows_from_the_delay_before():
    """AWS: sleep = min(cap, random between base and sleep * 3)."""
    backoff = Backoff(kind=BackoffKind.DECORRELATED, base_s=10, cap_s=60)
    delays = [0.0]
    for retry in (1, 2, 3, 4):
        delays.append(backoff.delay_s(retry, 0.5, delays[-1]))
    assert delays[1:] == [20, 35, 57.5, 60]
    assert backoff.delay_s(2, 0.0, 35) == 10


def test_jitter_is_drawn_from_zero_to_the_bound():
    backoff = Backoff(base_s=60, factor=2, cap_s=900)
    assert backoff.delay_s(1, 0.0) == 0
    assert backoff.delay_s(1, 0.999) == pytest.approx(59.94)
    assert backoff.delay_s(9, 0.999) == pytest.approx(899.1)


def test_growth_beyond_floating_point_is_the_cap():
    backoff = Backoff(kind=BackoffKind.EXPONENTIAL, base_s=1, factor=10.0, cap_s=30)
    assert backoff.delay_s(1_000_000, 0.5) == 30


def test_growth_from_nothing_stays_nothing():
    """A base of 0 s means no waiting, however many retries there are."""
    backoff = Backoff(kind=BackoffKind.EXPONENTIAL, base_s=0.0, factor=10.0, cap_s=30)
    assert [backoff.delay_s(retry, 0.5) for retry in (1, 2, 1_000_000)] == [0, 0, 0]


def test_a_fixed_delay_is_what_was_asked_for():
    backoff = Backoff(kind=BackoffKind.FIXED, base_s=3_600, cap_s=900)
    assert backoff.delay_s(1, 0.0) == backoff.delay_s(9, 0.9) == 3_600


BACKOFFS = st.builds(
    Backoff,
    kind=st.sampled_from(BackoffKind),
    base_s=st.floats(0, 1e6),
    factor=st.floats(1, 100),
    cap_s=st.floats(0, 1e6),
)
DRAWS = st.floats(0, 1, exclude_max=True)


@settings(max_examples=50, deadline=None)
@given(BACKOFFS, st.integers(1, 10_000), DRAWS)
def test_delays_are_finite_and_bounded(backoff, retry, draw):
    """AWS Architecture Blog: sleep = random_between(0, min(cap, base * 2 ** attempt))."""
    delay = backoff.delay_s(retry, draw)
    assert math.isfinite(delay)
    if backoff.kind is BackoffKind.FIXED:
        assert delay == backoff.base_s
    else:
        assert 0 <= delay <= backoff.cap_s


@settings(max_examples=50, deadline=None)
@given(BACKOFFS, st.integers(1, 100), DRAWS)
def test_delays_never_shrink_from_retry_to_retry(backoff, retry, draw):
    """Except the decorrelated ones: they look at the delay before."""
    assume(backoff.kind is not BackoffKind.DECORRELATED)
    delay = backoff.delay_s(retry, draw)
    assert delay <= backoff.delay_s(retry + 1, draw)
    if backoff.kind is not BackoffKind.FIXED:
        assert delay <= backoff.base_s * backoff.factor ** (retry - 1)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 20), st.integers(1, 40), DRAWS)
def test_there_are_exactly_max_retries_retries(max_retries, attempt, draw):
    decision = decide(RetryPolicy(max_retries=max_retries), ErrorClass.TECHNICAL, attempt, draw)
    assert isinstance(decision, Retry) == (attempt <= max_retries)
