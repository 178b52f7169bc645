"""Steps that ask the API: send, subscribe, query."""

from __future__ import annotations

import pytest
from scenario_files import loaded, said, step

from appsync_emu.core.comparisons import Comparison
from appsync_emu.scenario.model import Caller, Query, Send, Subscribe


def test_a_send_with_everything():
    send = step(
        "send: {label: bulk, command: Mutation.place, input: {id: 'b-{n}'}, identity: {sub: u},"
        " headers: {X-A: b}, repeat: 40, every: 5s, save: {ref: traceId}}"
    )
    assert send == Send(
        line=5,
        label="bulk",
        command="Mutation.place",
        input={"id": "b-{n}"},
        caller=Caller(claims={"sub": "u"}, headers={"x-a": "b"}),
        repeat=40,
        every_s=5.0,
        save={"ref": "traceId"},
    )


def test_a_send_that_must_be_refused():
    send = step("send: {command: place, refused: {status: 400, type: {contains: Bad}}}")
    assert isinstance(send, Send)
    assert send.refused == {"status": 400, "type": Comparison("contains", "Bad")}
    assert getattr(step("send: {command: place, refused: {}}"), "refused", None) == {}


def test_subscribers():
    assert step("subscribe: {label: w, to: statuses, of: order}") == Subscribe(
        line=5, label="w", to="statuses", of="order"
    )
    assert step("subscribe: {label: w, to: onOrder, arguments: {id: 1}}") == Subscribe(
        line=5, label="w", to="onOrder", arguments={"id": 1}
    )


def test_queries():
    assert step("query: {field: order, arguments: {id: 1}, expect: ~, save: {first: 0.id}}") == (
        Query(line=5, query="order", arguments={"id": 1}, expects=True, save={"first": "0.id"})
    )
    asked = step('query: {document: "{order{id}}", errors: {message: {matches: no}}}')
    assert asked == Query(
        line=5, query="{order{id}}", errors={"message": Comparison("matches", "no")}
    )


def test_what_is_saved_can_be_used_afterwards():
    ask = "  - query: {field: order, save: {ref: id}}\n"
    use = '  - query: {field: order, arguments: {id: "{ref}"}, expect: {id: "{ref}"}}\n'
    assert loaded("", ask + use).steps
    assert len(said("", use + ask)) == 2


@pytest.mark.parametrize(
    "line",
    [
        "send: placeOrder",
        "send: {command: [a]}",
        "send: {command: a, repeat: 0}",
        "send: {command: a, repeat: 2, every: soon}",
        "send: {command: a, refused: {type: {above: 3}}}",
        "send: {command: a, input: [1]}",
        "send: {command: a, save: {x: [1]}}",
        'send: {command: a, refused: {message: "{x}"}}',
        "subscribe: watcher",
        "subscribe: {label: a b, to: onOrder}",
        "subscribe: {label: w}",
        "subscribe: {label: w, to: statuses, of: order, arguments: {a: 1}}",
        "query: order",
        "query: {document: ~}",
        'query: {field: a, errors: {message: "{x}"}}',
        "query: {field: a b}",
    ],
)
def test_what_is_wrong(line):
    assert len(said("", f"  - send: {{label: order, command: a}}\n  - {line}\n")) == 1
