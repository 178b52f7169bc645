"""Steps that move time, faults, components, letters and variables."""

from __future__ import annotations

import pytest
from scenario_files import loaded, said, step

from appsync_emu.scenario.model import (
    Advance,
    Arm,
    Crash,
    Discard,
    ExpectNow,
    Heal,
    Redrive,
    Set,
    Settle,
)

FAULT = "faults: [{id: flaky, point: attempt, effect: {hang: true}}]\n"


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("advance: 4m", Advance(line=5, seconds=240)),
        ("settle:", Settle(line=5)),
        ("settle: {within: 1h}", Settle(line=5, within_s=3600)),
        ("crash: {component: A}", Crash(line=5, component="A", restart_after_s=10)),
        (
            "crash: {component: A, restart_after: 0s}",
            Crash(line=5, component="A", restart_after_s=0),
        ),
        ("redrive: all", Redrive(line=5, label=None)),
        ("redrive: {label: order}", Redrive(line=5, label="order")),
        ("discard: all", Discard(line=5, label=None)),
        ("discard: {label: order}", Discard(line=5, label="order")),
        ("set: {a: 1, b: [x]}", Set(line=5, variables={"a": 1, "b": ["x"]})),
    ],
)
def test_every_verb(line, wanted):
    assert step(line) == wanted


def test_faults_are_armed_and_healed_by_id_or_all():
    assert step("arm: flaky", FAULT) == Arm(line=6, fault="flaky")
    assert step("arm: all", FAULT) == Arm(line=6, fault=None)
    assert step("heal: flaky", FAULT) == Heal(line=6, fault="flaky")
    assert step("heal: all", FAULT) == Heal(line=6, fault=None)


def test_expectations_are_a_step():
    now = step("expect: {traces: {order: {attempts: 1}}}")
    assert isinstance(now, ExpectNow)
    assert now.expect.traces[0].wanted.attempts == 1


def test_variables_have_their_values_from_the_step_on_that_sets_them():
    before = "  - set: {a: 1}\n"
    after = '  - send: {command: placeOrder, input: {x: "{a}"}}\n'
    assert not said("", before + after)
    assert said("", after + before) == ['{a} in "input" of the step "send" has no value yet']
    assert not said("variables: {a: 1}\n", after + before)


def test_a_label_may_be_used_before_its_send():
    assert not said("", "  - redrive: {label: late}\n  - send: {label: late, command: x}\n")


@pytest.mark.parametrize(
    "line",
    [
        "{}",
        "~",
        "[settle]",
        "arm: [a]",
        "heal: {fault: x}",
        "crash: PaymentHandler",
        "crash: {component: A, restart_after: soon}",
        "redrive: [order]",
        "settle: 1h",
        "settle: {within: 0s}",
        "set: {n: 1}",
        "set: [a]",
        "expect: [a]",
    ],
)
def test_what_is_wrong(line):
    assert len(said("", f"  - send: {{label: order, command: a}}\n  - {line}\n")) == 1


def test_a_scenario_of_steps_that_are_no_list():
    assert said("steps: {send: {command: a}}\n")
    assert loaded("").steps
