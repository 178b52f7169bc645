"""What went wrong in a handler, as the journal remembers it."""

from __future__ import annotations

import re
import sys

import pytest
from engine.deliveries import Kit, component, failing, run
from engine.kit import answer, drive, handler, make_api

from appsync_emu.core.api import Component
from appsync_emu.core.records import (
    AttemptFailed,
)
from appsync_emu.core.retry import RetryPolicy
from appsync_emu.engine.clock import RealClock
from appsync_emu.engine.failures import timed_out
from appsync_emu.errors import BusinessError


@pytest.mark.parametrize("is_async", [False, True])
def test_sys_exit_is_a_crash_of_the_function(is_async):
    def exits(event, context):
        sys.exit(3)

    async def exits_async(event, context):
        sys.exit(3)

    kit = run(
        Kit(), component(exits_async if is_async else exits, retry=RetryPolicy(max_retries=0))
    )

    [failed] = kit.of(AttemptFailed)
    assert failed.error.type == "Runtime.ExitError"
    assert failed.error.message == "Runtime exited with error: exit status 3"


def failure(error):
    kit = run(Kit(), component(failing(1, error), retry=RetryPolicy(max_retries=0)))
    return kit.of(AttemptFailed)[0].error


def test_the_users_part_of_the_stack_is_kept_as_lambda_shows_it():
    info = failure(ValueError("odd"))

    assert (info.type, info.message, info.why) == (
        "ValueError",
        "odd",
        "unknown type, retried by default",
    )
    [frame] = info.stack
    assert frame.startswith('  File "')
    assert frame.endswith("in handler\n    raise error")


def test_an_aws_error_goes_by_its_code():
    class ClientError(Exception):
        response = {"Error": {"Code": "SlowDown"}}  # noqa: RUF012 - as botocore's instances have

    assert failure(ClientError("wait")).type == "SlowDown"


def test_an_exception_that_cannot_be_printed_is_remembered_all_the_same():
    class Mute(Exception):  # noqa: N818 - a user's own
        def __str__(self):
            raise ValueError

    assert failure(Mute()).message == "(the exception has no text)"


def test_a_time_out_reads_as_lambdas():
    """Recorded against the service in November 2025 by localstack's snapshot tests."""
    info = timed_out("r-1", 1)

    assert (info.type, info.message) == (
        "Sandbox.Timedout",
        "RequestId: r-1 Error: Task timed out after 1.00 seconds",
    )


def test_where_a_data_source_s_function_raised_goes_to_the_log(caplog):
    """As for Lambda: the client gets type and message, the stack stands in the function's log."""

    def asks(event, context):
        return event["nothing"]

    async def scenario(emulator):
        return await answer(emulator, '{ ask(what: "x") }')

    drive(make_api(ask=asks), scenario)

    (record,) = caplog.records
    assert record.name == "appsync_emu.handlers"
    assert re.match(
        r"data source ask: KeyError: 'nothing'\n  File .*test_failures.py\", line \d+, in asks\n",
        record.getMessage(),
    )


@pytest.mark.parametrize(("error", "logged"), [(KeyError("x"), 1), (BusinessError("no"), 0)])
@pytest.mark.parametrize("virtual", [True, False])
def test_unknown_errors_of_handlers_do_too_where_no_test_tells_them(caplog, error, logged, virtual):
    def place(event, context):
        raise error

    async def scenario(emulator):
        trace_id = emulator.send("place", {"id": "7"})
        if virtual:
            await emulator.clock.settle()
        else:
            await emulator.dispatcher.ended(trace_id)

    clock = {} if virtual else {"clock": RealClock()}
    once = Component(name="Place", handler=handler(place), retry=RetryPolicy(max_retries=0))
    drive(make_api(components={"Place": once}), scenario, **clock)

    assert [record.getMessage().partition("\n")[0] for record in caplog.records] == [
        f"Place, attempt 1: {type(error).__name__}: {error}"
    ] * (0 if virtual else logged)
