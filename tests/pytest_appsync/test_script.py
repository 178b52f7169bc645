"""``scenario=`` in a marker."""

from __future__ import annotations

from suite import INI, run, write

pytest_plugins = ["pytester"]

FILE = """
scenario: 1
title: The service is flaky
retry: {max_retries: 1, backoff: {kind: fixed, base: 1m}}
clock: {start: "2031-01-01T00:00:00Z", give_up_after: 2h}
faults:
  - id: flaky
    point: attempt
    match: {label: bulk}
    strike: {attempts: 1}
    effect: {error: network.reset, phase: request}
  - id: later
    point: attempt
    strike: {attempts: 1}
    effect: {error: network.refused}
steps:
  - send: {label: bulk, command: placeOrder, input: {orderId: "1"}}
  - settle: {}
  - arm: later
"""
USE = """
import pytest

{marker}
def test_it(appsync):
    {body}
"""
MARKER = '@pytest.mark.appsync(scenario="flaky.appsync.yaml")'


def suite(pytester, *body, marker=MARKER, file=FILE):
    write(pytester, USE.format(marker=marker, body="\n    ".join(body)))
    pytester.path.joinpath("pytest.ini").write_text(f"{INI}appsync_scenarios =\n")
    pytester.path.joinpath("flaky.appsync.yaml").write_text(file, "utf-8")


def test_faults_and_settings_are_those_of_the_file(pytester):
    suite(
        pytester,
        "with appsync.labelled('bulk'):",
        "    struck = appsync.send('placeOrder', orderId='1')",
        "other = appsync.send('placeOrder', orderId='2')",
        "assert appsync.clock.now().year == 2031",
        "appsync.settle()",
        "assert struck.succeeded(attempts=2)",
        "assert other.succeeded(attempts=1)",
        "assert [fault.id for fault in appsync.faults] == ['flaky']",
    )
    run(pytester, "-W", "error", "--strict-markers").assert_outcomes(passed=1)


def test_retries_are_those_of_the_file_unless_the_marker_says_otherwise(pytester):
    body = (
        "appsync.fault('network.reset')",
        "with appsync.labelled('bulk'):",
        "    trace = appsync.send('placeOrder', orderId='1').ended()",
        "assert trace.failed(attempts=2)",
    )
    suite(pytester, *body)
    run(pytester).assert_outcomes(passed=1)
    marker = MARKER.replace(")", ", retry={'max_retries': 2}, clock='2032-01-01')")
    more = (
        *body[:-1],
        "assert trace.failed(attempts=3)",
        "assert appsync.clock.now().year == 2032",
    )
    suite(pytester, *more, marker=marker)
    run(pytester).assert_outcomes(passed=1)


def test_settle_gives_up_when_the_file_says(pytester):
    suite(
        pytester,
        "appsync.retry(backoff='fixed', base='3h')",
        "with appsync.labelled('bulk'):",
        "    appsync.send('placeOrder', orderId='1')",
        "appsync.settle()",
    )
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E  *LivenessError*"])


def test_heal_arm_and_what_waits(pytester):
    suite(
        pytester,
        "appsync.heal()",
        "with appsync.labelled('bulk'):",
        "    assert appsync.send('placeOrder', orderId='1').ended().succeeded(attempts=1)",
        "later = appsync.arm('later')",
        "assert appsync.send('placeOrder', orderId='2').ended().succeeded(attempts=2)",
        "later.heal()",
        "appsync.arm('flaky')",
        "with appsync.labelled('bulk'):",
        "    assert appsync.send('placeOrder', orderId='3').ended().succeeded(attempts=2)",
        "with pytest.raises(Exception, match=\"no fault 'latr'; did you mean 'later'\"):",
        "    appsync.arm('latr')",
    )
    run(pytester).assert_outcomes(passed=1)


def test_a_fault_that_never_struck_fails_the_test(pytester):
    suite(pytester, "appsync.send('placeOrder', orderId='1').ended()")
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["inert: the fault 'flaky' never struck *allow=*flaky*"])
    suite(pytester, "pass", marker=MARKER.replace(")", ", allow=['flaky', 'later'])"))
    run(pytester).assert_outcomes(passed=1)
    suite(pytester, "pass", file=f"{FILE}expect: {{faults: {{flaky: {{strikes: 0}}}}}}\n")
    run(pytester).assert_outcomes(passed=1)


def test_mistakes_of_the_file_fail_the_test_and_say_where(pytester):
    suite(pytester, "pass", file=FILE.replace("point: attempt", "point: atempt"))
    result = run(pytester)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["flaky.appsync.yaml:8:*atempt*"])
    suite(pytester, "pass", file=FILE.replace("placeOrder", "placeOrdr"))
    run(pytester).stdout.fnmatch_lines(["flaky.appsync.yaml:17:*placeOrdr*"])
    suite(pytester, "pass", marker=MARKER.replace("flaky.", "other."))
    run(pytester).stdout.fnmatch_lines(["other.appsync.yaml*there is no such file*"])
    suite(pytester, "pass", marker='@pytest.mark.appsync(scenario=["x"])')
    run(pytester).stdout.fnmatch_lines(["scenario is *; it is the path of a file beside the test"])


def test_the_file_s_own_api_where_the_tests_have_none(pytester):
    suite(
        pytester,
        "with appsync.labelled('bulk'):",
        "    assert appsync.send('placeOrder', orderId='1').ended().succeeded(attempts=2)",
        file=f"{FILE}api: {{config: other/appsync.yaml}}\n",
    )
    folder = pytester.mkdir("other")
    for name in ("appsync.yaml", "schema.graphql", "handlers.py"):
        pytester.path.joinpath(name).rename(folder / name)
    run(pytester).assert_outcomes(passed=1)
    suite(pytester, "pass")
    pytester.path.joinpath("appsync.yaml").unlink()
    result = run(pytester)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["There is no API to test: *"])


def test_in_the_factory_and_in_the_settings(pytester):
    write(
        pytester,
        """
        import pytest

        def test_factory(appsync_factory):
            with appsync_factory(allow=["flaky"]) as appsync:
                assert [fault.id for fault in appsync.faults] == ["flaky"]

        def test_settings(appsync):
            assert [fault.id for fault in appsync.faults] == ["flaky"]

        @pytest.fixture(scope="session")
        def appsync_settings():
            return {"scenario": "flaky.appsync.yaml", "allow": ["inert"]}
        """,
    )
    pytester.path.joinpath("pytest.ini").write_text(f"{INI}appsync_scenarios =\n")
    pytester.path.joinpath("flaky.appsync.yaml").write_text(FILE, "utf-8")
    run(pytester).assert_outcomes(passed=2)
