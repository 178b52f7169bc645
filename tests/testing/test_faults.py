"""``fault(...)`` as it is written, and what is refused."""

from __future__ import annotations

import pytest
from shop import SCHEMA, shop

from appsync_emu.core.faults.names import NAMED
from appsync_emu.core.faults.points import Point
from appsync_emu.errors import BusinessError, UsageError
from appsync_emu.testing.faults import FaultHandle, described, fault_of
from appsync_emu.testing.harness import Harness

API = shop()


def fault(what, /, taken=(), **words):
    return fault_of(what, words, API, taken)


@pytest.mark.parametrize("name", [name for name in NAMED if NAMED[name].error])
def test_every_named_error_can_be_armed(name):
    made = fault(name)

    assert made.fault_id == name
    assert made.point is Point.ATTEMPT
    assert made.effect.error == NAMED[name].error


def test_exceptions_are_classified():
    class NotFound(Exception):  # noqa: N818 - an AWS error as botocore shapes it
        response = {"Error": {"Code": "ResourceNotFoundException"}, "ResponseMetadata": {}}  # noqa: RUF012 - no dataclass

    assert fault(ValueError("boom")).effect.error.message == "boom"
    assert fault(BusinessError).effect.error.error_class == "business"
    assert fault(NotFound("x")).effect.error.type == "ResourceNotFoundException"
    assert fault(ValueError).fault_id == "ValueError"


def test_effects_and_their_words():
    assert fault("delay", by="5s").effect.wait == 5
    crash = fault("crash", restart_after="1m", phase="response")
    assert (crash.effect.restart_after, crash.effect.phase) == (60, "response")
    duplicate = fault("duplicate", copies=2, after="3s")
    assert (duplicate.point, duplicate.effect.copies, duplicate.effect.after) == (
        Point.DISPATCH,
        2,
        3,
    )
    late = fault("network.timeout", after="2s", phase="response")
    assert (late.effect.after, late.effect.phase) == (2, "response")


@pytest.mark.parametrize(
    ("written", "expected"),
    [(1, {1}), ([1, 2], {1, 2}), ((3,), {3}), ("2-4", {2, 3, 4}), ("2", {2})],
)
def test_attempts(written, expected):
    assert fault("network.reset", attempts=written).strike.attempts == expected


def test_what_is_matched_and_when_it_strikes():
    made = fault(
        "network.reset",
        component="Place",
        command="Mutation.placeOrder",
        event="Placed",
        input={"total": 1},
        attempts=[1, 2],
        skip=1,
        first=2,
        chance=0.5,
        limit=9,
        name="flaky",
    )

    assert made.match.command == "placeOrder"
    assert described(made) == (
        "error at attempt, component Place, command placeOrder, event Placed, input {'total': 1},"
        " attempts 1, 2, after 1 others, first 2, chance 0.5, at most 9 in all"
    )
    assert described(fault("crash", attempts=1)) == "crash at attempt, attempt 1"


def test_names_are_unique():
    assert fault("network.reset", taken={"network.reset"}).fault_id == "network.reset-2"


@pytest.mark.parametrize(
    ("what", "words", "why"),
    [
        ("network.rest", {}, "did you mean 'network.reset'"),
        (3, {}, r"^there is no fault 3\. Faults: network.refused, .*duplicate, or an exception$"),
        ("crash", {"phase": "never"}, r"^there is no phase 'never'\. 'request': nothing"),
        ("network.reset", {"attemps": 1}, "did you mean 'attempts'"),
        ("network.reset", {"by": "5s"}, "has no 'by'"),
        ("delay", {}, "how long"),
        ("delay", {"by": "5"}, "not a duration"),
        ("network.reset", {"at": "atempt"}, "did you mean 'attempt'"),
        ("duplicate", {"at": "attempt"}, "'duplicate' cannot strike at 'attempt'"),
        ("crash", {"phase": "respons"}, "did you mean 'response'"),
        ("network.reset", {"component": "Palce"}, "did you mean 'Place'"),
        ("network.reset", {"command": "placeorder"}, "did you mean 'placeOrder'"),
        ("network.reset", {"at": "dispatch", "attempts": 1}, "no attempt has begun"),
        ("network.reset", {"attempts": 0}, "whole number from 1"),
        ("network.reset", {"attempts": "2-"}, "attempts is '2-'"),
        ("network.reset", {"attempts": []}, "attempts is"),
        ("network.reset", {"attempts": 1.5}, "attempts is 1.5"),
        ("network.reset", {"chance": 40}, "above 0 and at most 1"),
        ("network.reset", {"chance": True}, "above 0 and at most 1"),
        ("network.reset", {"limit": 0}, "limit is 0"),
        ("duplicate", {"copies": 0}, "copies is 0"),
        (UnicodeDecodeError, {}, "give fault\\(\\) an instance"),
    ],
)
def test_mistakes_are_refused(what, words, why):
    with pytest.raises(UsageError, match=why):
        fault(what, **words)


def test_a_handle_counts_and_heals():
    harness = Harness(shop(), seed=1, schema=SCHEMA)
    handle = harness.fault("network.reset", attempts=1)
    assert isinstance(handle, FaultHandle)
    assert handle.struck == 0
    trace = harness.send("placeOrder", orderId="1")
    harness.settle()
    assert trace.succeeded(attempts=2)
    assert repr(handle) == "<fault network.reset: error at attempt, attempt 1; struck 1 time>"

    handle.heal()
    handle.heal()
    assert harness.send("placeOrder", orderId="2").ended().succeeded(attempts=1)
    harness.close()
