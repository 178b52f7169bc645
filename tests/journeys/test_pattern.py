"""Asynchronous command handling, line by line, as its users describe it and as it was decided.

The first tests walk through the pattern in its four lines, the others (``test_decision_...``)
through the decisions about its details. All go through the doors that users have: the fixtures of
the pytest plugin, the client, HTTP, the command line.
"""

from __future__ import annotations

import asyncio
import dataclasses
import importlib
import json
import uuid
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import api_files
import pytest
from click.testing import CliRunner

from appsync_emu.cli import main
from appsync_emu.client import Client
from appsync_emu.config.load import load
from appsync_emu.core.api import TraceIdForm
from appsync_emu.core.records import (
    AttemptStarted,
    CommandAccepted,
    DataCalled,
    DeadLetterDiscarded,
    DeadLetterRedriven,
    DeadLetterWritten,
    DeliveryAccepted,
    DeliveryEnded,
    EventPublished,
    RetryScheduled,
)
from appsync_emu.engine.clock import ManualClock
from appsync_emu.engine.emulator import Emulator
from appsync_emu.errors import PermanentError, SubscriptionRefused, TechnicalError

HERE = Path(__file__).resolve().parent
ONBOARDING = HERE.parents[1] / "examples" / "onboarding"
PLACE = 'mutation { placeOrder(orderId: "o-1", total: 250) { traceId } }'
ENDS = {"accepted", "success", "error"}


@pytest.fixture(scope="session")
def appsync_api():
    return load(HERE)


@pytest.fixture(autouse=True)
def handlers(appsync_api):
    """The module that the emulator runs, with nothing remembered."""
    module = importlib.import_module("journey_handlers")
    module.CALLS.clear()
    module.FAILURES.clear()
    return module


def place(appsync, **arguments):
    return appsync.send("placeOrder", {"orderId": "o-1", "total": 250, **arguments})


def records(appsync, kind, component=None):
    return [
        record
        for record in appsync.journal.records
        if isinstance(record, kind) and component in (None, record.facts.component)
    ]


def sent(trace):
    return [record.command for record in trace.records if isinstance(record, CommandAccepted)]


# The pattern, in four lines.


def test_line_1_a_command_is_a_mutation_that_is_answered_at_once_with_a_trace_id(appsync, handlers):
    """A client sends a command as a mutation; it is accepted and dispatched behind the answer."""
    before = appsync.clock.now()

    answer = appsync.mutate(PLACE)

    assert (answer.status, list(answer.value)) == (200, ["traceId"])
    assert handlers.CALLS == []
    assert appsync.clock.now() == before
    appsync.settle()
    assert ("Orders.Place", "o-1") in handlers.CALLS


def test_line_2_the_trace_can_be_queried(appsync):
    """With the trace id a client looks back: component name, timestamp and status."""
    trace = place(appsync)
    appsync.settle()

    lines = appsync.query(
        "query ($id: ID!) { trace(traceId: $id) { component timestamp status } }", id=trace.id
    ).value
    done = {"component": "Orders.Place", "timestamp": "2030-01-01T00:00:00.000Z"}
    assert {**done, "status": "accepted"} in lines
    assert {**done, "status": "success"} in lines
    assert {line["status"] for line in lines} == {"accepted", "success"}


def test_line_2_the_trace_can_be_subscribed_to(appsync):
    """With the trace id a client is told at once: component name, timestamp and status."""
    appsync.fault("network.reset", component="Audit.Write")
    watcher = appsync.subscribe("onTrace", of="placeOrder")

    trace = place(appsync)
    assert [line["status"] for line in watcher.data] == ["accepted", "accepted"]
    appsync.settle()

    assert {line["status"] for line in watcher.data} == ENDS
    assert {line["traceId"] for line in watcher.data} == {trace.id}
    assert all(line["component"] and line["timestamp"] for line in watcher.data)


def test_line_3_a_technical_error_is_retried_up_to_three_times(appsync):
    """A network failure is not the end: three retries, so the fourth attempt may still succeed."""
    appsync.fault("network.reset", component="Orders.Place", attempts="1-3")

    trace = place(appsync)
    appsync.settle()

    assert trace.succeeded(attempts=4, component="Orders.Place")
    assert len(records(appsync, RetryScheduled, "Orders.Place")) == 3


