"""A client that keeps its subscription; aws-amplify/amplify-js, ``AWSWebSocketProvider``."""

from __future__ import annotations

import asyncio

import pytest
from shop import SCHEMA, shop

from appsync_emu.client import Client
from appsync_emu.core.faults.close import CloseEffect
from appsync_emu.core.faults.corrupt import CorruptEffect
from appsync_emu.core.faults.drop import DropEffect
from appsync_emu.core.faults.duplicate import DuplicateEffect
from appsync_emu.core.faults.error import ErrorEffect
from appsync_emu.core.faults.hang import HangEffect
from appsync_emu.core.faults.match import Match
from appsync_emu.core.faults.named import ClientError, NamedFault
from appsync_emu.core.faults.plan import Fault
from appsync_emu.core.faults.points import Point
from appsync_emu.core.faults.strike import Strike
from appsync_emu.core.records import ErrorInfo
from appsync_emu.engine.clock import ManualClock
from appsync_emu.engine.emulator import Emulator
from appsync_emu.errors import SubscriptionRefused

WATCH = "subscription { onTrace { status } }"
REFUSED = ErrorEffect(
    ErrorInfo("UnauthorizedException", "no", "technical", "injected"),
    "request",
    0.0,
    NamedFault(
        name="ws.refused",
        points=(Point.FRAME,),
        meaning="Turned away.",
        client=ClientError(error_type="UnauthorizedException", message="no"),
    ),
)


def run(work, *faults):
    async def main():
        async with Emulator(
            shop(), clock=ManualClock(), seed=1, schema=SCHEMA, faults=faults
        ) as emulator:
            return await work(emulator)

    return asyncio.run(main())


def fault(effect, point=Point.FRAME, name="f", strike=None, **match):
    return Fault(
        fault_id=name,
        point=point,
        effect=effect,
        match=Match(**match),
        strike=Strike(**(strike or {})),
    )


def passed_s(emulator):
    return emulator.clock.now_ns() / 1e9 - 1_893_456_000


async def live(emulator, **options):
    return await Client(emulator).subscribe(WATCH, reconnect=True, **options)


def test_pauses_grow_and_start_anew():
    """1, 2, 4... 30 s, on the emulator's clock."""

    async def work(emulator):
        subscription = await live(emulator)
        subscription.cut()
        assert subscription.trying
        assert not subscription.live
        await emulator.clock.settle()
        times = [passed_s(emulator)]
        subscription.cut(1001, "going")
        await emulator.clock.settle()
        times.append(passed_s(emulator))
        return subscription, times

    refused = fault(CloseEffect(), Point.CONNECT, strike={"skip": 1, "first": 7, "per": "run"})
    subscription, times = run(work, refused)

    assert times == [1 + 2 + 4 + 8 + 16 + 30 + 30 + 30, 122]
    assert subscription.reconnects == 2
    assert subscription.closures[0] == (1006, "")
    assert subscription.closures[-1] == (1001, "going")
    assert subscription.closed is None


def test_whoever_leaves_is_not_connected_again():
    async def work(emulator):
        subscription = await live(emulator)
        subscription.cut()
        subscription.close()
        subscription.cut()
        await subscription.back()
        await emulator.clock.settle()
        assert not emulator.realtime.sessions
        return subscription

    subscription = run(work)
    assert (subscription.reconnects, subscription.trying) == (0, False)


def test_a_normal_closure_is_the_end():
    async def work(emulator):
        subscription = await live(emulator)
        subscription.cut(1000, "done")
        await subscription.back()
        return subscription

    subscription = run(work)
    assert (subscription.closed, subscription.trying) == ((1000, "done"), False)


def test_back_is_when_it_is_live_again():
    async def work(emulator):
        subscription = await live(emulator)
        await subscription.back()
        subscription.cut()
        waiting = [asyncio.ensure_future(subscription.back()) for _ in range(2)]
        waiting[1].cancel()
        await emulator.clock.until(subscription.back())
        await waiting[0]
        return subscription.live

    assert run(work)


def test_without_reconnect_a_lost_connection_is_lost():
    async def work(emulator):
        subscription = await Client(emulator).subscribe(WATCH)
        subscription.cut(1006)
        await emulator.clock.settle()
        return subscription

    subscription = run(work)
    assert (subscription.closed, subscription.reconnects) == ((1006, ""), 0)


