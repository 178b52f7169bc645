"""Who listens, and what they heard."""

from __future__ import annotations

import asyncio

import pytest
from shop import SCHEMA, shop

from appsync_emu.errors import SubscriptionRefused
from appsync_emu.testing.harness import AsyncHarness, Harness


@pytest.fixture
def appsync():
    harness = Harness(shop(), seed=1, schema=SCHEMA)
    yield harness
    harness.close()


def test_whose_statuses(appsync):
    ahead = appsync.subscribe("onTrace", of="placeOrder")
    first = appsync.send("placeOrder", orderId="1")
    second = appsync.send("placeOrder", orderId="2")
    late = appsync.subscribe("onTrace", of=second)
    by_id = appsync.subscribe("onTrace", of=first.id)
    everybody = appsync.subscribe("onTrace")
    named = appsync.subscribe("onTrace", traceId=first.id)
    appsync.settle()

    assert ahead.statuses == ["accepted", "success"]
    assert {line["traceId"] for line in ahead.data} == {first.id}
    assert late.statuses == by_id.statuses == ["accepted", "success"]
    assert [line["status"] for line in late.data] == named.statuses == ["success"]
    assert len(everybody.messages) == 2
    assert [frame["type"] for frame in late.frames][-1] == "data"
    assert repr(late) == "<Subscriber of onTrace: 1 message>"


def test_a_document_of_ones_own(appsync):
    watcher = appsync.subscribe("subscription { s: onTrace { status } }")
    appsync.send("placeOrder", orderId="1").ended()

    assert watcher.data == [{"status": "accepted"}, {"status": "success"}]
    assert watcher.field is None
    assert "a document" in repr(watcher)


def test_nothing_more_is_proven(appsync):
    watcher = appsync.subscribe("onTrace")
    trace = appsync.send("placeOrder", orderId="1")
    assert repr(watcher.nothing_more()) == "<1 delivery not ended yet: settle() first>"
    appsync.settle()
    assert watcher.nothing_more()
    assert repr(watcher.nothing_more()) == "<nothing is under way or due; 2 messages>"
    assert trace.succeeded()

    appsync.clock.call_at(appsync.clock.now_ns() + 1, lambda: None)
    assert not watcher.nothing_more()


def test_whoever_closes_hears_no_more(appsync):
    with appsync.subscribe("onTrace") as watcher:
        appsync.send("placeOrder", orderId="1")
    appsync.settle()
    watcher.close()

    assert watcher.statuses == ["accepted"]


def test_refusals(appsync):
    with pytest.raises(SubscriptionRefused, match="FieldUndefined"):
        appsync.subscribe("subscription { nothing }")
    assert appsync.subscribers == []


def test_an_awaitable_subscriber_starts_when_it_is_awaited():
    harness = AsyncHarness(shop(), seed=1, schema=SCHEMA)

    async def main():
        watcher = harness.subscribe("onTrace")
        assert watcher.messages == watcher.frames == []
        await watcher
        await watcher
        await harness.send("placeOrder", orderId="1")
        await watcher.close()
        return watcher

    assert asyncio.run(main()).statuses == ["accepted"]
    harness.close()
