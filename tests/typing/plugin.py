"""The pytest plugin as a test author writes it: never run, only type-checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_type

from appsync_emu.client import Response
from appsync_emu.core.letters import DeadLetter
from pytest_appsync import AsyncTrace, FaultHandle, Subscriber, Trace, Verdict

if TYPE_CHECKING:
    from pytest_appsync import AsyncHarness, Harness, ServerHarness


def test_survives(appsync: Harness) -> None:
    """A test without ``await``."""
    fault = appsync.fault("network.reset", component="Payment", attempts=[1, 2], phase="request")
    assert_type(fault, FaultHandle)
    appsync.retry(backoff="fixed", base="15m")
    with appsync.subscribe("onTrace", of="placeOrder") as watcher:
        assert_type(watcher, Subscriber)
        trace = appsync.send("placeOrder", orderId="o-1", total=250)
        assert_type(trace, Trace)
        appsync.advance("14m 59s")
        appsync.settle(within="1h")
    assert_type(trace.succeeded(attempts=3), Verdict)
    assert_type(trace.ended(), Trace)
    assert_type(trace.statuses, list[str])
    assert_type(watcher.data, list[Any])
    [letter] = appsync.deadletters
    assert_type(letter, DeadLetter)
    appsync.redrive(trace)
    assert_type(appsync.query("item", id="1"), Response)


async def test_awaits(appsync_async: AsyncHarness) -> None:
    """A test with ``await``."""
    async with appsync_async.subscribe("onTrace", traceId="t") as watcher:
        trace = await appsync_async.send("placeOrder", {"orderId": "o-1"})
        assert_type(trace, AsyncTrace)
        assert_type(await trace.ended(), AsyncTrace)
    assert_type(watcher.nothing_more(), Verdict)


def test_served(appsync_server: ServerHarness) -> None:
    """A test of a program that dials a port."""
    assert_type(appsync_server.env(), dict[str, str])
    assert_type(appsync_server.url, str)
