"""Tests that broke an invariant, as scenario files."""

from __future__ import annotations

import sys

import api_files
import pytest
from suite import INI, SCHEMA, SECTIONS, run

pytest_plugins = ["pytester"]

CHARGES_TWICE = """
from appsync_emu import watch

class Table(dict):
    def put_item(self, key, item):
        self[key] = item

CHARGES = watch(Table(), source="Charges", service="dynamodb")

def place(event, context):
    CHARGES.put_item(event["arguments"]["orderId"], {"charged": True})
"""
TEST = """
def test_charged(appsync):
    appsync.fault("network.timeout", at="data", source="Charges", phase="response", first=1)
    appsync.fault("delay", by="1s", attempts=2)
    appsync.subscribe("onTrace")
    appsync.send("placeOrder", orderId="o-1")
    appsync.send("placeOrder", orderId="o-2")
    appsync.settle()
"""


@pytest.fixture
def suite(pytester):
    pytest.importorskip("hypothesis")
    place = {"handler": "handlers:place", "idempotency_key": "arguments.orderId"}
    sections = {**SECTIONS, "components": {"Place": place}}
    api_files.write(pytester.path, SCHEMA, CHARGES_TWICE, **sections)
    pytester.makefile(".ini", pytest=INI)
    pytester.makepyfile(test_it=TEST)
    return pytester


def test_what_broke_an_invariant_is_left_as_the_smallest_scenario(suite):
    result = run(suite, "--appsync-report", "out")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["invariant effects-once: *", "  smallest scenario: out/*.yaml"])
    (small,) = suite.path.joinpath("out").glob("*.smallest.yaml")
    text = small.read_text("utf-8")
    assert text.count("send:") == 1
    assert text.count("point:") == 1
    assert "Found by a test" in text

    suite.path.joinpath("test_it.py").unlink()
    suite.path.joinpath("found.appsync.yaml").write_text(text, "utf-8")
    again = run(suite)
    again.assert_outcomes(failed=1)
    again.stdout.fnmatch_lines(["*invariant effects-once*"])


def test_another_failure_has_no_such_file(suite):
    suite.makepyfile(test_it="def test_fails(appsync): assert appsync.deadletters")
    run(suite, "--appsync-report", "out").assert_outcomes(failed=1)
    assert not list(suite.path.joinpath("out").glob("*.smallest.yaml"))


def test_nor_has_one_without_hypothesis(suite, monkeypatch):
    monkeypatch.setitem(sys.modules, "appsync_emu.strategies", None)
    result = run(suite, "--appsync-report", "out")
    result.assert_outcomes(failed=1)
    assert not list(suite.path.joinpath("out").glob("*.smallest.yaml"))


def test_nor_has_what_a_scenario_does_not_repeat(suite):
    """The test wrote the second record itself; nothing that it did breaks anything."""
    suite.makepyfile(
        test_it="""
        def test_ends_twice(appsync):
            trace = appsync.send("placeOrder", orderId="1").ended()
            appsync.journal.append(trace.records[-1])
        """
    )
    result = run(suite, "--appsync-report", "out")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["invariant ends-exactly-once: *"])
    assert not list(suite.path.joinpath("out").glob("*.smallest.yaml"))


def test_what_never_ends_is_left_as_well(suite):
    suite.makepyfile(
        test_it="""
        def test_stuck(appsync):
            appsync.fault("network.reset")
            appsync.retry(backoff="fixed", base="2d")
            appsync.send("placeOrder", orderId="1")
            appsync.settle(within="1d")
        """
    )
    result = run(suite, "--appsync-report", "out")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E  *LivenessError*", "  smallest scenario: out/*.yaml"])