def test_line_3_then_an_error_event_is_thrown_and_the_context_is_kept(appsync, handlers):
    """When the retries fail too, there is an error event, and a dead letter with the context."""
    appsync.fault("network.reset", component="Orders.Place")

    trace = place(appsync)
    appsync.settle()

    assert trace.failed(attempts=4, reason="retries-exhausted", component="Orders.Place")
    [event] = handlers.FAILURES
    assert event["component"] == "Orders.Place"
    [letter] = appsync.deadletters
    assert letter.trace_id == trace.id
    assert letter.input == {"orderId": "o-1", "total": 250}


def test_line_4_first_answers_are_fast_however_slow_the_work_is(appsync):
    """The answer to a command does not wait for its components."""
    appsync.fault("delay", by="20s")
    before = appsync.clock.now()

    trace = place(appsync)

    assert appsync.clock.now() == before
    trace.ended()
    assert (appsync.clock.now() - before).total_seconds() >= 20


@pytest.mark.parametrize(
    "fallacy",
    [
        {"what": "network.reset", "attempts": [1, 2]},
        {"what": "network.reset", "attempts": 1, "phase": "response"},
        {"what": "network.timeout", "attempts": 1},
        {"what": "lambda.throttled", "attempts": [1, 2]},
        {"what": "delay", "by": "2s"},
        {"what": "crash", "attempts": 1},
        {"what": "duplicate", "copies": 2},
    ],
    ids=lambda fallacy: f"{fallacy['what']}-{fallacy.get('phase', 'request')}",
)
def test_line_4_the_fallacies_of_distributed_systems_do_no_harm(appsync, fallacy, handlers):
    """The network fails, is slow, repeats itself; workers crash: the command succeeds, once."""
    what = dict(fallacy)
    appsync.fault(what.pop("what"), component="Billing.Charge", **what)

    trace = appsync.send("chargeOrder", orderId="o-1")
    appsync.settle()

    assert trace.succeeded()
    assert handlers.CALLS == [("Billing.Charge", "o-1")]
    assert not appsync.deadletters


def test_line_4_feedback_is_live(appsync):
    """A subscriber hears of each component when it gets there, not when all is over."""
    appsync.fault("delay", by="5s", component="Audit.Write")
    watcher = appsync.subscribe("onTrace", of="placeOrder")

    place(appsync)
    appsync.advance("1s")
    heard = {(line["component"], line["status"]) for line in watcher.data}
    assert ("Orders.Place", "success") in heard
    assert ("Audit.Write", "success") not in heard
    appsync.advance("4s")

    assert watcher.data[-1]["component"] == "Audit.Write"
    assert watcher.nothing_more()


# The decisions.


def test_decision_what_is_a_command(appsync, handlers):
    """A mutation field under ``commands:``; others stay what they are.

    A resolver of the API's own that puts events onto the bus leads into the same engine.
    """
    assert appsync.mutate("renameItem", name="Chair").value == "Chair"
    assert [type(record) for record in appsync.journal.records] == [DataCalled]
    assert list(appsync.journal.traces) == []

    answer = appsync.mutate("importOrder", orderId="o-2")
    imported = appsync.trace(answer.value["traceId"])
    placed = place(appsync)
    appsync.settle()

    assert sent(placed) == ["placeOrder", "shipOrder"]
    assert sent(imported) == ["shipOrder"]
    assert placed.succeeded()
    assert imported.succeeded()
    assert ("Shipping-Notifier", "o-2") in handlers.CALLS


def test_decision_trace_id_is_new_for_each_command_and_a_uuid(appsync):
    """Nobody has to choose it, and no two commands share one."""
    ids = {appsync.mutate(PLACE).value["traceId"] for _ in range(20)}

    assert len(ids) == 20
    assert {str(uuid.UUID(trace_id)) for trace_id in ids} == ids


def test_decision_trace_id_has_the_form_that_the_api_chose(appsync_api):
    """UUID by default; an API may choose X-Ray's form or plain hexadecimal."""
    api = dataclasses.replace(
        appsync_api, trace=dataclasses.replace(appsync_api.trace, id=TraceIdForm.XRAY)
    )

    async def send():
        async with Emulator(api, clock=ManualClock(), seed=1) as emulator:
            return emulator.send("placeOrder", {"orderId": "o-1", "total": 1})

    version, second, rest = asyncio.run(send()).split("-")
    assert (version, len(second), len(rest)) == ("1", 8, 24)


