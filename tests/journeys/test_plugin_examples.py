"""Tests that read well: what authors write about an API of their own, run as they write it."""

from __future__ import annotations

import pytest
from suite import run_apart

pytest_plugins = ["pytester"]

SCHEMA = """
type Query { trace(traceId: ID!): [Trace!] }
type Mutation { placeOrder(orderId: ID!, total: Int): Accepted }
type Subscription { onStatus(traceId: ID): Trace }
type Accepted { traceId: ID! }
type Trace { traceId: ID! component: String! status: String! timestamp: AWSDateTime }
"""

HANDLERS = """
from appsync_emu import BusinessError, Registry, watch

registry = Registry(trace={"query": "Query.trace", "subscription": "Subscription.onStatus"})


class InvalidTotal(BusinessError):
    pass


class Table(dict):
    def put_item(self, key, item):
        self[key] = item


ORDERS = watch(Table(), source="OrdersTable", service="dynamodb")


@registry.component("PaymentHandler", commands=["placeOrder"], idempotency_key="arguments.orderId")
async def pay(event, context):
    order = event["arguments"]
    if (order.get("total") or 0) < 0:
        raise InvalidTotal("a total is not negative")
    if order["orderId"] not in ORDERS:
        ORDERS.put_item(order["orderId"], order)


@registry.fresh
def empty():
    ORDERS.clear()
"""

CONFTEST = """
from pathlib import Path

from shop import registry


def pytest_appsync_api(config):
    return registry.api(Path(__file__).with_name("schema.graphql"))
"""

PAYMENT_DOWN = """
scenario: 1
title: The payment service is down, until somebody repairs it
seeds: [1]
faults:
  - id: payment-down
    point: attempt
    match: {component: PaymentHandler}
    effect: {error: network.refused}
steps:
  - send: {label: order, command: placeOrder, input: {orderId: o-1}}
  - settle: {}
  - heal: all
  - redrive: {label: order}
  - settle: {}
expect:
  traces: {order: {status: success}}
  deadletters: {count: 0}
"""

TESTS = """
import pytest


def test_order_survives_two_resets(appsync):
    appsync.fault("network.reset", at="attempt", component="PaymentHandler", attempts=[1, 2])

    trace = appsync.send("placeOrder", orderId="o-1", total=250)
    appsync.settle()

    assert trace.succeeded(attempts=3)
    assert trace.statuses == ["accepted", "success"]
    assert not appsync.deadletters


def test_gives_up_and_keeps_the_context(appsync):
    appsync.fault("dynamodb.throughput-exceeded", at="data", source="OrdersTable")

    trace = appsync.send("placeOrder", orderId="o-1")
    appsync.settle()

    assert trace.failed(attempts=4, reason="retries-exhausted")
    [letter] = appsync.deadletters
    assert letter.trace_id == trace.id
    assert letter.input == {"orderId": "o-1"}
    assert [a.error.type for a in letter.attempts] == ["ProvisionedThroughputExceededException"] * 4


def test_business_error_is_not_retried(appsync):
    trace = appsync.send("placeOrder", orderId="o-1", total=-1)
    appsync.settle()

    assert trace.failed(attempts=1, error="InvalidTotal")


def test_back_off_is_not_early(appsync):
    appsync.fault("network.timeout", at="attempt", attempts=1, phase="request")
    appsync.retry(backoff="fixed", base="15m")
    trace = appsync.send("placeOrder", orderId="o-1")

    appsync.advance("14m 59s")
    assert trace.status == "accepted"
    appsync.advance("1s")
    assert trace.succeeded(attempts=2)


async def test_watcher_survives_a_dropped_socket(appsync_async):
    async with appsync_async.subscribe("onStatus", of="placeOrder") as watcher:
        watcher.drop_after(1, code=1006)
        trace = await appsync_async.send("placeOrder", orderId="o-1")
        await trace.ended()

    assert watcher.statuses == ["accepted", "success"]
    assert watcher.reconnects == 1
    assert watcher.nothing_more()          # proven: nothing is scheduled; no waiting


@pytest.mark.appsync(scenario="payment_down.appsync.yaml")
def test_redrive_after_recovery(appsync):
    trace = appsync.send("placeOrder", orderId="o-1")
    appsync.settle()
    assert trace in appsync.deadletters

    appsync.heal()
    appsync.redrive(trace)
    appsync.settle()
    assert trace.succeeded()
    assert not appsync.deadletters
"""
INI = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"


@pytest.fixture
def shop(pytester):
    pytest.importorskip("pytest_asyncio")
    texts = {
        "schema.graphql": SCHEMA,
        "shop.py": HANDLERS,
        "conftest.py": CONFTEST,
        "payment_down.appsync.yaml": PAYMENT_DOWN,
        "test_orders.py": TESTS,
        "pytest.ini": INI,
    }
    for name, text in texts.items():
        pytester.path.joinpath(name).write_text(text, "utf-8")
    return pytester


def test_they_pass_as_printed(shop):
    result = run_apart(shop, "--strict-markers", "-v")
    result.assert_outcomes(passed=7)  # the tests, and the scenario file
    result.stdout.fnmatch_lines(
        ["payment_down.appsync.yaml::The payment service is down, *PASSED*"]
    )


def test_they_pass_in_two_processes_with_every_check(shop):
    pytest.importorskip("xdist")
    result = run_apart(
        shop, "-n", "2", "--appsync-seeds", "3", "--appsync-check-determinism", "--strict-markers"
    )
    result.assert_outcomes(passed=6 * 3 + 1)


def test_a_failure_shows_the_story(shop):
    path = shop.path / "test_orders.py"
    path.write_text(TESTS.replace("attempts=[1, 2]", 'attempts="1-4", name="flaky"'), "utf-8")
    result = run_apart(shop, "-k", "two_resets")
    result.assert_outcomes(failed=1, deselected=6)
    result.stdout.fnmatch_lines(
        [
            ">       assert trace.succeeded(attempts=3)",
            "E  *wanted success in 3 attempts; PaymentHandler ended 'error' after 4 attempts*",
            "*- AppSync timeline -*",
            "  0:00.000  t1 *attempt 1: ConnectionResetError: *(fault flaky)",
            "  *  t1 *dead letter written",
            "*- AppSync faults -*",
            "flaky: network.reset at attempt, component PaymentHandler, *; struck 4 times",
        ]
    )
