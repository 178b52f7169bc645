"""Every exception of the package: what it says, and whom it is caught as."""

from __future__ import annotations

import pytest

from appsync_emu import errors
from appsync_emu.errors import (
    AppSyncEmuError,
    BusinessError,
    CommandRefused,
    LivenessError,
    Mistake,
    PermanentError,
    SubscriptionRefused,
    TechnicalError,
    UsageError,
    WireError,
)


def test_the_tree():
    for kind in (WireError, UsageError, LivenessError):
        assert kind.__bases__ == (AppSyncEmuError,)
    for kind in (CommandRefused, SubscriptionRefused):
        assert kind.__bases__ == (UsageError,)
    # What handlers raise is theirs, not ours: nobody catches it as an error of the emulator.
    for kind in (BusinessError, TechnicalError, PermanentError):
        assert kind.__bases__ == (Exception,)


def test_everything_is_listed():
    found = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and value.__module__ == errors.__name__
    }
    assert found == set(errors.__all__)


def test_an_error_of_a_field():
    error = WireError("Lambda:Unhandled", "no", data={"a": 1}, info={"b": 2})
    assert str(error) == error.message == "no"
    assert (error.error_type, error.data, error.info) == ("Lambda:Unhandled", {"a": 1}, {"b": 2})
    plain = WireError(None, "no")
    assert (plain.error_type, plain.data, plain.info) == (None, None, None)


@pytest.mark.parametrize(
    ("mistake", "text"),
    [
        (Mistake(message="bad"), "bad"),
        (Mistake(message="bad", file="a.yaml"), "a.yaml: bad"),
        (Mistake(message="bad", file="a.yaml", line=3), "a.yaml:3: bad"),
        (Mistake(message="bad", file="a.yaml", line=3, column=7), "a.yaml:3:7: bad"),
        (Mistake(message="bad", file="a.yaml", remedy="Do good."), "a.yaml: bad\n    Do good."),
    ],
)
def test_a_mistake_says_where_what_and_what_to_do(mistake, text):
    assert str(mistake) == text


def test_a_usage_error_lists_all_mistakes_at_once():
    one, two = Mistake(message="one", file="a.yaml", line=1), Mistake(message="two")
    error = UsageError(mistake for mistake in (one, two))
    assert error.mistakes == (one, two)
    assert str(error) == "a.yaml:1: one\ntwo"
    assert UsageError(one).mistakes == (one,)


def test_a_usage_error_of_one_sentence():
    error = UsageError("that is not possible")
    assert error.mistakes == (Mistake(message="that is not possible"),)
    assert str(error) == "that is not possible"


def test_a_refused_command_says_why():
    answered = [{"message": "Rate Exceeded."}, {"message": "and more"}, {}]
    error = CommandRefused("placeOrder", answered)
    assert error.errors is answered
    assert str(error) == "the command placeOrder was refused: Rate Exceeded.; and more; None"


def test_a_refused_subscription_says_why():
    answered = [{"message": "Unknown operation"}]
    error = SubscriptionRefused(answered)
    assert error.errors is answered
    assert str(error) == "the subscription was refused: Unknown operation"
