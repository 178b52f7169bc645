"""A small API for tests of the engine, made without files."""

from __future__ import annotations

import asyncio
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
from appsync_emu.core.request import GraphqlRequest, Identity
from appsync_emu.core.retry import Backoff, BackoffKind, RetryPolicy
from appsync_emu.engine.clock import ManualClock
from appsync_emu.engine.emulator import Emulator

SDL = """
type Query {
  trace(traceId: ID!): [Trace!]!
  latest(traceId: ID!): Trace
  ask(what: String): String
}
type Mutation { place(id: ID!, total: Int): Accepted  Shop: ShopMutation  touch(id: ID!): Touched }
type ShopMutation { close(input: CloseInput!): Accepted }
input CloseInput { reason: String }
type Accepted { traceId: ID! }
type Touched { id: ID! }
type Trace {
  traceId: ID!
  component: String!
  status: String!
  timestamp: AWSDateTime!
  command: String
  event: String
  message: String
  attempt: Int
  errorType: String
  previous: String
}
type Subscription {
  onTrace(traceId: ID): Trace
  onTouch(id: ID): Touched @aws_subscribe(mutations: ["touch"])
}
"""
KEY = "da2-" + "k" * 26
MINUTELY = RetryPolicy(backoff=Backoff(kind=BackoffKind.FIXED, base_s=60))


def handler(call):
    return Handler(
        path=f"kit:{call.__name__}", call=call, is_async=inspect.iscoroutinefunction(call)
    )


async def nothing(event, context):
    return None


def make_api(place=nothing, *, ask=nothing, ask_timeout_s=30.0, others=(), **options):
    """An API whose command ``place`` starts the component ``Place``; ``others`` are more."""
    components = [Component(name="Place", handler=handler(place), retry=MINUTELY), *others]
    function = Function(name="ask", handler=handler(ask), timeout_s=ask_timeout_s)
    return Api(
        **{
            "name": "kit",
            "schema": (SdlSource("schema.graphql", SDL),),
            "api_keys": (ApiKey(name="web", value=KEY),),
            "data_sources": {
                "ask": DataSource(name="ask", type=DataSourceType.AWS_LAMBDA, function=function),
                "none": DataSource(name="none", type=DataSourceType.NONE),
            },
            "resolvers": {
                "Query.ask": UnitResolver(data_source="ask"),
                "Mutation.touch": UnitResolver(data_source="none"),
            },
            "commands": {
                "Mutation.place": CommandSpec(
                    type_name="Mutation",
                    field_name="place",
                    path=("place",),
                    components=("Place",),
                ),
                "ShopMutation.close": CommandSpec(
                    type_name="ShopMutation",
                    field_name="close",
                    path=("Shop", "close"),
                    components=("Place",),
                ),
            },
            "components": {component.name: component for component in components},
            "trace": TraceNames(query="Query.trace", subscription="Subscription.onTrace"),
            **options,
        }
    )


def request(query, variables=None, **headers):
    return GraphqlRequest(query, variables or {}, None, Identity(), headers, "request-1")


def drive(api, scenario, **options):
    """Run ``scenario(emulator)`` on virtual time; what it returns."""

    async def main():
        clock = options.pop("clock", None) or ManualClock(hang_s=0.3)
        async with Emulator(api, clock=clock, seed=options.pop("seed", 5), **options) as emulator:
            return await scenario(emulator)

    return asyncio.run(main())


async def answer(emulator, query, variables=None, **headers):
    """The response to a document, with virtual time moving while it is waited for."""

    async def ask():
        response = emulator.execute(request(query, variables, **headers))
        return response if isinstance(response, dict) else await response

    return await emulator.clock.until(emulator.clock.spawn(ask()))
