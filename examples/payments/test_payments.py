"""Run with `python -m pytest`: the shop in virtual time, one fault after another."""

from shop.handlers import PAYMENTS


def test_an_order_is_charged(appsync):
    trace = appsync.send("placeOrder", orderId="o-1", total=250)
    appsync.settle()

    assert trace.succeeded(attempts=1)
    assert PAYMENTS.items == {"o-1": {"orderId": "o-1", "charged": 250}}


def test_a_lost_answer_charges_nobody_twice(appsync):
    appsync.fault(
        "network.timeout", at="data", source="PaymentsTable", phase="response", first=1, after="5s"
    )
    trace = appsync.send("placeOrder", orderId="o-1", total=250)
    appsync.settle()

    assert trace.succeeded(attempts=2)
    assert list(PAYMENTS.items) == ["o-1"]


def test_it_gives_up_while_the_table_is_away(appsync):
    appsync.fault("dynamodb.throughput-exceeded", at="data", source="OrdersTable")
    trace = appsync.send("placeOrder", orderId="o-1", total=250)
    appsync.settle()

    assert trace.failed(attempts=4, reason="retries-exhausted")
    assert not PAYMENTS.items
