"""The files that ``--appsync-report`` leaves behind."""

from __future__ import annotations

import json
import re

import pytest
from suite import run, run_apart, write

from pytest_appsync.reports import file_name

pytest_plugins = ["pytester"]

FAILING = """
import pytest

@pytest.mark.parametrize("what", ["../../etc", "a/b", "a b"])
def test_fails(appsync, what):
    assert not appsync.send("placeOrder", orderId=what).ended().succeeded()

def test_passes(appsync):
    appsync.settle()
"""


def test_names_stay_in_the_folder_and_differ():
    ids = [
        "t.py::test[../../x]",
        "t.py::test[..-..-x]",
        "t.py::test[é]",
        "t.py::test[è]",
        "",
        "a" * 999,
    ]
    names = [file_name(node_id, ".jsonl") for node_id in ids]
    assert len(set(names)) == len(ids)
    assert all(re.fullmatch(r"[\w.-]{1,130}\.jsonl", name, re.ASCII) for name in names)
    assert not any(name.startswith((".", "-.")) for name in names)
    assert file_name(ids[0], ".jsonl") == names[0]


def test_the_journal_of_every_failure(pytester):
    write(pytester, FAILING)
    result = run(pytester, "--appsync-report", "out/reports")
    result.assert_outcomes(failed=3, passed=1)
    written = sorted(pytester.path.joinpath("out", "reports").iterdir())
    assert len(written) == 3
    for path in written:
        records = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        assert len(records) > 3
        result.stdout.fnmatch_lines([f"  journal: out/reports/{path.name}"])


def test_no_folder_unless_something_fails(pytester):
    write(pytester, "def test_passes(appsync): pass")
    run(pytester, "--appsync-report", "out").assert_outcomes(passed=1)
    assert not pytester.path.joinpath("out").exists()


def test_a_long_story_names_the_file_that_has_all_of_it(pytester):
    write(
        pytester,
        """
        def test_long(appsync):
            appsync.retry(max_retries=100, backoff="fixed", base="1s")
            appsync.fault("network.reset")
            assert appsync.send("placeOrder", orderId="1").ended().succeeded()
        """,
    )
    result = run(pytester, "--appsync-report", "out")
    result.stdout.fnmatch_lines(["  ... * lines cut; out/*.journal.jsonl has all"])


def test_a_folder_that_cannot_be_written_is_told_and_no_crash(pytester):
    write(pytester, FAILING)
    pytester.path.joinpath("out").write_text("a file")
    result = run(pytester, "--appsync-report", "out", "-k", "a/b")
    result.assert_outcomes(failed=1, deselected=3)
    result.stdout.fnmatch_lines(["  journal: out/*.journal.jsonl (not written: *"])


def test_without_a_timeline_the_journal_is_written_all_the_same(pytester):
    write(pytester, FAILING)
    run(pytester, "--appsync-report=out", "--appsync-timeline=none").assert_outcomes(
        failed=3, passed=1
    )
    assert len(list(pytester.path.joinpath("out").iterdir())) == 3


def test_a_given_test_leaves_that_of_its_last_example(pytester):
    pytest.importorskip("hypothesis")
    write(
        pytester,
        """
        from hypothesis import given, settings, strategies as st

        @settings(database=None, max_examples=20, derandomize=True)
        @given(total=st.integers(0, 100))
        def test_small(appsync_factory, total):
            with appsync_factory() as appsync:
                appsync.send("placeOrder", orderId="1", total=total)
                appsync.settle()
                assert total < 10
        """,
    )
    run(pytester, "--appsync-report", "out").assert_outcomes(failed=1)
    (path,) = pytester.path.joinpath("out").iterdir()
    assert '"total":10' in path.read_text("utf-8").replace(" ", "")


def test_the_workers_of_xdist_write_into_the_same_folder(pytester):
    pytest.importorskip("xdist")
    write(pytester, FAILING)
    result = run_apart(pytester, "-p", "no:asyncio", "-n", "2", "--appsync-report", "out")
    result.assert_outcomes(failed=3, passed=1)
    assert len(list(pytester.path.joinpath("out").iterdir())) == 3
