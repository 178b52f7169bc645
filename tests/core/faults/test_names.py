"""Named errors are what Python and the AWS services really raise.

Types and texts: Python's ``errno`` texts; AWS Lambda API reference, ``Invoke``, Errors; AWS Lambda
error payload ``Sandbox.Timedout``.
"""

from __future__ import annotations

import pytest

from appsync_emu.core.classify import classify
from appsync_emu.core.faults.names import NAMED_ERRORS


class ClientError(Exception):
    """As botocore's."""

    def __init__(self, code: str, status: int) -> None:
        super().__init__(code)
        metadata = {"HTTPStatusCode": status}
        self.response = {"Error": {"Code": code}, "ResponseMetadata": metadata}


REAL: dict[str, Exception] = {
    "network.refused": ConnectionRefusedError(),
    "network.reset": ConnectionResetError(),
    "network.timeout": TimeoutError(),
    "lambda.throttled": ClientError("TooManyRequestsException", 429),
    "lambda.service": ClientError("ServiceException", 500),
    "lambda.timeout": TimeoutError(),
    "lambda.payload-too-large": ClientError("RequestTooLargeException", 413),
}


def test_every_name_is_compared():
    assert REAL.keys() == NAMED_ERRORS.keys()


@pytest.mark.parametrize("name", REAL)
def test_the_class_is_that_of_the_real_exception(name):
    assert NAMED_ERRORS[name].error_class == classify(REAL[name]).error_class.value


@pytest.mark.parametrize("name", sorted(REAL.keys() - {"lambda.timeout"}))
def test_the_type_is_that_of_the_real_exception(name):
    error = REAL[name]
    real = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error)
    assert NAMED_ERRORS[name].type == getattr(real, "__name__", real)


@pytest.mark.parametrize("error", NAMED_ERRORS.values(), ids=list(NAMED_ERRORS))
def test_they_say_that_they_were_injected(error):
    assert (error.why, error.stack, error.fault) == ("injected", (), None)
    assert error.message