def test_decision_trace_id_goes_on_under_the_correlation_header(appsync):
    """A request that carries the API's header continues that trace."""
    appsync.headers["TraceId"] = "carried-1"

    first = appsync.mutate(PLACE)
    second = appsync.mutate("shipOrder", orderId="o-1")
    appsync.settle()

    assert first.value == second.value == {"traceId": "carried-1"}
    trace = appsync.trace("carried-1")
    assert sent(trace) == ["placeOrder", "shipOrder", "shipOrder"]  # the last by the notifier
    assert {"Orders.Place", "Shipping.Ship"} <= set(trace.components)


def test_decision_trace_id_has_the_names_that_the_api_chose(appsync_factory):
    """Result field, header, argument and fields have other names there; all else is the same."""
    with appsync_factory(api=load(ONBOARDING)) as onboarding:
        onboarding.headers["correlation-id"] = "ann-1"
        answer = onboarding.mutate("createUser", username="ann")
        onboarding.settle()
        lines = onboarding.query("trace", correlationId="ann-1").value

    assert answer.value == {"createUser": {"correlationId": "ann-1"}}
    assert {line["correlationId"] for line in lines} == {"ann-1"}
    assert {line["status"] for line in lines} == {"accepted", "success"}


def test_decision_delivery_is_one_per_trace_and_component(appsync):
    """Each is accepted, attempted, and ends exactly once, in success or in error."""
    appsync.fault("network.reset", component="Orders.Place", attempts=1)
    appsync.fault("network.reset", component="Audit.Write")

    trace = place(appsync)
    appsync.settle()

    for component in trace.components:
        assert len(records(appsync, DeliveryAccepted, component)) == 1
        assert len(records(appsync, DeliveryEnded, component)) == 1
        kinds = (DeliveryAccepted, AttemptStarted, DeliveryEnded)
        own = [type(record) for record in records(appsync, kinds, component)]
        assert own[0] is DeliveryAccepted
        assert set(own[1:-1]) == {AttemptStarted}
        assert own[-1] is DeliveryEnded
    assert trace.of("Orders.Place").status == "success"
    assert trace.of("Audit.Write").status == "error"


def test_decision_what_a_trace_record_holds(appsync, appsync_factory):
    """Four things always, six more; the API's own type decides which can be selected."""
    appsync.fault("network.reset", component="Shipping-Notifier")
    trace = place(appsync)
    appsync.settle()

    lines = appsync.query("trace", traceId=trace.id).value
    [failed] = [line for line in lines if line["status"] == "error"]
    assert failed.pop("timestamp") > "2030-01-01T00:00:00.000Z"
    assert failed == {
        "traceId": trace.id,
        "component": "Shipping-Notifier",
        "status": "error",
        "command": "placeOrder",
        "event": "OrderPlaced",
        "message": "Connection reset by peer",
        "attempt": 4,
        "errorType": "ConnectionResetError",
        "previous": "Orders.Place",
    }
    with appsync_factory(api=load(ONBOARDING)) as onboarding:
        answer = onboarding.query('{ trace(correlationId: "x") { attempt } }')
        assert "FieldUndefined" in answer.errors[0]["message"]


def test_decision_query_answers_oldest_first(appsync):
    """All records of the trace, in the order in which they happened."""
    appsync.fault("network.reset", component="Orders.Place", attempts=1)
    trace = place(appsync)
    appsync.settle()

    lines = appsync.query("trace", traceId=trace.id).value
    times = [line["timestamp"] for line in lines]
    assert times == sorted(times)
    assert [line["status"] for line in lines][:2] == ["accepted", "accepted"]
    assert {line["traceId"] for line in lines} == {trace.id}


def test_decision_query_of_an_unknown_id_is_no_error(appsync, appsync_factory, tmp_path):
    """It answers an empty list, or ``null`` where the type is no list."""
    answer = appsync.query("trace", traceId="nobody")
    assert (answer.value, answer.errors) == ([], [])

    schema = api_files.SCHEMA.replace("[Trace]", "Trace")
    api = api_files.loaded(tmp_path, schema=schema, **api_files.COMMAND)
    with appsync_factory(api=api) as single:
        answer = single.query("trace", traceId="nobody")
        assert (answer.status, answer.value, answer.errors) == (200, None, [])


