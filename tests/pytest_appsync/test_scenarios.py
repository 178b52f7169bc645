"""Scenario files as tests: which API, which seeds, and what a failure says."""

from __future__ import annotations

import pytest
from suite import run, run_apart, write

from pytest_appsync import scenarios

pytest_plugins = ["pytester"]

FAULTY = """
scenario: 1
title: An order survives a lost answer
seeds: {from: 1, count: 3, always: [40]}
faults:
  - id: answer-lost
    point: attempt
    match: {component: Place}
    strike: {attempts: 1}
    effect: {error: network.reset, phase: response}
  - id: slow
    point: attempt
    strike: {attempts: 1}
    effect: {delay: 1s}
steps:
  - send: {label: order, command: placeOrder, input: {orderId: o-1}}
  - settle: {}
expect:
  traces: {order: {status: success, attempts: 2}}
  faults: {slow: {strikes: 0}}
"""
PLAIN = """
scenario: 1
title: Plain
seeds: 1
steps: [{send: {label: order, command: placeOrder, input: {orderId: o-1}}}]
"""
SEEDS = """
SEEN = []

def pytest_runtest_logreport(report):
    pass

def pytest_configure(config):
    import appsync_emu.scenario.run as run
    real = run.run_seed
    def spy(scenario, source, seed, **more):
        if not more.get("calm"):
            SEEN.append(seed)
        return real(scenario, source, seed, **more)
    run.run_seed = spy
    config.add_cleanup(lambda: setattr(run, "run_seed", real))

def pytest_unconfigure():
    print("seeds:", SEEN)
"""


def scenario(pytester, text, name="orders", tests=None, ini=""):
    write(pytester, tests or "", ini)
    if tests is None:
        pytester.path.joinpath("test_it.py").unlink()
    pytester.path.joinpath(f"{name}.appsync.yaml").write_text(text, "utf-8")


def test_it_passes(pytester):
    scenario(pytester, FAULTY)
    run(pytester, "--strict-markers", "-W", "error").assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("flags", "seeds"),
    [
        ((), [1, 2, 3, 40]),
        (("--appsync-seeds", "2"), [1, 2, 40]),
        (("--appsync-seed", "7"), [7, 8, 9]),
        (("--appsync-seed", "7", "--appsync-seeds", "1"), [7]),
    ],
)
def test_which_seeds_are_run(pytester, flags, seeds):
    scenario(pytester, FAULTY)
    pytester.makeconftest(SEEDS)
    result = run(pytester, *flags)
    result.assert_outcomes(passed=1)
    assert f"seeds: {seeds}" in result.outlines


def test_a_failure_is_the_report_of_the_scenario_and_no_traceback(pytester):
    scenario(pytester, FAULTY.replace("attempts: 2", "attempts: 3"))
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*_ scenario: An order survives a lost answer _*",
            "orders.appsync.yaml:3 * FAILED  4 of 4 seeds",
            "  seed 1   expectation traces.order.attempts (line 19): *",
            "*and 3 more seeds with the same expectation",
            "  t1 order, * virtual time",
            "  needed *",
            "  smallest   not written",
            "  * 1 fault, 1 send, 1 settle; in --appsync-report DIR",
            "  replay     pytest orders.appsync.yaml --appsync-seed 1 --appsync-seeds 1",
            "  answer-lost * 1 * 4/4",
            "FAILED orders.appsync.yaml::An order survives a lost answer*",
        ]
    )
    told = result.stdout.str()
    assert "Traceback" not in told
    assert ".py:" not in told


def test_the_replay_line_replays(pytester):
    scenario(pytester, FAULTY.replace("attempts: 2", "attempts: 3"))
    told = run(pytester)
    # Where CI is set, pytest's summary tells it a second time.
    line, *_ = [line for line in told.outlines if line.strip().startswith("replay")]
    result = run(pytester, *line.split()[2:])
    result.stdout.fnmatch_lines(["orders.appsync.yaml:3 * FAILED  1 of 1 seed"])


def test_an_inert_fault_fails_it(pytester):
    scenario(pytester, FAULTY.replace("  faults: {slow: {strikes: 0}}\n", "").replace(
        "attempts: 1}\n    effect: {delay", "attempts: 9}\n    effect: {delay"
    ))  # fmt: skip
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*inert fault slow*never struck*"])


