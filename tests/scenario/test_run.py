"""Whole runs: the calm run, seeds, inert faults, coverage, verdicts."""

from __future__ import annotations

import pickle

from stage import scenario, shop

from appsync_emu.errors import BusinessError
from appsync_emu.scenario import run as run_module
from appsync_emu.scenario.outcome import Kind
from appsync_emu.scenario.run import (
    SPINNING,
    calm_run,
    first_difference,
    merge,
    run_scenario,
    run_seed,
)
from appsync_emu.scenario.shrink import shrink
from appsync_emu.scenario.watchdog import watched

SEND = "- send: {label: o, command: placeOrder, input: {id: o-1}}"
RESET = "- {id: reset, point: attempt, strike: {attempts: 1}, effect: "
FAULTS = f"faults:\n  {RESET}{{error: network.reset, phase: request}}}}\n"


async def refuses(event, context, table):
    raise BusinessError("never")


def run(tmp_path, more="", steps=SEND, place=None, seeds=(1, 2), cancel=None, **options):
    loaded = shop(place, cancel=cancel).loaded
    return run_scenario(scenario(tmp_path, steps, more), loaded, seeds, **options)


def test_all_is_well(tmp_path):
    outcome = run(tmp_path, FAULTS + "expect: {traces: {o: {attempts: 2}}}\n")
    assert outcome.kind is Kind.PASSED
    assert [seed.seed for seed in outcome.seeds] == [1, 2]
    assert outcome.calm.strikes == {}
    assert outcome.struck("reset") == (1, 1)
    assert (outcome.totals.accepted, outcome.totals.success) == (2, 2)
    assert outcome.replay == ""
    assert outcome.elapsed_s > 0
    assert all(seed.journal is None and seed.stories == () for seed in outcome.seeds)


def test_the_seeds_of_the_file_are_run_unless_others_are_given(tmp_path):
    outcome = run(tmp_path, "seeds: {from: 3, count: 2, always: [17]}\n", seeds=None)
    assert [seed.seed for seed in outcome.seeds] == [3, 4, 17]


def test_what_is_broken_without_faults_is_told_apart(tmp_path):
    outcome = run(tmp_path, FAULTS, place=refuses)
    assert outcome.kind is Kind.BROKEN_BEFORE
    assert outcome.seeds == ()
    [finding] = outcome.findings
    assert (finding.kind, finding.label) == (Kind.BROKEN_BEFORE, "o")
    assert finding.message == "ended in 'error' without any fault (BusinessError: never)"


def test_the_calm_run_may_be_left_out_or_have_expectations_of_its_own(tmp_path):
    assert run(tmp_path, "calm: false\n", place=refuses).calm is None
    more = "calm: {traces: {o: {status: error}}}\nexpect: {traces: {o: {status: error}}}\n"
    assert run(tmp_path, more, place=refuses).kind is Kind.PASSED
    more = "calm: {traces: {o: {status: success}}}\n"
    assert run(tmp_path, more, place=refuses).kind is Kind.BROKEN_BEFORE


def test_a_fault_that_strikes_nobody_fails(tmp_path):
    inert = "  - {id: nobody, point: attempt, match: {label: o, input: {total: 99}}, effect: {crash: {}, phase: request}}\n"  # noqa: E501 - a file as users write it
    outcome = run(tmp_path, FAULTS + inert)
    assert outcome.kind is Kind.INERT
    [finding] = outcome.findings
    assert (finding.name, finding.line) == ("nobody", 5)
    assert finding.message.startswith("it never struck in 2 seeds: crash at attempt")
    meant = run(tmp_path, FAULTS + inert + "expect: {faults: {nobody: {strikes: 0}}}\n")
    assert meant.kind is Kind.PASSED


def test_a_fault_by_chance_has_to_strike_in_one_seed_of_all(tmp_path):
    more = "faults:\n  - {id: luck, point: attempt, strike: {chance: 0.3, attempts: 1}, effect: {error: network.refused}}\n"  # noqa: E501 - a file as users write it
    outcome = run(tmp_path, more, seeds=range(1, 21))
    assert outcome.kind is Kind.PASSED
    assert 0 < sum(outcome.struck("luck")) < 20


def test_coverage_has_a_minimum(tmp_path):
    outcome = run(tmp_path, "coverage: {commands: 100%, events: 1}\n", cancel=refuses)
    assert outcome.kind is Kind.COVERAGE
    [finding] = outcome.findings
    assert finding.name == "coverage.commands"
    assert finding.message == ("wanted 100% of the commands, touched 50%; untouched: cancelOrder")


