"""botocore: its errors, its retries and its parsing, with faults in the place of the service."""

from __future__ import annotations

import random  # noqa: TID251 - what botocore draws from when nobody watches
import time

import boto3
import botocore.endpoint
import botocore.retryhandler
import pytest
from botocore.exceptions import ClientError
from sdks.callers import Service, fault, place

from appsync_emu.core.faults.catalogue import business_error, other_error
from appsync_emu.core.faults.error import ErrorEffect
from appsync_emu.core.faults.named import ClientError as ClientSees
from appsync_emu.core.faults.named import NamedFault, technical
from appsync_emu.core.faults.points import Point
from appsync_emu.core.records import DataCalled

ITEM = {"TableName": "Orders", "Item": {"id": {"S": "o-1"}}}


def calling(service, method, arguments, *faults, kind="blocks", **options):
    """Call a method of a client in a handler: the answer or the error, and the outcome."""
    got = []

    def call():
        try:
            got.append(getattr(service.client, method)(**arguments))
        except Exception as error:  # noqa: BLE001 - what it is, is what the test asks
            got.append(error)

    async def blocks(event, context):
        call()

    def in_a_thread(event, context):
        call()

    outcome = place(blocks if kind == "blocks" else in_a_thread, *faults, **options)
    return got[0], outcome


@pytest.fixture(scope="module")
def dynamodb():
    return Service("dynamodb")