def test_decision_subscription_is_an_ordinary_one(appsync):
    """It is filtered by its argument, selects what it likes, and wants credentials."""
    document = "subscription ($id: ID!) { onTrace(traceId: $id) { status } }"
    appsync.headers["traceId"] = "heard"
    heard = appsync.subscribe(document, id="heard")
    other = appsync.subscribe(document, id="other")

    appsync.mutate("shipOrder", orderId="o-1")
    appsync.settle()

    assert heard.data == [{"status": "accepted"}, {"status": "success"}]
    assert other.messages == []
    appsync.headers["x-api-key"] = "da2-wrong"
    with pytest.raises(SubscriptionRefused, match="not authorized"):
        appsync.subscribe(document, id="heard")


def test_decision_subscription_never_hears_what_is_not_in_the_journal(appsync_api):
    """When a status arrives, its record is already there to be queried."""
    known = []

    async def scenario():
        async with Emulator(appsync_api, seed=1) as emulator:
            client = Client(emulator, {"traceId": "t"})

            def arrived(payload):
                ends = [
                    record
                    for record in emulator.journal.of_trace("t")
                    if isinstance(record, DeliveryEnded)
                ]
                known.append((payload["data"]["onTrace"]["status"], len(ends)))

            await client.subscribe(
                'subscription { onTrace(traceId: "t") { status } }', on_payload=arrived
            )
            await client.execute('mutation { shipOrder(orderId: "o-1") { traceId } }')
            await emulator.dispatcher.ended("t")

    asyncio.run(scenario())
    assert known == [("accepted", 0), ("success", 1)]


def test_decision_retries_are_three_with_growing_jittered_delays(appsync):
    """``max_retries: 3`` by default, each delay between nothing and the next power of two."""
    appsync.fault("network.reset", component="Orders.Place")
    trace = place(appsync)
    appsync.settle()

    delays = [
        (record.due_ns - record.at_ns) / 1e9
        for record in records(appsync, RetryScheduled, "Orders.Place")
    ]
    assert len(delays) == 3
    for delay, bound in zip(delays, (60, 120, 240), strict=True):
        assert 0 <= delay <= bound
    assert len(set(delays)) == 3
    assert trace.failed(attempts=4, component="Orders.Place")


def test_decision_retries_are_set_per_component_and_named_beside_the_attempts(appsync):
    """A component has its own policy, and reports tell first attempts from retries."""
    appsync.fault("network.reset", component="Audit.Write")
    trace = place(appsync)
    appsync.settle()

    [retry] = records(appsync, RetryScheduled, "Audit.Write")
    assert retry.due_ns - retry.at_ns == 60 * 10**9
    assert "retry 1 of 1 due at 1:00.000" in trace.timeline
    assert "error after 2 attempts, 1 retry" in trace.timeline
    assert "success after 1 attempt, 0 retries" in trace.timeline


@pytest.mark.parametrize(
    ("error", "attempts", "reason"),
    [
        (TechnicalError("later"), 4, "retries-exhausted"),
        (ZeroDivisionError("of no known kind"), 4, "retries-exhausted"),
        (PermanentError("never"), 1, "permanent"),
    ],
    ids=["technical", "unknown", "permanent"],
)
def test_decision_classes_of_error(appsync, error, attempts, reason):
    """Technical and unknown ones are retried; permanent ones are buried at once."""
    appsync.fault(error, component="Orders.Place")
    trace = place(appsync)
    appsync.settle()

    assert trace.failed(attempts=attempts, reason=reason, component="Orders.Place")
    assert [letter.reason for letter in trace.deadletters] == [reason]


def test_decision_classes_of_error_business(appsync):
    """A refusal of the domain is status ``error``: neither retried nor buried."""
    trace = place(appsync, total=-1)
    appsync.settle()

    assert trace.failed(attempts=1, reason="business", error="InvalidTotal")
    assert not appsync.deadletters


