"""Failing runs made smaller."""

from __future__ import annotations

from stage import scenario, shop

from appsync_emu.scenario.model import Crash, Query
from appsync_emu.scenario.outcome import Finding, Kind, SeedOutcome
from appsync_emu.scenario.run import run_seed
from appsync_emu.scenario.shrink import Shrunk, minimise, shrink

FAULTS = """
faults:
  - {id: reset, point: attempt, strike: {attempts: 1}, effect: {error: network.reset, phase: request}}
  - {id: lost, point: dispatch, match: {label: o}, strike: {calls: {skip: 2, first: 1}, per: run}, effect: {drop: true}}
  - {id: later, point: attempt, effect: {error: network.refused}}
  - {id: never, point: attempt, match: {label: o, input: {id: x}}, effect: {error: network.refused}}
"""  # noqa: E501 - a file as users write it
STEPS = """
- subscribe: {label: ear, to: statuses, of: o}
- send: {label: other, command: placeOrder, input: {id: a}}
- send: {label: o, command: placeOrder, repeat: 9, every: 1m, input: {id: "o-{n}"}}
- advance: 1m
- expect: {traces: {other: {attempts: 17}}}
- heal: reset
- arm: later
- heal: all
- redrive: all
- settle: {}
"""


def shrunk(tmp_path, steps=STEPS, more=FAULTS, seed=3):
    whole = scenario(tmp_path, steps, more)
    loaded = shop().loaded
    return whole, shrink(whole, loaded, run_seed(whole, loaded, seed))


def test_against_an_invariant_faults_and_steps_go(tmp_path):
    _, found = shrunk(tmp_path)
    assert (found.finding.kind, found.finding.name) == (Kind.INVARIANT, "ends-exactly-once")
    assert found.faults == ("lost",)
    assert found.idle == 3
    [(place, step)] = found.steps
    assert (place, step.label, step.repeat, step.every_s) == (2, "o", 3, 60.0)
    assert found.words == "1 send"
    assert found.runs < 60
    assert "ends-exactly-once" in found.misses


def test_against_an_expectation_no_step_goes(tmp_path):
    """An empty run misses most expectations, too."""
    more = FAULTS.replace("{drop: true}", "{delay: 1s}") + "expect: {faults: {lost: {strikes: 0}}}"
    steps = STEPS.replace("attempts: 17", "attempts: {at_least: 1}")
    _whole, found = shrunk(tmp_path, steps, more)
    assert (found.finding.kind, found.finding.name) == (Kind.EXPECTATION, "faults.lost.strikes")
    assert found.faults == ("lost",)
    left = [place for place, _ in found.steps]
    assert left == [0, 1, 2, 3, 4, 7, 8, 9]  # but those that speak of faults which are gone
    told = "1 subscribe, 2 sends, 1 advance, 1 expect, 1 heal, 1 redrive, 1 settle"
    assert found.words == told


def test_steps_are_counted_in_words():
    query = Query(line=1, query="item")
    crash = Crash(line=2, component="Handler", restart_after_s=10.0)
    finding = Finding(kind=Kind.EXPECTATION, name="x", message="y")
    found = Shrunk(
        seed=1, finding=finding, faults=(), idle=0, runs=1, misses=frozenset(),
        steps=((0, query), (1, crash), (2, query), (3, crash)),
    )  # fmt: skip
    assert found.words == "2 queries, 2 crashes"


def test_an_expectation_that_no_fault_at_all_misses_too(tmp_path):
    """Two letters are not one; but then, none is not one either."""
    more = """
retry: {max_retries: 0}
faults:
  - {id: one, point: attempt, match: {label: other}, effect: {error: network.refused}}
  - {id: two, point: attempt, match: {label: o}, strike: {limit: 1, calls: {first: 1}, per: run}, effect: {error: network.refused}}
  - {id: three, point: dispatch, match: {label: o}, effect: {delay: 1s}}
expect: {deadletters: {count: 1}}
"""  # noqa: E501 - a file as users write it
    _, found = shrunk(tmp_path, "\n".join(STEPS.splitlines()[:4]), more)
    assert found.finding.message == "wanted 1, found 2"
    assert found.faults == ("one", "two")


def test_against_liveness(tmp_path):
    more = """
clock: {give_up_after: 2h}
faults:
  - {id: slow, point: dispatch, match: {label: o}, effect: {delay: 1d}}
  - {id: reset, point: attempt, strike: {attempts: 1}, effect: {error: network.reset, phase: request}}
"""  # noqa: E501 - a file as users write it
    steps = """
- send: {label: a, command: placeOrder, input: {id: a}}
- send: {label: o, command: placeOrder, repeat: 4, input: {id: b}}
- advance: 1m
"""
    _, found = shrunk(tmp_path, steps, more)
    assert found.finding.kind is Kind.LIVENESS
    assert found.faults == ("slow",)
    assert [step.repeat for _, step in found.steps] == [1]


def test_what_cannot_be_told_is_not_shrunk(tmp_path):
    loaded = shop().loaded
    whole = scenario(tmp_path, STEPS, FAULTS)
    invalid = Finding(kind=Kind.INVALID, name="step", message="no such command")
    assert shrink(whole, loaded, SeedOutcome(seed=1, findings=(invalid,))) is None
    other = Finding(kind=Kind.INVARIANT, name="another", message="never again")
    assert shrink(whole, loaded, SeedOutcome(seed=1, findings=(other,))) is None


def test_minimise_finds_what_is_needed_together():
    tried = []

    def fails(some):
        tried.append(some)
        return {2, 7} <= set(some)

    assert minimise(range(10), fails) == [2, 7]
    assert len(tried) < 40
    assert minimise([1, 2, 3], lambda _: True) == []
    assert minimise([], lambda _: False) == []
    assert minimise([1, 2], lambda some: len(some) == 2) == [1, 2]
    assert minimise([5], lambda some: some == [5]) == [5]
