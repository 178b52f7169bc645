"""Faults between the API and its subscribers: what a client sees of each, and what becomes of it.

The client is the one that tests and scenarios use: it reconnects as Amplify's does
(aws-amplify/amplify-js, ``AWSWebSocketProvider``). No handler notices anything, no command is
tried again: the trouble is the watcher's alone.
"""

from __future__ import annotations

import asyncio

import pytest
from shop import SCHEMA, nothing, shop

from appsync_emu.core.faults.catalogue import effect_named
from appsync_emu.core.faults.close import CloseEffect
from appsync_emu.core.faults.corrupt import CORRUPTIONS, CorruptEffect
from appsync_emu.core.faults.delay import DelayEffect
from appsync_emu.core.faults.drop import DropEffect
from appsync_emu.core.faults.duplicate import DuplicateEffect
from appsync_emu.core.faults.hang import HangEffect
from appsync_emu.core.faults.match import Match
from appsync_emu.core.faults.names import NAMED
from appsync_emu.core.faults.plan import Fault
from appsync_emu.core.faults.points import Point
from appsync_emu.core.faults.reorder import ReorderEffect
from appsync_emu.core.faults.strike import Strike
from appsync_emu.errors import SubscriptionRefused
from appsync_emu.testing.harness import AsyncHarness, Harness
from appsync_emu.testing.violations import violations

DONE = ["accepted", "success"]


@pytest.fixture
def appsync():
    harness = Harness(shop(), seed=1, schema=SCHEMA)
    yield harness
    assert list(violations(harness)) == []
    harness.close()


def arm(harness, what, point=None, *, strike=None, **match):
    """Arm a fault of the catalogue by its name, or an effect at a point."""
    if isinstance(what, str):
        effect, implied = effect_named(what)
        point = point or NAMED[what].points[0]
        match = {**implied.match, **match}
        strike = {**implied.strike, **(strike or {})}
    else:
        effect = what
    fault = Fault(
        fault_id=what if isinstance(what, str) else effect.kind,
        point=point,
        effect=effect,
        match=Match(**match),
        strike=Strike(**(strike or {})),
        name=what if isinstance(what, str) else None,
    )
    return harness._arm(fault)


def types(watcher):
    return [frame["type"] for frame in watcher.frames]


def passed_s(appsync):
    return (appsync.clock.now_ns() - appsync.start_ns) / 1e9


ONCE = {"limit": 1}


def test_every_name_of_the_family_is_here():
    ours = {name for name, fault in NAMED.items() if {Point.CONNECT, Point.FRAME} & {*fault.points}}
    assert ours == {
        *("ws.connect-error", "ws.no-ack", "ws.no-start-ack", "ws.limit", "ws.no-keepalive"),
        *("ws.close", "ws.lost-first", "appsync.unauthorized", "appsync.bad-request"),
    }


# Names: the handshake.


def test_ws_connect_error(appsync):
    """``connection_error``, then the connection is closed; the client tries again."""
    fault = arm(appsync, "ws.connect-error", strike=ONCE)
    watcher = appsync.subscribe("onTrace", of="placeOrder")
    trace = appsync.send("placeOrder", orderId="1")
    assert types(watcher) == ["connection_error"]
    assert watcher.frames[0]["payload"]["errors"][0]["errorCode"] == 500
    assert watcher.closures == [(1008, "Connection refused")]
    appsync.settle()

    assert (watcher.statuses, watcher.reconnects, fault.struck) == (DONE, 1, 1)
    assert passed_s(appsync) == 1
    assert trace.succeeded(attempts=1)
    assert "connection was refused" in watcher.notes[0].text


@pytest.mark.parametrize(
    ("name", "code"), [("appsync.unauthorized", 401), ("appsync.bad-request", 400)]
)
def test_connections_that_are_turned_away_for_good(appsync, name, code):
    """Amplify never tries again after 400, 401 and 403."""
    arm(appsync, name, Point.CONNECT)
    with pytest.raises(SubscriptionRefused) as refused:
        appsync.subscribe("onTrace", of="placeOrder")

    (error,) = refused.value.errors
    assert error["errorCode"] == code
    assert error["errorType"] == NAMED[name].client.error_type
    appsync.settle()
    assert appsync.subscribers == []
    assert not appsync.emulator.realtime.sessions