def test_decision_after_the_last_attempt(appsync, handlers):
    """The error event is on the bus, the dead letter is written, then the status is ``error``."""
    appsync.fault("network.reset", component="Orders.Place")
    trace = place(appsync)
    appsync.settle()

    interesting = [
        type(record)
        for record in trace.records
        if isinstance(record, EventPublished | DeadLetterWritten)
        or (isinstance(record, DeliveryEnded) and record.status == "error")
    ]
    assert interesting == [EventPublished, DeadLetterWritten, DeliveryEnded]
    assert trace.of("Failure-Notifier").status == "success"
    [detail] = handlers.FAILURES
    assert detail["requestContext"]["approximateInvokeCount"] == 4
    assert detail["responsePayload"]["errorType"] == "ConnectionResetError"


def test_decision_after_the_last_attempt_a_store_that_is_down_delays_the_letter(appsync):
    """The letter waits for the store, the status waits for the letter, and neither is lost."""
    appsync.fault(PermanentError("gone"), at="attempt")
    down = appsync.fault("deadletter.outage")

    trace = place(appsync)
    appsync.advance("1h")

    assert down.struck > 1
    assert trace.status == "accepted"
    assert not appsync.deadletters
    appsync.heal()
    appsync.settle()
    assert trace.failed(attempts=1, reason="permanent")
    assert trace in appsync.deadletters


def test_decision_a_dead_letter_holds_the_whole_context(appsync):
    """Who, what, when, why, each attempt with its error, and what is needed to try again."""
    appsync.headers |= {"traceId": "buried", "x-tenant": "north"}
    appsync.fault(RuntimeError("the disk is full"), component="Orders.Place")
    appsync.mutate(PLACE)
    appsync.settle()

    [letter] = appsync.deadletters
    assert (letter.trace_id, letter.command, letter.component) == (
        "buried",
        "placeOrder",
        "Orders.Place",
    )
    assert letter.input == {"orderId": "o-1", "total": 250}
    assert letter.event["info"]["fieldName"] == "placeOrder"
    assert letter.identity is None  # of an API key
    assert letter.headers["x-tenant"] == "north"
    assert "x-api-key" not in letter.headers
    assert [attempt.number for attempt in letter.attempts] == [1, 2, 3, 4]
    assert all(attempt.started_ns <= attempt.ended_ns for attempt in letter.attempts)
    assert {(attempt.error.type, attempt.error.message) for attempt in letter.attempts} == {
        ("RuntimeError", "the disk is full")
    }
    assert letter.reason == "retries-exhausted"
    assert letter.at_ns == appsync.clock.now_ns()


def test_decision_a_dead_letter_holds_the_stack(appsync):
    """An error out of the handler itself keeps the lines of the handler's own code."""
    appsync.send("shipOrder", orderId="broken")
    appsync.settle()

    [letter] = appsync.deadletters
    assert letter.error.type == "KeyError"
    assert "in ship" in "".join(letter.attempts[0].error.stack)


def three_that_fail(appsync):
    """Three orders that are buried, in the order in which they were sent; the fault, the traces."""
    appsync.retry(backoff="fixed")
    down = appsync.fault("network.reset", component="Orders.Place")
    traces = [place(appsync, orderId=f"o-{number}") for number in range(3)]
    appsync.settle()
    return down, traces


def test_decision_handling_dead_letters_from_python(appsync):
    """List, inspect, redrive one or all under the same trace, discard."""
    down, traces = three_that_fail(appsync)
    first, second, third = appsync.deadletters
    assert [letter.trace_id for letter in appsync.deadletters] == [trace.id for trace in traces]

    appsync.redrive(first)
    appsync.settle()
    [again] = traces[0].deadletters
    assert again.trace_id == first.trace_id
    assert again.previous == first.letter_id

    appsync.discard(second)
    down.heal()
    appsync.redrive()
    appsync.settle()

    assert not appsync.deadletters
    assert [trace.of("Orders.Place").status for trace in traces] == ["success", "error", "success"]
    assert [record.letter_id for record in records(appsync, DeadLetterRedriven)] == [
        first.letter_id,
        third.letter_id,
        again.letter_id,
    ]
    assert [record.letter_id for record in records(appsync, DeadLetterDiscarded)] == [
        second.letter_id
    ]