def test_expectations_come_with_stories_and_the_journal(tmp_path):
    outcome = run(tmp_path, FAULTS + "expect: {traces: {o: {attempts: 1}}}\n")
    assert outcome.kind is Kind.EXPECTATION
    assert outcome.replay == f"appsync-emu run {outcome.path} --seed 1"
    failed = outcome.failed_seeds[0]
    assert failed.findings[0].message == "wanted 1, found 2"
    assert failed.findings[0].line == 5
    [story] = failed.stories
    assert (story.name, story.label, story.attempts) == ("t1", "o", 2)
    assert '"kind":"FaultStruck"' in failed.journal


def test_an_invariant_may_be_allowed_with_a_reason(tmp_path):
    drop = "faults:\n  - {id: lost, point: dispatch, effect: {drop: true}}\n"
    outcome = run(tmp_path, drop)
    assert outcome.kind is Kind.INVARIANT
    assert outcome.failed_seeds[0].findings[0].name == "ends-exactly-once"
    allowed = "expect:\n  invariants: {except: [{name: ends-exactly-once, reason: it is lost}]}\n"
    assert run(tmp_path, drop + allowed).kind is Kind.PASSED


def test_a_handler_that_never_comes_back(tmp_path, monkeypatch):
    """It holds the only thread: no time limit can end it, but the run ends, and says where."""
    monkeypatch.setattr(run_module, "watched", lambda progress: watched(progress, 0.05))

    async def spin(event, context, table):
        while True:
            pass

    found = scenario(tmp_path, "- send: {command: placeOrder, input: {id: o-1}}", "calm: false")
    outcome = run_scenario(found, shop(spin).loaded)

    assert outcome.kind is Kind.LIVENESS
    [seed] = outcome.seeds
    [finding] = seed.findings
    assert (finding.name, finding.line) == (SPINNING, 2)
    assert "test_run.py:" in finding.message
    assert "in spin neither ended nor waited" in finding.message
    assert shrink(found, shop(spin).loaded, seed) is None


def test_exploring_arms_each_fault_by_chance_and_expects_nothing(tmp_path):
    more = FAULTS + "expect: {traces: {o: {attempts: 17}}}\n"
    outcome = run(tmp_path, more, seeds=range(1, 41), explore=True)
    assert outcome.kind is Kind.PASSED
    armed = [seed for seed in outcome.seeds if "reset" in seed.strikes]
    assert 3 < len(armed) < 20


def test_a_part_of_the_faults_and_steps(tmp_path):
    loaded = shop().loaded
    whole = scenario(tmp_path, SEND + "\n- advance: 1m", FAULTS)
    assert run_seed(whole, loaded, 1, faults=[]).strikes == {}
    assert run_seed(whole, loaded, 1, steps=whole.steps[1:]).totals.accepted == 0
    assert run_seed(whole, loaded, 1, keep_journal=True).journal


def test_the_same_seed_gives_the_same_journal(tmp_path):
    loaded = shop().loaded
    whole = scenario(tmp_path, SEND, FAULTS)
    one, again, other = (
        run_seed(whole, loaded, seed, keep_journal=True).journal for seed in (1, 1, 2)
    )
    assert first_difference(one, again) is None
    assert "differs" in first_difference(one, other)


def test_the_first_difference():
    assert first_difference("a\nb\n", "a\nb\n") is None
    assert first_difference("a\nb\n", "a\nc\n") == "record 2 differs:\n  b\n  c"
    assert first_difference("a\n", "a\nc\n") == "one journal ends before record 2:\n  c"
    assert first_difference("a\nb\n", "a\n") == "one journal ends before record 2:\n  b"


def test_outcomes_travel_between_processes(tmp_path):
    more = FAULTS + "expect: {traces: {o: {attempts: 1}}}\n"
    loaded = shop().loaded
    whole = scenario(tmp_path, SEND, more)
    calm = pickle.loads(pickle.dumps(calm_run(whole, loaded)))
    seeds = [pickle.loads(pickle.dumps(run_seed(whole, loaded, seed))) for seed in (2, 1)]
    merged = merge(whole, calm, seeds)
    assert merged == pickle.loads(pickle.dumps(merged))
    assert [seed.seed for seed in merged.seeds] == [1, 2]


def test_it_runs_where_a_loop_is_running(tmp_path):
    import asyncio  # noqa: PLC0415 - this test alone is about a loop

    async def inside():
        return run(tmp_path)

    assert asyncio.run(inside()).kind is Kind.PASSED
