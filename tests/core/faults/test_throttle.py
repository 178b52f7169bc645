"""A token bucket: it throttles because of load, in the words of whoever is called."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from occasions import never, occasion

from appsync_emu.core.faults.points import Point
from appsync_emu.core.faults.throttle import Bucket, ThrottleEffect

S = 1_000_000_000


def taken(bucket: Bucket, *seconds: float) -> list[bool]:
    return [bucket.take(round(at * S)) for at in seconds]


def test_a_burst_passes_at_once_and_then_the_rate():
    bucket = Bucket(ThrottleEffect(rate=2.0, burst=3))
    assert taken(bucket, 0, 0, 0, 0) == [True, True, True, False]
    assert taken(bucket, 0.4, 0.5, 0.5, 1.0) == [False, True, False, True]


def test_an_idle_bucket_holds_no_more_than_a_burst():
    bucket = Bucket(ThrottleEffect(rate=100.0, burst=2))
    assert taken(bucket, 0, 1000, 1000, 1000) == [True, True, True, False]


def test_refilling_in_small_steps_loses_nothing():
    """Ten tenths are one, though floats say 0.9999999999999999."""
    bucket = Bucket(ThrottleEffect(rate=1.0))
    assert taken(bucket, 0)[0]
    assert taken(bucket, *[n / 10 for n in range(1, 11)]) == [False] * 9 + [True]


@settings(max_examples=50, deadline=None)
@given(
    rate=st.integers(1, 20),
    burst=st.integers(1, 10),
    gaps=st.lists(st.integers(0, S), min_size=1, max_size=60),
)
def test_never_more_than_the_burst_and_the_rate(rate, burst, gaps):
    bucket, now, passed = Bucket(ThrottleEffect(float(rate), burst)), 0, 0
    for gap in gaps:
        now += gap
        passed += bucket.take(now)
    assert passed <= burst + rate * (now - gaps[0]) / S + 1e-6


@pytest.mark.parametrize(
    ("point", "service", "name"),
    [
        (Point.ACCEPT, None, "appsync.throttled"),
        (Point.DISPATCH, None, "lambda.throttled"),
        (Point.ATTEMPT, None, "lambda.throttled"),
        (Point.DATA, "dynamodb", "dynamodb.throttled"),
        (Point.DATA, "lambda", "lambda.throttled"),
        (Point.DATA, "sqs", "sqs.throttled"),
        (Point.DATA, "http", "http.429"),
    ],
)
def test_it_refuses_in_the_words_of_whoever_is_called(point, service, name):
    effect = ThrottleEffect(rate=1.0)
    verdict = effect.verdict("full", occasion(point=point, service=service), never)
    assert verdict.named.name == name
    assert (verdict.error.fault, verdict.phase, verdict.after_s) == ("full", "request", 0.0)


@pytest.mark.parametrize("service", [None, "s3"])
def test_other_services_say_what_aws_says(service):
    """AWS, Common error types: ``ThrottlingException``."""
    verdict = ThrottleEffect(rate=1.0).verdict(
        "full", occasion(point=Point.DATA, service=service), never
    )
    assert (verdict.error.type, verdict.named) == ("ThrottlingException", None)


def test_its_name_in_reports():
    assert ThrottleEffect(rate=1.0).kind == "throttle"
