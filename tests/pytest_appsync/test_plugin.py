"""Fixtures, marker, options and hooks, seen from a suite that uses them."""

from __future__ import annotations

import sys

import pytest
from suite import INI, run, run_apart, write

pytest_plugins = ["pytester"]

ASYNC = """
import handlers, asyncio

async def test_on_the_loop_of_the_test(appsync_async):
    async with appsync_async.subscribe("onTrace", of="placeOrder") as watcher:
        trace = await appsync_async.send("placeOrder", orderId="1")
        assert trace.status == "accepted"
        await trace.ended()
    assert watcher.statuses == ["accepted", "success"]
    assert watcher.nothing_more()
    assert handlers.LOOPS[-1] is asyncio.get_running_loop()

async def test_left_in_the_middle(appsync_async):
    await appsync_async.send("placeOrder", orderId="1")
    await appsync_async.advance("30s")

async def test_in_lock_step(appsync):
    trace = appsync.send("placeOrder", orderId="1")
    assert trace.ended().succeeded()

def test_without_await(appsync):
    assert appsync.send("placeOrder", orderId="1").ended().succeeded()
"""


def test_each_test_has_an_emulator_of_its_own(pytester):
    write(
        pytester,
        """
        def test_one(appsync):
            assert appsync.send("placeOrder", orderId="1").label == "t1"
            appsync.settle()

        def test_two(appsync):
            trace = appsync.send("placeOrder", orderId="1")
            appsync.settle()
            assert trace.label == "t1"
            assert trace.succeeded(attempts=1)
            assert appsync.query("item", id="1").errors == []
        """,
    )
    run(pytester).assert_outcomes(passed=2)


def test_the_awaitable_one_needs_no_plugin_of_ours(pytester):
    write(
        pytester,
        """
        import asyncio

        def test_any_runner(appsync_async):
            async def main():
                trace = await appsync_async.send("placeOrder", orderId="1")
                await appsync_async.settle()
                return trace
            assert asyncio.run(main()).succeeded()
        """,
    )
    run(pytester).assert_outcomes(passed=1)


def test_the_server(pytester):
    write(
        pytester,
        """
        import json, urllib.request

        def test_served(appsync_server):
            body = json.dumps({"query": "mutation { placeOrder(orderId: 1) { traceId } }"}).encode()
            headers = {"x-api-key": appsync_server.api_key}
            request = urllib.request.Request(appsync_server.url, body, headers)
            with urllib.request.urlopen(request, timeout=5) as answer:
                trace_id = json.load(answer)["data"]["placeOrder"]["traceId"]
            appsync_server.settle()
            assert appsync_server.trace(trace_id).succeeded()
        """,
    )
    run(pytester, "-W", "error").assert_outcomes(passed=1)


def test_the_factory(pytester):
    write(
        pytester,
        """
        import pytest

        @pytest.fixture(scope="module")
        def shared(appsync_factory):
            with appsync_factory(seed=3, retry={"max_retries": 0}) as appsync:
                yield appsync

        def test_wider_scope(shared):
            shared.fault("network.reset")
            assert shared.send("placeOrder", orderId="1").ended().failed(attempts=1)

        def test_as_often_as_you_like(appsync_factory):
            for seed in (1, 2):
                with appsync_factory(seed=seed) as appsync:
                    assert appsync.seed == seed

        def test_judged_at_the_end_of_the_block(appsync_factory):
            with appsync_factory() as appsync:
                appsync.fault("network.reset", attempts=9)
        """,
    )
    result = run(pytester)
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["*inert: the fault 'network.reset' never struck*"])
    result.stdout.fnmatch_lines(["*seed 0 (appsync_factory), clock manual*"])


