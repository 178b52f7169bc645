"""Traces and letters that say why."""

from __future__ import annotations

import pytest
from shop import SCHEMA, shop

from appsync_emu.errors import BusinessError, LivenessError, UsageError
from appsync_emu.testing.harness import Harness


@pytest.fixture
def opened():
    made = []

    def make(*args, **options):
        made.append(Harness(shop(*args, **options), seed=1, schema=SCHEMA))
        return made[-1]

    yield make
    for harness in made:
        harness.close()


async def refuses(event, context):
    raise BusinessError("no stock")


async def publishes(event, context):
    context.emit("Placed", {"id": 1})


def test_before_time_moves_a_command_is_accepted(opened):
    appsync = opened()
    trace = appsync.send("placeOrder", orderId="1")

    assert trace.status == "accepted"
    assert trace.statuses == ["accepted"]
    assert not trace.succeeded()
    assert "not attempted yet: time has not moved" in repr(trace.succeeded())
    assert not trace.failed()


def test_verdicts_on_success(opened):
    appsync = opened()
    appsync.fault("network.reset", attempts=[1, 2])
    trace = appsync.send("placeOrder", orderId="1")
    appsync.advance(0)
    waiting = repr(trace.succeeded())
    appsync.settle()

    assert waiting.startswith(
        "<wanted success; Place is 'accepted' after 1 attempt (ConnectionResetError), the next is"
    )
    assert trace.succeeded(attempts=3)
    assert repr(trace.succeeded()) == "<Place ended 'success' after 3 attempts>"
    assert repr(trace.succeeded(attempts=1)) == (
        "<wanted success in 1 attempt; Place ended 'success' after 3 attempts>"
    )
    assert repr(trace.failed()) == "<wanted error; Place ended 'success' after 3 attempts>"
    assert trace.attempts == 3
    assert trace.components == ("Place",)
    assert trace.command == "placeOrder"
    assert repr(trace) == "<Trace t1 placeOrder: Place success after 3 attempts>"


def test_verdicts_on_errors(opened):
    appsync = opened()
    appsync.fault("network.reset")
    trace = appsync.send("placeOrder", orderId="1").ended()

    assert trace.status == "error"
    assert trace.failed(attempts=4, reason="retries-exhausted", error="ConnectionResetError")
    assert trace.failed(error=ConnectionResetError, component="Place")
    assert repr(trace.succeeded(attempts=3)) == (
        "<wanted success in 3 attempts;"
        " Place ended 'error' after 4 attempts (ConnectionResetError)>"
    )
    assert repr(trace.failed(attempts=1, reason="business", error="X")) == (
        "<wanted error after 1 attempt (business, X);"
        " Place ended 'error' after 4 attempts (ConnectionResetError)>"
    )


def test_business_errors_name_their_reason_and_leave_no_letter(opened):
    appsync = opened(refuses)
    trace = appsync.send("placeOrder", orderId="1").ended()

    assert trace.failed(attempts=1, reason="business", error=BusinessError)
    assert "(BusinessError, business)" in repr(trace.succeeded())
    assert trace.deadletter is None
    assert trace not in appsync.deadletters


def test_several_components(opened):
    appsync = opened(also=refuses)
    trace = appsync.send("placeOrder", orderId="1").ended()

    assert trace.status == "error"
    assert trace.succeeded(component="Place", attempts=1)
    assert trace.failed(component="Also")
    assert trace.failed(attempts=1)
    assert not trace.failed(component="Place")
    assert trace.of("Also").error.type == "BusinessError"
    with pytest.raises(UsageError, match="say component="):
        _ = trace.attempts
    with pytest.raises(UsageError, match="did not start 'Alos'; did you mean 'Also'"):
        trace.of("Alos")


def test_what_an_event_started_is_not_counted_with_the_command(opened):
    async def notify(event, context):
        if context.attempt == 1:
            raise OSError

    appsync = opened(publishes, notify=notify)
    trace = appsync.send("placeOrder", orderId="1").ended()

    assert trace.succeeded(attempts=1)
    assert trace.succeeded(attempts=2, component="Notify")
    assert trace.components == ("Place", "Notify")
    assert trace.statuses == ["accepted", "accepted", "success", "success"]


def test_an_attempt_under_way(opened):
    async def sleeps(event, context):
        await context.sleep(10)

    appsync = opened(sleeps)
    trace = appsync.send("placeOrder", orderId="1")
    appsync.advance("5s")

    assert "attempt 1 is under way" in repr(trace.succeeded())


def test_ended_moves_time_no_further_than_it_must(opened):
    appsync = opened()
    appsync.retry(backoff="fixed", base="15m")
    appsync.fault("network.reset", attempts=1, input={"orderId": "1"})
    appsync.fault("delay", by="1h", input={"orderId": "2"})
    first = appsync.send("placeOrder", orderId="1")
    second = appsync.send("placeOrder", orderId="2")

    assert first.ended() is first
    assert (appsync.clock.now_ns() - appsync.start_ns) / 1e9 == 900
    assert second.status == "accepted"


def test_ended_says_when_it_would_never_be(opened):
    async def never(event, context):
        await context.sleep(10_000_000)

    appsync = opened(never, timeout_s=20_000_000)
    with pytest.raises(LivenessError):
        appsync.send("placeOrder", orderId="1").ended()


def test_letters_are_a_collection(opened):
    appsync = opened()
    assert not appsync.deadletters
    assert repr(appsync.deadletters) == "<no dead letters>"
    appsync.fault("lambda.payload-too-large")
    trace = appsync.send("placeOrder", orderId="1", total=3).ended()
    other = appsync.send("placeOrder", orderId="2").ended()

    first, second = appsync.deadletters
    assert len(appsync.deadletters) == 2
    assert appsync.deadletters[0] == first
    assert appsync.deadletters[0:2] == [first, second]
    for what in (trace, trace.id, first, first.letter_id):
        assert what in appsync.deadletters
    assert "nobody" not in appsync.deadletters
    assert first.input == {"orderId": "1", "total": 3}
    assert [attempt.error.type for attempt in first.attempts] == ["RequestTooLargeException"]
    assert trace.deadletter == first
    assert other.deadletters == [second]
    assert "2 dead letters" in repr(appsync.deadletters)


def test_traces_are_equal_by_id(opened):
    appsync = opened()
    trace = appsync.send("placeOrder", orderId="1")

    assert trace == appsync.trace(trace.id)
    assert trace != trace.id
    assert len({trace, appsync.trace(trace.id)}) == 1
    assert trace.timeline.splitlines()[0] == '0:00.000         accepted placeOrder {"orderId": "1"}'


def test_a_trace_that_another_system_began_has_no_command(opened):
    appsync = opened()
    trace = appsync.send("placeOrder", orderId="1")
    assert trace.records[0].command == "placeOrder"
    del appsync.journal._by_trace[trace.id][0]
    assert trace.command is None
