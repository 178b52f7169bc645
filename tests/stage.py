"""A small shop for the tests of scenarios: tables in memory, one command, and files from text."""

from __future__ import annotations

import textwrap
from types import SimpleNamespace
from typing import TYPE_CHECKING

from appsync_emu.config.registry import Registry
from appsync_emu.graph.schema import build
from appsync_emu.scenario.load import load
from appsync_emu.scenario.world import LoadedApi
from appsync_emu.sdks.watched import watch

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = """
type Query { trace(traceId: ID!): [Trace!]!  order(id: ID!): Order  broken: String }
type Mutation { placeOrder(id: ID!, total: Int): Accepted  cancelOrder(id: ID!): Accepted
  tell(id: ID!, text: String): Told }
type Subscription { onTrace(traceId: ID!): Trace
  onTold(id: ID): Told @aws_subscribe(mutations: ["tell"]) }
type Accepted { traceId: ID! }
type Told { id: ID!  text: String }
type Order { id: ID!  total: Int  lines: [String!] }
type Trace { traceId: ID!  component: String!  status: String!  timestamp: AWSDateTime!
  attempt: Int  errorType: String  message: String  command: String  event: String  previous: ID }
"""


class Table:
    def __init__(self):
        self.items = {}

    def put_item(self, name, value):
        self.items[name] = value

    def put_new(self, name, value):
        if name in self.items:
            raise KeyError(name)
        self.items[name] = value

    def get_item(self, name):
        return self.items.get(name)


def shop(place=None, *, idempotency_key="arguments.id", on_event=None, cancel=None):
    """An API and its table. ``place(event, context, table)`` handles placeOrder."""
    table = watch(Table(), source="Orders", service="dynamodb")
    registry = Registry(trace={"query": "Query.trace", "subscription": "Subscription.onTrace"})

    async def default(event, context, table):
        table.put_item(event["arguments"]["id"], event["arguments"].get("total"))

    chosen = place or default

    @registry.component("Place", commands=["placeOrder"], idempotency_key=idempotency_key)
    async def handle(event, context):
        return await chosen(event, context, table)

    if cancel is not None:

        @registry.component("Cancel", commands=["cancelOrder"])
        async def handle_cancel(event, context):
            return await cancel(event, context, table)

    if on_event is not None:

        @registry.component("Tell", on={"detail-type": ["OrderPlaced"]})
        async def handle_event(event, context):
            return await on_event(event, context, table)

    _add_functions(registry, table)
    registry.fresh(table.items.clear)
    api = registry.api(SCHEMA)
    loaded = LoadedApi(api=api, schema=build(api.schema))
    return SimpleNamespace(loaded=loaded, table=table)


def _add_functions(registry, table):
    @registry.function("Query.order")
    def order(event, context):
        name = event["arguments"]["id"]
        if name not in table.items:
            return None
        return {"id": name, "total": table.items[name], "lines": ["a", "b"]}

    @registry.function("Query.broken")
    def broken(event, context):
        raise ValueError("it is broken")

    @registry.function("Mutation.tell")
    def tell(event, context):
        return event["arguments"]


def scenario(folder: Path, steps: str, more: str = "", name: str = "a.appsync.yaml"):
    """A scenario with these steps; ``more`` is whatever else stands at the top level."""
    text = "scenario: 1\ntitle: A test\n" + textwrap.dedent(more)
    text += "\nsteps:\n" + textwrap.indent(textwrap.dedent(steps), "  ")
    path = folder / name
    path.write_text(text)
    return load(path)
