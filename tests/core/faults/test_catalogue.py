"""From a name to its effect, and what the name says beside it."""

from __future__ import annotations

import pytest
from occasions import never, occasion

from appsync_emu.core.faults import KINDS
from appsync_emu.core.faults.catalogue import (
    Implied,
    business_error,
    effect_named,
    other_error,
)
from appsync_emu.core.faults.named import NamedFault
from appsync_emu.core.faults.names import NAMED
from appsync_emu.core.faults.points import Point
from appsync_emu.core.faults.verdict import Close, Crash, Drop, Fail, Hang, Outage, Stale


@pytest.mark.parametrize("name", NAMED)
def test_every_name_has_an_effect_of_its_kind(name):
    effect, _ = effect_named(name)
    assert type(effect) is KINDS[NAMED[name].kind]


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("lambda.crash", Crash),
        ("ws.no-keepalive", Drop),
        ("ws.no-ack", Hang),
        ("ws.close", Close),
        ("status.outage", Outage),
        ("trace.stale", Stale),
        ("dynamodb.throttled", Fail),
        ("appsync.throttled", Fail),
    ],
)
def test_the_effect_answers_its_verdict(name, verdict):
    effect, _ = effect_named(name)
    assert type(effect.verdict("f", occasion(), never)) is verdict


@pytest.mark.parametrize("name", NAMED)
def test_the_phase_is_the_usual_one_unless_given(name):
    named = NAMED[name]
    if hasattr(effect_named(name)[0], "phase"):
        assert effect_named(name)[0].phase == named.phases[0]
        assert effect_named(name, phase=named.phases[-1])[0].phase == named.phases[-1]


def test_errors_may_come_later():
    effect, _ = effect_named("network.timeout", phase="response", after=5.0)
    assert (effect.after, effect.phase, effect.named) == (5.0, "response", NAMED["network.timeout"])


def test_what_a_name_says_beside_its_effect():
    assert effect_named("network.reset")[1] == Implied()
    assert effect_named("ws.no-keepalive")[1] == Implied(match={"frame": "ka"})
    assert effect_named("ws.lost-first")[1] == Implied(
        match={"frame": "data"}, strike={"first": 1, "per": "subscriber"}
    )


@pytest.mark.parametrize(
    ("name", "error_type", "error_class"),
    [
        ("appsync.throttled", "TooManyRequestsException", "technical"),
        ("appsync.unavailable", "ServiceUnavailableException", "technical"),
        ("appsync.unauthorized", "UnauthorizedException", "permanent"),
        ("appsync.bad-request", "BadRequestException", "permanent"),
        ("ws.limit", "MaxSubscriptionsReachedError", "technical"),
    ],
)
def test_what_no_handler_sees_is_remembered_as_the_client_reads_it(name, error_type, error_class):
    """Amplify never tries 400, 401 and 403 again."""
    effect, _ = effect_named(name)
    assert (effect.error.type, effect.error.error_class) == (error_type, error_class)
    assert effect.error.message == NAMED[name].client.message


def test_what_nobody_reads_is_remembered_by_its_name(monkeypatch):
    odd = NamedFault(name="odd.one", points=(Point.DATA,), meaning="It fails.")
    monkeypatch.setitem(NAMED, "odd.one", odd)
    assert effect_named("odd.one")[0].error == other_error("odd.one", "It fails.")


def test_unknown_names():
    with pytest.raises(KeyError, match=r"network\.rest"):
        effect_named("network.rest")


def test_errors_that_somebody_makes_up():
    assert business_error("CardDeclined", "no").error_class == "business"
    assert other_error("Weird").error_class == "technical"
    assert other_error("Weird", technical=False).error_class == "permanent"
    assert business_error("CardDeclined").why == "injected"