def test_ws_no_ack(appsync):
    """Silence: the client gives up after 15 s and connects again a second later."""
    arm(appsync, "ws.no-ack", strike=ONCE)
    watcher = appsync.subscribe("onTrace", of="placeOrder")
    appsync.send("placeOrder", orderId="1").ended()
    assert (watcher.frames, watcher.statuses) == ([], [])
    assert not watcher.nothing_more()
    appsync.settle()

    assert (watcher.statuses, watcher.reconnects, watcher.messages) == (DONE, 1, [])
    assert passed_s(appsync) == 16
    assert watcher.nothing_more()


# Names: frames.


def test_ws_no_start_ack(appsync):
    """``start`` is not answered, though events come; the client gives up after 15 s."""
    arm(appsync, "ws.no-start-ack", strike=ONCE)
    watcher = appsync.subscribe("onTrace", of="placeOrder")
    appsync.send("placeOrder", orderId="1").ended()
    assert types(watcher) == ["connection_ack", "ka", "data", "data"]
    appsync.settle()

    assert (watcher.statuses, watcher.reconnects, watcher.duplicates) == (DONE, 1, 0)
    assert [note.text for note in watcher.notes] == ["no start_ack within 15 s"]


def test_ws_limit(appsync):
    """``MaxSubscriptionsReachedError`` in the place of ``start_ack``; the client backs off."""
    arm(appsync, "ws.limit", strike={"limit": 3})
    watcher = appsync.subscribe("onTrace", of="placeOrder")
    appsync.send("placeOrder", orderId="1").ended()
    error = watcher.frames[-1]
    assert (error["id"], error["type"]) == ("1", "error")
    assert error["payload"]["errors"] == [
        {
            "errorType": "MaxSubscriptionsReachedError",
            "message": "Max number of 100 subscriptions reached",
        }
    ]
    assert watcher.messages == []
    appsync.settle()

    assert (watcher.statuses, watcher.reconnects) == (DONE, 1)
    assert passed_s(appsync) == 1 + 2 + 4


def test_ws_no_keepalive(appsync):
    """Nothing is heard for ``connectionTimeoutMs`` (5 min): the client takes it for lost."""
    arm(appsync, "ws.no-keepalive")
    watcher = appsync.subscribe("onTrace", of="placeOrder")
    appsync.advance("4m 59s")
    assert (types(watcher), watcher.reconnects) == (["connection_ack", "start_ack"], 0)
    appsync.advance("2s")

    assert watcher.reconnects == 1
    assert [note.text for note in watcher.notes] == ["nothing was heard for 300 s"]
    appsync.heal()
    appsync.advance("1h")
    assert watcher.reconnects == 1
    assert appsync.send("placeOrder", orderId="1").ended().succeeded(attempts=1)
    assert watcher.statuses == DONE


@pytest.mark.parametrize("code", [1001, 1006])
def test_ws_close(appsync, code):
    """The connection ends in the place of a frame; what came meanwhile is asked for."""
    arm(appsync, CloseEffect(code, "bye"), Point.FRAME, frame="data", strike=ONCE)
    watcher = appsync.subscribe("onTrace", of="placeOrder")
    trace = appsync.send("placeOrder", orderId="1").ended()
    assert (watcher.messages, watcher.closures) == ([], [(code, "bye")])
    assert not watcher.nothing_more()
    appsync.settle()

    assert (watcher.statuses, watcher.reconnects) == (DONE, 1)
    assert trace.succeeded(attempts=1)


