"""The quota tables; figures from the AWS General Reference, "AWS AppSync endpoints and quotas"."""

from __future__ import annotations

import dataclasses

import pytest

from appsync_emu.core.limits import RELAXED, STRICT, Limits


@pytest.mark.parametrize(
    ("name", "figure"),
    [
        ("subscriptions_per_connection", 200),
        ("subscription_payload_bytes", 240 * 1024),
        ("connection_life_s", 86_400),
        ("connection_timeout_ms", 300_000),
        ("keep_alive_s", 60),
    ],
)
def test_strict_is_the_service(name, figure):
    assert getattr(STRICT, name) == figure


def test_relaxed_is_never_tighter_than_strict():
    for field in dataclasses.fields(Limits):
        assert getattr(RELAXED, field.name) >= getattr(STRICT, field.name)


def test_one_quota_can_be_changed():
    assert dataclasses.replace(STRICT, subscriptions_per_connection=100) != STRICT
