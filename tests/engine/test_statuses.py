"""Statuses that a fault keeps from the table: late, in order, and no handler runs again for them.

What happens while the table is down is our choice: AWS has no such table of its own.
"""

from __future__ import annotations

import asyncio
import json

import pytest
from engine.deliveries import Kit, component, failing, fault, run
from engine.kit import answer, drive, make_api, request

from appsync_emu.core.faults.delay import DelayEffect
from appsync_emu.core.faults.duplicate import DuplicateEffect
from appsync_emu.core.faults.error import ErrorEffect
from appsync_emu.core.faults.hang import HangEffect
from appsync_emu.core.faults.match import Match
from appsync_emu.core.faults.names import NAMED
from appsync_emu.core.faults.outage import OutageEffect
from appsync_emu.core.faults.plan import Fault
from appsync_emu.core.faults.points import Point
from appsync_emu.core.faults.strike import Strike
from appsync_emu.core.records import (
    AttemptStarted,
    DeliveryEnded,
    FaultStruck,
    StatusWritten,
)
from appsync_emu.core.traces import status_lines

ASK = "query T($t: ID!) { trace(traceId: $t) { status timestamp } }"


def kept(effect, status=None, **strike):
    return Fault(
        fault_id="down",
        point=Point.STATUS_WRITE,
        effect=effect,
        match=Match(status=status),
        strike=Strike(**strike),
    )


def watched(*faults, advances=()):
    """What one command's client reads at each moment, and what is pushed to it, and when."""
    read, pushed = [], []

    async def scenario(emulator):
        plan = emulator.subscribe(request("subscription { onTrace { status } }"))
        start_ns = emulator.clock.now_ns()

        def deliver(text):
            at_s = (emulator.clock.now_ns() - start_ns) / 1e9
            pushed.append((json.loads(text)["data"]["onTrace"]["status"], at_s))

        emulator.fanout.add(plan, deliver)
        trace_id = emulator.send("place", {"id": "1"})
        for seconds in advances:
            await emulator.clock.advance(seconds)
            response = await answer(emulator, ASK, {"t": trace_id})
            read.append([line["status"] for line in response["data"]["trace"]])
        await emulator.clock.settle()
        assert emulator.check(settled=True) == []
        return emulator

    emulator = drive(make_api(), scenario, faults=faults)
    return emulator, read, pushed


def test_an_outage_keeps_a_status_until_a_later_try_gets_through():
    down = kept(OutageEffect(), "success", until_s=15)
    emulator, read, pushed = watched(down, advances=(0, 19, 1))

    assert read == [["accepted"], ["accepted"], ["accepted", "success"]]
    assert pushed == [("accepted", 0), ("success", 20)]
    records = emulator.journal.records
    assert sum(isinstance(record, AttemptStarted) for record in records) == 1
    [ended] = [record for record in records if isinstance(record, DeliveryEnded)]
    assert ended.at_ns == records[0].at_ns  # the work was done at once
    struck = [record for record in records if isinstance(record, FaultStruck)]
    assert [(record.about, record.phase) for record in struck] == [("success", "request")] * 2


def test_the_statuses_of_a_delivery_keep_their_order():
    """A client that read ``success`` before ``accepted`` would not know what to think."""
    emulator, read, pushed = watched(kept(OutageEffect(), "accepted", first=1), advances=(1, 9))

    assert read == [[], ["accepted", "success"]]
    assert pushed == [("accepted", 10), ("success", 10)]
    assert [line.status for line in status_lines(emulator.journal.records)] == [
        "accepted",
        "success",
    ]


def test_the_timestamp_of_a_late_status_says_when_it_happened():
    async def scenario(emulator):
        trace_id = emulator.send("place", {"id": "1"})
        await emulator.clock.settle()
        return (await answer(emulator, ASK, {"t": trace_id}))["data"]["trace"]

    lines = drive(make_api(), scenario, faults=[kept(DelayEffect(30), "success")])
    assert {line["timestamp"] for line in lines} == {"2030-01-01T00:00:00.000Z"}


def test_a_slow_write_makes_a_status_late():
    _, read, pushed = watched(kept(DelayEffect(30), "success"), advances=(29, 1))

    assert read == [["accepted"], ["accepted", "success"]]
    assert pushed == [("accepted", 0), ("success", 30)]


def test_a_status_whose_acknowledgement_is_lost_is_there_and_is_told_once():
    emulator, read, pushed = watched(kept(OutageEffect("response")), advances=(0,))

    assert read == [["accepted", "success"]]
    assert pushed == [("accepted", 0), ("success", 0)]
    assert not any(isinstance(record, StatusWritten) for record in emulator.journal.records)


@pytest.mark.parametrize(("phase", "late_s"), [("request", 14), ("response", 0)])
def test_an_error_of_the_table_is_an_outage_that_took_its_time(phase, late_s):
    error = ErrorEffect(NAMED["network.timeout"].error, phase, 4)
    kit = run(Kit((fault(error, Point.STATUS_WRITE, skip=1, first=1),)), component(failing(0)))

    assert kit.ends == [("success", 1)]
    assert kit.at(StatusWritten) == ([late_s] if late_s else [])


def test_a_late_write_may_be_slow_too():
    faults = (
        Fault(
            fault_id="down",
            point=Point.STATUS_WRITE,
            effect=OutageEffect(),
            strike=Strike(skip=1, first=1),
        ),
        Fault(
            fault_id="slow",
            point=Point.STATUS_WRITE,
            effect=DelayEffect(3),
            strike=Strike(skip=2, first=1),
        ),
    )
    assert run(Kit(faults), component(failing(0))).at(StatusWritten) == [13]


def test_a_trace_is_under_way_until_its_last_status_is_written():
    kit = Kit((fault(OutageEffect(), Point.STATUS_WRITE, skip=1, first=1),))

    async def main():
        kit.accept(component(failing(0)))
        ended = kit.dispatcher.ended("t")
        await kit.clock.advance(9)
        assert not ended.done()
        assert kit.dispatcher.live == 0  # the work itself is done
        await kit.clock.advance(1)
        assert ended.done()

    asyncio.run(main())


def test_a_copy_has_no_status_of_its_own():
    down = fault(OutageEffect(), Point.STATUS_WRITE, until_s=5)
    twice = Fault(fault_id="twice", point=Point.DISPATCH, effect=DuplicateEffect(1, 1))
    kit = run(Kit((down, twice)), component(failing(0)))

    assert {record.facts.copy for record in kit.of(FaultStruck) if record.fault == "f"} == {0}
    assert [record.status for record in kit.of(StatusWritten)] == ["accepted", "success"]


def test_a_stopped_dispatcher_writes_nothing_any_more():
    kit = Kit((fault(OutageEffect(), Point.STATUS_WRITE),))

    async def main():
        kit.accept(component(failing(0)))
        await kit.clock.advance(1)
        await kit.dispatcher.close(0)
        await kit.clock.settle(1)

    asyncio.run(main())

    assert kit.of(StatusWritten) == []


def test_what_has_no_meaning_here_is_our_own_mistake():
    kit = Kit((fault(HangEffect(), Point.STATUS_WRITE),))

    async def main():
        with pytest.raises(AssertionError, match=r"Hang cannot strike at status\.write"):
            kit.accept(component(failing(0)))

    asyncio.run(main())