def test_ws_close_by_name(appsync):
    arm(appsync, "ws.close", frame="data", strike=ONCE)
    watcher = appsync.subscribe("onTrace", of="placeOrder")
    appsync.send("placeOrder", orderId="1")
    appsync.settle()
    assert (watcher.closures, watcher.statuses) == ([(1006, "")], DONE)


def test_ws_close_1000_is_the_end(appsync):
    """A normal closure is meant (RFC 6455, section 7.4.1): nobody connects again."""
    arm(appsync, CloseEffect(1000), Point.FRAME, frame="data", strike={"skip": 1})
    watcher = appsync.subscribe("onTrace", of="placeOrder")
    appsync.send("placeOrder", orderId="1")
    appsync.settle()

    assert (watcher.statuses, watcher.reconnects) == (["accepted"], 0)
    assert watcher._subscription.closed == (1000, "")
    assert watcher.nothing_more()


def test_ws_lost_first(appsync):
    """The first event after ``start_ack`` is missing (aws/aws-appsync-community#405)."""
    fault = arm(appsync, "ws.lost-first", subscriber="one")
    one = appsync.subscribe("onTrace", label="one")
    other = appsync.subscribe("onTrace", label="other")
    appsync.send("placeOrder", orderId="1")
    appsync.settle()

    assert (one.statuses, other.statuses, fault.struck) == (["success"], DONE, 1)


# Kinds at ``connect``.


def test_connect_delay(appsync):
    """The handshake takes its time; the client waits for it, up to 15 s."""
    arm(appsync, DelayEffect(5), Point.CONNECT, subscriber="late")
    watcher = appsync.subscribe("onTrace", of="placeOrder", label="late")
    assert watcher.frames == []
    appsync.send("placeOrder", orderId="1").ended()
    appsync.settle()

    assert (watcher.statuses, watcher.reconnects, passed_s(appsync)) == (DONE, 0, 5)
    assert types(watcher) == ["connection_ack", "ka", "start_ack"]


def test_connect_delay_beyond_patience(appsync):
    """A handshake of more than 15 s is given up; what it says then, nobody hears."""
    arm(appsync, DelayEffect(20), Point.CONNECT, strike=ONCE)
    watcher = appsync.subscribe("onTrace", of="placeOrder")
    appsync.settle()
    assert (watcher.reconnects, passed_s(appsync)) == (1, 16)


def test_connect_hang_for_ever(appsync):
    """A client that never gets through tries on; the world has settled all the same."""
    arm(appsync, HangEffect(), Point.CONNECT)
    watcher = appsync.subscribe("onTrace", of="placeOrder")
    appsync.send("placeOrder", orderId="1")
    appsync.settle()

    assert (watcher.statuses, watcher.reconnects) == ([], 0)
    assert repr(watcher.nothing_more()) == "<it has lost its connection, and goes on trying>"
    appsync.heal()
    appsync.advance("1m")
    assert watcher.statuses == DONE
    assert watcher.nothing_more()


def test_connect_close(appsync):
    arm(appsync, CloseEffect(1006), Point.CONNECT, strike={"limit": 2})
    watcher = appsync.subscribe("onTrace", of="placeOrder")
    assert watcher.closures == [(1006, "")]
    appsync.settle()
    assert (len(watcher.closures), watcher.reconnects, passed_s(appsync)) == (2, 1, 3)


# Kinds at ``frame``.


def test_frame_drop(appsync):
    arm(appsync, DropEffect(), Point.FRAME, status="accepted")
    watcher = appsync.subscribe("onTrace", of="placeOrder")
    appsync.send("placeOrder", orderId="1")
    appsync.settle()
    assert watcher.statuses == ["success"]


def test_frame_drop_and_again(appsync):
    arm(appsync, DropEffect(again_after=3), Point.FRAME, status="accepted")
    watcher = appsync.subscribe("onTrace", of="placeOrder")
    appsync.send("placeOrder", orderId="1")
    appsync.settle()
    assert [line["status"] for line in watcher.data] == ["success", "accepted"]
    assert watcher.statuses == DONE


