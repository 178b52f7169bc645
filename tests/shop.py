"""A small API made of Python functions, for tests of the harness."""

from __future__ import annotations

import inspect

from appsync_emu.core.api import (
    Api,
    ApiKey,
    CommandSpec,
    Component,
    DataSource,
    DataSourceType,
    Function,
    Handler,
    SdlSource,
    TraceNames,
    UnitResolver,
)
from appsync_emu.graph.schema import build

SDL = """
type Query { item(id: ID!): Item  slow: String  trace(traceId: ID!): [Trace!] }
type Mutation {
  placeOrder(orderId: ID!, total: Int): Accepted
  rename(id: ID!, name: String): Item
  Stock: StockMutation
}
type StockMutation { reserve(input: ReserveInput!): Accepted }
input ReserveInput { sku: ID! }
type Subscription { onTrace(traceId: ID): Trace }
type Item { id: ID!  name: String }
type Accepted { traceId: ID! }
type Trace {
  traceId: ID!  component: String!  status: String!  timestamp: AWSDateTime!  attempt: Int
}
"""


def handler(call, name="h"):
    return Handler(path=f"shop:{name}", call=call, is_async=inspect.iscoroutinefunction(call))


async def nothing(event, context):
    return None


async def slow(event, context):
    await context.sleep(5)
    return "at last"


def item(event, context):
    return {"id": event["arguments"]["id"], "name": "thing"}


def shop(place=nothing, *, reserve=nothing, notify=None, also=None, **options):
    """An API: ``placeOrder`` starts ``Place`` (and ``Also``), an event ``Placed`` ``Notify``."""
    components = {
        "Place": Component(name="Place", handler=handler(place), **options),
        "Reserve": Component(name="Reserve", handler=handler(reserve)),
    }
    started = ("Place",)
    if notify is not None:
        pattern = {"detail-type": ["Placed"]}
        components["Notify"] = Component(name="Notify", handler=handler(notify), on=(pattern,))
    if also is not None:
        components["Also"] = Component(name="Also", handler=handler(also))
        started = ("Place", "Also")
    sources = {
        name: DataSource(
            name=name,
            type=DataSourceType.AWS_LAMBDA,
            function=Function(name=name, handler=handler(call)),
        )
        for name, call in (("item", item), ("slow", slow))
    }
    return Api(
        name="shop",
        schema=(SdlSource("schema.graphql", SDL),),
        api_keys=(ApiKey(name="web", value="da2-abcdefghijklmnopqrstuvwxyz"),),
        data_sources=sources,
        resolvers={
            "Query.item": UnitResolver(data_source="item"),
            "Query.slow": UnitResolver(data_source="slow"),
            "Mutation.rename": UnitResolver(data_source="item"),
        },
        commands={
            "Mutation.placeOrder": CommandSpec(
                type_name="Mutation",
                field_name="placeOrder",
                path=("placeOrder",),
                components=started,
            ),
            "StockMutation.reserve": CommandSpec(
                type_name="StockMutation",
                field_name="reserve",
                path=("Stock", "reserve"),
                components=("Reserve",),
            ),
        },
        components=components,
        trace=TraceNames(query="Query.trace", subscription="Subscription.onTrace"),
    )


SCHEMA = build((SdlSource("schema.graphql", SDL),))
