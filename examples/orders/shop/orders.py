"""The functions that appsync.yaml names, shaped like Lambda functions: (event, context)."""

from appsync_emu.errors import BusinessError
from shop.payment import PAYMENTS


class InvalidTotal(BusinessError):  # noqa: N818 - clients read this name as errorType
    """The shop says no: never retried."""


def place(event, context):
    """Does the work of Mutation.placeOrder; what it lets through is retried."""
    order = event["arguments"]
    if order["total"] <= 0:
        raise InvalidTotal(f"an order over {order['total']} is none")
    PAYMENTS.charge(order["orderId"], order["total"])


def order(event, context):
    """Answers Query.order."""
    order_id = event["arguments"]["orderId"]
    total = PAYMENTS.charged.get(order_id)
    return None if total is None else {"orderId": order_id, "total": total}


def disturb(event, context):
    """Answers Mutation.disturbPayments."""
    PAYMENTS.resets = event["arguments"]["resets"]
    return PAYMENTS.resets
