"""Faults as files write them: what is written is read as the same fault."""

from __future__ import annotations

from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from shop import shop

from appsync_emu.config.yamlfile import dump
from appsync_emu.core.faults.points import Point
from appsync_emu.errors import BusinessError, PermanentError
from appsync_emu.scenario.load import load
from appsync_emu.strategies.drawn_faults import fault
from appsync_emu.strategies.written import fault_data
from appsync_emu.testing.harness import Harness

API = shop()


def read(one, folder):
    """The fault that a file with it has, and the file."""
    path = folder / "a.appsync.yaml"
    label = [{"send": {"command": "placeOrder", "label": "bulk"}}]
    subscriber = [{"subscribe": {"label": "w", "to": "statuses", "of": "bulk"}}]
    data = {"scenario": 1, "title": "t", "faults": [fault_data(one, one.fault_id)]}
    path.write_text(dump({**data, "steps": label + subscriber}), "utf-8")
    (found,) = load(path).faults
    return found.fault


def parts(one):
    return one.fault_id, one.point, one.effect, one.match, one.strike, one.name


@settings(
    max_examples=200,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(one=fault([point.value for point in Point], api=API))
def test_whatever_is_drawn_is_read_again(one, tmp_path):
    assert parts(read(one, tmp_path)) == parts(one)


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("network.reset", {"attempts": [1, 2], "phase": "response", "after": "2s"}),
        ("network.reset", {"component": {"in": ["Place", "Reserve"]}, "every": 3}),
        ("network.timeout", {"at": "data", "during": ("30s", "5m"), "chance": 0.25}),
        ("delay", {"by": {"uniform": ["1s", "90s"]}, "input": {"total": {"above": 1, "below": 9}}}),
        ("delay", {"by": {"lognormal": {"median": "2s", "sigma": 0.5}}, "identity": {"sub": "a"}}),
        ("throttle", {"at": "accept", "rate": "1000/h", "burst": 3}),
        ("crash", {"scope": "component", "restart_after": "1m", "per": "run", "first": 2}),
        ("lambda.crash", {"restart_after": "90s"}),
        ("drop", {"at": "dispatch", "after": "5m", "label": "bulk"}),
        (
            "close",
            {"code": 1001, "reason": "away", "subscriber": "w", "skip": 1, "per": "subscriber"},
        ),
        ("outage", {"at": "status.read"}),
        ("trace.stale", {}),
        ("reorder", {"at": "dispatch", "window": 4, "limit": 7}),
    ],
)
def test_whatever_is_armed_in_words_is_read_again(what, words, tmp_path):
    with closing(Harness(API)) as harness:
        one = harness.fault(what, name="one", **words).fault
    found = read(one, tmp_path)
    assert (found.point, found.effect, found.match, found.strike) == (
        one.point,
        one.effect if what != "lambda.crash" else found.effect,
        one.match,
        one.strike,
    )
    assert str(getattr(found.effect, "restart_after", "")) == str(
        getattr(one.effect, "restart_after", "")
    )


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (BusinessError("no"), "business"),
        (PermanentError("never"), "permanent"),
        (OSError("later"), "technical"),
    ],
)
def test_errors_of_ones_own_keep_name_message_and_class(error, kind, tmp_path):
    with closing(Harness(API)) as harness:
        one = harness.fault(error, at="attempt", name="one", after="1s", phase="response").fault
    found = read(one, tmp_path).effect
    assert (found.error.type, found.error.message) == (type(error).__name__, str(error))
    assert (found.error.error_class, found.phase, found.after) == (kind, "response", 1.0)