def test_decision_handling_dead_letters_over_http(appsync_server):
    """The same, from any language."""
    base = appsync_server.url.removesuffix("/graphql") + "/_appsync_emu/deadletters"
    opener = build_opener(ProxyHandler({}))

    def call(method, path=""):
        with opener.open(Request(base + path, method=method), timeout=10) as answer:
            return json.loads(answer.read())

    appsync_server.retry(
        backoff="fixed"
    )  # so that they are buried in the order in which they were sent
    down = appsync_server.fault("network.reset", component="Orders.Place")
    traces = [place(appsync_server, orderId=f"o-{number}") for number in range(3)]
    appsync_server.settle()
    first, second, third = (letter["id"] for letter in call("GET")["deadLetters"])
    assert call("GET", f"/{first}")["traceId"] == traces[0].id

    down.heal()
    assert call("POST", f"/{first}/redrive") == {"id": first, "traceId": traces[0].id}
    assert call("DELETE", f"/{second}") == {"discarded": second}
    assert call("POST", "/redrive") == {"redriven": [third]}
    appsync_server.settle()

    assert call("GET") == {"deadLetters": [], "total": 0}
    assert [trace.of("Orders.Place").status for trace in traces] == ["success", "error", "success"]


def test_decision_handling_dead_letters_in_the_console(appsync_server):
    """The console is a page that does all of it; a page from elsewhere is not let in."""
    site = appsync_server.url.removesuffix("/graphql")
    opener = build_opener(ProxyHandler({}))
    appsync_server.fault("network.reset", component="Orders.Place")
    trace = place(appsync_server)
    appsync_server.settle()
    letter = trace.of("Orders.Place")

    with opener.open(f"{site}/_appsync_emu/", timeout=10) as answer:
        page = answer.read().decode()
    for action in ("Inspect", "Redrive", "Redrive all", "Discard"):
        assert action in page

    def redrive(origin):
        letter_id = trace.deadletter.letter_id
        path = f"{site}/_appsync_emu/deadletters/{letter_id}/redrive"
        request = Request(path, method="POST", headers={"Origin": origin})
        return opener.open(request, timeout=10)

    with pytest.raises(HTTPError, match="403"):
        redrive("https://elsewhere.example")
    assert letter.status == "error"
    appsync_server.heal()
    redrive(site).close()
    appsync_server.settle()
    assert trace.of("Orders.Place").status == "success"


def test_decision_handling_dead_letters_on_the_command_line(appsync_server):
    """The same, by hand."""

    def call(*words):
        result = CliRunner().invoke(
            main, ["deadletters", *words], env={"APPSYNC_EMU_URL": appsync_server.url}
        )
        assert result.exit_code == 0, result.output
        return result.output

    appsync_server.retry(
        backoff="fixed"
    )  # so that they are buried in the order in which they were sent
    down = appsync_server.fault("network.reset", component="Orders.Place")
    traces = [place(appsync_server, orderId=f"o-{number}") for number in range(3)]
    appsync_server.settle()
    first, second, _ = (letter["id"] for letter in json.loads(call("list", "--json")))
    assert json.loads(call("show", first))["traceId"] == traces[0].id

    down.heal()
    assert call("redrive", first) == f"redriven: {first}, trace {traces[0].id}\n"
    assert call("discard", second) == f"discarded: {second}\n"
    assert call("redrive", "--all") == "redriven: 1\n"
    appsync_server.settle()

    assert call("list") == "no dead letters\n"
    assert [trace.of("Orders.Place").status for trace in traces] == ["success", "error", "success"]


def test_decision_duplicates_of_an_idempotency_key_are_recognised(appsync, handlers):
    """A second delivery of the same key ends as success, "already processed"."""
    first = appsync.send("chargeOrder", orderId="o-1")
    appsync.settle()
    second = appsync.send("chargeOrder", orderId="o-1")
    other = appsync.send("chargeOrder", orderId="o-2")
    appsync.settle()

    assert first.succeeded(attempts=1)
    assert second.succeeded(attempts=0)
    assert appsync.query("trace", traceId=second.id).value[-1]["message"] == "already processed"
    assert other.succeeded(attempts=1)
    assert handlers.CALLS == [("Billing.Charge", "o-1"), ("Billing.Charge", "o-2")]


def test_decision_duplicates_without_a_key_reach_the_handler_twice(appsync, handlers):
    """Delivery is at least once; whoever cannot bear that names a key."""
    appsync.fault("duplicate", component="Shipping.Ship")

    trace = appsync.send("shipOrder", orderId="o-1")
    appsync.settle()

    assert trace.succeeded()
    assert handlers.CALLS == [("Shipping.Ship", "o-1")] * 2
