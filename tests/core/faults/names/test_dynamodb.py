"""Amazon DynamoDB Developer Guide, "Error handling"; API Reference, TransactWriteItems."""

from __future__ import annotations

import pytest
from real_errors import real

from appsync_emu.core.classify import classify
from appsync_emu.core.faults.names import dynamodb

EXPECTED = [
    (
        "dynamodb.throughput-exceeded",
        "ProvisionedThroughputExceededException",
        400,
        "technical",
        ("data",),
        1,
    ),
    ("dynamodb.throttled", "ThrottlingException", 400, "technical", ("data",), 1),
    ("dynamodb.request-limit", "RequestLimitExceeded", 400, "technical", ("data",), 1),
    ("dynamodb.internal", "InternalServerError", 500, "technical", ("data",), 2),
    (
        "dynamodb.transaction-conflict",
        "TransactionConflictException",
        400,
        "technical",
        ("data",),
        1,
    ),
    (
        "dynamodb.transaction-canceled",
        "TransactionCanceledException",
        400,
        "technical",
        ("data",),
        1,
    ),
    (
        "dynamodb.conditional-failed",
        "ConditionalCheckFailedException",
        400,
        "business",
        ("data",),
        1,
    ),
    ("dynamodb.validation", "ValidationException", 400, "permanent", ("data",), 1),
    ("dynamodb.missing-table", "ResourceNotFoundException", 400, "permanent", ("data",), 1),
    ("dynamodb.denied", "AccessDeniedException", 400, "permanent", ("data",), 1),
    ("dynamodb.partial-batch", "UnprocessedItems", 200, "technical", ("data",), 1),
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
        for fault in dynamodb.FAULTS
    ] == EXPECTED


@pytest.mark.parametrize("fault", dynamodb.FAULTS, ids=lambda fault: fault.name)
def test_the_class_is_that_of_the_real_exception(fault):
    assert fault.error.error_class == classify(real(fault)).error_class.value


def test_clients_read_the_error_of_appsyncs_own_data_source():
    """aws-appsync-community#343: type and text, with status and request id."""
    for fault in dynamodb.FAULTS[:-1]:
        assert fault.client.error_type == f"DynamoDB:{fault.error.type}"
        assert f"(Service: DynamoDb, Status Code: {fault.status}, " in fault.client.message


def test_a_cancelled_transaction_says_why():
    """pynamodb#1144: one reason for each item, in the message as well."""
    fault = next(f for f in dynamodb.FAULTS if f.name == "dynamodb.transaction-canceled")
    codes = [reason["Code"] for reason in fault.body["CancellationReasons"]]
    assert fault.error.message.endswith(f"[{', '.join(codes)}]")


def test_a_partial_batch_is_no_error():
    fault = dynamodb.FAULTS[-1]
    assert (fault.status, fault.body, fault.phases) == (
        200,
        {"UnprocessedItems": {}},
        ("response",),
    )
