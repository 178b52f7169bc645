"""The shop, declared in Python: one command, and the component that does its work."""

from contextlib import suppress

from appsync_emu import Registry, watch
from shop.tables import ConditionalCheckFailedException, Table

registry = Registry(trace={"query": "Query.trace", "subscription": "Subscription.onTrace"})

# `watch` makes calls of methods known by name: put_item is the operation PutItem of that table.
ORDERS = watch(Table("orderId"), source="OrdersTable", service="dynamodb")
PAYMENTS = watch(Table("orderId"), source="PaymentsTable", service="dynamodb")


@registry.component("PaymentHandler", commands=["placeOrder"], idempotency_key="arguments.orderId")
async def pay(event, context):
    """Do the work of placeOrder; what it lets through is retried.

    Any write may have happened in an attempt before this one, whose answer was lost on the way. So
    each is made once only, however often it is tried.
    """
    order = event["arguments"]
    put_once(ORDERS, {"orderId": order["orderId"], "total": order["total"]})
    put_once(PAYMENTS, {"orderId": order["orderId"], "charged": order["total"]})


def put_once(table, item):
    """Write an item, unless an attempt before this one did."""
    with suppress(ConditionalCheckFailedException):
        table.put_item(item, if_new=True)


@registry.fresh
def empty_tables():
    """Every run begins with a shop that nobody has ordered anything from."""
    ORDERS.items.clear()
    PAYMENTS.items.clear()
