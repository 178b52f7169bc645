"""The point data: what the joint does with each call, in the loop and in threads."""

from __future__ import annotations

import asyncio

import pytest
from engine.kit import answer, drive, make_api
from sdks.callers import fault, place

from appsync_emu import watch
from appsync_emu.core.faults.catalogue import business_error, other_error
from appsync_emu.core.faults.delay import DelayEffect
from appsync_emu.core.faults.drop import DropEffect
from appsync_emu.core.faults.error import ErrorEffect
from appsync_emu.core.faults.hang import HangEffect
from appsync_emu.core.faults.match import Match
from appsync_emu.core.faults.plan import Fault
from appsync_emu.core.faults.points import Point
from appsync_emu.core.records import AttemptFailed, AttemptSucceeded, DataCalled, FaultStruck
from appsync_emu.engine import calls
from appsync_emu.engine.clock import RealClock
from appsync_emu.engine.emulator import Emulator
from appsync_emu.sdks.joint import CURRENT, Call


class Table:
    """A table in memory."""

    def __init__(self):
        self.items = []

    def put_item(self, item):
        self.items.append(item)
        return len(self.items)

    async def put_later(self, item):
        return self.put_item(item)

    def get_item(self):
        return self.items[0]

    def refuse(self):
        raise LookupError("no such item")

    async def refuse_later(self):
        raise LookupError("no such item")


def handlers(method="put_item", later="put_later", args=("x",)):
    """The same handler three times: it waits, it blocks the loop, it blocks a thread."""
    tables = []

    def table():
        tables.append(Table())
        return watch(tables[0], source="T", service="dynamodb")

    async def waits(event, context):
        await getattr(table(), later)(*args)

    async def blocks(event, context):
        getattr(table(), method)(*args)

    def in_a_thread(event, context):
        getattr(table(), method)(*args)

    return {"waits": waits, "blocks": blocks, "in_a_thread": in_a_thread}, tables


KINDS = ["waits", "blocks", "in_a_thread"]


def run(kind, *faults, method="put_item", later="put_later", args=("x",), **options):
    made, tables = handlers(method, later, args)
    outcome = place(made[kind], *faults, **options)
    outcome.items = tables[0].items
    return outcome


def operation(kind):
    return "PutLater" if kind == "waits" else "PutItem"


@pytest.mark.parametrize("kind", KINDS)
def test_every_call_is_written_down(kind):
    outcome = run(kind)

    assert outcome.calls == [("T", operation(kind), True, None, None)]
    [call] = outcome.of(DataCalled)
    assert (call.service, call.write, call.attempt, call.facts.component) == (
        "dynamodb",
        True,
        1,
        "Place",
    )
    assert len(call.effect) == 16
    assert outcome.ended == ("success", 1)


@pytest.mark.parametrize("kind", KINDS)
def test_a_call_comes_before_the_end_of_its_attempt(kind):
    kinds = [type(record) for record in run(kind).records]

    assert kinds.index(DataCalled) < kinds.index(AttemptSucceeded)


def test_reads_have_no_digest():
    async def reads(event, context):
        table = watch(Table(), source="T")
        table.put_item("x")
        assert table.get_item() == "x"

    [_, call] = place(reads).of(DataCalled)

    assert (call.write, call.effect, call.service) == (False, "", "")


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_of_the_service_is_no_effect(kind):
    outcome = run(kind, method="refuse", later="refuse_later", args=())

    assert {call[2:] for call in outcome.calls} == {(False, "LookupError", None)}


@pytest.mark.parametrize("kind", KINDS)
def test_in_the_request_phase_nothing_happens_and_the_attempt_is_retried(kind):
    outcome = run(kind, fault("network.reset", phase="request", first=1))

    assert outcome.calls == [
        ("T", operation(kind), False, "ConnectionResetError", "f"),
        ("T", operation(kind), True, None, None),
    ]
    assert outcome.items == ["x"]
    assert outcome.ended == ("success", 2)
    [struck] = outcome.of(FaultStruck)
    assert (struck.about, struck.phase, struck.attempt) == (f"T {operation(kind)}", "request", 1)


@pytest.mark.parametrize("kind", KINDS)
def test_in_the_response_phase_it_happened_and_the_second_time_is_found(kind):
    outcome = run(
        kind, fault("network.timeout", phase="response", after=5.0, first=1), key="arguments.id"
    )

    assert outcome.calls == [
        ("T", operation(kind), True, "TimeoutError", "f"),
        ("T", operation(kind), True, None, None),
    ]
    assert outcome.items == ["x", "x"]
    assert [violation.split(" (trace")[0] for violation in outcome.violations] == [
        f"invariant effects-once: T o-1 written 2 times (Place {operation(kind)})"
    ]
    [failed] = outcome.of(AttemptFailed)
    assert (failed.at_ns - outcome.records[0].at_ns) / 1e9 == 5.0