def test_frame_duplicate(appsync):
    """A client that follows a trace takes no notice, but for the count."""
    arm(appsync, DuplicateEffect(copies=2, after=4), Point.FRAME, status="accepted")
    watcher = appsync.subscribe("onTrace", of="placeOrder")
    other = appsync.subscribe("onTrace")
    appsync.send("placeOrder", orderId="1")
    appsync.settle()

    assert [line["status"] for line in watcher.data] == [*DONE, "accepted", "accepted"]
    assert (watcher.statuses, watcher.duplicates, passed_s(appsync)) == (DONE, 2, 8)
    assert (len(other.statuses), other.duplicates) == (4, 2)


def test_frame_delay(appsync):
    """A frame that is late holds nobody up: what follows overtakes it."""
    arm(appsync, DelayEffect(30), Point.FRAME, subscriber="slow", status="accepted")
    slow = appsync.subscribe("onTrace", label="slow")
    quick = appsync.subscribe("onTrace", label="quick")
    appsync.send("placeOrder", orderId="1").ended()
    assert (slow.statuses, quick.statuses) == (["success"], DONE)
    assert not slow.nothing_more()
    appsync.settle()

    assert slow.statuses == ["success", "accepted"]
    assert passed_s(appsync) == 30


def test_frame_reorder(appsync):
    """AppSync promises no order (aws/aws-appsync-community#374)."""
    arm(appsync, ReorderEffect(window=8, after=9), Point.FRAME, frame="data")
    watcher = appsync.subscribe("onTrace")
    for number in range(6):
        appsync.send("placeOrder", orderId=str(number))
    appsync.settle()

    heard = [(line["traceId"], line["status"]) for line in watcher.data]
    assert sorted(heard) == sorted(
        (trace, status) for trace in appsync.journal.traces for status in DONE
    )
    assert heard[:6] != [(trace, "accepted") for trace in appsync.journal.traces]
    assert passed_s(appsync) == 9


@pytest.mark.parametrize("how", CORRUPTIONS)
def test_frame_corrupt(appsync, how):
    """A damaged frame is put up with; the event in it is lost."""
    arm(appsync, CorruptEffect(how), Point.FRAME, frame="data", strike=ONCE)
    watcher = appsync.subscribe("onTrace", of="placeOrder")
    appsync.send("placeOrder", orderId="1")
    appsync.settle()

    assert (watcher.statuses, len(watcher.notes), watcher.reconnects) == (["success"], 1, 0)


@pytest.mark.parametrize("how", CORRUPTIONS)
def test_handshakes_that_are_damaged(appsync, how):
    arm(appsync, CorruptEffect(how), Point.FRAME, frame="start_ack", strike=ONCE)
    watcher = appsync.subscribe("onTrace", of="placeOrder")
    appsync.settle()
    assert (watcher.reconnects, passed_s(appsync)) == (1, 16)


def test_frame_by_label_component_and_command(appsync):
    arm(appsync, DropEffect(), Point.FRAME, component="Reserve")
    watcher = appsync.subscribe("onTrace")
    for command, arguments in (("reserve", {"sku": "s"}), ("placeOrder", {"orderId": "1"})):
        appsync.send(command, arguments)
    appsync.settle()
    assert {line["component"] for line in watcher.data} == {"Place"}


@pytest.mark.parametrize("point", [Point.FRAME, Point.PUBLISH])
def test_commands_with_a_label(appsync, point):
    """From the first status on: the label is known when ``accepted`` is told."""
    arm(appsync, DropEffect(), point, label="unlucky")
    watcher = appsync.subscribe("onTrace")

    async def send(label):
        return appsync.emulator.send("placeOrder", {"orderId": "1"}, label=(label, 1))

    unlucky, lucky = (appsync._run(send(label)) for label in ("unlucky", "lucky"))
    appsync.settle()
    assert unlucky != lucky
    assert {line["traceId"] for line in watcher.data} == {lucky}


