"""AWS Lambda API Reference, Invoke; error payloads that AppSync passes on."""

from __future__ import annotations

import pytest
from real_errors import real

from appsync_emu.core.classify import classify
from appsync_emu.core.faults.names import lambda_

CALLED = ("dispatch", "data", "attempt")

EXPECTED = [
    ("lambda.throttled", "TooManyRequestsException", 429, "technical", CALLED, 1),
    ("lambda.service", "ServiceException", 500, "technical", CALLED, 1),
    ("lambda.error", "Unhandled", 200, "technical", ("data",), 1),
    ("lambda.timeout", "Sandbox.Timedout", 200, "technical", ("attempt", "data"), 2),
    ("lambda.appsync-timeout", "Lambda:ExecutionTimeoutException", 0, "technical", ("data",), 1),
    ("lambda.crash", "Runtime.ExitError", 0, "technical", ("attempt",), 2),
    ("lambda.out-of-memory", "Runtime.OutOfMemory", 0, "technical", ("attempt",), 2),
    (
        "lambda.payload-too-large",
        "RequestTooLargeException",
        413,
        "permanent",
        ("dispatch", "attempt"),
        1,
    ),
]


def test_the_family():
    assert [
        (
            fault.name,
            fault.error.type,
            fault.status,
            fault.error.error_class,
            tuple(point.value for point in fault.points),
            len(fault.phases),
        )
        for fault in lambda_.FAULTS
    ] == EXPECTED


@pytest.mark.parametrize("fault", lambda_.FAULTS, ids=lambda fault: fault.name)
def test_the_class_is_that_of_the_real_exception(fault):
    assert fault.error.error_class == classify(real(fault)).error_class.value


def test_a_function_that_failed_is_an_answer():
    """AWS Lambda: 200 and ``X-Amz-Function-Error``; the payload holds the error."""
    failed = {fault.name: fault for fault in lambda_.FAULTS if fault.headers}
    assert failed.keys() == {"lambda.error", "lambda.timeout"}
    for fault in failed.values():
        assert fault.headers == {"X-Amz-Function-Error": "Unhandled"}
        assert fault.body.keys() == {"errorType", "errorMessage"}
        assert fault.client.error_type == "Lambda:Unhandled"


def test_who_is_killed_sees_nothing():
    killed = [fault.name for fault in lambda_.FAULTS if fault.kind == "crash"]
    assert killed == ["lambda.crash", "lambda.out-of-memory"]