@pytest.mark.parametrize(
    "silent",
    [fault(HangEffect(), Point.CONNECT), fault(DropEffect(), frame="start_ack")],
)
def test_without_reconnect_silence_is_a_refusal(silent):
    """amplify-js gives up after 15 s: ``START_ACK_TIMEOUT``."""

    async def work(emulator):
        with pytest.raises(SubscriptionRefused, match="no start_ack within 15 s"):
            await emulator.clock.until(Client(emulator).subscribe(WATCH))
        assert passed_s(emulator) == 15
        assert not emulator.realtime.sessions

    run(work, silent)


def test_without_reconnect_a_cut_is_a_refusal():
    async def work(emulator):
        with pytest.raises(SubscriptionRefused, match="the connection was closed: 1006"):
            await Client(emulator).subscribe(WATCH)

    run(work, fault(CloseEffect(), frame="start_ack"))


def test_a_refusal_after_a_reconnection_is_the_end():
    """An error that is no limit says that the subscription is no good: asking again is no use."""

    async def work(emulator):
        subscription = await live(emulator)
        subscription.cut()
        await emulator.clock.settle()
        await emulator.clock.advance(3600)
        return subscription

    error = fault(REFUSED, frame="start_ack", strike={"skip": 1, "per": "subscriber"})
    subscription = run(work, error)
    assert (subscription.live, subscription.trying) == (False, False)
    assert subscription.closed == (1000, "no")


def test_an_error_that_comes_later_is_noted():
    async def work(emulator):
        subscription = await live(emulator)
        emulator.send("placeOrder", {"orderId": "1"})
        await emulator.clock.settle()
        return subscription

    error = fault(REFUSED, frame="data", strike={"limit": 1})
    subscription = run(work, error)
    assert subscription.live
    assert [note.text for note in subscription.notes] == ["an error: no"]
    assert len(subscription.payloads) == 1


def test_it_hears_that_it_is_live_once():
    heard = []

    async def work(emulator):
        subscription = Client(emulator).subscription(
            WATCH, on_live=lambda: heard.append(1), reconnect=True
        )
        assert not subscription.trying
        await subscription.open()
        return subscription

    subscription = run(work, fault(DuplicateEffect(), frame="start_ack"))
    assert heard == [1]
    assert [frame["type"] for frame in subscription.frames][-2:] == ["start_ack", "start_ack"]


def test_keep_alive_is_watched_on_request():
    async def work(emulator):
        watched, not_watched = await live(emulator), await live(emulator, keep_alive=False)
        alone = await Client(emulator).subscribe(WATCH, keep_alive=True)
        await emulator.clock.advance(600)
        return watched, not_watched, alone

    watched, not_watched, alone = run(work, fault(DropEffect(), frame="ka"))
    assert (watched.reconnects, not_watched.reconnects) == (1, 0)
    assert not_watched.live
    assert not alone.live
    assert [note.text for note in alone.notes] == ["nothing was heard for 300 s"]


def test_a_connection_that_speaks_is_kept():
    async def work(emulator):
        subscription = await live(emulator)
        await emulator.clock.advance(3600)
        return subscription

    subscription = run(work)
    assert (subscription.reconnects, subscription.notes) == (0, [])


@pytest.mark.parametrize(
    ("how", "note"),
    [
        ("truncate", 'a frame is no JSON: \'{"id":'),
        ("not-json", "a frame is no JSON: '<html>"),
        ("unknown-type", "a frame has an unknown type: 'gibberish'"),
        ("wrong-id", "a data frame is of no subscription: '0"),
    ],
)
def test_what_cannot_be_read_is_noted(how, note):
    async def work(emulator):
        subscription = await live(emulator)
        emulator.send("placeOrder", {"orderId": "1"})
        await emulator.clock.settle()
        return subscription

    subscription = run(work, fault(CorruptEffect(how), frame="data", status="accepted"))
    assert [payload["data"]["onTrace"]["status"] for payload in subscription.payloads] == [
        "success"
    ]
    assert subscription.notes[0].text.startswith(note)
    assert subscription.notes[0].at_ns == 1_893_456_000 * 10**9


def test_names():
    async def work(emulator):
        names = [(await live(emulator)).name for _ in range(2)]
        named = await live(emulator, label="watcher")
        named.cut()
        await emulator.clock.settle()
        sessions = [session.subscriber for session in emulator.realtime.sessions]
        return [*names, named.name], sessions

    names, sessions = run(work)
    assert names == ["connection 1", "connection 2", "watcher"]
    assert sessions == names