@pytest.mark.parametrize(
    ("service", "method", "arguments", "source"),
    [
        ("dynamodb", "put_item", ITEM, "Orders"),
        (
            "dynamodb",
            "put_item",
            {**ITEM, "TableName": "arn:aws:dynamodb:us-east-1:1:table/Orders"},
            "Orders",
        ),
        (
            "dynamodb",
            "batch_get_item",
            {"RequestItems": {"Orders": {"Keys": [{"id": {"S": "1"}}]}}},
            "Orders",
        ),
        (
            "dynamodb",
            "transact_write_items",
            {"TransactItems": [{"Put": {"TableName": "Orders", "Item": {}}}]},
            "Orders",
        ),
        ("dynamodb", "list_tables", {}, "dynamodb"),
        ("lambda", "invoke", {"FunctionName": "pay"}, "pay"),
        (
            "lambda",
            "invoke",
            {"FunctionName": "arn:aws:lambda:us-east-1:1:function:pay:live"},
            "pay",
        ),
        (
            "sqs",
            "send_message",
            {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/1/orders", "MessageBody": "x"},
            "orders",
        ),
        ("events", "put_events", {"Entries": [{"Detail": "{}"}]}, "default"),
        (
            "events",
            "put_events",
            {"Entries": [{"EventBusName": "arn:aws:events:us-east-1:1:event-bus/shop"}]},
            "shop",
        ),
    ],
)
def test_a_call_is_known_by_service_source_and_operation(service, method, arguments, source):
    served = Service(service)
    answer, outcome = calling(served, method, arguments)

    [call] = outcome.of(DataCalled)
    operation = "".join(part.capitalize() for part in method.split("_"))
    assert (call.service, call.source, call.operation) == (service, source, operation)
    assert (call.applied, call.error) == (True, None)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert len(served.asked) == 1


def test_a_topic_of_the_query_protocol_fails_in_xml():
    """SNS speaks the AWS query protocol."""
    sns = Service("sns")
    named = NamedFault(
        name="sns.throttled",
        points=(Point.DATA,),
        meaning="for this test",
        error=technical("Throttled", "Rate <exceeded>"),
        client=ClientSees(error_type="x", message="y"),
        service="sns",
        status=429,
    )
    effect = ErrorEffect(named.error, named=named)
    error, outcome = calling(
        sns,
        "publish",
        {"TopicArn": "arn:aws:sns:us-east-1:1:orders", "Message": "x"},
        fault(effect),
    )

    assert isinstance(error, ClientError)
    assert error.response["Error"] == {
        "Type": "Sender",
        "Code": "Throttled",
        "Message": "Rate <exceeded>",
    }
    assert outcome.calls == [("orders", "Publish", False, "Throttled", "f")]
    assert sns.asked == []


@pytest.mark.parametrize(
    ("service", "method", "arguments", "source"),
    [
        ("s3", "put_object", {"Bucket": "files", "Key": "k", "Body": b"x"}, "files"),
        ("ec2", "describe_regions", {}, "ec2"),
    ],
)
def test_services_that_speak_xml_fail_in_it(service, method, arguments, source):
    named = NamedFault(
        name="any.slow",
        points=(Point.DATA,),
        meaning="for this test",
        error=technical("SlowDown", "Reduce your rate"),
        status=503,
    )
    served = Service(service)
    error, outcome = calling(
        served, method, arguments, fault(ErrorEffect(named.error, named=named))
    )

    assert error.response["Error"]["Code"] == "SlowDown"
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 503
    assert outcome.calls[0][0] == source


def test_a_table_of_boto3_is_a_client_too(dynamodb):
    resource = boto3.resource(
        "dynamodb", region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s"
    )
    resource.meta.client.meta.events.register("before-send.*.*", dynamodb._answer)

    async def handler(event, context):
        resource.Table("Orders").put_item(Item={"id": "o-1"})

    assert place(handler).calls == [("Orders", "PutItem", True, None, None)]


def test_the_fields_that_a_service_models_are_there(dynamodb):
    error, _ = calling(dynamodb, "put_item", ITEM, fault("dynamodb.transaction-canceled"))

    assert isinstance(error, dynamodb.client.exceptions.TransactionCanceledException)
    assert error.response["CancellationReasons"] == [
        {"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"}
    ]


def test_a_function_that_failed_is_no_exception():
    served = Service("lambda")
    answer, outcome = calling(served, "invoke", {"FunctionName": "pay"}, fault("lambda.error"))

    assert answer["FunctionError"] == "Unhandled"
    assert b"The function failed." in answer["Payload"].read()
    assert len(served.asked) == 1
    assert outcome.calls == [("pay", "Invoke", True, "Unhandled", "f")]


@pytest.mark.parametrize(
    ("name", "exception"),
    [
        ("network.refused", "EndpointConnectionError"),
        ("network.dns", "EndpointConnectionError"),
        ("network.reset", "ConnectionClosedError"),
        ("network.tls", "SSLError"),
        ("network.connect-timeout", "ConnectTimeoutError"),
        ("network.timeout", "ReadTimeoutError"),
    ],
)
def test_errors_of_the_network_are_botocores_own(dynamodb, name, exception):
    error, _ = calling(dynamodb, "put_item", ITEM, fault(name))

    assert type(error).__name__ == exception
    assert type(error).__module__ == "botocore.exceptions"


@pytest.mark.parametrize("error", [business_error("CardDeclined", "no"), other_error("Weird")])
def test_an_error_that_was_made_up_goes_through(dynamodb, error):
    raised, _ = calling(dynamodb, "put_item", ITEM, fault(ErrorEffect(error)))

    assert type(raised).__name__ == error.type


def test_an_error_of_the_service_itself_is_no_effect():
    served = Service("dynamodb", b'{"__type": "x#ResourceInUseException"}', 400)
    error, outcome = calling(served, "put_item", ITEM)

    assert isinstance(error, ClientError)
    assert outcome.calls == [("Orders", "PutItem", False, "ResourceInUseException", None)]


def test_an_answer_that_is_no_answer_is_no_effect():
    served = Service("dynamodb")
    served.client.meta.events.register_first("before-send.*.*", lambda **_: 1 / 0)
    error, outcome = calling(served, "put_item", ITEM)

    assert isinstance(error, ZeroDivisionError)
    assert outcome.calls == [("Orders", "PutItem", False, "ZeroDivisionError", None)]


@pytest.mark.parametrize("mode", ["legacy", "standard"])
@pytest.mark.parametrize("kind", ["blocks", "in_a_thread"])
def test_tries_of_the_sdk_are_calls_and_their_backoff_is_virtual(mode, kind):
    served = Service("dynamodb", retries={"mode": mode, "total_max_attempts": 4})
    started = time.perf_counter()
    outcomes = [
        calling(served, "put_item", ITEM, fault("dynamodb.throughput-exceeded", limit=2), kind=kind)
        for _ in range(2)
    ]
    answer, outcome = outcomes[0]

    assert answer["ResponseMetadata"]["RetryAttempts"] == 2
    assert [call[2] for call in outcome.calls] == [False, False, True]
    assert outcome.ended == ("success", 1)
    assert outcome.seconds > 0
    assert outcome.dump == outcomes[1][1].dump  # jitter belongs to the seed
    assert time.perf_counter() - started < 1
    assert len(served.asked) == 2


def test_an_answer_lost_below_the_sdk_is_a_write_made_twice():
    served = Service("dynamodb", retries={"total_max_attempts": 4})
    _, outcome = calling(
        served,
        "put_item",
        ITEM,
        fault("network.timeout", phase="response", limit=1),
        key="arguments.id",
    )

    assert [call[2] for call in outcome.calls] == [True, True]
    assert len(outcome.violations) == 1


def test_the_token_of_a_transaction_makes_another_try_of_the_sdk_harmless():
    """DynamoDB API Reference, TransactWriteItems: ClientRequestToken makes the call idempotent."""
    served = Service("dynamodb", retries={"total_max_attempts": 4})
    items = {"TransactItems": [{"Put": {"TableName": "Orders", "Item": {}}}]}
    _, outcome = calling(
        served,
        "transact_write_items",
        items,
        fault("network.timeout", phase="response", limit=1),
        key="arguments.id",
    )

    assert [call[2] for call in outcome.calls] == [True, False]
    assert outcome.violations == []


def test_a_batch_is_taken_in_part(dynamodb):
    dynamodb.asked.clear()
    puts = [{"PutRequest": {"Item": {"id": {"S": str(number)}}}} for number in range(3)]
    answer, outcome = calling(
        dynamodb,
        "batch_write_item",
        {"RequestItems": {"Orders": puts}},
        fault("dynamodb.partial-batch"),
    )

    assert answer["UnprocessedItems"] == {"Orders": puts[1:]}
    assert dynamodb.asked == [{"RequestItems": {"Orders": puts[:1]}}]
    assert outcome.calls == [("Orders", "BatchWriteItem", True, None, "f")]


def test_a_batch_of_reads_too(dynamodb):
    dynamodb.asked.clear()
    keys = [{"id": {"S": "1"}}, {"id": {"S": "2"}}]
    answer, _ = calling(
        dynamodb,
        "batch_get_item",
        {"RequestItems": {"Orders": {"Keys": keys}}},
        fault("dynamodb.partial-batch"),
    )

    assert answer["UnprocessedKeys"] == {"Orders": {"Keys": keys[1:]}}
    assert dynamodb.asked == [{"RequestItems": {"Orders": {"Keys": keys[:1]}}}]


def test_events_are_taken_in_part():
    events = Service("events", b'{"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]}')
    answer, _ = calling(
        events,
        "put_events",
        {"Entries": [{"Detail": "{}"}, {"Detail": "[]"}]},
        fault("eventbridge.partial"),
    )

    assert answer["FailedEntryCount"] == 1
    assert [*map(set, answer["Entries"])] == [{"EventId"}, {"ErrorCode", "ErrorMessage"}]
    assert events.asked == [{"Entries": [{"Detail": "{}"}]}]


def test_of_a_batch_of_one_nothing_is_sent(dynamodb):
    dynamodb.asked.clear()
    items = {"Orders": [{"DeleteRequest": {"Key": {"id": {"S": "1"}}}}]}
    answer, outcome = calling(
        dynamodb, "batch_write_item", {"RequestItems": items}, fault("dynamodb.partial-batch")
    )

    assert answer["UnprocessedItems"] == items
    assert dynamodb.asked == []
    assert outcome.calls[0][2] is False


def test_a_part_that_fails_is_an_error():
    served = Service("dynamodb", b'{"__type": "x#ResourceNotFoundException"}', 400)
    puts = [{"PutRequest": {"Item": {}}}] * 2
    error, _ = calling(
        served,
        "batch_write_item",
        {"RequestItems": {"Orders": puts}},
        fault("dynamodb.partial-batch"),
    )

    assert isinstance(error, ClientError)


def test_outside_of_a_handler_botocore_is_itself(monkeypatch):
    calling(Service("dynamodb"), "list_tables", {})  # patched from here on
    assert botocore.endpoint.time.perf_counter is time.perf_counter
    slept = []
    monkeypatch.setattr(botocore.endpoint.time, "_module", Slow(slept))
    for mode in ("legacy", "standard"):
        served = Service("dynamodb", b"{}", 500, retries={"mode": mode, "total_max_attempts": 2})
        with pytest.raises(ClientError):
            served.client.put_item(**ITEM)
        assert len(served.asked) == 2

    assert len(slept) == 2
    assert 0 <= botocore.retryhandler.random.random() < 1
    assert botocore.retryhandler.random.Random is random.Random


class Slow:
    def __init__(self, slept):
        self.sleep = slept.append
