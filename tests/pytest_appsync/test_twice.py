"""``--appsync-check-determinism``."""

from __future__ import annotations

import pytest
from suite import run, run_apart, write

pytest_plugins = ["pytester"]

FLAG = "--appsync-check-determinism"
COUNTED = """
def place(event, context):
    place.calls = getattr(place, "calls", 0) + 1
    if place.calls == 2:
        raise ConnectionError("only the second time")
"""
TESTS = """
import pytest

CALLS = []

@pytest.fixture
def fresh():
    CALLS.append("set up")
    yield
    CALLS.append("torn down")

def test_it(appsync, fresh):
    assert appsync.send("placeOrder", orderId="1").ended().succeeded()

def test_not_ours():
    assert CALLS == ["set up", "torn down"] * {runs}
"""


def test_a_test_and_its_fixtures_run_twice_and_count_once(pytester):
    write(pytester, TESTS.format(runs=2))
    run(pytester, FLAG).assert_outcomes(passed=2)
    write(pytester, TESTS.format(runs=1))
    run(pytester).assert_outcomes(passed=2)


def test_another_journal_fails_the_test_and_names_the_record(pytester):
    write(pytester, TESTS.format(runs=2))
    pytester.path.joinpath("handlers.py").write_text(COUNTED, "utf-8")
    result = run(pytester, FLAG)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "not deterministic: of two runs with one seed, record * differs:",
            "*- AppSync timeline -*",
        ]
    )
    run(pytester).assert_outcomes(passed=1, failed=1)  # CALLS; the first run alone is fine


def test_a_failing_test_runs_once(pytester):
    write(pytester, TESTS.format(runs=1).replace("assert appsync", "assert not appsync"))
    run(pytester, FLAG).assert_outcomes(passed=1, failed=1)


def test_a_journal_that_goes_on_is_told(pytester):
    write(
        pytester,
        """
        ROUNDS = []

        def test_it(appsync):
            ROUNDS.append(1)
            for _ in ROUNDS:
                appsync.send("placeOrder", orderId="1")
        """,
    )
    result = run(pytester, FLAG)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["not deterministic: *one journal ends before record *"])


def test_the_awaitable_one(pytester):
    pytest.importorskip("pytest_asyncio")
    write(
        pytester,
        """
        RUNS = []

        async def test_it(appsync_async):
            RUNS.append(1)
            trace = await appsync_async.send("placeOrder", orderId="1")
            await trace.ended()

        def test_both():
            assert len(RUNS) == 2
        """,
        "asyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n",
    )
    run_apart(pytester, FLAG).assert_outcomes(passed=2)


SCENARIO = """
scenario: 1
title: Placed
seeds: {from: 1, count: 2}
calm: false
steps: [{send: {label: order, command: placeOrder, input: {orderId: "1"}}}]
"""


def test_scenario_files_run_twice(pytester):
    write(pytester, "")
    pytester.path.joinpath("a.appsync.yaml").write_text(SCENARIO, "utf-8")
    run(pytester, FLAG).assert_outcomes(passed=1)
    pytester.path.joinpath("handlers.py").write_text(COUNTED.replace("== 2", "== 3"), "utf-8")
    result = run(pytester, FLAG)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["a.appsync.yaml:3 * NOT DETERMINISTIC", "*seed *: record * differs:"]
    )
    run(pytester).assert_outcomes(passed=1)
