"""Commands that are turned away at the door, over HTTP and from Python alike."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace

import pytest
from engine.kit import KEY, drive, handler, make_api, request

from appsync_emu.core.api import Component
from appsync_emu.core.faults.catalogue import effect_named, other_error
from appsync_emu.core.faults.delay import DelayEffect
from appsync_emu.core.faults.error import ErrorEffect
from appsync_emu.core.faults.hang import HangEffect
from appsync_emu.core.faults.match import Match
from appsync_emu.core.faults.named import ClientError, NamedFault
from appsync_emu.core.faults.plan import Fault
from appsync_emu.core.faults.points import Point
from appsync_emu.core.faults.strike import Strike
from appsync_emu.core.faults.throttle import ThrottleEffect
from appsync_emu.core.records import AttemptFailed, CommandAccepted, FaultStruck
from appsync_emu.errors import CommandRefused, UsageError

PLACE = 'mutation { place(id: "1", total: 2) { traceId } }'


def named(name, *, after=0.0, phase=None, **match):
    effect, _ = effect_named(name, phase=phase, after=after)
    return Fault(
        fault_id="door", point=Point.ACCEPT, effect=effect, match=Match(**match), name=name
    )


def records(emulator, kind):
    return [record for record in emulator.journal.records if isinstance(record, kind)]


async def post(emulator, query, **variables):
    """The answer over HTTP, without the socket, and the seconds that it took."""
    body = json.dumps({"query": query, "variables": variables}).encode()
    began_ns = emulator.clock.now_ns()

    async def ask():
        answer = emulator.gateway.post(body, {"x-api-key": KEY})
        return await answer if hasattr(answer, "__await__") else answer

    answer = await emulator.clock.until(emulator.clock.spawn(ask()))
    return answer, (emulator.clock.now_ns() - began_ns) / 1e9


def posted(fault, query=PLACE):
    async def scenario(emulator):
        answer, took_s = await post(emulator, query)
        return answer, took_s, records(emulator, CommandAccepted), records(emulator, FaultStruck)

    return drive(make_api(), scenario, faults=[fault])


def test_too_many_requests_are_answered_with_what_is_no_graphql():
    """aws-amplify/amplify-js#13068: clients look for ``errors`` and find none."""
    answer, _, accepted, [struck] = posted(named("appsync.throttled"))

    assert answer.status == 429
    assert json.loads(answer.body) == {"message": "Too Many Requests"}
    assert accepted == []
    assert (struck.about, struck.phase, struck.facts, struck.trace_id) == (
        *("place", "request"),
        *(None, None),
    )


@pytest.mark.parametrize(
    ("name", "status", "error_type"),
    [
        ("appsync.unavailable", 503, "ServiceUnavailableException"),
        ("appsync.unauthorized", 401, "UnauthorizedException"),
        ("appsync.bad-request", 400, "BadRequestException"),
    ],
)
def test_a_refusal_looks_like_the_services_own(name, status, error_type):
    """AWS AppSync API Reference, "Common Errors"."""
    answer, _, accepted, _ = posted(named(name))

    assert (answer.status, answer.headers["x-amzn-ErrorType"]) == (status, error_type)
    assert [error["errorType"] for error in json.loads(answer.body)["errors"]] == [error_type]
    assert accepted == []


@pytest.mark.parametrize("after", [0.0, 5.0])
def test_a_command_may_be_accepted_although_its_client_never_knows(after):
    fault = named("appsync.unavailable", phase="response", after=after)
    answer, took_s, accepted, [struck] = posted(fault)

    assert (answer.status, took_s) == (503, after)
    assert len(accepted) == 1
    assert struck.phase == "response"


def test_a_refusal_may_take_its_time():
    answer, took_s, accepted, _ = posted(named("appsync.unavailable", after=5))

    assert (answer.status, took_s, accepted) == (503, 5, [])


def test_a_request_may_be_slow():
    fault = Fault(fault_id="slow", point=Point.ACCEPT, effect=DelayEffect(5))
    answer, took_s, [accepted], _ = posted(fault)

    assert (answer.status, took_s) == (200, 5)
    assert json.loads(answer.body)["data"]["place"]["traceId"] == accepted.trace_id


