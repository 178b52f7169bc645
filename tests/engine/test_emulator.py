"""The emulator as a whole, without sockets: commands, traces, events, dead letters."""

from __future__ import annotations

import json

import pytest
from engine.kit import answer, drive, make_api, nothing

from appsync_emu.core.api import UnitResolver
from appsync_emu.core.faults.crash import CrashEffect
from appsync_emu.core.faults.delay import DelayEffect
from appsync_emu.core.faults.plan import Fault
from appsync_emu.core.faults.points import Point
from appsync_emu.core.records import AttemptFailed, ComponentCrashed, FaultsHealed
from appsync_emu.core.request import GraphqlRequest, Identity
from appsync_emu.errors import BusinessError, CommandRefused, UsageError

PLACE = 'mutation { place(id: "1", total: 2) { traceId } }'


def records(emulator, kind):
    return [record for record in emulator.journal.records if isinstance(record, kind)]


def test_sending_names_the_command_or_says_which_there_are():
    async def scenario(emulator):
        assert emulator.send("ShopMutation.close", {"input": {"reason": "x"}})
        with pytest.raises(UsageError, match=r"'plaice' is not a command of this API; commands: "):
            emulator.send("plaice", {})
        with pytest.raises(CommandRefused, match="place was refused"):
            emulator.send("place", {"total": 1})

    drive(make_api(), scenario)


def test_a_command_whose_own_resolver_waits_is_sent_by_whoever_can_wait():
    def accept(event, context):
        return {"traceId": "chosen"}

    async def scenario(emulator):
        with pytest.raises(UsageError, match="a resolver of it waits"):
            emulator.send("place", {"id": "7"})
        return await emulator.send_and_wait("place", {"id": "7"})

    own = {"resolvers": {"Mutation.place": UnitResolver(data_source="ask")}}
    assert drive(make_api(ask=accept, **own), scenario) == "chosen"


def test_the_trace_query_and_the_push_tell_the_same_story():
    async def place(event, context):
        raise BusinessError("sold out")

    async def scenario(emulator):
        pushed = []
        query = "{ traceId component status timestamp message errorType attempt command }"
        plan = emulator.subscribe(
            GraphqlRequest(f"subscription {{ onTrace {query} }}", {}, None, Identity(), {}, "r")
        )
        emulator.fanout.add(plan, lambda text: pushed.append(json.loads(text)["data"]["onTrace"]))
        trace_id = emulator.send("place", {"id": "7"})
        await emulator.clock.settle()
        response = await answer(
            emulator, f"query T($t: ID!) {{ trace(traceId: $t) {query} }}", {"t": trace_id}
        )
        return pushed, response["data"]["trace"]

    pushed, asked = drive(make_api(place), scenario)

    assert pushed == asked
    assert [(line["status"], line["message"]) for line in asked] == [
        ("accepted", None),
        ("error", "sold out"),
    ]


def test_healing_is_written_down_when_there_was_something_to_heal():
    async def scenario(emulator):
        emulator.heal()
        emulator.arm(Fault(fault_id="f", point=Point.ATTEMPT, effect=DelayEffect(1)))
        emulator.heal("f")
        return records(emulator, FaultsHealed)

    [healed] = drive(make_api(), scenario)

    assert healed.faults == ("f",)


def test_a_server_forgets_the_traces_that_ended_longest_ago():
    async def scenario(emulator):
        traces = [emulator.send("place", {"id": str(number)}) for number in range(10)]
        await emulator.clock.settle()
        return traces, [trace for trace in traces if emulator.journal.of_trace(trace)]

    traces, kept = drive(make_api(nothing), scenario, ended_traces_max=3)

    assert kept == traces[-3:]


SLOW = Fault(fault_id="slow", point=Point.DISPATCH, effect=DelayEffect(5))


def test_arming_while_it_runs_is_told_and_arming_from_the_start_is_not():
    async def scenario(emulator):
        assert emulator.journal.records == []
        emulator.heal("slow")
        emulator.arm(SLOW)
        return [(type(record).__name__, record.faults) for record in emulator.journal.records]

    assert drive(make_api(), scenario, faults=[SLOW]) == [
        ("FaultsHealed", ("slow",)),
        ("FaultsArmed", ("slow",)),
    ]


def test_a_fault_that_is_armed_is_not_armed_again():
    async def scenario(emulator):
        with pytest.raises(UsageError, match="'slow' exists already"):
            emulator.arm(SLOW)
        assert emulator.journal.records == []

    drive(make_api(), scenario, faults=[SLOW])


@pytest.mark.parametrize("early", [True, False])
def test_a_fault_that_means_nothing_where_it_is_is_refused(early):
    wrong = Fault(fault_id="w", point=Point.ACCEPT, effect=CrashEffect())

    async def scenario(emulator):
        emulator.arm(wrong)

    with pytest.raises(
        UsageError, match="fault w: crash cannot strike at accept, but at attempt, dispatch"
    ):
        drive(make_api(), scenario, faults=[wrong] if early else [])


def test_a_component_is_crashed_by_name():
    async def place(event, context):
        await context.sleep(20)

    async def scenario(emulator):
        emulator.send("place", {"id": "1"})
        await emulator.clock.advance(1)
        emulator.crash("Place", 30)
        with pytest.raises(UsageError, match="'Plaice' is not a component of this API"):
            emulator.crash("Plaice")
        with pytest.raises(UsageError, match="cannot be up again -1 s from now"):
            emulator.crash("Place", -1)
        await emulator.clock.settle()
        assert emulator.check(settled=True) == []
        [failed] = records(emulator, AttemptFailed)
        return failed.error.type, failed.error.fault, len(records(emulator, ComponentCrashed))

    assert drive(make_api(place), scenario) == ("Runtime.ExitError", None, 1)
