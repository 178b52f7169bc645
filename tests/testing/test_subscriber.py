"""Who listens, and what they heard."""

from __future__ import annotations

import asyncio

import pytest
from shop import SCHEMA, shop

from appsync_emu.core.faults.close import CloseEffect
from appsync_emu.core.faults.plan import Fault
from appsync_emu.core.faults.points import Point
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


def test_events_by_number(appsync):
    watcher = appsync.subscribe("onTrace", of="placeOrder")
    assert watcher  # whoever has heard nothing is somebody
    with pytest.raises(IndexError, match="there is no event 0: 0 events so far"):
        _ = watcher[0]
    appsync.send("placeOrder", orderId="1")
    appsync.settle()

    assert (len(watcher), [line["status"] for line in watcher]) == (2, ["accepted", "success"])
    assert (watcher[0]["status"], watcher[-1]["status"]) == ("accepted", "success")
    with pytest.raises(IndexError, match="there is no event -3: 2 events so far"):
        _ = watcher[-3]


def test_order_is_judged_in_words(appsync):
    watcher = appsync.subscribe("onTrace", of="placeOrder")
    assert watcher.saw()
    assert repr(watcher.saw("accepted")) == "<wanted event 1 to be 'accepted'; heard nothing>"
    appsync.send("placeOrder", orderId="1")
    appsync.settle()

    assert watcher.saw("accepted", "success")
    assert watcher.saw({"component": "Place", "attempt": 0}, "success")
    assert repr(watcher.saw("accepted", "success")) == "<heard 2 events as wanted>"
    assert repr(watcher.saw("accepted", "error")) == (
        "<wanted event 2 to be 'error'; it is 'success', of 'accepted', 'success'>"
    )
    assert repr(watcher.saw("accepted")) == "<heard more than the 1 that were wanted: 'success'>"
    assert repr(watcher.saw("accepted", "success", "error")) == (
        "<wanted event 3 to be 'error'; heard 'accepted', 'success'>"
    )
    assert not watcher.saw({"component": "Reserve"}, "success")


def test_names_are_given_or_counted(appsync):
    named = appsync.subscribe("onTrace", label="watcher")
    assert (named.label, named.trace_id) == ("watcher", None)
    assert appsync.subscribe("onTrace").label == "connection 1"


def test_of_a_command_with_other_arguments_is_an_ordinary_subscription(appsync):
    """Who filters by more than the trace cannot ask the trace query for what is missing."""
    watcher = appsync.subscribe(
        "subscription($traceId: ID) { onTrace(traceId: $traceId) { status } }", of="placeOrder"
    )
    appsync.send("placeOrder", orderId="1")
    appsync.settle()
    assert (watcher.trace_id, watcher.data[0]) == (None, {"status": "accepted"})


def test_lost_connections(appsync):
    watcher = appsync.subscribe("onTrace", of="placeOrder", label="watcher")
    first, second = watcher.drop_after(0, code=1001, reason="bye"), watcher.drop_after(0)
    assert [fault.id for fault in appsync.faults] == ["drop watcher", "drop watcher 2"]
    appsync.send("placeOrder", orderId="1")
    assert not watcher.nothing_more()
    appsync.settle()

    assert watcher.closures == [(1001, "bye")]
    assert (first.struck, second.struck, watcher.duplicates, watcher.notes) == (1, 0, 0, [])
    assert watcher.saw("accepted", "success")
    assert watcher.nothing_more()


def test_a_test_that_fails_inside_does_not_wait(appsync):
    def fails():
        with appsync.subscribe("onTrace", of="placeOrder") as watcher:
            watcher.drop_after(0)
            appsync.send("placeOrder", orderId="1")
            raise LookupError

    with pytest.raises(LookupError):
        fails()
    assert appsync.clock.now_ns() == appsync.start_ns
    assert appsync.subscribers[0].reconnects == 0


def test_a_connection_beyond_hope_is_left(appsync):
    with appsync.subscribe("onTrace", of="placeOrder") as watcher:
        watcher.drop_after(0)
        appsync.emulator.arm(Fault(fault_id="down", point=Point.CONNECT, effect=CloseEffect()))
        appsync.send("placeOrder", orderId="1")
    assert (watcher.reconnects, watcher.statuses) == (0, [])
    assert len(watcher.closures) > 5


def test_a_connection_is_lost_by_hand(appsync):
    watcher = appsync.subscribe("onTrace", of="placeOrder")
    watcher.drop()
    watcher.drop()
    appsync.send("placeOrder", orderId="1")
    appsync.settle()
    assert (watcher.closures, watcher.reconnects) == ([(1006, "")], 1)
    assert watcher.saw("accepted", "success")


def test_catching_up_late_keeps_nobody_waiting(appsync, caplog):
    """Whoever reads the trace late rests meanwhile: virtual time goes on at once."""
    appsync.fault("delay", at="status.read", by="1s")
    trace = appsync.send("placeOrder", orderId="1")
    watcher = appsync.subscribe("onTrace", of=trace)
    appsync.settle()

    assert watcher.statuses == ["accepted", "success"]
    assert not caplog.records
