"""Which commands a mutation is going to call, before anything is executed."""

from __future__ import annotations

import pytest
from engine.kit import make_api, request

from appsync_emu.engine.emulator import Emulator
from appsync_emu.graph.calls import Called

EXECUTOR = Emulator(make_api()).executor
SOUGHT = {("Mutation", "place"), ("ShopMutation", "close")}


def called(query, **variables):
    return EXECUTOR.prepare(request(query, variables), SOUGHT)[0]


def test_fields_at_the_root_and_in_namespaces_are_found_in_order():
    query = """mutation M($id: ID!) {
        a: place(id: $id, total: 2) { traceId }
        __typename
        Shop { close(input: {reason: "late"}) { traceId } }
        b: place(id: "2") { traceId }
        touch(id: "3") { id }
    }"""
    assert called(query, id=1) == [
        Called("Mutation", "place", {"id": "1", "total": 2}),
        Called("ShopMutation", "close", {"input": {"reason": "late"}}),
        Called("Mutation", "place", {"id": "2"}),
    ]


@pytest.mark.parametrize(
    "query",
    [
        '{ trace(traceId: "1") { status } }',
        "mutation { place }",
        'mutation { place(id: "1") @skip(if: true) { traceId } touch(id: "1") { id } }',
    ],
    ids=["a query", "not valid", "skipped"],
)
def test_nothing_is_found_where_nothing_is_called(query):
    assert called(query) == []


def test_a_field_without_its_arguments_is_left_out():
    """It becomes an error when it is executed (graphql-java: coerced Null value)."""
    query = "mutation M($id: ID) { place(id: $id) { traceId } }"
    assert called(query.replace("ID)", 'ID = "1")'), id=None) == []