def test_what_is_broken_without_faults_is_told_apart(pytester):
    scenario(pytester, FAULTY)
    pytester.path.joinpath("handlers.py").write_text("def place(event, context): raise ValueError")
    result = run(pytester, "--appsync-report", "out")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["orders.appsync.yaml:3 * BROKEN BEFORE FAULTS"])
    assert [path.suffix for path in pytester.path.joinpath("out").iterdir()] == [".jsonl"]


def test_reports_of_a_failure(pytester):
    """The journal of the first failing seed, and a smaller scenario that fails the same way."""
    scenario(pytester, FAULTY.replace("attempts: 2", "attempts: 3"))
    result = run(pytester, "--appsync-report", "out", "--junitxml=report.xml")
    journal, small = sorted(pytester.path.joinpath("out").iterdir())
    assert (journal.name[-14:], small.name[-14:]) == (".journal.jsonl", ".smallest.yaml")
    result.stdout.fnmatch_lines(["  smallest   out/*.smallest.yaml*", "  journal    out/*.jsonl"])
    report = pytester.path.joinpath("report.xml").read_text("utf-8")
    assert '<property name="appsync_kind" value="failed: expectation"' in report
    assert '<property name="appsync_seed" value="1"' in report
    assert "virtual time" in report

    pytester.path.joinpath("orders.appsync.yaml").write_text(small.read_text("utf-8"), "utf-8")
    again = run(pytester)
    again.assert_outcomes(failed=1)
    again.stdout.fnmatch_lines(["*expectation traces.order.attempts*"])


def test_the_api_of_the_file_itself_comes_first(pytester):
    scenario(
        pytester,
        PLAIN.replace("seeds: 1", "api: {config: other/appsync.yaml}"),
        ini="appsync_config = nowhere.yaml\n",
    )
    folder = pytester.mkdir("other")
    for name in ("appsync.yaml", "schema.graphql", "handlers.py"):
        pytester.path.joinpath(name).rename(folder / name)
    pytester.path.joinpath("b.appsync.yaml").write_text(
        pytester.path.joinpath("orders.appsync.yaml").read_text("utf-8"), "utf-8"
    )
    run(pytester).assert_outcomes(passed=2)


def test_then_the_hook_then_the_ini_file(pytester):
    scenario(pytester, PLAIN, ini="appsync_config = below/appsync.yaml\n")
    folder = pytester.mkdir("below")
    for name in ("appsync.yaml", "schema.graphql", "handlers.py"):
        pytester.path.joinpath(name).rename(folder / name)
    run(pytester).assert_outcomes(passed=1)
    pytester.makeconftest(
        """
        import appsync_emu
        def pytest_appsync_api(config):
            print("asked")
            return appsync_emu.load("below/appsync.yaml")
        """
    )
    result = run(pytester, "-s")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*asked"])


def test_without_any_it_says_what_to_do(pytester):
    scenario(pytester, PLAIN)
    pytester.path.joinpath("appsync.yaml").unlink()
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["There is no API to test: no appsync.yaml in *", "A scenario file may also say it: api: *"]
    )


def test_an_api_with_mistakes_fails_it_without_a_traceback(pytester):
    scenario(pytester, PLAIN)
    pytester.path.joinpath("schema.graphql").write_text("type Query {")
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*the API cannot be loaded:"])
    assert "Traceback" not in result.stdout.str()


def test_tests_and_scenarios_in_folders_with_apis_of_their_own(pytester):
    """A scenario elsewhere does not take the API from tests that have only one."""
    scenario(pytester, PLAIN, tests="def test_it(appsync_factory):\n    appsync_factory()\n")
    folder = pytester.mkdir("other")
    for name in ("appsync.yaml", "schema.graphql", "handlers.py", "orders.appsync.yaml"):
        folder.joinpath(name).write_text(pytester.path.joinpath(name).read_text())
    run(pytester).assert_outcomes(passed=3)


def test_a_crash_of_ours_has_a_traceback(pytester, monkeypatch):
    monkeypatch.setattr(scenarios, "run_scenario", scenarios.run_scenario)
    scenario(pytester, PLAIN)
    pytester.makeconftest(
        """
        def pytest_runtest_setup(item):
            import pytest_appsync.scenarios as scenarios
            del scenarios.run_scenario
        """
    )
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E  *NameError: *"])


def test_in_a_process_of_its_own_without_the_other_plugins(pytester):
    scenario(pytester, FAULTY)
    off = [word for name in ("asyncio", "xdist", "anyio") for word in ("-p", f"no:{name}")]
    run_apart(pytester, "--strict-markers", *off).assert_outcomes(passed=1)
