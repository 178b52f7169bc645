"""What a report shows of the emulator."""

from __future__ import annotations

import pytest
from suite import run, write

pytest_plugins = ["pytester"]

FAILING = """
def test_survives(appsync):
    appsync.fault("network.reset", attempts="1-4", name="flaky")
    trace = appsync.send("placeOrder", orderId="o-1", total=250)
    appsync.settle()
    assert trace.succeeded(attempts=3)

def test_passes(appsync):
    assert appsync.send("placeOrder", orderId="o-1").ended().succeeded()
"""


def test_a_failure_shows_what_happened(pytester):
    write(pytester, FAILING)
    result = run(pytester)

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "E*assert <wanted success in 3 attempts; Place ended 'error' after 4 attempts *",
            "*- AppSync timeline -*",
            "seed * (--appsync-seed 0), clock manual, 0:00.000 is 2030-01-01T00:00:00.000Z",
            "t1 is placeOrder, trace *",
            '  0:00.000  t1         accepted placeOrder {"orderId": "o-1", "total": 250}',
            "  0:00.000  t1  Place  attempt 1: ConnectionResetError: *(fault flaky)",
            "  *  t1  Place  error after 4 attempts, 3 retries: retries-exhausted",
            "*- AppSync faults -*",
            "flaky: network.reset at attempt, attempts 1, 2, 3, 4; struck 4 times",
        ]
    )
    assert result.stdout.str().count("AppSync timeline") == 1
    result.stdout.no_fnmatch_line("*pytest_appsync?harness.py*")


def test_all_or_none(pytester):
    write(pytester, FAILING)
    run(pytester, "--appsync-timeline=none").stdout.no_fnmatch_line("*AppSync timeline*")
    every = run(pytester, "--appsync-timeline=all", "-rA")
    assert every.stdout.str().count("AppSync timeline") == 2


@pytest.mark.parametrize("style", ["native", "short"])
def test_other_styles_of_traceback_have_it_too(pytester, style):
    write(pytester, FAILING)
    result = run(pytester, f"--tb={style}", "-rA")
    assert result.stdout.str().count("AppSync timeline") == 1


def test_the_traces_in_hand_come_first_and_the_rest_is_folded(pytester):
    write(
        pytester,
        """
        def test_many(appsync):
            appsync.fault("network.reset", input={"total": 7})
            for number in range(40):
                appsync.mutate("placeOrder", orderId=str(number), total=number)
            appsync.settle()
            bad = [id for id in appsync.journal.traces if appsync.trace(id).status == "error"]
            appsync.touched.clear()
            assert appsync.trace(bad[0]).succeeded()
        """,
    )
    result = run(pytester)
    result.stdout.fnmatch_lines(
        ["t8 is placeOrder, trace *", "  *  t8  Place  error after 4 attempts*"]
    )
    result.stdout.fnmatch_lines(["  39 others ended in success"])


def test_a_long_story_is_cut_in_the_middle(pytester):
    write(
        pytester,
        """
        def test_long(appsync):
            appsync.retry(max_retries=100, backoff="fixed", base="1s")
            appsync.fault("network.reset")
            assert appsync.send("placeOrder", orderId="1").ended().succeeded()
        """,
    )
    result = run(pytester)
    result.stdout.fnmatch_lines(["  ... * lines cut; print(appsync.timeline) has all"])
    story = [line for line in result.outlines if "  t1  " in line]  # of more than two hundred
    assert 30 < len(story) <= 60


def test_a_test_that_sent_nothing(pytester):
    write(pytester, "def test_idle(appsync): assert appsync.deadletters")
    result = run(pytester)
    result.stdout.fnmatch_lines(["  nothing was sent"])
    result.stdout.fnmatch_lines(["*assert <no dead letters>*"])


def test_other_fixtures_may_fail_too(pytester):
    write(
        pytester,
        """
        import pytest

        @pytest.fixture
        def order(appsync):
            trace = appsync.send("placeOrder", orderId="1")
            assert trace.succeeded()

        def test_it(order):
            pass
        """,
    )
    run(pytester).stdout.fnmatch_lines(["*AppSync timeline*", "*  t1  Place  accepted"])


def test_who_forgot_to_move_time_is_told_so(pytester):
    write(
        pytester,
        """
        def test_forgets(appsync):
            assert appsync.send("placeOrder", orderId="1").status == "success"
        """,
    )
    result = run(pytester)
    result.stdout.fnmatch_lines(["  not ended: 1 delivery; settle() moves time until all have"])


MISTAKES = """
def helper(appsync):
    appsync.send("placeOrdr", orderId="1")

def test_calls(appsync):
    helper(appsync)

def test_arms(appsync):
    appsync.fault("nothing like it")

def test_listens(appsync):
    appsync.subscribe("onTrace", of="placeOrdr")
"""


def test_the_traceback_of_a_mistake_ends_at_the_test_s_own_line(pytester):
    write(pytester, MISTAKES)
    result = run(pytester)
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(
        [
            '>       appsync.fault("nothing like it")',
            "E       *UsageError: there is no fault 'nothing like it'. Faults: close, corrupt,*",
            "test_it.py:8: UsageError",
        ]
    )
    result.stdout.fnmatch_lines(["E*'placeOrdr' is not a command*", "test_it.py:2: UsageError"])
    result.stdout.no_fnmatch_line("*pytest_appsync*")
    result.stdout.no_fnmatch_line("*emulator.py*")


def test_the_whole_of_it_is_there_for_the_asking(pytester):
    write(pytester, MISTAKES)
    run(pytester, "--full-trace").stdout.fnmatch_lines(["*emulator.py*"])


def test_a_mistake_in_a_setting_is_told_once(pytester):
    write(
        pytester,
        """
        import pytest

        @pytest.mark.appsync(sed=1)
        def test_marker(appsync):
            pass

        @pytest.mark.appsync(allow=["inrt"])
        def test_allow(appsync):
            pass
        """,
    )
    result = run(pytester)
    result.assert_outcomes(failed=1, errors=1)
    told = result.stdout.str().partition("short test summary")[0]
    assert told.count("has no 'sed'") == 1
    assert "plugin.py" not in told


def test_where_a_handler_failed_is_told_once(pytester):
    write(
        pytester,
        """
        def test_wrong(appsync):
            assert appsync.send("placeOrder", orderId="1").ended().succeeded()

        def test_injected(appsync):
            appsync.fault("network.reset")
            assert appsync.send("placeOrder", orderId="1").ended().failed()
            assert False
        """,
    )
    pytester.path.joinpath("handlers.py").write_text(
        "def place(event, context):\n    return event['argument']\n", "utf-8"
    )
    result = run(pytester)
    result.stdout.fnmatch_lines(
        [
            "*- AppSync handlers -*",
            "Place: KeyError: 'argument'",
            '  File "*handlers.py", line 2, in place',
            "    return event['argument']",
        ]
    )
    assert result.stdout.str().count("AppSync handlers") == 1
    assert result.stdout.str().count("line 2, in place") == 1


def test_many_different_failures_are_counted(pytester):
    write(
        pytester,
        """
        def test_wrong(appsync):
            for number in range(5):
                appsync.send("placeOrder", orderId=str(number))
            appsync.settle()
            assert not appsync.deadletters
        """,
    )
    pytester.path.joinpath("handlers.py").write_text(
        "def place(event, context):\n    raise ValueError(event['arguments']['orderId'])\n", "utf-8"
    )
    run(pytester).stdout.fnmatch_lines(["and 2 others; the journal has all"])
