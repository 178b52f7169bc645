"""The names that an API chose for its traces, and their defaults."""

from __future__ import annotations

import pytest
from api_files import COMMAND, SCHEMA, loaded, messages

from appsync_emu.core.api import TraceFields, TraceNames

UNIT = {"kind": "UNIT", "dataSource": "none"}


def test_defaults_are_what_the_schema_has(tmp_path):
    assert loaded(tmp_path, **COMMAND).trace == TraceNames(
        query="Query.trace", subscription="Subscription.onTrace"
    )


def test_without_commands_a_field_called_trace_is_an_ordinary_one(tmp_path):
    assert loaded(tmp_path).trace == TraceNames()


def test_a_field_with_a_resolver_is_no_default(tmp_path):
    api = loaded(
        tmp_path,
        **COMMAND,
        dataSources={"none": {"type": "NONE"}},
        resolvers={"Query.trace": UNIT},
    )
    assert (api.trace.query, api.trace.subscription) == (None, "Subscription.onTrace")


def test_roots_may_have_other_names(tmp_path):
    schema = SCHEMA.replace("type Query", "schema { query: Q mutation: Mutation }\ntype Q")
    schema = schema.replace("type Subscription", "type Unused")
    assert loaded(tmp_path, schema=schema, **COMMAND).trace == TraceNames(query="Q.trace")


def test_names_of_its_own(tmp_path):
    schema = (
        SCHEMA.replace("traceId", "id").replace("trace(", "history(").replace("onTrace(", "onLine(")
    )
    trace = {
        "field": "id",
        "header": "X-Id",
        "argument": "id",
        "query": "Query.history",
        "subscription": "Subscription.onLine",
        "fields": {"traceId": "id", "errorType": "status"},
    }
    assert loaded(tmp_path, schema=schema, **COMMAND, trace=trace).trace == TraceNames(
        **{**trace, "fields": TraceFields(trace_id="id", error_type="status")}
    )


@pytest.mark.parametrize(
    ("trace", "told"),
    [
        ({"query": "trace"}, ['"trace" is not "Type.field"']),
        (
            {"query": "Subscription.onTrace"},
            ['"query" of "trace" is "Subscription.onTrace", which is not a query field'],
        ),
        ({"query": []}, ['"query" of "trace" is a list']),
        ({"header": "a" * 129}, ['"header" of "trace" is "' + "a" * 129]),
        ({"header": "ä"}, ['"header" of "trace" is "ä"']),
        ({"fields": {"status": "state"}}, ['type "Trace" has no field "state"']),
        ({"fields": {"stat": "x"}}, ['unknown key "stat" in "fields" of "trace"']),
        ({"fields": {"status": []}}, ['"status" of "fields" of "trace" is a list']),
        ([], ['"trace" is a list, not a mapping']),
    ],
)
def test_wrong_names(tmp_path, trace, told):
    found = messages(tmp_path, **COMMAND, trace=trace)
    assert len(found) == len(told)
    assert all(text.startswith(start) for text, start in zip(found, told, strict=True)), found


def test_names_are_not_held_against_a_schema_without_traces(tmp_path):
    schema = SCHEMA.replace("trace(traceId: ID!): [Trace]", "").replace("onTrace", "onOther")
    trace = {"fields": {"status": "state"}}
    assert messages(tmp_path, schema=schema, **COMMAND, trace=trace) == []


def test_no_subscriptions_at_all(tmp_path):
    schema = SCHEMA.replace("type Subscription", "type Other")
    trace = {"subscription": "Subscription.onTrace"}
    assert messages(tmp_path, schema=schema, **COMMAND, trace=trace) == [
        '"subscription" of "trace" is "Subscription.onTrace", which is not a subscription field'
    ]