@pytest.mark.parametrize("kind", KINDS)
def test_in_the_response_phase_an_error_is_lost_like_any_answer(kind):
    outcome = run(
        kind,
        fault("network.reset", phase="response", first=1),
        method="refuse",
        later="refuse_later",
        args=(),
    )

    assert outcome.of(AttemptFailed)[0].error.type == "ConnectionResetError"
    assert outcome.calls[0][2:] == (False, "ConnectionResetError", "f")


@pytest.mark.parametrize("kind", KINDS)
def test_a_delay_is_time_of_the_emulator(kind):
    outcome = run(kind, fault(DelayEffect(7.0)))

    assert outcome.calls == [("T", operation(kind), True, None, "f")]
    [ended] = outcome.of(AttemptSucceeded)
    assert (ended.at_ns - outcome.records[0].at_ns) / 1e9 == 7.0


def test_time_that_was_owed_is_paid_when_the_handler_fails_too():
    async def fails(event, context):
        watch(Table(), source="T").put_item(1)
        raise LookupError

    outcome = place(fails, fault(DelayEffect(3.0), limit=1))

    [failed, *_] = outcome.of(AttemptFailed)
    assert (failed.at_ns - outcome.records[0].at_ns) / 1e9 == 3.0


@pytest.mark.parametrize("kind", KINDS)
def test_a_call_that_hangs_runs_into_the_time_limit(kind):
    outcome = run(kind, fault(HangEffect(), limit=1), timeout_s=20)

    [failed] = outcome.of(AttemptFailed)
    assert failed.error.type == "Sandbox.Timedout"
    assert (failed.at_ns - outcome.records[0].at_ns) / 1e9 == 20
    assert outcome.calls == [
        ("T", operation(kind), False, None, "f"),
        ("T", operation(kind), True, None, None),
    ]
    assert outcome.items == ["x"]


@pytest.mark.parametrize("kind", ["waits", "in_a_thread"])
def test_whoever_waits_longer_than_anybody_gets_no_answer(kind, monkeypatch):
    monkeypatch.setattr(calls, "FOREVER_S", 1.0)

    assert run(kind, fault(HangEffect(), limit=1)).of(AttemptFailed)[0].error.type == "TimeoutError"


def test_in_the_loop_too(monkeypatch):
    monkeypatch.setattr(calls, "FOREVER_S", 1.0)

    assert (
        run("blocks", fault(HangEffect(), limit=1)).of(AttemptFailed)[0].error.type
        == "TimeoutError"
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("error", "attempts"),
    [
        (business_error("CardDeclined", "no"), 1),
        (other_error("Weird", "no"), 2),
        (other_error("Weird", "no", technical=False), 1),
    ],
)
def test_errors_that_were_made_up_have_their_name_and_class(kind, error, attempts):
    outcome = run(kind, fault(ErrorEffect(error), limit=1))

    [failed] = outcome.of(AttemptFailed)
    assert (failed.error.type, failed.error.message) == (error.type, "no")
    assert outcome.ended[1] == attempts


@pytest.mark.parametrize("kind", KINDS)
def test_a_verdict_that_has_no_meaning_here_is_a_bug(kind):
    """Arming such a fault is refused; this is for whoever gets around that."""
    made, _ = handlers()

    async def scenario(emulator):
        emulator.faults.arm(fault(DropEffect()))
        emulator.send("place", {"id": "o-1"})
        await emulator.clock.settle()
        return [r.error.type for r in emulator.journal.records if isinstance(r, AttemptFailed)]

    assert set(drive(make_api(made[kind]), scenario)) == {"AssertionError"}


def test_faults_can_look_at_source_operation_input_and_label():
    match = {"source": "T", "operation": "PutItem", "input": {"id": "o-1"}, "component": "Place"}

    assert run("blocks", fault("network.reset", match=match, first=1)).ended == ("success", 2)
    for word, other in (("source", "U"), ("operation", "GetItem"), ("component", "Other")):
        struck = fault("network.reset", match={**match, word: other})
        assert run("blocks", struck).ended == ("success", 1)


def test_errors_of_one_service_do_not_strike_another():
    assert run("blocks", fault("sqs.throttled")).ended == ("success", 1)


