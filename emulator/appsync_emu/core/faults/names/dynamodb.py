"""Amazon DynamoDB refuses, fails, or does half of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from appsync_emu.core.faults.named import ClientError, NamedFault, business, permanent, technical
from appsync_emu.core.faults.points import Point

if TYPE_CHECKING:
    from appsync_emu.core.faults.verdict import Phase
    from appsync_emu.core.jsonvalue import Json
    from appsync_emu.core.records import ErrorInfo

__all__ = ["FAULTS"]

_ERRORS = "Amazon DynamoDB Developer Guide, Error handling with DynamoDB"


def _fault(
    what: str,
    meaning: str,
    error: ErrorInfo,
    *,
    status: int = 400,
    body: Json = None,
    phases: tuple[Phase, ...] = ("request",),
    verified: bool = False,
    source: str = _ERRORS,
) -> NamedFault:
    """A ``ClientError`` of botocore, and the field error that AppSync's own data source makes."""
    about = f"(Service: DynamoDb, Status Code: {status}, Request ID: INJECTED)"
    return NamedFault(
        name=f"dynamodb.{what}",
        points=(Point.DATA,),
        meaning=meaning,
        error=error,
        handler_sees=f"botocore ClientError {error.type}, {status}",
        client=ClientError(
            error_type=f"DynamoDB:{error.type}",
            message=f"{error.message} {about}",
            verified=verified,
        ),
        phases=phases,
        service="dynamodb",
        status=status,
        body=body,
        source=source,
    )


FAULTS = (
    _fault(
        "throughput-exceeded",
        "The table's provisioned throughput is used up.",
        technical(
            "ProvisionedThroughputExceededException",
            "The level of configured provisioned throughput for the table was exceeded. Consider"
            " increasing your provisioning level with the UpdateTable API.",
        ),
        verified=True,
    ),
    _fault(
        "throttled",
        "More requests than the table can take just now.",
        technical(
            "ThrottlingException",
            "Throughput exceeds the current capacity of your table or index. DynamoDB is"
            " automatically scaling your table or index so please try again shortly.",
        ),
    ),
    _fault(
        "request-limit",
        "The account's throughput limit is reached.",
        technical(
            "RequestLimitExceeded",
            "Throughput exceeds the current throughput limit for your account.",
        ),
    ),
    _fault(
        "internal",
        "DynamoDB itself fails, and does not say whether it did what was asked.",
        technical("InternalServerError", "Internal server error"),
        status=500,
        phases=("request", "response"),
    ),
    _fault(
        "transaction-conflict",
        "A transaction on the same item is under way.",
        technical("TransactionConflictException", "Transaction is ongoing for the item"),
        source="Amazon DynamoDB API Reference, PutItem, Errors",
    ),
    _fault(
        "transaction-canceled",
        "A transaction is cancelled because it conflicts with another; every reason is a conflict,"
        " so that another try may succeed.",
        technical(
            "TransactionCanceledException",
            "Transaction cancelled, please refer cancellation reasons for specific reasons"
            " [TransactionConflict]",
        ),
        body={
            "CancellationReasons": [
                {"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"}
            ]
        },
        source="Amazon DynamoDB API Reference, TransactWriteItems; pynamodb/PynamoDB#1144",
    ),
    _fault(
        "conditional-failed",
        "The condition of a write does not hold.",
        business("ConditionalCheckFailedException", "The conditional request failed"),
        verified=True,
        source="aws/aws-appsync-community#343",
    ),
    _fault(
        "validation",
        "The request makes no sense to DynamoDB.",
        permanent(
            "ValidationException",
            "One or more parameter values were invalid",
        ),
    ),
    _fault(
        "missing-table",
        "There is no such table.",
        permanent("ResourceNotFoundException", "Requested resource not found"),
    ),
    _fault(
        "denied",
        "The function's role may not do that.",
        permanent(
            "AccessDeniedException",
            "User is not authorized to perform this action on this resource",
        ),
    ),
    NamedFault(
        name="dynamodb.partial-batch",
        points=(Point.DATA,),
        meaning="A batch is written in part, and the answer says so without being an error.",
        error=technical("UnprocessedItems", "part of the batch was not written"),
        handler_sees="no exception: 200, and UnprocessedItems (reads: UnprocessedKeys) not empty",
        client_sees="a result that lacks something",
        phases=("response",),
        service="dynamodb",
        operations=("BatchWrite", "BatchGet"),
        status=200,
        body={"UnprocessedItems": {}},
        source="Amazon DynamoDB API Reference, BatchWriteItem",
    ),
)
