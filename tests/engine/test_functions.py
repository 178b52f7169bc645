"""Functions behind AWS_LAMBDA data sources: results, errors, time limits."""

from __future__ import annotations

import asyncio
import sys
import time

import pytest
from engine.kit import answer, drive, handler, make_api, request

from appsync_emu.core.api import Component
from appsync_emu.core.records import EventPublished
from appsync_emu.engine.clock import ManualClock, RealClock
from appsync_emu.engine.emulator import Emulator

ASK = '{ ask(what: "x") }'


def ask(function, **options):
    async def scenario(emulator):
        return await answer(emulator, ASK)

    return drive(make_api(ask=function, **options), scenario)


async def echo_async(event, context):
    return event["arguments"]["what"] * 2


def echo(event, context):
    return event["arguments"]["what"] * 2


@pytest.mark.parametrize("function", [echo, echo_async])
def test_a_function_answers_the_field(function):
    assert ask(function) == {"data": {"ask": "xx"}}


def error_of(response):
    assert response["data"] == {"ask": None}
    return response["errors"][0]["errorType"], response["errors"][0]["message"]


class CustomException(Exception):  # noqa: N818 - the name in AppSync's own example
    pass


def test_an_exception_is_the_fields_error_by_its_own_name():
    """AppSync guide, "Direct Lambda resolvers"."""

    async def raises(event, context):
        raise CustomException("broken")

    assert error_of(ask(raises)) == ("CustomException", "broken")


def test_sys_exit_is_the_error_of_a_process_that_exited():
    def exits(event, context):
        sys.exit(4)

    assert error_of(ask(exits)) == (
        "Runtime.ExitError",
        "Runtime exited with error: exit status 4",
    )


@pytest.mark.parametrize("is_async", [True, False])
def test_a_function_that_takes_too_long_is_timed_out(is_async):
    async def sleeps_async(event, context):
        await context.sleep(60)

    def sleeps(event, context):
        context.sleep(60)

    response = ask(sleeps_async if is_async else sleeps, ask_timeout_s=10)

    assert error_of(response) == ("Lambda:ExecutionTimeoutException", "Execution timed out.")


def test_a_function_that_blocks_its_thread_costs_its_own_time_only():
    def blocks(event, context):
        while True:
            time.sleep(0.001)  # noqa: TID251 - the blocking function itself

    response = ask(blocks, ask_timeout_s=10)

    assert error_of(response)[1] == "Execution timed out."


def test_a_function_publishes_events_and_sends_commands_under_one_trace():
    heard = []

    async def function(event, context):
        context.emit("Asked", {"what": event["arguments"]["what"]})
        return context.send("place", id="1")

    async def listen(event, context):
        heard.append((event["detail-type"], context.trace_id))

    listener = Component(name="Listen", handler=handler(listen), on=({"detail-type": ["Asked"]},))

    async def scenario(emulator):
        response = await answer(emulator, ASK, traceid="mine")
        await emulator.clock.settle()
        published = [r for r in emulator.journal.records if isinstance(r, EventPublished)]
        return response, [record.by for record in published]

    response, by = drive(make_api(ask=function, others=(listener,)), scenario)

    assert response == {"data": {"ask": "mine"}}
    assert heard == [("Asked", "mine")]
    assert by == [None]


def test_functions_of_one_query_keep_their_own_time():
    """asyncio.timeout belongs to the task in which it is entered, as HTTP clients enter it."""

    async def function(event, context):
        slow = event["arguments"]["what"] == "slow"
        async with asyncio.timeout(0.005 if slow else 5):  # noqa: TID251 - as clients do
            await asyncio.sleep(5 if slow else 0.001)  # noqa: TID251 - somebody else's time
        return event["arguments"]["what"]

    async def scenario(emulator):
        return await emulator.execute(request('{ a: ask(what: "quick") b: ask(what: "slow") }'))

    response = drive(make_api(ask=function), scenario, clock=RealClock())

    assert response["data"] == {"a": "quick", "b": None}
    assert [(e["path"], e["errorType"]) for e in response["errors"]] == [(["b"], "TimeoutError")]


def test_each_of_two_functions_is_timed_out_by_itself():
    async def function(event, context):
        await context.sleep(60 if event["arguments"]["what"] == "slow" else 1)
        return "in time"

    async def scenario(emulator):
        return await answer(emulator, '{ a: ask(what: "slow") b: ask(what: "x") }')

    response = drive(make_api(ask=function, ask_timeout_s=10), scenario)

    assert response["data"] == {"a": None, "b": "in time"}
    assert response["errors"][0]["message"] == "Execution timed out."


@pytest.mark.parametrize(("clock", "written"), [(ManualClock, 1), (RealClock, 0)])
def test_queries_of_a_server_leave_nothing_in_its_journal(clock, written):
    """In real time nobody reads of them, and a server answers thousands a second."""

    async def test():
        async with Emulator(make_api(ask=echo_async), clock=clock()) as emulator:
            response = emulator.execute(request(ASK))
            assert response["data"] == {"ask": "xx"}
            return len(emulator.journal.records)

    assert asyncio.run(test()) == written
