"""The harnesses with and without ``await``, wherever the test runs."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest
import trio
from shop import SCHEMA, shop

from appsync_emu.testing.harness import AsyncHarness, Harness


def test_sync_and_async_handlers_tell_the_same_story():
    def place(event, context):
        context.emit("Placed", {})
        context.sleep(2)

    def notify(event, context):
        context.sleep(1)

    async def place_async(event, context):
        context.emit("Placed", {})
        await context.sleep(2)

    async def notify_async(event, context):
        await context.sleep(1)

    def story(*handlers):
        call, told = handlers
        harness = Harness(shop(call, notify=told), seed=1, schema=SCHEMA)
        for number in range(3):
            harness.send("placeOrder", orderId=str(number))
        harness.settle()
        assert harness.emulator.check(settled=True) == []
        harness.close()
        return harness.timeline

    in_threads = story(place, notify)
    assert in_threads == story(place, notify)
    assert sorted(in_threads.splitlines()) == sorted(story(place_async, notify_async).splitlines())


def test_inside_a_running_loop_it_works_in_lock_step():
    threads = []

    async def place(event, context):
        threads.append(threading.current_thread().name)
        context.emit("Placed", {})

    harness = Harness(shop(place), seed=1, schema=SCHEMA)

    async def main():
        trace = harness.send("placeOrder", orderId="1")
        assert trace.status == "accepted"
        assert trace.ended().succeeded()
        return trace

    trace = asyncio.run(main())
    assert trace.status == "success"
    harness.close()
    assert threads == ["appsync-emu"]


def test_awaitable_on_the_loop_of_the_test():
    loops = []

    async def place(event, context):
        loops.append(asyncio.get_running_loop())
        await context.sleep(3600)

    harness = AsyncHarness(shop(place, timeout_s=4000), seed=1, schema=SCHEMA)

    async def main():
        async with harness.subscribe("onTrace", of="placeOrder") as watcher:
            trace = await harness.send("placeOrder", orderId="1")
            assert trace.status == "accepted"
            assert await trace.ended() is trace
        await harness.settle()
        assert (await harness.query("item", id="1")).value["name"] == "thing"
        assert (await harness.mutate("rename", id="1")).value["id"] == "1"
        harness.fault("lambda.payload-too-large")
        bad = await harness.send("placeOrder", orderId="2")
        await harness.advance("1s")
        assert bad.failed()
        harness.heal()
        await harness.redrive(bad)
        await harness.settle()
        await harness.discard()
        assert loops[0] is asyncio.get_running_loop()
        return watcher, trace, bad

    watcher, trace, bad = asyncio.run(main())
    harness.close()
    harness.close()

    assert trace.succeeded(attempts=1)
    assert bad.succeeded()
    assert watcher.statuses == ["accepted", "success"]
    assert watcher.nothing_more()


def test_awaitable_under_trio():
    harness = AsyncHarness(shop(), seed=1, schema=SCHEMA)

    async def main():
        watcher = await harness.subscribe("onTrace")
        trace = await harness.send("placeOrder", orderId="1")
        await harness.settle()
        return watcher, trace

    watcher, trace = trio.run(main)
    harness.close()

    assert trace.succeeded()
    assert watcher.statuses == ["accepted", "success"]


def test_what_is_under_way_ends_with_the_harness():
    ends = []

    async def place(event, context):
        try:
            await context.sleep(20)
        finally:
            ends.append("over")

    for _ in range(2):
        harness = Harness(shop(place), seed=1, schema=SCHEMA)
        harness.send("placeOrder", orderId="1")
        harness.advance("1s")
        harness.subscribe("onTrace")
        harness.close()
    assert ends == ["over", "over"]


def test_what_is_under_way_on_the_loop_of_the_test_ends_with_the_loop():
    ends = []

    async def place(event, context):
        try:
            await context.sleep(20)
        finally:
            ends.append("over")

    async def main(harness, *, closed):
        await harness.send("placeOrder", orderId="1")
        await harness.advance("1s")
        if closed:
            harness.close()

    for closed in (True, False):
        harness = AsyncHarness(shop(place), seed=1, schema=SCHEMA)
        asyncio.run(main(harness, closed=closed))
        harness.close()
    assert ends == ["over", "over"]


def test_a_thousand_back_offs_take_no_time():
    harness = Harness(shop(), seed=1, schema=SCHEMA)
    harness.fault("network.reset")
    began = time.perf_counter()
    for number in range(200):
        harness.send("placeOrder", orderId=str(number))
    harness.settle()
    assert time.perf_counter() - began < 5
    assert len(harness.deadletters) == 200
    harness.close()


def test_a_handler_may_fail_in_its_own_words():
    async def place(event, context):
        raise LookupError("no such table")

    harness = Harness(shop(place), seed=1, schema=SCHEMA)
    trace = harness.send("placeOrder", orderId="1").ended()
    harness.close()

    assert trace.failed(attempts=4, error=LookupError)
    with pytest.raises(AssertionError):
        assert trace.succeeded()
