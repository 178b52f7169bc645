"""Dead letters while their store is down: never lost, and never two of one failure."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest
from engine.deliveries import Kit, component, failing, fault, run
from engine.kit import drive, make_api

from appsync_emu.core.faults.delay import DelayEffect
from appsync_emu.core.faults.error import ErrorEffect
from appsync_emu.core.faults.hang import HangEffect
from appsync_emu.core.faults.names import NAMED
from appsync_emu.core.faults.outage import OutageEffect
from appsync_emu.core.faults.plan import Fault
from appsync_emu.core.faults.points import Point
from appsync_emu.core.faults.strike import Strike
from appsync_emu.core.records import (
    AttemptFailed,
    AttemptStarted,
    DeadLetterWritten,
    DeliveryEnded,
)
from appsync_emu.errors import PermanentError

GONE = PermanentError("gone")


def buried(effect, **strike):
    down = fault(effect, Point.DEADLETTER_WRITE, **strike)
    return run(Kit((down,)), component(failing(9, GONE)))


@pytest.mark.parametrize(
    ("effect", "ended"),
    [
        (OutageEffect(), 30),
        (ErrorEffect(NAMED["network.refused"].error), 30),
        (ErrorEffect(NAMED["network.timeout"].error, after=5), 45),
    ],
    ids=["outage", "error", "error that takes its time"],
)
def test_the_letter_and_the_status_wait_until_the_store_is_there(effect, ended):
    kit = buried(effect, first=3)

    assert [reason for _, reason in kit.buried] == ["permanent"]
    assert kit.at(AttemptStarted) == kit.at(AttemptFailed) == [0]
    assert kit.at(DeliveryEnded) == [ended]
    assert kit.failed_with == ["PermanentError"]


def test_a_slow_store_makes_the_status_late():
    assert buried(DelayEffect(7)).at(DeliveryEnded) == [7]


def test_a_fault_that_strikes_somebody_else_changes_nothing():
    assert buried(OutageEffect(), skip=1).at(DeliveryEnded) == [0]


def broken(*faults, seconds, then):
    """A command that fails for good, and what ``then`` makes of it after so many seconds."""

    async def place(event, context):
        if fails[0]:
            raise GONE

    fails = [True]

    async def scenario(emulator):
        trace_id = emulator.send("place", {"id": "1"})
        await emulator.clock.advance(seconds)
        then(emulator)
        fails[0] = False
        await emulator.clock.settle()
        assert emulator.check(settled=True) == []
        assert emulator.dispatcher.live == 0
        return emulator, [
            record
            for record in emulator.journal.of_trace(trace_id)
            if isinstance(record, DeadLetterWritten)
        ]

    return drive(make_api(place), scenario, faults=faults)


def down(phase, **strike):
    return Fault(
        fault_id="down",
        point=Point.DEADLETTER_WRITE,
        effect=OutageEffect(phase),
        strike=Strike(**strike),
    )


def test_a_letter_whose_acknowledgement_is_lost_is_recognised_when_it_is_written_again():
    def look(emulator):
        assert len(emulator.deadletters) == 1  # it is there
        assert emulator.dispatcher.live == 1  # but the engine does not know

    emulator, letters = broken(down("response", first=2), seconds=5, then=look)

    assert len(letters) == len(emulator.deadletters) == 1
    [ended] = [record for record in emulator.journal.records if isinstance(record, DeliveryEnded)]
    assert ended.at_ns - letters[0].at_ns == 20_000_000_000


ANOTHER = dataclasses.replace(down("request"), fault_id="another")


@pytest.mark.parametrize(
    "faults",
    [(down("response"),), (down("response", first=1), ANOTHER)],
    ids=["response", "response, then request"],
)
@pytest.mark.parametrize("seconds", [5, 15])
def test_whoever_redrives_a_letter_shows_that_it_is_there(faults, seconds):
    def redrive(emulator):
        assert len(emulator.deadletters.redrive_all()) == 1

    emulator, letters = broken(*faults, seconds=seconds, then=redrive)

    assert len(letters) == 1
    assert not emulator.deadletters
    ends = [record for record in emulator.journal.records if isinstance(record, DeliveryEnded)]
    assert [ended.status for ended in ends] == ["error", "success"]


def test_a_letter_is_acknowledged_once():
    def heal(emulator):
        emulator.heal()

    emulator, [letter] = broken(down("response"), seconds=5, then=heal)

    async def redrive():
        emulator.dispatcher.acknowledge(emulator.deadletters._open[letter.letter_id][1])

    asyncio.run(redrive())  # it has ended already


def test_a_letter_that_was_thrown_away_is_not_written_again():
    def discard(emulator):
        [letter] = emulator.deadletters
        emulator.deadletters.discard(letter.letter_id)

    emulator, letters = broken(down("response"), seconds=5, then=discard)

    assert len(letters) == 1
    assert not emulator.deadletters


def test_what_has_no_meaning_here_is_our_own_mistake(caplog):
    kit = Kit((fault(HangEffect(), Point.DEADLETTER_WRITE),))

    async def main():
        kit.accept(component(failing(9, GONE)))
        [run] = kit.dispatcher._live
        await kit.clock.advance(1)
        with pytest.raises(AssertionError, match=r"Hang cannot strike at deadletter\.write"):
            await run.task

    asyncio.run(main())