def test_only_so_many_commands_pass_in_a_second():
    fault = Fault(fault_id="load", point=Point.ACCEPT, effect=ThrottleEffect(1.0, 2))

    async def scenario(emulator):
        statuses = [(await post(emulator, PLACE))[0].status for _ in range(3)]
        await emulator.clock.advance(1)
        return [*statuses, (await post(emulator, PLACE))[0].status]

    assert drive(make_api(), scenario, faults=[fault]) == [200, 200, 429, 200]


@pytest.mark.parametrize(
    "query",
    [
        '{ trace(traceId: "1") { status } }',
        'mutation { touch(id: "1") { id } }',
        'mutation { Shop { close(input: {reason: "x"}) { traceId } } }',
    ],
    ids=["a query", "another mutation", "another command"],
)
def test_nothing_else_is_struck(query):
    answer, _, _, struck = posted(named("appsync.throttled", command="place"), query)

    assert (answer.status, struck) == (200, [])


@pytest.mark.parametrize(
    ("query", "status"),
    [("mutation { place }", 200), ("query A { __typename } query B { __typename }", 400)],
    ids=["not valid", "nobody knows which"],
)
def test_a_request_that_is_wrong_is_told_so(query, status):
    answer, _, _, struck = posted(named("appsync.throttled"), query)

    assert (answer.status, struck) == (status, [])
    assert "errors" in json.loads(answer.body)


def test_a_command_in_a_namespace_is_found_by_its_input():
    query = """mutation {
        kept: place(id: "1") { traceId }
        Shop { close(input: {reason: "late"}) { traceId } }
    }"""
    fault = named("appsync.throttled", input={"reason": "late"})
    answer, _, accepted, [struck] = posted(fault, query)

    assert (answer.status, accepted, struck.about) == (429, [], "close")


def test_an_answer_with_status_200_is_graphql():
    """A front door that fails softly, as one that a test makes up may do."""
    client = ClientError(error_type="Maintenance", message="come back later")
    made_up = NamedFault(name="x.y", points=(Point.ACCEPT,), meaning="", client=client)
    effect = ErrorEffect(other_error("Maintenance"), named=made_up)
    answer, _, _, _ = posted(Fault(fault_id="m", point=Point.ACCEPT, effect=effect))

    assert answer.status == 200
    assert json.loads(answer.body) == {
        "data": None,
        "errors": [{"path": None, "errorType": "Maintenance", "message": "come back later"}],
    }


def test_an_error_that_no_client_is_meant_to_read_is_an_internal_failure():
    named_fault = NamedFault(name="x.y", points=(Point.ACCEPT,), meaning="")
    effect = ErrorEffect(other_error("Oops", "no"), named=named_fault)
    answer, _, _, _ = posted(Fault(fault_id="m", point=Point.ACCEPT, effect=effect))

    assert answer.status == 500
    assert json.loads(answer.body)["errors"] == [{"errorType": "Oops", "message": "no"}]


def test_a_refused_command_says_why_in_python_too():
    async def scenario(emulator):
        with pytest.raises(CommandRefused, match="Too Many Requests") as refused:
            emulator.send("place", {"id": "1"})
        with pytest.raises(CommandRefused) as again:
            await emulator.send_and_wait("place", {"id": "1"})
        return refused.value, again.value

    for refused in drive(make_api(), scenario, faults=[named("appsync.throttled")]):
        assert refused.status == 429
        assert refused.errors == [
            {"errorType": "TooManyRequestsException", "message": "Too Many Requests"}
        ]


def test_who_cannot_wait_is_told_to():
    fault = Fault(fault_id="slow", point=Point.ACCEPT, effect=DelayEffect(5))

    async def scenario(emulator):
        assert emulator.sending_waits("place")
        with pytest.raises(UsageError, match="a fault delays it"):
            emulator.send("place", {"id": "1"})
        sent = emulator.clock.spawn(emulator.send_and_wait("place", {"id": "1"}))
        return await emulator.clock.until(sent)

    assert drive(make_api(), scenario, faults=[fault])


