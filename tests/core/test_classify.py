"""Which errors are retried; AWS codes as in botocore/retries/standard.py."""

from __future__ import annotations

import pytest

from appsync_emu.core.classify import Classification, ErrorClass, classify
from appsync_emu.errors import BusinessError, PermanentError, TechnicalError

TECHNICAL, PERMANENT, BUSINESS = ErrorClass.TECHNICAL, ErrorClass.PERMANENT, ErrorClass.BUSINESS


class ClientError(Exception):
    """As botocore's: what AWS answered is in ``response``."""

    def __init__(self, code: str, status: int | None, **more: object) -> None:
        super().__init__(code)
        metadata = {"HTTPStatusCode": status}
        self.response: object = {"Error": {"Code": code}, "ResponseMetadata": metadata, **more}


class OutOfStockError(BusinessError):
    """A handler's own subclass."""


class HTTPClientError(Exception):
    """As botocore's base of its connection and time-out errors, which are no OSError."""


class ReadTimeoutError(HTTPClientError):
    """As botocore's."""


@pytest.mark.parametrize(
    ("error", "error_class", "why"),
    [
        (BusinessError("no"), BUSINESS, "raised as a business error"),
        (OutOfStockError("no"), BUSINESS, "raised as a business error"),
        (PermanentError("never"), PERMANENT, "raised as a permanent error"),
        (TechnicalError("later"), TECHNICAL, "raised as a technical error"),
        (ConnectionResetError(), TECHNICAL, "connection or time-out"),
        (TimeoutError(), TECHNICAL, "connection or time-out"),
        (ReadTimeoutError(), TECHNICAL, "connection or time-out"),
        (FileNotFoundError("rates.csv"), TECHNICAL, "unknown type, retried by default"),
        (ValueError("x"), TECHNICAL, "unknown type, retried by default"),
        (SystemExit(1), TECHNICAL, "unknown type, retried by default"),
    ],
)
def test_python_errors(error, error_class, why):
    found = classify(error)
    assert (found.error_class, found.why) == (error_class, why)


@pytest.mark.parametrize(
    "code",
    [
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestTimeout",
        "RequestTimeoutException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    ],
)
def test_what_botocore_retries_is_technical_whatever_its_status(code):
    """botocore, retries/standard.py: throttling and transient codes."""
    assert classify(ClientError(code, 400)).error_class is TECHNICAL
    assert classify(ClientError(code, None)).error_class is TECHNICAL


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_these_statuses_are_technical_whatever_the_code(status):
    """botocore, retries/standard.py: transient statuses; 429 is Lambda's throttling."""
    assert classify(ClientError("Whatever", status)).error_class is TECHNICAL


def test_what_the_handler_says_goes_first():
    class RefusedError(BusinessError):
        response: object = {"Error": {"Code": "ThrottlingException"}}

    assert classify(RefusedError()).error_class is BUSINESS


@pytest.mark.parametrize(
    ("code", "status", "error_class", "why"),
    [
        ("ThrottlingException", 400, TECHNICAL, "AWS error ThrottlingException"),
        ("ProvisionedThroughputExceededException", 400, TECHNICAL, None),
        ("ServiceUnavailable", 503, TECHNICAL, "AWS error ServiceUnavailable"),
        ("", 500, TECHNICAL, "AWS error 500"),
        ("ConditionalCheckFailedException", 400, BUSINESS, None),
        ("ValidationException", 400, PERMANENT, "AWS error ValidationException"),
        ("AccessDeniedException", 403, PERMANENT, None),
        ("ResourceNotFoundException", 400, PERMANENT, None),
        ("ValidationException", None, PERMANENT, None),
        ("SomethingNew", 418, PERMANENT, None),
        ("", 400, TECHNICAL, "unknown type, retried by default"),
        ("Odd", 302, TECHNICAL, "unknown type, retried by default"),
        ("Odd", None, TECHNICAL, "unknown type, retried by default"),
    ],
)
def test_aws_errors(code, status, error_class, why):
    found = classify(ClientError(code, status))
    assert found.error_class is error_class
    assert found.why == (why or f"AWS error {code}")


@pytest.mark.parametrize(
    ("reasons", "error_class"),
    [
        (["None", "TransactionConflict"], TECHNICAL),
        (["TransactionConflict", "ItemCollectionSizeLimitExceeded"], BUSINESS),
        (["ValidationError"], BUSINESS),
        (["ThrottlingError", "ProvisionedThroughputExceeded"], TECHNICAL),
        (["TransactionConflict", "ConditionalCheckFailed"], BUSINESS),
        (["None"], BUSINESS),
        ([], BUSINESS),
    ],
)
def test_cancelled_transactions_are_judged_by_their_reasons(reasons, error_class):
    """DynamoDB API reference, TransactWriteItems, TransactionCanceledException."""
    listed = [{"Code": reason} for reason in reasons]
    error = ClientError("TransactionCanceledException", 400, CancellationReasons=listed)
    assert classify(error).error_class is error_class


def test_a_cancelled_transaction_that_gives_no_reasons_is_not_retried():
    error = ClientError("TransactionCanceledException", 400, CancellationReasons=None)
    assert classify(error).error_class is BUSINESS


@pytest.mark.parametrize(
    "response",
    [
        "HTTP 400",
        None,
        {},
        {"Error": "denied"},
        {"Error": None, "ResponseMetadata": None},
        {"Error": {"Code": None}, "ResponseMetadata": {"HTTPStatusCode": "400"}},
    ],
)
def test_a_response_that_is_not_botocores_says_nothing(response):
    error = ClientError("x", 400)
    error.response = response
    assert classify(error).why == "unknown type, retried by default"


class HTTPStatusError(Exception):
    """As httpx's: the answer is an object."""

    def __init__(self, status: int) -> None:
        super().__init__(f"Client error '{status}'")
        self.response = type("Response", (), {"status_code": status})()


class ClientResponseError(Exception):
    """As aiohttp's, which is a kind of its ClientError and of no OSError."""

    def __init__(self, status: object) -> None:
        super().__init__(f"{status}")
        self.status = status


class HTTPError(OSError):
    """As urllib's."""

    def __init__(self, code: int) -> None:
        super().__init__(f"HTTP Error {code}")
        self.code = code


@pytest.mark.parametrize("raised", [HTTPStatusError, ClientResponseError, HTTPError])
@pytest.mark.parametrize(
    ("status", "error_class"),
    [
        (400, PERMANENT),
        (404, PERMANENT),
        (409, PERMANENT),
        (408, TECHNICAL),
        (425, TECHNICAL),
        (429, TECHNICAL),
        (500, TECHNICAL),
        (503, TECHNICAL),
    ],
)
def test_http_answers_that_were_raised(raised, status, error_class):
    """RFC 9110, section 15: a refusal stays one, but for those that say "later"."""
    assert classify(raised(status)) == Classification(error_class, f"HTTP status {status}")


def test_a_raised_answer_without_a_status_says_nothing():
    assert classify(ClientResponseError("none")).why == "unknown type, retried by default"


def test_a_registered_name_decides_before_everything_else():
    class Declined(Exception):  # noqa: N818 - a user's own
        pass

    class CardDeclined(Declined):
        pass

    registered = {"Declined": ErrorClass.BUSINESS, "OSError": ErrorClass.PERMANENT}

    assert classify(CardDeclined(), registered) == Classification(
        ErrorClass.BUSINESS, "registered as Declined"
    )
    assert classify(ConnectionResetError(), registered).error_class is ErrorClass.PERMANENT
    assert classify(ValueError(), registered).error_class is ErrorClass.TECHNICAL
