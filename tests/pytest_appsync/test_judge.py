"""What a test must not leave behind."""

from __future__ import annotations

import pytest
from suite import run, write

from appsync_emu.core.records import DeliveryEnded

pytest_plugins = ["pytester"]

BROKEN = """
import pytest
from appsync_emu.core.records import DeliveryEnded

{marker}
def test_ends_twice(appsync):
    trace = appsync.send("placeOrder", orderId="1").ended()
    ended = trace.records[-1]
    assert isinstance(ended, DeliveryEnded)
    appsync.journal.append(ended)
"""


def test_a_broken_invariant_fails_the_test_itself(pytester):
    assert DeliveryEnded.__name__ in BROKEN
    write(pytester, BROKEN.format(marker=""))
    result = run(pytester)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["invariant ends-exactly-once: Place ended 2 times (trace *)"])
    result.stdout.no_fnmatch_line("*judge(made)*")


def test_it_can_be_allowed_by_name(pytester):
    write(pytester, BROKEN.format(marker='@pytest.mark.appsync(allow=["ends-exactly-once"])'))
    run(pytester).assert_outcomes(passed=1)


def test_names_that_nobody_has_are_refused(pytester):
    write(pytester, BROKEN.format(marker='@pytest.mark.appsync(allow=["ends-exactly-one"])'))
    result = run(pytester)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*'ends-exactly-one'*did you mean 'ends-exactly-once'*"])


def test_a_test_may_end_while_work_is_under_way(pytester):
    write(
        pytester,
        """
        def test_left(appsync):
            appsync.send("placeOrder", orderId="1")

        def test_left_in_the_middle(appsync):
            appsync.send("placeOrder", orderId="1")
            appsync.advance("30s")
        """,
    )
    run(pytester, "-W", "error").assert_outcomes(passed=2)


def test_faults_that_never_struck(pytester):
    write(
        pytester,
        """
        import pytest

        def test_inert(appsync):
            appsync.fault("network.reset", component="Place", attempts=9)

        @pytest.mark.appsync(allow=["inert"])
        def test_all_allowed(appsync):
            appsync.fault("network.reset", attempts=9)

        @pytest.mark.appsync(allow=["flaky"])
        def test_one_allowed(appsync):
            appsync.fault("network.reset", attempts=9, name="flaky")

        def test_chance_is_no_promise(appsync):
            appsync.fault("network.reset", chance=0.01)
        """,
    )
    result = run(pytester)

    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(
        ["inert: the fault 'network.reset' never struck (network.reset at attempt, component *"]
    )


@pytest.mark.parametrize("named", [True, False])
def test_subscribers_hear_the_truth(pytester, named):
    what = "onTrace" if named else "subscription { onTrace { status } }"
    write(
        pytester,
        f"""
        def test_heard(appsync):
            watcher = appsync.subscribe("{what}")
            appsync.send("placeOrder", orderId="1").ended()
            assert watcher.statuses == ["accepted", "success"]

        def test_invented(appsync):
            watcher = appsync.subscribe("{what}")
            appsync.send("placeOrder", orderId="1").ended()
            watcher._subscription.payloads.reverse()
        """,
    )
    result = run(pytester)
    result.assert_outcomes(passed=1 if named else 2, failed=1 if named else 0)
    if named:
        result.stdout.fnmatch_lines(["invariant subscriber-truth: message 2 was never published*"])


def test_a_test_that_failed_is_not_judged_too(pytester):
    write(
        pytester,
        """
        def test_fails(appsync):
            appsync.fault("network.reset", attempts=9)
            assert 1 == 2
        """,
    )
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line("*never struck (*")
