"""What went wrong in a handler, as the journal remembers it."""

from __future__ import annotations

import sys

import pytest
from engine.deliveries import Kit, component, failing, run

from appsync_emu.core.records import (
    AttemptFailed,
)
from appsync_emu.core.retry import RetryPolicy
from appsync_emu.engine.failures import timed_out


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
