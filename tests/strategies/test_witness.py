"""What Hypothesis is told: events of faults that struck, and a failure as a file."""

from __future__ import annotations

import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st
from shop import shop

from appsync_emu import strategies
from appsync_emu.strategies import witness
from appsync_emu.testing.harness import Harness
from appsync_emu.testing.violations import WITNESSES

API = shop()
QUICK = {"derandomize": True, "database": None, "deadline": None, "print_blob": False}


def notes(test):
    with pytest.raises(AssertionError) as failed:
        test()
    return "\n".join(failed.value.__notes__)


def test_whoever_asks_for_a_strategy_is_told():
    assert strategies.seeds
    witness.begin()
    assert WITNESSES.count(witness.witness) == 1


def test_a_failure_is_noted_as_a_file():
    @settings(max_examples=5, phases=[Phase.generate, Phase.shrink], **QUICK)
    @given(st.integers())
    def fails(number):
        with Harness(API) as harness:
            harness.send("placeOrder", orderId="1")
            raise AssertionError("as it is")

    said = notes(fails)
    assert "As a scenario file:\n\n# as it is\n" in said
    assert "command: placeOrder" in said


def test_assumptions_are_no_failures_and_nothing_is_noted_outside_of_a_test():
    @settings(max_examples=5, **QUICK)
    @given(st.booleans())
    def passes(yes):
        with Harness(API):
            assume(yes)

    passes()
    with pytest.raises(KeyError), Harness(API):
        raise KeyError("mine")


def test_faults_that_struck_are_events(monkeypatch):
    """They stand in ``--hypothesis-show-statistics``."""
    told = set()
    monkeypatch.setattr(witness, "event", told.add)

    @settings(max_examples=1, **QUICK)
    @given(st.just(1))
    def strikes(_):
        with Harness(API) as harness:
            harness.fault("network.reset", attempts=1)
            harness.fault("delay", by="1s", at="attempt", attempts=2)
            harness.fault("drop", at="frame")
            harness.send("placeOrder", orderId="1")
            harness.settle()

    strikes()
    assert told == {"struck network.reset", "struck delay"}
