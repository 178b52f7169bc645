"""Scenarios beside the API that they are meant for."""

from __future__ import annotations

from pathlib import Path

import pytest
from scenario_files import SEND, loaded

from appsync_emu.config.load import load
from appsync_emu.config.registry import Registry
from appsync_emu.graph.schema import build
from appsync_emu.scenario.check import check_against

API = load(Path(__file__).resolve().parents[2] / "fixtures" / "apis" / "orders")
SCHEMA = build(API.schema)


def wrong(text: str, steps: str = SEND, api=API) -> list[str]:
    mistakes = check_against(loaded(text, steps), api, build(api.schema))
    assert all(mistake.line and mistake.file and mistake.remedy for mistake in mistakes)
    assert [mistake.line for mistake in mistakes] == sorted(mistake.line for mistake in mistakes)
    return [mistake.message for mistake in mistakes]


def doing(line: str) -> list[str]:
    return wrong("", f"{SEND}  - {line}\n")


def test_what_fits():
    text = """
faults:
  - id: a
    point: attempt
    match: {component: {in: [Orders.Place]}, command: placeOrder}
    effect: {hang: true}
  - {id: b, point: attempt, effect: {crash: {scope: component, component: Notify}, phase: request}}
expect:
  traces: {order: {components: {Notify: {status: success}}}}
  deadletters: {contain: [{component: Notify}]}
"""
    steps = f"""{SEND}
  - send: {{command: Mutation.placeOrder, input: {{orderId: o-1, total: 5}}}}
  - subscribe: {{label: w, to: statuses, of: order}}
  - subscribe: {{label: v, to: onTrace, arguments: {{traceId: x}}}}
  - query: {{field: item, arguments: {{id: x}}}}
  - query: {{field: Query.item, arguments: {{id: x}}}}
  - query: {{document: "{{anything}}"}}
  - crash: {{component: Notify}}
  - settle:
"""
    assert wrong(text, steps) == []


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "send: {label: x, command: placeOrdr}",
            (
                'the command of send "x" is "placeOrdr", which the API does not have;'
                ' did you mean "placeOrder"?'
            ),
        ),
        (
            "send: {command: Query.x}",
            'the command of a send is "Query.x", which the API does not have',
        ),
        (
            "send: {command: placeOrder, input: {orderid: x}}",
            '"placeOrder" has no argument "orderid"; did you mean "orderId"?',
        ),
        (
            "subscribe: {label: w, to: onTrac}",
            (
                'the field of a subscription is "onTrac", which the API does not have;'
                ' did you mean "onTrace"?'
            ),
        ),
        (
            "subscribe: {label: w, to: onTrace, arguments: {id: x}}",
            '"onTrace" has no argument "id"',
        ),
        (
            "query: {field: itm}",
            'the field of a query is "itm", which the API does not have; did you mean "item"?',
        ),
        (
            "crash: {component: Notfy}",
            (
                'the component of the step "crash" is "Notfy", which the API does not have;'
                ' did you mean "Notify"?'
            ),
        ),
        (
            "expect: {deadletters: {contain: [{component: Notfy}]}}",
            (
                'the component of a dead letter is "Notfy", which the API does not have;'
                ' did you mean "Notify"?'
            ),
        ),
    ],
)
def test_steps_that_do_not_fit(line, message):
    assert doing(line) == [message]


def test_a_command_that_must_be_refused_may_have_wrong_arguments():
    assert doing("send: {command: placeOrder, input: {oder: x}, refused: {}}") == []


def test_faults_and_expectations_that_do_not_fit():
    text = """
faults:
  - id: a
    point: attempt
    match: {component: {in: [Notify, X]}, command: cancel}
    effect: {hang: true}
  - {id: b, point: attempt, effect: {crash: {scope: component, component: Y}, phase: request}}
calm: {traces: {order: {components: {Z: {status: error}}}}}
expect: {traces: {order: {components: {W: {attempts: 1}}}}}
"""
    assert [message.partition(",")[0] for message in wrong(text)] == [
        'the component of fault "a" is "X"',
        'the command of fault "a" is "cancel"',
        'the component that dies of fault "b" is "Y"',
        'a component of trace "order" is "Z"',
        'a component of trace "order" is "W"',
    ]


def test_an_api_without_subscriptions_and_with_two_commands_of_one_name():
    registry = Registry()
    registry.component("A", commands=["Mutation.close", "Shop.close"])(lambda event, context: None)
    api = registry.api(
        "type Query { a: ID } type Mutation { close(input: In): Accepted  shop: Shop }"
        " type Shop { close: Accepted } type Accepted { traceId: ID! } input In { id: ID }"
    )
    steps = """
  - send: {label: order, command: close}
  - send: {command: Mutation.close, input: {idd: 1}}
  - send: {command: Mutation.close, input: {input: {di: 1}}}
  - subscribe: {label: w, to: statuses, of: order}
  - subscribe: {label: v, to: onOrder}
"""
    assert wrong("", steps, api) == [
        'the command of send "order" is "close", the name of several: Mutation.close, Shop.close',
        '"close" has no argument "idd"; did you mean "id"?',
        'subscriber "w" listens to statuses, and the API has no subscription for them',
        "the API has no subscriptions",
    ]