def test_whatever_was_selected_faults_know_the_status(appsync):
    arm(appsync, DropEffect(), Point.FRAME, status="accepted")
    watcher = appsync.subscribe("subscription { onTrace { s: status } }")
    appsync.send("placeOrder", orderId="1")
    appsync.settle()
    assert [line["s"] for line in watcher.data] == ["success"]


# Kinds at ``publish``.


@pytest.mark.parametrize(
    ("effect", "heard"),
    [
        (DropEffect(), ["success"]),
        (DropEffect(again_after=2), ["success", "accepted"]),
        (DuplicateEffect(), ["accepted", "accepted", "success"]),
        (DuplicateEffect(after=2), ["accepted", "success", "accepted"]),
        (DelayEffect(2), ["success", "accepted"]),
        (ReorderEffect(window=2, after=2), ["success", "accepted"]),
    ],
)
def test_publish(appsync, effect, heard):
    """What happens to an event happens to all of its subscribers."""
    fault = arm(appsync, effect, Point.PUBLISH, status="accepted", component="Place")
    watchers = [appsync.subscribe("onTrace") for _ in range(2)]
    follower = appsync.subscribe("onTrace", of="placeOrder")
    appsync.send("placeOrder", orderId="1")
    appsync.settle()

    assert [watcher.statuses for watcher in watchers] == [heard, heard]
    assert follower.statuses == [status for status in DONE if status in heard]
    assert fault.struck == 1


def test_publish_reaches_who_listens_when_it_gets_there(appsync):
    arm(appsync, DelayEffect(10), Point.PUBLISH, status="accepted")
    gone = appsync.subscribe("onTrace")
    appsync.send("placeOrder", orderId="1")
    gone.close()
    late = appsync.subscribe("onTrace")
    appsync.settle()
    assert (gone.statuses, late.statuses) == ([], ["success", "accepted"])


# What tests write.


def test_a_watcher_survives_a_dropped_socket():
    """As the harness promises it: asked for what was missed, and proven that nothing follows."""

    async def main():
        appsync_async = AsyncHarness(shop(), seed=1, schema=SCHEMA)
        async with appsync_async.subscribe("onTrace", of="placeOrder") as watcher:
            watcher.drop_after(1, code=1006)
            trace = await appsync_async.send("placeOrder", orderId="o-1")
            await trace.ended()

        assert watcher.statuses == ["accepted", "success"]
        assert watcher.reconnects == 1
        assert watcher.nothing_more()  # proven: nothing is scheduled; no waiting
        assert watcher.saw("accepted", "success")
        assert list(violations(appsync_async)) == []
        appsync_async.close()

    asyncio.run(main())


def test_a_watcher_survives_a_dropped_socket_without_await(appsync):
    with appsync.subscribe("onTrace", of="placeOrder", label="watcher") as watcher:
        fault = watcher.drop_after(1)
        watcher.drop_after(7)
        appsync.send("placeOrder", orderId="o-1").ended()

    assert watcher.saw("accepted", "success")
    assert (watcher.reconnects, watcher.closures) == (1, [(1006, "")])
    assert (fault.id, fault.struck) == ("drop watcher", 1)
    assert watcher.nothing_more()


def test_whoever_does_not_follow_has_missed_it(appsync):
    with appsync.subscribe("onTrace") as watcher:
        watcher.drop_after(1, code=1001)
        appsync.send("placeOrder", orderId="1").ended()
    assert (watcher.statuses, watcher.reconnects) == (["accepted"], 1)


def test_the_same_seed_tells_the_same_story():
    def story():
        harness = Harness(shop(nothing), seed=3, schema=SCHEMA)
        arm(harness, DropEffect(), Point.FRAME, frame="data", strike={"chance": 0.5})
        watcher = harness.subscribe("onTrace", label="watcher")
        for number in range(20):
            harness.send("placeOrder", orderId=str(number))
        harness.settle()
        harness.close()
        return harness.timeline, watcher.messages

    timeline, messages = story()
    assert story() == (timeline, messages)
    assert 0 < len(messages) < 40
