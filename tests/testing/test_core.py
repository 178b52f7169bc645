"""What both harnesses do alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from shop import SCHEMA, handler, shop

from appsync_emu.core.api import UnitResolver
from appsync_emu.errors import CommandRefused, LivenessError, PermanentError, UsageError
from appsync_emu.testing.harness import Harness


@pytest.fixture
def appsync():
    harness = Harness(shop(), seed=1, schema=SCHEMA)
    yield harness
    harness.close()


def test_a_harness_says_what_it_holds(appsync):
    appsync.send("placeOrder", orderId="1")
    assert repr(appsync) == "<Harness of shop: 1 trace, 0 dead letters>"


def test_nothing_happens_between_the_lines(appsync):
    trace = appsync.send("placeOrder", {"orderId": "1"}, total=3)
    assert [type(record).__name__ for record in trace.records] == [
        "CommandAccepted",
        "DeliveryAccepted",
    ]
    appsync.query("{ __typename }")
    assert len(trace.records) == 2
    appsync.advance(0)
    assert trace.succeeded()


def test_a_command_with_a_resolver_of_its_own_is_sent_too():
    def accept(event, context):
        return {"traceId": f"order-{event['arguments']['orderId']}"}

    api = shop()
    item = api.data_sources["item"]
    function = replace(item.function, handler=handler(accept))
    sources = {**api.data_sources, "accept": replace(item, function=function)}
    resolvers = {**api.resolvers, "Mutation.placeOrder": UnitResolver(data_source="accept")}
    api = replace(api, data_sources=sources, resolvers=resolvers)
    harness = Harness(api, seed=1, schema=SCHEMA)
    trace = harness.send("placeOrder", orderId="7")
    assert trace.id == "order-7"
    assert trace.ended().succeeded()
    harness.close()


def test_fields_or_documents(appsync):
    assert appsync.query("item", id=3).value == {"id": "3", "name": "thing"}
    assert appsync.query("query($id: ID!) { item(id: $id) { name } }", {"id": "x"}).data == {
        "item": {"name": "thing"}
    }
    assert appsync.mutate("rename", {"id": "1"}, name="new").value["id"] == "1"
    accepted = appsync.mutate("placeOrder", orderId="1")
    assert appsync.trace(accepted.value["traceId"]).command == "placeOrder"


def test_a_resolver_that_sleeps_takes_virtual_time(appsync):
    appsync.fault("delay", by="3s")
    trace = appsync.send("placeOrder", orderId="1")

    assert appsync.query("slow").value == "at last"
    assert (appsync.clock.now_ns() - appsync.start_ns) / 1e9 == 5
    assert trace.succeeded()


def test_namespaced_commands_and_inputs(appsync):
    trace = appsync.send("reserve", sku="s")
    assert trace.components == ("Reserve",)
    for name in ("reserve", "StockMutation.reserve", "Stock.reserve"):
        response = appsync.mutate(name, sku="s")
        assert response.value["reserve"]["traceId"], response
    assert appsync.mutate("reserve", input={"sku": "s"}).errors == []


@pytest.mark.parametrize(
    ("ask", "why"),
    [
        (lambda a: a.send("placeOdrer"), "placeOdrer"),
        (lambda a: a.query("itme"), "Query has no field 'itme'; did you mean 'item'"),
        (lambda a: a.query("item.name.first"), "has no field 'first'"),
        (lambda a: a.mutate("item"), "Mutation has no field 'item'"),
        (lambda a: a.query("item", idd=1), "has no argument 'idd'"),
        (lambda a: a.subscribe("onTrac"), "did you mean 'onTrace'"),
        (lambda a: a.subscribe("onTrace", of="nobody"), "'nobody' is not a command"),
        (lambda a: a.trace("t-9"), "there is no trace 't-9'"),
        (lambda a: a.redrive("l-9"), "there is no dead letter of 'l-9'"),
        (lambda a: a.retry("Palce"), "did you mean 'Place'"),
        (lambda a: a.retry(max_retry=1), "did you mean 'max_retries'"),
        (lambda a: a.fault("network.reset", attemps=1), "did you mean 'attempts'"),
        (lambda a: a.advance("-5s"), "not a duration"),
        (lambda a: a.advance(-5), "time does not go back"),
    ],
)
def test_mistakes_teach(appsync, ask, why):
    with pytest.raises(UsageError, match=why):
        ask(appsync)


def test_a_refused_command_says_why(appsync):
    with pytest.raises(CommandRefused, match="orderId"):
        appsync.send("placeOrder", total=3)


def test_retry_policies_are_changed_for_one_test(appsync):
    appsync.retry(backoff="fixed", base="15m")
    appsync.retry("Place", max_retries=1)
    appsync.fault("network.reset")
    trace = appsync.send("placeOrder", orderId="1")

    appsync.advance("14m 59s")
    assert trace.status == "accepted"
    appsync.advance(timedelta(seconds=1))
    assert trace.failed(attempts=2)
    assert appsync.send("reserve", sku="s").ended().failed(attempts=4)
    assert appsync.emulator.api.components["Place"].retry.max_retries == 3


def test_settle_within(appsync):
    appsync.fault("delay", at="dispatch", by="2h")
    appsync.send("placeOrder", orderId="1")

    with pytest.raises(LivenessError, match=r"after 3600 s .* t1 placeOrder: Place is 'accepted'"):
        appsync.settle(within="1h")
    appsync.settle(within="2h")


def test_faults_heal_one_by_one_or_all(appsync):
    one = appsync.fault("network.reset")
    two = appsync.fault("network.reset")
    assert (one.id, two.id) == ("network.reset", "network.reset-2")
    one.heal()
    assert appsync.send("placeOrder", orderId="1").ended().status == "error"
    appsync.heal()
    assert appsync.send("placeOrder", orderId="2").ended().status == "success"
    assert (one.struck, two.struck) == (0, 4)
    assert "healed: network.reset-2" in appsync.timeline


def test_redrive_and_discard(appsync):
    appsync.fault(PermanentError("gone"))
    traces = [appsync.send("placeOrder", orderId=str(n)) for n in range(4)]
    appsync.settle()
    appsync.heal()

    appsync.redrive(traces[0])
    assert traces[0].status == "accepted"
    appsync.redrive(traces[1].deadletter)
    appsync.discard(traces[2].id)
    appsync.redrive()
    appsync.settle()

    assert [trace.status for trace in traces] == ["success", "success", "error", "success"]
    assert not appsync.deadletters
    assert traces[0].statuses == ["accepted", "error", "success"]


def test_headers_go_with_requests():
    seen = []

    async def place(event, context):
        seen.append(event["request"]["headers"].get("x-tenant"))

    harness = Harness(shop(place), seed=1, schema=SCHEMA)
    harness.headers["X-Tenant"] = "acme"
    harness.headers["traceId"] = "mine"
    answer = harness.mutate("placeOrder", orderId="1")
    harness.settle()
    harness.close()

    assert answer.value == {"traceId": "mine"}
    assert seen == ["acme"]


def test_the_same_seed_tells_the_same_story():
    def story(seed):
        harness = Harness(shop(), seed=seed, schema=SCHEMA)
        harness.fault("network.reset", chance=0.5)
        for number in range(20):
            harness.send("placeOrder", orderId=str(number))
        harness.settle()
        harness.close()
        return harness.timeline

    assert story(1) == story(1)
    assert story(1) != story(2)


def test_what_handlers_keep_is_emptied_before_each_harness():
    kept = ["something"]
    api = replace(shop(), fresh=(kept.clear,))
    harness = Harness(api, schema=SCHEMA)
    harness.close()
    assert kept == []
