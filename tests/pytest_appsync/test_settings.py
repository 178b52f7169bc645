"""Seeds, markers and settings."""

from __future__ import annotations

import pytest
from suite import run, run_apart, write

pytest_plugins = ["pytester"]

SEEDS = """
import pytest

def test_one(appsync):
    print("seed of one:", appsync.seed)

def test_two(appsync):
    print("seed of two:", appsync.seed)

@pytest.mark.appsync(seed=11)
def test_marked(appsync):
    assert appsync.seed == 11
"""


def seeds(result):
    return {f"of{line.partition('seed of')[2]}" for line in result.outlines if "seed of" in line}


def test_a_seed_belongs_to_the_test_and_not_to_its_neighbours(pytester):
    write(pytester, SEEDS)
    every = seeds(run(pytester, "-s"))
    alone = seeds(run(pytester, "-s", "test_it.py::test_two"))
    other = seeds(run(pytester, "-s", "--appsync-seed", "7"))

    assert len({line.rpartition(" ")[2] for line in every}) == 2
    assert alone < every
    assert not every & other


def test_the_ini_option_is_what_the_flag_overrides(pytester):
    write(pytester, SEEDS, "appsync_seed = 7\n")
    assert seeds(run(pytester, "-s")) == seeds(run(pytester, "-s", "--appsync-seed", "7"))


def test_a_random_seed_is_told(pytester):
    write(pytester, SEEDS)
    first = run(pytester, "-s", "--appsync-seed", "random")
    drawn = next(line for line in first.outlines if line.startswith("appsync:")).split()[-1]

    assert seeds(first) == seeds(run(pytester, "-s", "--appsync-seed", drawn))


def test_a_seed_that_is_no_number(pytester):
    write(pytester, SEEDS)
    result = run(pytester, "--appsync-seed", "lucky")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*the seed of appsync is 'lucky'; write a whole number*"])


def test_the_nearest_marker_wins_and_settings_are_below_them(pytester):
    write(
        pytester,
        """
        import pytest

        pytestmark = pytest.mark.appsync(seed=1, clock="2031-05-01T12:00:00Z")

        @pytest.fixture(scope="session")
        def appsync_settings():
            return {"retry": {"max_retries": 1, "backoff": "fixed", "base": "1m"}}

        @pytest.mark.appsync(seed=2)
        def test_policy_and_time(appsync):
            assert appsync.seed == 2
            assert appsync.clock.now().isoformat() == "2031-05-01T12:00:00+00:00"
            appsync.fault("network.reset")
            assert appsync.send("placeOrder", orderId="1").ended().failed(attempts=2)

        @pytest.mark.appsync(retry={"max_retries": 0})
        def test_other_policy(appsync):
            appsync.fault("network.reset")
            assert appsync.send("placeOrder", orderId="1").ended().failed(attempts=1)
        """,
    )
    run(pytester).assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("marker", "why"),
    [
        ("sed=1", "has no 'sed'; did you mean 'seed'"),
        ("7", "takes keywords alone"),
        ("seed='x'", "it is a whole number"),
        ("allow='inert'", "allow is a list of names"),
        ("clock='noon'", "say when virtual time begins"),
        ("clock=5", "say when virtual time begins"),
        ("retry={'max_retry': 1}", "did you mean 'max_retries'"),
    ],
)
def test_markers_that_are_wrong_say_so(pytester, marker, why):
    write(
        pytester,
        f"""
        import pytest

        @pytest.mark.appsync({marker})
        def test_it(appsync):
            pass
        """,
    )
    result = run(pytester)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*{why}*"])


def test_times_without_a_zone_are_utc(pytester):
    write(
        pytester,
        """
        import pytest
        from datetime import datetime

        @pytest.mark.appsync(clock=datetime(2031, 5, 1, 12))
        def test_it(appsync):
            assert appsync.clock.now().isoformat() == "2031-05-01T12:00:00+00:00"
        """,
    )
    run(pytester).assert_outcomes(passed=1)


def test_the_factory_takes_another_api(pytester):
    write(
        pytester,
        """
        import pytest

        @pytest.fixture(scope="session")
        def appsync_api():
            return None

        def test_it(appsync_factory, pytestconfig):
            from appsync_emu.config.load import load
            with pytest.raises(Exception, match="say appsync_factory"):
                appsync_factory().__enter__()
            with pytest.raises(Exception, match="has no 'sede'"):
                appsync_factory(api=load("."), sede=1).__enter__()
            with appsync_factory(api=load(".")) as appsync:
                assert appsync.send("placeOrder", orderId="1").ended().succeeded()
        """,
    )
    run(pytester).assert_outcomes(passed=1)


def test_every_test_of_a_fixture_runs_with_many_seeds(pytester):
    write(
        pytester,
        """
        import pytest

        def test_many(appsync):
            print("seed of", appsync.seed)

        @pytest.mark.parametrize("letter", "ab")
        def test_with_parameters(appsync_factory, letter):
            with appsync_factory() as appsync:
                assert appsync.seed in range(3)

        @pytest.mark.appsync(seed=5)
        def test_marked(appsync):
            assert appsync.seed == 5

        def test_without():
            pass
        """,
    )
    result = run(pytester, "-v", "-s", "--appsync-seeds", "3", "--strict-markers")
    result.assert_outcomes(passed=3 + 6 + 1 + 1)
    assert len(seeds(result)) == 3
    result.stdout.fnmatch_lines(["test_it.py::test_many[[]seed-3]*"])
    run(pytester, "--appsync-seeds=3", "test_it.py::test_many[seed-2]").assert_outcomes(passed=1)


def test_a_failure_among_many_seeds_says_how_to_repeat_it(pytester):
    write(pytester, "def test_it(appsync): assert appsync.deadletters")
    result = run(pytester, "--appsync-seeds", "2")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["seed * (--appsync-seed 0 --appsync-seeds 2), clock manual*"])


@pytest.mark.parametrize("wrong", ["0", "-1", "many"])
def test_a_number_of_seeds_that_is_none(pytester, wrong):
    write(pytester, "")
    result = run(pytester, f"--appsync-seeds={wrong}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*--appsync-seeds*: *{wrong}*"])


def test_a_failing_example_of_the_factory_is_noted_as_a_scenario_file(pytester):
    """As one of a Harness: the strategies watch every harness that is left."""
    write(
        pytester,
        """
        from hypothesis import given, settings
        from appsync_emu import strategies as appsync_st

        @settings(max_examples=3, derandomize=True, database=None)
        @given(seed=appsync_st.seeds())
        def test_ends_twice(appsync_factory, seed):
            with appsync_factory(seed=seed) as appsync:
                trace = appsync.send("placeOrder", orderId="1").ended()
                appsync.journal.append(trace.records[-1])
        """,
    )
    result = run_apart(pytester, "-p", "no:asyncio")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*As a scenario file:*", "*scenario: 1*", "*command: placeOrder*"])
