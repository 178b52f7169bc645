"""Accepting commands: the answer, the trace id, what the handlers get, full queues."""

from __future__ import annotations

import re

import pytest
from engine.kit import answer, drive, make_api

from appsync_emu.core.api import TraceIdForm, TraceNames, UnitResolver
from appsync_emu.core.faults.delay import DelayEffect
from appsync_emu.core.faults.plan import Fault
from appsync_emu.core.faults.points import Point
from appsync_emu.core.records import (
    CommandAccepted,
    DataCalled,
    DeliveryEnded,
)

PLACE = 'mutation { place(id: "1", total: 2) { traceId } }'


def records(emulator, kind):
    return [record for record in emulator.journal.records if isinstance(record, kind)]


def test_a_command_is_answered_at_once_with_the_trace_id():
    async def scenario(emulator):
        response = await answer(emulator, PLACE)
        trace_id = response["data"]["place"]["traceId"]
        assert response == {"data": {"place": {"traceId": trace_id}}}
        assert [r.trace_id for r in records(emulator, CommandAccepted)] == [trace_id]
        return records(emulator, DeliveryEnded)

    assert drive(make_api(), scenario) == []  # nobody waited for the work


def test_the_handler_gets_the_event_of_a_direct_resolver_with_the_trace_in_the_header():
    seen = []

    async def place(event, context):
        seen.append((event, context.trace_id))

    async def scenario(emulator):
        await answer(emulator, PLACE, **{"user-agent": "tests", "x-api-key": "secret"})
        await emulator.clock.settle()
        return records(emulator, CommandAccepted)

    [accepted] = drive(make_api(place), scenario)
    [(event, trace_id)] = seen

    assert event["arguments"] == {"id": "1", "total": 2}
    assert event["info"]["fieldName"] == "place"
    assert event["request"]["headers"]["traceid"] == trace_id == accepted.trace_id
    assert "x-api-key" not in accepted.headers
    assert accepted.headers["user-agent"] == "tests"


def test_a_correlation_header_carries_the_trace_on():
    async def scenario(emulator):
        response = await answer(emulator, PLACE, traceid="mine")
        return response["data"]["place"]["traceId"]

    assert drive(make_api(), scenario) == "mine"


def test_a_correlation_header_that_is_too_long_is_refused():
    async def scenario(emulator):
        response = await answer(emulator, PLACE, traceid="x" * 257)
        assert not emulator.journal.records
        return response["errors"][0]["errorType"]

    assert drive(make_api(), scenario) == "BadRequestException"


def test_commands_under_a_namespace_need_no_resolver_for_it():
    async def scenario(emulator):
        query = 'mutation { Shop { close(input: {reason: "r"}) { traceId } } }'
        return await answer(emulator, query)

    response = drive(make_api(), scenario)

    assert set(response["data"]["Shop"]["close"]) == {"traceId"}


def test_ids_depend_on_the_content_and_not_on_what_else_was_sent():
    def ids(commands):
        async def scenario(emulator):
            return [emulator.send("place", {"id": name}) for name in commands]

        return dict(zip(commands, drive(make_api(), scenario), strict=True))

    assert ids(["a", "b"])["b"] == ids(["x", "y", "b"])["b"]
    assert len(set(ids(["a", "b", "c"]).values())) == 3


def test_full_queues_refuse_a_command_and_lose_none():
    async def scenario(emulator):
        responses = [await answer(emulator, PLACE) for _ in range(3)]
        held = len(records(emulator, CommandAccepted))
        emulator.heal()
        await emulator.clock.settle()
        return responses, held, len(records(emulator, DeliveryEnded))

    slow = Fault(fault_id="slow", point=Point.DISPATCH, effect=DelayEffect(60))
    responses, held, ended = drive(make_api(queue_limit=2), scenario, faults=(slow,))

    assert [response.get("errors", [{}])[0].get("message") for response in responses] == [
        None,
        None,
        "Rate Exceeded.",
    ]
    assert (held, ended) == (2, 2)


@pytest.mark.parametrize(
    ("form", "pattern"),
    [
        (TraceIdForm.UUID, r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        (TraceIdForm.HEX, r"[0-9a-f]{32}"),
        # X-Ray Developer Guide: version, epoch seconds in hexadecimal, 96 bits.
        (TraceIdForm.XRAY, r"1-70dbd880-[0-9a-f]{24}"),
    ],
)
def test_the_api_chooses_the_form_of_trace_ids(form, pattern):
    async def scenario(emulator):
        return emulator.send("place", {"id": "1"})

    assert re.fullmatch(pattern, drive(make_api(trace=TraceNames(id=form)), scenario))


OWN = {"resolvers": {"Mutation.place": UnitResolver(data_source="ask")}}


@pytest.mark.parametrize("is_async", [True, False])
def test_a_command_may_have_a_resolver_of_its_own_which_chooses_the_trace_id(is_async):
    async def answers_async(event, context):
        return {"traceId": "chosen"}

    def answers(event, context):
        return {"traceId": "chosen"}

    api = make_api(ask=answers_async if is_async else answers, **OWN)

    async def scenario(emulator):
        response = await answer(emulator, PLACE)
        await emulator.clock.settle()
        return response, [end.status for end in records(emulator, DeliveryEnded)]

    assert drive(api, scenario) == ({"data": {"place": {"traceId": "chosen"}}}, ["success"])


@pytest.mark.parametrize("answered", [None, {}, {"traceId": 7}, {"traceId": ""}])
def test_an_own_resolver_that_answers_no_trace_id_starts_nothing(answered):
    async def answers(event, context):
        return answered

    async def scenario(emulator):
        response = await answer(emulator, PLACE)
        assert [type(record) for record in emulator.journal.records] == [DataCalled]
        return response["errors"][0]["message"]

    assert drive(make_api(ask=answers, **OWN), scenario) == (
        "The resolver of the command Mutation.place answered without a traceId."
    )


def labelled(*sent):
    """Ids of the commands, deliveries and traces of commands that were sent with these labels."""

    async def scenario(emulator):
        for label, arguments in sent:
            emulator.send("place", arguments, label=label)
        await emulator.clock.settle()
        accepted = records(emulator, CommandAccepted)
        return [
            (record.label, record.trace_id, record.command_id) for record in accepted
        ], emulator.strikes.labels

    return drive(make_api(), scenario)


def test_a_label_and_a_number_name_a_command_whatever_else_is_sent():
    """So that leaving a step out of a scenario changes nobody's ids, and nobody's luck."""
    accepted, labels = labelled(
        (None, {"id": "1"}), (("bulk", 1), {"id": "1"}), (("bulk", 2), {"id": "1"})
    )
    [(label, trace_id, command_id)], _ = labelled((("bulk", 2), {"id": "other"}))

    assert [found for found, *_ in accepted] == [None, "bulk", "bulk"]
    assert accepted[2] == (label, trace_id, command_id)
    assert labels == {accepted[1][1]: "bulk", accepted[2][1]: "bulk"}


def test_a_command_that_is_sent_twice_under_one_number_is_two_commands():
    accepted, _ = labelled((("order", 1), {"id": "1"}), (("order", 1), {"id": "1"}))

    assert len({command_id for *_, command_id in accepted}) == 2


def test_numbers_are_forgotten_when_there_are_too_many(monkeypatch):
    monkeypatch.setattr("appsync_emu.engine.intake.LABELLED_MAX", 1)
    accepted, _ = labelled((("a", 1), {"id": "1"}), (("b", 1), {"id": "1"}))

    assert [label for label, *_ in accepted] == ["a", "b"]
