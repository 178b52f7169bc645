"""``watch``: a stand-in that is the object, but for its calls inside a handler."""

from __future__ import annotations

import asyncio
import socket
import ssl
import sys
from decimal import Decimal

import botocore.exceptions
import pytest
from sdks.callers import Service, fault, place

from appsync_emu import AwsError, watch


class Table:
    kind = "table"

    class Meta:
        pass

    def __init__(self):
        self.items = []

    def put_item(self, **item):
        self.items.append(item)
        return {"ok": True}

    async def put_later(self, **item):
        return self.put_item(**item)

    def batch_write_item(self, **request):
        self.items.append(request)
        return {"ConsumedCapacity": []}

    async def batch_write_later(self, **request):
        return self.batch_write_item(**request)

    def later(self):
        return self.put_later(a=1)

    def _private(self):
        return "private"

    def __len__(self):
        return len(self.items)

    def __contains__(self, item):
        return item in self.items

    def __getitem__(self, number):
        return self.items[number]

    def __setitem__(self, number, item):
        self.items[number] = item

    def __iter__(self):
        return iter(self.items)


def test_the_stand_in_is_the_object():
    table = Table()
    watched = watch(table, source="T")
    watched.put_item(a=1)

    assert (watched.kind, watched.Meta, watched._private()) == ("table", Table.Meta, "private")
    assert (len(watched), bool(watched), [*watched]) == (1, True, [{"a": 1}])
    assert {"a": 1} in watched
    watched[0] = {"b": 2}
    assert watched[0] == {"b": 2}
    watched.kind = "other"
    assert table.kind == "other"
    del watched.kind
    assert table.kind == "table"
    assert watched == table
    assert watched == watch(table, source="U")
    assert hash(watched) == hash(table)
    assert "put_item" in dir(watched)
    assert repr(watched).startswith("watch(<")
    with pytest.raises(AttributeError):
        _ = watched.nothing


def test_a_method_that_is_replaced_is_seen():
    table = Table()
    watched = watch(table, source="T")
    assert watched.put_item(a=1) == {"ok": True}
    table.put_item = lambda **item: "replaced"

    assert watched.put_item(a=1) == "replaced"


async def await_outside(watched):
    return await watched.put_later(a=1)


def test_async_methods_work_outside_of_a_handler():
    assert asyncio.run(await_outside(watch(Table(), source="T"))) == {"ok": True}


def error_of(name, service=None, *, call="put_item", phase=None, table=None, **arguments):
    caught = []

    async def handler(event, context):
        watched = watch(Table() if table is None else table, source="T", service=service)
        try:
            answer = getattr(watched, call)(**arguments)
            caught.append(await answer if hasattr(answer, "__await__") else answer)
        except Exception as error:  # noqa: BLE001 - what it is, is what the test asks
            caught.append(error)

    outcome = place(handler, fault(name, phase=phase))
    return caught[0], outcome


@pytest.mark.parametrize(
    ("name", "kind", "text"),
    [
        ("network.refused", ConnectionRefusedError, "Connection refused"),
        ("network.dns", socket.gaierror, "Name or service not known"),
        ("network.reset", ConnectionResetError, "Connection reset by peer"),
        ("network.tls", ssl.SSLError, "certificate verify failed"),
        ("network.connect-timeout", TimeoutError, "The connection timed out"),
        ("network.timeout", TimeoutError, "The read operation timed out"),
    ],
)
def test_errors_of_the_network_are_pythons_own(name, kind, text):
    error, _ = error_of(name)

    assert type(error) is kind
    assert text in str(error)


def test_errors_of_a_service_are_botocores_when_it_is_loaded():
    error, _ = error_of("dynamodb.throughput-exceeded", "dynamodb")

    assert type(error) is botocore.exceptions.ClientError
    assert error.operation_name == "PutItem"
    assert error.response["Error"]["Code"] == "ProvisionedThroughputExceededException"
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_without_botocore_they_look_the_same(monkeypatch):
    theirs, _ = error_of("dynamodb.transaction-canceled", "dynamodb")
    monkeypatch.delitem(sys.modules, "botocore.exceptions")
    ours, _ = error_of("dynamodb.transaction-canceled", "dynamodb")

    assert type(ours) is AwsError
    assert (str(ours), ours.response, ours.operation_name) == (
        str(theirs),
        theirs.response,
        theirs.operation_name,
    )
    assert ours.response["CancellationReasons"][0]["Code"] == "TransactionConflict"


def test_of_a_client_they_are_the_clients_own():
    client = Service("dynamodb").client
    error, _ = error_of(
        "dynamodb.conditional-failed", "dynamodb", table=client, TableName="T", Item={}
    )

    assert isinstance(error, client.exceptions.ConditionalCheckFailedException)


def test_the_status_of_an_http_service_comes_with_the_error():
    error, outcome = error_of("http.429", "http")

    assert (type(error).__name__, error.status, error.headers) == (
        "HTTP 429",
        429,
        {"Retry-After": "1"},
    )
    assert outcome.calls[0][2:] == (False, "HTTP 429", "f")


def test_a_function_that_failed_answers_as_the_sdk_does():
    answer, outcome = error_of("lambda.error", "lambda")

    assert answer["FunctionError"] == "Unhandled"
    assert answer["Payload"]["errorMessage"] == "The function failed."
    assert outcome.calls[0][2] is True


def test_whoever_is_no_longer_waited_for_gets_an_error():
    error, _ = error_of("lambda.appsync-timeout", "lambda")

    assert str(error) == "Execution timed out."


@pytest.mark.parametrize("call", ["batch_write_item", "batch_write_later"])
def test_a_batch_is_taken_in_part(call):
    table = Table()
    answer, outcome = error_of(
        "dynamodb.partial-batch", call=call, table=table, RequestItems={"A": [1, 2]}
    )

    assert answer == {"ConsumedCapacity": [], "UnprocessedItems": {"A": [2]}}
    assert table.items == [{"RequestItems": {"A": [1]}}]
    assert outcome.calls[0][2:] == (True, None, "f")


@pytest.mark.parametrize("call", ["batch_write_item", "batch_write_later"])
def test_of_a_batch_of_one_nothing_is_taken(call):
    table = Table()
    answer, outcome = error_of(
        "dynamodb.partial-batch", call=call, table=table, RequestItems={"A": [1]}
    )

    assert answer == {"UnprocessedItems": {"A": [1]}}
    assert table.items == []
    assert outcome.calls[0][2] is False


def test_a_method_that_returns_an_awaitable_passes_too():
    answer, outcome = error_of("sqs.throttled", "dynamodb", call="later")

    assert answer == {"ok": True}
    assert outcome.calls == [("T", "Later", True, None, None)]


def test_the_arguments_are_what_was_written():
    async def handler(event, context):
        table = watch(Table(), source="T")
        for number in (Decimal(1), Decimal(1), Decimal(2)):
            table.put_item(n=number)
        watch([], source="L").append(1)

    effects = [call.effect for call in place(handler).of(type(place(handler).records[3]))]

    assert effects[0] == effects[1] != effects[2]


@pytest.mark.parametrize("token", ["ClientRequestToken", "MessageDeduplicationId"])
def test_a_token_among_the_arguments_is_seen(token):
    async def handler(event, context):
        table = watch(Table(), source="T")
        table.put_item(**{token: "a"})
        table.put_item(**{token: "a"})

    assert [call[2] for call in place(handler).calls] == [True, False]