def test_under_given_the_fixture_names_the_factory(pytester):
    pytest.importorskip("hypothesis")
    write(
        pytester,
        """
        from hypothesis import given, settings, strategies as st

        @given(st.integers())
        def test_wrong(appsync, number):
            pass

        @settings(max_examples=5, database=None)
        @given(total=st.integers(0, 100))
        def test_right(appsync_factory, total):
            with appsync_factory() as appsync:
                assert appsync.send("placeOrder", orderId="1", total=total).ended().succeeded()
        """,
    )
    result = run(pytester)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*Make one for each: `def test(appsync_factory*"])


def test_options_and_marker_are_documented(pytester):
    pytester.makefile(".ini", pytest=INI)
    helped = run(pytester, "--help")
    helped.stdout.fnmatch_lines(
        [
            "*--appsync-seed=N|random*",
            "*--appsync-seeds=N*",
            "*--appsync-report=DIR*",
            "*--appsync-check-determinism*",
            "*appsync_config*",
            "*appsync_scenarios*",
        ]
    )
    run(pytester, "--markers").stdout.fnmatch_lines(["@pytest.mark.appsync(seed=, retry=*"])


def test_the_header_speaks_of_us_only_when_asked(pytester):
    write(pytester, "def test_nothing(): pass")
    run(pytester).stdout.no_fnmatch_line("appsync: *")
    run(pytester, "--appsync-seed", "7").stdout.fnmatch_lines(["appsync: --appsync-seed 7"])


def test_who_does_not_use_it_pays_nothing(pytester, monkeypatch):
    """Nothing heavy is imported, neither at start nor while tests are collected and run."""
    heavy = ["appsync_emu", "graphql", "aiohttp", "yaml", "asyncio", "pytest_appsync.settings"]
    write(pytester, "def test_nothing(): pass")
    pytester.makeconftest(
        f"""
        def pytest_unconfigure():
            import sys
            print("heavy:", [name for name in {heavy!r} if name in sys.modules])
        """
    )
    only = ("-p", "pytest_appsync.plugin", "-p", "no:unittest", "-p", "no:junitxml")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    for extra in ((), ("--co",)):
        command = [sys.executable, "-m", "pytest", "-q", *only, *extra]
        result = pytester.run(*command, timeout=60)
        assert result.ret == 0
        told = [line for line in result.outlines if "heavy:" in line][-1]
        assert told == "heavy: []"


@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_with_pytest_asyncio(pytester, mode):
    pytest.importorskip("pytest_asyncio")
    marked = "import pytest\n" + ASYNC.replace(
        "async def test", "@pytest.mark.asyncio\nasync def test"
    )
    write(
        pytester,
        ASYNC if mode == "auto" else marked,
        f"asyncio_mode = {mode}\nasyncio_default_fixture_loop_scope = function\n",
    )
    run_apart(pytester, "--strict-markers").assert_outcomes(passed=4)


def test_with_anyio(pytester):
    pytest.importorskip("anyio")
    marked = "import pytest\n" + ASYNC.replace(
        "async def test", "@pytest.mark.anyio\nasync def test"
    )
    write(pytester, marked)
    pytester.makeconftest("import pytest\n@pytest.fixture\ndef anyio_backend(): return 'asyncio'")
    run_apart(pytester, "-p", "no:asyncio", "--strict-markers").assert_outcomes(passed=4)


def test_under_xdist(pytester):
    """One seed for all workers, and reports with the timeline in the terminal and in JUnit."""
    pytest.importorskip("xdist")
    write(
        pytester,
        """
        import pytest

        @pytest.mark.parametrize("number", range(4))
        def test_fails(appsync, number, record_property):
            assert not appsync.send("placeOrder", orderId="1").ended().succeeded()
        """,
    )
    result = run_apart(
        pytester, "-p", "no:asyncio", "-n", "2", "--appsync-seed", "random", "--junitxml=report.xml"
    )
    result.assert_outcomes(failed=4)
    seeds = {
        line.partition("--appsync-seed ")[2][:6] for line in result.outlines if "seed " in line
    }
    assert len(seeds - {""}) == 1
    assert result.stdout.str().count("AppSync timeline") == 4
    report = pytester.path.joinpath("report.xml").read_text("utf-8")
    assert report.count("attempt 1: success") == 4


def test_with_pytest_cov_what_is_measured_is_imported_late(pytester):
    """Else lines that run while modules are imported count as never run."""
    pytest.importorskip("pytest_cov")
    write(pytester, "def test_it(appsync): assert appsync.send('placeOrder', orderId='1').ended()")
    result = run_apart(pytester, "-p", "no:asyncio", "--cov=handlers", "--cov-report=term-missing")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["handlers.py * 100%*"])


def test_with_hypothesis_and_every_flag(pytester):
    pytest.importorskip("hypothesis")
    write(
        pytester,
        """
        from hypothesis import given, settings, strategies as st

        @settings(max_examples=5, database=None)
        @given(total=st.integers(0, 100))
        def test_right(appsync_factory, total):
            with appsync_factory() as appsync:
                assert appsync.send("placeOrder", orderId="1", total=total).ended().succeeded()
        """,
    )
    flags = ("--appsync-seeds=2", "--appsync-check-determinism", "--appsync-report=out")
    run_apart(pytester, "-p", "no:asyncio", "--strict-markers", *flags).assert_outcomes(passed=2)