def test_what_a_call_calls_is_part_of_it():
    inner = watch(Table(), source="inner")

    class Repository:
        def save(self):
            inner.put_item(1)

        async def save_later(self):
            inner.put_item(1)

    async def saves(event, context):
        repository = watch(Repository(), source="outer")
        repository.save()
        await repository.save_later()

    assert [call[0] for call in place(saves).calls] == ["outer", "outer"]


def test_whoever_goes_on_after_the_end_is_on_its_own():
    left = []

    async def leaves(event, context):
        table = watch(Table(), source="T")

        async def later():
            await pause.wait()
            left.append((table.put_item(1), await table.put_later(2)))

        pause = asyncio.Event()
        left.append(asyncio.create_task(later()))
        asyncio.get_running_loop().call_soon(pause.set)

    assert place(leaves, fault("network.reset")).calls == []
    assert left[1:] == [(1, 2)]


def test_outside_of_a_handler_nobody_watches():
    assert CURRENT.get() is None
    assert watch(Table(), source="T").put_item(1) == 1


def test_the_same_seed_gives_the_same_journal_from_threads_too():
    def one():
        return run("in_a_thread", fault("network.reset", chance=0.5)).dump

    assert one() == one()


def test_a_call_with_a_token_that_the_service_had_is_not_applied_again():
    async def twice(event, context):
        joint = CURRENT.get()
        for _ in range(2):
            joint.through(Tokened("dynamodb", "T", "TransactWriteItems"), lambda: None)

    assert [call[2] for call in place(twice).calls] == [True, False]


class Tokened(Call):
    __slots__ = ()

    def token(self):
        return "token-1"


def test_tokens_are_forgotten_in_the_end(monkeypatch):
    monkeypatch.setattr(calls, "TOKENS_MAX", 0)

    async def twice(event, context):
        joint = CURRENT.get()
        for _ in range(2):
            joint.through(Tokened("dynamodb", "T", "TransactWriteItems"), lambda: None)

    assert [call[2] for call in place(twice).calls] == [True, True]


def test_chance_for_libraries_belongs_to_the_seed():
    drawn = []

    async def draws(event, context):
        joint = CURRENT.get()
        drawn.append((joint.draw("a"), joint.draw("a")))

    place(draws)
    place(draws)
    place(draws, seed=6)

    assert drawn[0] == drawn[1] != drawn[2]
    assert drawn[0][0] != drawn[0][1]


ASK = '{ ask(what: "x") }'


def asked(ask, *faults, **headers):
    async def scenario(emulator):
        response = await answer(emulator, ASK, **headers)
        return response, emulator.journal.records

    return drive(make_api(ask=ask), scenario, faults=faults)


def test_a_functions_own_calls_pass_too():
    drawn = []

    async def ask(event, context):
        drawn.append(CURRENT.get().draw("a"))
        watch(Table(), source="T").put_item(1)
        return "yes"

    response, records = asked(ask)

    assert response == {"data": {"ask": "yes"}}
    assert [(r.source, r.operation, r.facts, r.attempt, r.trace_id) for r in records] == [
        ("T", "PutItem", None, 0, None),
        ("ask", "Invoke", None, 0, None),
    ]
    assert len(drawn) == 1


def test_the_trace_of_a_field_is_that_of_its_request_if_there_is_one():
    async def ask(event, context):
        return "yes"

    async def scenario(emulator):
        trace_id = emulator.send("place", {"id": "1"})
        await emulator.clock.settle()
        await answer(emulator, ASK, traceid=trace_id)
        await answer(emulator, ASK, traceid="unknown")
        calls = [r for r in emulator.journal.records if isinstance(r, DataCalled)]
        return [call.trace_id == trace_id for call in calls], len(emulator.journal.traces)

    assert drive(make_api(ask=ask), scenario) == ([True, False], 1)


def test_a_call_of_a_function_is_struck_by_its_input():
    async def ask(event, context):
        watch(Table(), source="T").put_item(1)

    match = Match(source="T", input={"what": "x"})
    effect = fault("network.reset").effect
    struck = Fault(fault_id="f", point=Point.DATA, effect=effect, match=match)
    response, _ = asked(ask, struck)

    assert response["errors"][0]["errorType"] == "ConnectionResetError"


def test_in_real_time_too():
    made, tables = handlers()

    async def main():
        struck = fault(DelayEffect(0.001))
        async with Emulator(
            make_api(made["in_a_thread"]), clock=RealClock(), faults=[struck]
        ) as emulator:
            trace_id = emulator.send("place", {"id": "1"})
            await emulator.dispatcher.ended(trace_id)
            return [type(record) for record in emulator.journal.records]

    assert DataCalled in asyncio.run(main())
    assert tables[0].items == ["x"]
