"""Writes a folder with a small shop and a scenario of it, for tests of what runs such files."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = """
type Query { trace(traceId: ID!): [Trace!]!  total(orderId: ID!): Int }
type Subscription { onTrace(traceId: ID!): Trace }
type Mutation { placeOrder(orderId: ID!): Accepted }
type Accepted { traceId: ID! }
type Trace { traceId: ID!  component: String!  status: String!  timestamp: AWSDateTime! }
"""

HANDLERS = """
import os
from appsync_emu import Registry, watch

registry = Registry(trace={"query": "Query.trace", "subscription": "Subscription.onTrace"})

class Table:
    def put_item(self, item):
        return None

ORDERS = watch(Table(), source="Orders", service="dynamodb")

@registry.component("Pay", commands=["placeOrder"], idempotency_key="arguments.orderId")
async def pay(event, context):
    WHAT
"""

FAULT = """
  - id: reset
    point: attempt
    match: {component: Pay}
    strike: {attempts: 1}
    effect: {error: network.reset, phase: request}
"""

LOST = """
  - id: lost
    point: data
    match: {source: Orders}
    strike: {calls: {first: 1}, per: trace}
    effect: {error: network.timeout, phase: response}
"""

GOOD = "pass"
WRITES = "ORDERS.put_item({'orderId': event['arguments']['orderId']})"
"""Without any thought of having been tried before."""

DIES = "os._exit(3)"


def write_shop(folder: Path, work: str = GOOD) -> None:
    """The schema and the handlers; ``work`` is what the one component does."""
    folder.joinpath("schema.graphql").write_text(SCHEMA, "utf-8")
    folder.joinpath("small_shop_handlers.py").write_text(HANDLERS.replace("WHAT", work), "utf-8")


def write_scenario(
    folder: Path,
    name: str = "orders",
    *,
    faults: str = FAULT,
    seeds: str = "[1, 2, 3]",
    more: str = "",
    expect: str = "expect: {traces: {order: {status: success}}}",
    steps: str = "  - send: {label: order, command: placeOrder, input: {orderId: o-1}}\n",
) -> Path:
    """A scenario file of that shop."""
    sections = [
        f"scenario: 1\ntitle: The scenario {name}\n{more}",
        "api: {schema: schema.graphql, handlers: 'small_shop_handlers:registry'}",
        f"seeds: {seeds}" if seeds else "",
        f"faults: {faults}" if faults else "",
        f"steps:\n{steps}{expect}",
    ]
    path = folder / f"{name}.appsync.yaml"
    path.write_text("\n".join(part for part in sections if part) + "\n", "utf-8")
    return path
