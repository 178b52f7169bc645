"""APIs that are declared in Python."""

from __future__ import annotations

import inspect
from datetime import timedelta
from pathlib import Path

import pytest

import appsync_emu
from appsync_emu import Registry, RetryPolicy, UsageError
from appsync_emu.core.api import UnitResolver
from appsync_emu.core.classify import ErrorClass
from appsync_emu.testing.harness import Harness

SDL = """
type Query { order(id: ID!): Order  trace(traceId: ID!): [Line!] }
type Mutation { placeOrder(orderId: ID!): Accepted  shop: Shop }
type Shop { close(id: ID!): Accepted  cancel(id: ID!): Accepted }
type Order { id: ID! }
type Accepted { traceId: ID! }
type Line { traceId: ID!  component: String!  status: String!  timestamp: AWSDateTime! }
"""


def line() -> int:
    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    return frame.f_back.f_lineno


def refused(registry: Registry, schema=SDL) -> list[str]:
    with pytest.raises(UsageError) as info:
        registry.api(schema)
    assert all(mistake.line for mistake in info.value.mistakes)
    return [mistake.message for mistake in info.value.mistakes]


def test_it_is_public():
    assert appsync_emu.Registry is Registry


def test_an_api_is_declared_and_runs():
    registry = Registry(trace={"query": "Query.trace"}, retry={"max_retries": 1})
    seen = []

    @registry.component(
        "Pay",
        commands=["placeOrder"],
        idempotency_key="arguments.orderId",
        timeout=timedelta(seconds=5),
        concurrency=2,
    )
    async def pay(event, context):
        seen.append(event["arguments"]["orderId"])

    @registry.function("Query.order", timeout=1.5)
    def order(event, context):
        return {"id": event["arguments"]["id"]}

    api = registry.api(SDL)
    component = api.components["Pay"]
    assert component.handler.call is pay
    assert component.handler.is_async
    assert (component.timeout_s, component.concurrency) == (5.0, 2)
    assert component.retry.max_retries == 1
    assert api.commands["Mutation.placeOrder"].components == ("Pay",)
    assert api.resolvers == {"Query.order": UnitResolver(data_source="order")}
    function = api.data_sources["order"].function
    assert function is not None
    assert (function.handler.call, function.timeout_s) == (order, 1.5)
    harness = Harness(api)
    trace = harness.send("placeOrder", orderId="o-1")
    harness.settle()
    assert trace.succeeded(attempts=1)
    harness.close()
    assert seen == ["o-1"]
    assert registry.api(SDL) == api


def test_components_are_started_in_the_order_of_declaration():
    registry = Registry()
    for name in ("B", "A"):
        registry.component(name, commands="placeOrder")(lambda event, context: None)
    api = registry.api(SDL)
    assert api.commands["Mutation.placeOrder"].components == ("B", "A")


def test_components_may_be_started_by_events():
    registry = Registry(errors={"business": ["CardDeclined"]}, deadletters={"business": True})

    @registry.component("Notify", on={"detail-type": ["OrderPlaced"]}, retry=RetryPolicy())
    def notify(event, context): ...

    api = registry.api(SDL)
    assert api.components["Notify"].on == ({"detail-type": ["OrderPlaced"]},)
    assert api.errors == {"CardDeclined": ErrorClass.BUSINESS}
    assert api.deadletters.business


def test_commands_of_namespaces_are_found_by_their_field():
    registry = Registry()
    registry.component("Close", commands=["close", "Shop.cancel"])(lambda event, context: None)
    api = registry.api(SDL)
    assert list(api.commands) == ["Shop.close", "Shop.cancel"]
    assert api.commands["Shop.close"].path == ("shop", "close")


def test_a_field_of_several_types_must_say_which():
    registry = Registry()
    registry.component("Close", commands=["close"])(lambda event, context: None)
    sdl = SDL.replace("shop: Shop", "shop: Shop  close: Accepted")
    assert refused(registry, sdl) == ['"close" is a field of several types: Mutation, Shop']


def test_one_function_may_resolve_several_fields():
    registry = Registry()

    @registry.function("Order.id")
    @registry.function("Query.order", name="orders")
    def order(event, context): ...

    api = registry.api(SDL)
    assert set(api.data_sources) == {"order", "orders"}


def test_every_mistake_is_told_at_once_with_its_line(monkeypatch):
    monkeypatch.chdir(Path(__file__).parents[2])
    registry = Registry(trace={"quer": "Query.trace"})
    first = line() + 2

    @registry.component("Pay", commands=["placeOrdr"], timeout="soon", concurrency=0)
    def pay(event): ...

    @registry.component("Pay", commands=["placeOrder"])
    def again(event, context): ...

    @registry.function("Query.ordr")
    def order(event, context): ...

    with pytest.raises(UsageError) as info:
        registry.api(SDL)
    here = "tests/config/test_registry.py"
    found = [(mistake.file, mistake.line - first) for mistake in info.value.mistakes]
    assert found == [(here, -3), *[(here, 0)] * 4, (here, 3), (here, 6)]
    messages = [mistake.message for mistake in info.value.mistakes]
    assert messages[0] == 'unknown key "quer" in "trace"; did you mean "query"?'
    assert f'component "Pay" is declared a second time; the first is in {here}:{first}' in messages
    assert any('did you mean "placeOrder"?' in message for message in messages)


def test_two_functions_of_one_name():
    registry = Registry()
    for field in ("Query.order", "Order.id"):
        registry.function(field, name="shared")(lambda event, context: None)
    [message] = refused(registry)
    assert message.startswith('two functions are called "shared"; the first resolves a field in')


def test_a_schema_with_mistakes():
    registry = Registry()
    registry.component("Pay", commands="placeOrder")(lambda event, context: None)
    with pytest.raises(UsageError) as info:
        registry.api("type Query { a: Nothing }")
    assert info.value.mistakes[0].file == "<schema>"
    assert refused(registry, Path("no.graphql"))[0].startswith('the schema file "no.graphql"')


def test_a_schema_in_several_files(tmp_path):
    path = tmp_path / "more.graphql"
    path.write_text("type Query { more: ID }")
    assert len(Registry(name="shop").api(["type Query { a: ID }", path]).schema) == 2


def test_what_is_called_before_each_run():
    registry = Registry(name="shop")

    @registry.fresh
    def empty(): ...

    assert registry.api("type Query { a: ID }").fresh == (empty,)
