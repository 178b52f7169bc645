"""Expectations: what the words become."""

from __future__ import annotations

import pytest
from scenario_files import SEND, loaded, said

from appsync_emu.core.checks import INVARIANTS as OF_DELIVERIES
from appsync_emu.core.comparisons import Comparison
from appsync_emu.scenario.expect import INVARIANTS
from appsync_emu.scenario.model import (
    ComponentWanted,
    EffectsWanted,
    Expectations,
    FaultWanted,
    LettersWanted,
    LetterWanted,
    SubscriberWanted,
)

WATCHER = "  - subscribe: {label: watcher, to: statuses, of: order}\n"


def expect(text: str, steps: str = SEND, more: str = "") -> Expectations:
    return loaded(f"{more}expect: {{{text}}}\n", steps).expect


def test_traces_of_a_label_are_all_unless_it_says_otherwise():
    [traces] = expect("traces: {order: {status: success, within: 10m, statuses: [success]}}").traces
    assert (traces.label, traces.quantifier) == ("order", "all")
    assert (traces.wanted.status, traces.wanted.within_s) == ("success", 600.0)
    assert traces.wanted.statuses == ("success",)
    pair = expect("traces: {order: {any: {attempts: 2}, none: {retries: {above: 3}}}}").traces
    assert [(each.quantifier, each.wanted.attempts, each.wanted.retries) for each in pair] == [
        ("any", 2, None),
        ("none", None, Comparison("above", 3)),
    ]


def test_errors_effects_and_components_of_traces():
    [traces] = expect(
        "traces: {order: {error: {type: CardDeclined, class: {in: [business]}, reason: permanent},"
        " effects: {Table: {writes: 1}}, components: {Pay: {attempts: 2}}}}"
    ).traces
    assert traces.wanted.error == {
        "type": "CardDeclined",
        "class": Comparison("in", ["business"]),
        "reason": "permanent",
    }
    assert traces.wanted.effects == (EffectsWanted(line=3, source="Table", writes=1),)
    assert traces.wanted.components == {"Pay": ComponentWanted(line=3, attempts=2)}


def test_dead_letters():
    letters = expect(
        "deadletters: {count: {at_most: 2}, contain: [{label: order, component: Pay, attempts: 4,"
        " reason: {in: [business]}, error: {type: X}, context: {input: {id: o-1}}}]}"
    ).deadletters
    assert letters == LettersWanted(
        line=3,
        count=Comparison("at_most", 2),
        contain=(
            LetterWanted(
                line=3,
                label="order",
                component="Pay",
                attempts=4,
                reason=Comparison("in", ["business"]),
                error={"type": "X"},
                context={"input": {"id": "o-1"}},
            ),
        ),
    )


def test_subscribers():
    found = expect(
        "subscribers: {watcher: {sees: [accepted, {status: success}], duplicates: none,"
        " after_reconnect: resumes, reconnects: 1}}",
        SEND + WATCHER,
    ).subscribers
    assert found == (
        SubscriberWanted(
            line=3,
            label="watcher",
            sees=("accepted", {"status": "success"}),
            duplicates="none",
            after_reconnect="resumes",
            reconnects=1,
        ),
    )


def test_faults_effects_and_invariants():
    fault = "faults: [{id: flaky, point: data, effect: {hang: true}}]\n"
    found = expect(
        "faults: {flaky: {strikes: 0}}, effects: {Table: {reads: 0}},"
        " invariants: {except: [{name: status-order, reason: because}]}",
        more=fault,
    )
    assert found.faults == (FaultWanted(line=4, fault="flaky", strikes=0),)
    assert found.effects == (EffectsWanted(line=4, source="Table", reads=0),)
    assert found.allowed == {"status-order": "because"}


def test_the_invariants_are_those_of_the_engine():
    assert set(OF_DELIVERIES) <= set(INVARIANTS)


def test_what_the_calm_run_must_come_to():
    scenario = loaded("calm: {traces: {order: {status: error}}}\n")
    assert scenario.calm
    assert scenario.calm_expect is not None
    assert scenario.calm_expect.traces[0].wanted.status == "error"
    assert loaded("calm: false\n").calm is False


def test_nothing_is_expected_unless_said():
    assert loaded("").expect == Expectations()
    assert expect("traces: ~, subscribers: {}").traces == ()


@pytest.mark.parametrize(
    "text",
    [
        "traces: [order]",
        "traces: {order: success}",
        "traces: {order: {all: {}}}",
        "traces: {order: {attempts: [1]}}",
        "traces: {order: {attempts: 1.5}}",
        "traces: {order: {error: CardDeclined}}",
        "traces: {order: {effects: {T: {}}}}",
        "deadletters: 1",
        "deadletters: {contain: [order]}",
        "subscribers: {watcher: [a]}",
        "invariants: [status-order]",
        "invariants: {except: [status-order]}",
        "invariants: {except: [{reason: x}]}",
    ],
)
def test_what_is_wrong(text):
    assert len(said(f"expect: {{{text}}}\n", SEND + WATCHER)) == 1


def test_expectations_that_are_no_mapping():
    assert len(said("expect: [a]\n")) == 1
