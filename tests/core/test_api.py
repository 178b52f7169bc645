"""What a loaded API is: frozen values with the defaults that the documentation states."""

from __future__ import annotations

import dataclasses

import pytest

from appsync_emu.core.api import (
    Api,
    AuthMode,
    CommandSpec,
    Component,
    DataSourceType,
    Handler,
    SdlSource,
    TraceNames,
)
from appsync_emu.core.retry import RetryPolicy


def test_a_command_is_called_by_its_field():
    """A namespaced command keeps the name that clients know."""
    spec = CommandSpec(
        type_name="WorkspaceMutation",
        field_name="authorizeUser",
        path=("Workspace", "authorizeUser"),
        components=("Authorizer",),
    )
    assert spec.name == "authorizeUser"


def test_defaults_of_an_api():
    api = Api(name="shop", schema=(SdlSource("schema.graphql", "type Query { a: Int }"),))
    assert api.authentication is AuthMode.API_KEY
    assert api.trace == TraceNames(field="traceId", header="traceId", argument="traceId")
    assert api.deadletters.business is False
    assert api.queue_limit == 10_000
    assert dict(api.commands) == dict(api.components) == dict(api.resolvers) == {}


def test_defaults_of_a_component():
    handler = Handler(path="shop.orders:place", call=print, is_async=False)
    component = Component(name="Orders", handler=handler)
    assert component.retry == RetryPolicy(max_retries=3)
    assert (component.on, component.timeout_s) == ((), 30.0)
    assert component.idempotency_key is component.concurrency is None


def test_values_are_frozen():
    api = Api(name="shop", schema=())
    with pytest.raises(dataclasses.FrozenInstanceError):
        api.name = "other"  # type: ignore[misc]  # that is the point


def test_data_source_types_are_appsyncs_own_words():
    """AppSync API reference, DataSource: type."""
    assert {*DataSourceType} <= {
        "AWS_LAMBDA",
        "AMAZON_DYNAMODB",
        "AMAZON_ELASTICSEARCH",
        "AMAZON_OPENSEARCH_SERVICE",
        "NONE",
        "HTTP",
        "RELATIONAL_DATABASE",
        "AMAZON_EVENTBRIDGE",
        "AMAZON_BEDROCK_RUNTIME",
    }