@pytest.mark.parametrize(
    ("effect", "took_s"),
    [(DelayEffect(5), 5), (effect_named("appsync.unavailable", after=3)[0], 3)],
    ids=["delay", "error"],
)
@pytest.mark.parametrize("is_async", [True, False])
def test_a_handler_that_sends_a_command_has_to_wait(is_async, effect, took_s):
    """A handler calls over the network as everybody does; in ``async def`` it pays at its end."""

    async def later(event, context):
        send(event, context)

    def send(event, context):
        with suppress(CommandRefused):
            context.send("close", reason="x")

    fault = Fault(fault_id="slow", point=Point.ACCEPT, effect=effect, match=Match(command="close"))

    async def scenario(emulator):
        began_ns = emulator.clock.now_ns()
        emulator.send("place", {"id": "1"})
        await emulator.clock.settle()
        assert not records(emulator, AttemptFailed)
        return (emulator.clock.now_ns() - began_ns) / 1e9

    api = make_api(later if is_async else send)
    quiet = Component(name="Close", handler=handler(_nothing))
    commands = {**api.commands}
    commands["ShopMutation.close"] = _of(commands["ShopMutation.close"], "Close")
    api = replace(api, commands=commands, components={**api.components, "Close": quiet})
    assert drive(api, scenario, faults=[fault]) == took_s


async def _nothing(event, context):
    return None


def _of(spec, component):
    return replace(spec, components=(component,))


def test_chance_belongs_to_the_label_and_number():
    """Another command in between shifts nobody's luck."""

    async def refused(emulator, numbers):
        found = []
        for number in numbers:
            try:
                emulator.send("place", {"id": "1"}, label=("bulk", number))
            except CommandRefused:
                found.append(number)
        return found

    fault = Fault(
        fault_id="door",
        point=Point.ACCEPT,
        effect=effect_named("appsync.throttled")[0],
        strike=Strike(chance=0.5),
        match=Match(label="bulk"),
    )
    everybody = drive(make_api(), lambda e: refused(e, range(1, 30)), faults=[fault])
    odd = drive(make_api(), lambda e: refused(e, range(1, 30, 2)), faults=[fault])

    assert 5 < len(everybody) < 25
    assert odd == [number for number in everybody if number % 2]


def test_a_command_that_carries_a_trace_on_is_struck_as_part_of_it():
    fault = named("appsync.throttled", label="first")

    async def scenario(emulator):
        emulator.heal()
        trace_id = emulator.send("place", {"id": "1"}, label=("first", 1))
        emulator.arm(fault)
        with pytest.raises(CommandRefused):
            emulator.send("place", {"id": "2"}, trace_id=trace_id)
        emulator.send("place", {"id": "2"}, trace_id="another")
        return trace_id, records(emulator, FaultStruck)

    trace_id, [struck] = drive(make_api(), scenario, faults=[fault])
    assert struck.trace_id == trace_id


@pytest.mark.parametrize("after", [0.0, 2.0])
def test_what_is_executed_first_may_wait(after):
    async def ask(event, context):
        await context.sleep(3)

    query = 'mutation { place(id: "1") { traceId } touch(id: "2") { id } }'
    api = make_api(ask=ask)
    resolvers = dict(api.resolvers)
    resolvers["Mutation.touch"] = resolvers["Query.ask"]
    fault = named("appsync.unavailable", phase="response", after=after)

    async def scenario(emulator):
        answer, took_s = await post(emulator, query)
        return answer.status, took_s, len(records(emulator, CommandAccepted))

    assert drive(replace(api, resolvers=resolvers), scenario, faults=[fault]) == (503, 3 + after, 1)


def test_a_slow_request_may_ask_for_what_waits():
    async def ask(event, context):
        await context.sleep(3)

    query = 'mutation { place(id: "1") { traceId } touch(id: "2") { id } }'
    api = make_api(ask=ask)
    resolvers = {**api.resolvers, "Mutation.touch": api.resolvers["Query.ask"]}
    fault = Fault(fault_id="slow", point=Point.ACCEPT, effect=DelayEffect(5))

    async def scenario(emulator):
        answer, took_s = await post(emulator, query)
        return answer.status, took_s

    assert drive(replace(api, resolvers=resolvers), scenario, faults=[fault]) == (200, 8)


def test_what_has_no_meaning_here_is_our_own_mistake():
    async def scenario(emulator):
        emulator.faults.arm(Fault(fault_id="h", point=Point.ACCEPT, effect=HangEffect()))
        with pytest.raises(AssertionError, match="Hang cannot strike at accept"):
            emulator.execute(request(PLACE))

    drive(make_api(), scenario)
