"""Run with `python -m pytest`: the fixture `appsync` is this folder's API, on virtual time."""

import pytest
from shop.payment import PAYMENTS


@pytest.fixture(autouse=True)
def payments():
    """A payment service that works, and has charged nobody."""
    PAYMENTS.resets = 0
    PAYMENTS.charged.clear()
    return PAYMENTS


def test_an_order_is_paid(appsync, payments):
    trace = appsync.send("placeOrder", orderId="o-1", total=250)
    assert trace.status == "accepted"
    appsync.settle()

    assert trace.succeeded(attempts=1)
    assert payments.charged == {"o-1": 250}


def test_an_order_survives_two_resets(appsync, payments):
    payments.resets = 2

    trace = appsync.send("placeOrder", orderId="o-1", total=250)
    appsync.settle()

    assert trace.succeeded(attempts=3)
    assert trace.statuses == ["accepted", "success"]
    assert not appsync.deadletters


def test_it_gives_up_after_four_attempts_and_keeps_the_context(appsync, payments):
    payments.resets = 4

    trace = appsync.send("placeOrder", orderId="o-1", total=250)
    appsync.settle()

    assert trace.failed(attempts=4, reason="retries-exhausted")
    [letter] = appsync.deadletters
    assert letter.trace_id == trace.id
    assert letter.input == {"orderId": "o-1", "total": 250}
    assert [attempt.error.type for attempt in letter.attempts] == ["ConnectionResetError"] * 4


def test_redrive_after_recovery(appsync, payments):
    payments.resets = 4
    trace = appsync.send("placeOrder", orderId="o-1", total=250)
    appsync.settle()
    assert trace in appsync.deadletters
    assert payments.charged == {}

    appsync.redrive(trace)
    appsync.settle()

    assert trace.succeeded()
    assert payments.charged == {"o-1": 250}
    assert not appsync.deadletters


def test_a_business_error_is_not_retried(appsync, payments):
    trace = appsync.send("placeOrder", orderId="o-1", total=0)
    appsync.settle()

    assert trace.failed(attempts=1, error="InvalidTotal")
    assert payments.charged == {}


def test_an_order_that_is_sent_twice_is_paid_once(appsync, payments):
    first = appsync.send("placeOrder", orderId="o-1", total=250)
    appsync.settle()
    payments.charged.clear()

    second = appsync.send("placeOrder", orderId="o-1", total=250)
    appsync.settle()

    assert first.succeeded()
    assert second.succeeded()
    assert payments.charged == {}


def test_an_order_that_is_delivered_twice_is_paid_once(appsync):
    appsync.fault("duplicate", component="Orders.Place")

    trace = appsync.send("placeOrder", orderId="o-1", total=250)
    appsync.settle()

    assert trace.succeeded()


def test_an_answer_that_is_lost_is_no_second_charge(appsync):
    """The charge went through and only its answer was lost: the retry finds the key done."""
    appsync.fault("network.reset", at="attempt", attempts=1, phase="response")

    trace = appsync.send("placeOrder", orderId="o-1", total=250)
    appsync.settle()

    assert trace.succeeded()
