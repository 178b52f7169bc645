"""Handlers of the journeys' API; they remember what they were called with."""

from __future__ import annotations

from appsync_emu.errors import BusinessError

CALLS: list[tuple[str, str]] = []
"""Name of the component (or ``function``) and the order, oldest first."""

FAILURES: list[dict[str, object]] = []
"""The details of the error events."""


class InvalidTotal(BusinessError):  # noqa: N818 - read by clients
    """The domain says no."""


def place(event, context):
    order = event["arguments"]
    CALLS.append((context.function_name, order["orderId"]))
    if order["total"] < 0:
        raise InvalidTotal("an order has a total")
    context.emit("OrderPlaced", {"orderId": order["orderId"]})


async def audit(event, context):
    CALLS.append((context.function_name, event["arguments"]["orderId"]))


def notify(event, context):
    CALLS.append((context.function_name, event["detail"]["orderId"]))
    context.send("shipOrder", orderId=event["detail"]["orderId"])


def ship(event, context):
    order_id = event["arguments"]["orderId"]
    CALLS.append((context.function_name, order_id))
    if order_id == "broken":
        event["detail"]  # of a command there is none


def charge(event, context):
    CALLS.append((context.function_name, event["arguments"]["orderId"]))


def mourn(event, context):
    FAILURES.append(event["detail"])


def rename(event, context):
    return event["arguments"]["name"]


def publish(event, context):
    """A resolver function of one's own: it puts the event onto the bus by itself."""
    context.emit("OrderPlaced", {"orderId": event["arguments"]["orderId"]})
    return {"traceId": context.trace_id}
