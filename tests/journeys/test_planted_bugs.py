"""Every invariant has a bug that it finds, and that nothing else would have found.

Each bug is planted into the engine, which then runs real commands under faults. What is found has
to bear the name of one invariant: without that one the bug would have gone unseen.
"""

from __future__ import annotations

import inspect
from contextlib import closing
from dataclasses import replace

import pytest

from appsync_emu.core import lifecycle
from appsync_emu.core.api import (
    Api,
    ApiKey,
    CommandSpec,
    Component,
    Handler,
    SdlSource,
    TraceNames,
)
from appsync_emu.core.checks import INVARIANTS
from appsync_emu.core.classify import ErrorClass
from appsync_emu.core.faults.points import Point
from appsync_emu.core.faults.verdict import Outage
from appsync_emu.core.lifecycle import State
from appsync_emu.core.records import DeadLetterRedriven, DeliveryAccepted, DeliveryEnded
from appsync_emu.core.retry import Backoff, BackoffKind, RetryPolicy
from appsync_emu.core.traces import Known, status_line
from appsync_emu.engine import deadletters, traces
from appsync_emu.engine.burials import Burials
from appsync_emu.engine.dispatcher import Dispatcher
from appsync_emu.engine.idempotency import Claim, IdempotencyStore
from appsync_emu.engine.routes import Routes
from appsync_emu.engine.statuses import Statuses
from appsync_emu.errors import PermanentError, TechnicalError
from appsync_emu.testing.harness import Harness
from appsync_emu.testing.violations import violations

SDL = """
type Query { trace(traceId: ID!): [Trace!] }
type Mutation { pay(input: PayInput!): Accepted  print(id: ID!): Accepted }
type Subscription { onTrace(traceId: ID): Trace }
input PayInput { id: ID! fails: String }
type Accepted { traceId: ID! }
type Trace { traceId: ID! component: String! status: String! timestamp: AWSDateTime! attempt: Int }
"""
ONCE_A_MINUTE = RetryPolicy(max_retries=3, backoff=Backoff(kind=BackoffKind.FIXED, base_s=60))


async def pay(event, context):
    await context.sleep(2)
    match event["arguments"]["input"].get("fails"):
        case "for good":
            raise PermanentError("no such account")
        case "for now":
            raise TechnicalError("the bank is closed")


def print_(event, context):
    context.sleep(1)


def component(call, **options):
    path = f"bugs:{call.__name__}"
    handler = Handler(path=path, call=call, is_async=inspect.iscoroutinefunction(call))
    return Component(handler=handler, retry=ONCE_A_MINUTE, **options)


API = Api(
    name="bugs",
    schema=(SdlSource("schema.graphql", SDL),),
    api_keys=(ApiKey(name="k", value="da2-" + "k" * 26),),
    commands={
        f"Mutation.{name}": CommandSpec(
            type_name="Mutation", field_name=name, path=(name,), components=(starts,)
        )
        for name, starts in (("pay", "Pay"), ("print", "Print"))
    },
    components={
        "Pay": component(pay, name="Pay", idempotency_key="arguments.input.id"),
        "Print": component(print_, name="Print"),
    },
    trace=TraceNames(query="Query.trace", subscription="Subscription.onTrace"),
)


JOURNEYS = {}
BUGS = []


def journey(play):
    """Commands under faults; the engine as it is passes."""
    JOURNEYS[play.__name__] = play
    return play


def bug(invariant, play):
    """A bug that the journey shows, and the invariant that finds it; called with monkeypatch."""

    def planted(plant):
        BUGS.append(pytest.param(invariant, play, plant, id=plant.__name__.replace("_", " ")))
        return plant

    return planted


def judged(play):
    """What the invariants find after the journey: their names, and what they say."""
    with closing(Harness(API, seed=7)) as harness:
        play(harness)
        harness.settle()
        found = list(violations(harness))
        for handle in harness.faults:
            assert handle.struck, handle
        return {violation.invariant for violation in found}, found


# What is sent, and what goes wrong.


@journey
def restarts(harness):
    harness.fault("crash", scope="component", component="Pay", restart_after="30s", limit=1)
    harness.send("pay", id="1")


@journey
def comes_again(harness):
    harness.fault("drop", at="dispatch", after="30s")
    harness.send("pay", id="1")


@journey
def is_late(harness):
    harness.fault("status.outage", status="success", phase="request", limit=1)
    harness.subscribe("onTrace")
    harness.send("pay", id="1")


@journey
def is_acknowledged_late(harness):
    harness.fault("status.outage", status="success", phase="response", limit=1)
    harness.send("print", id="1")


@journey
def is_buried_late(harness):
    harness.fault("deadletter.outage", phase="request", limit=2)
    harness.send("pay", id="1", fails="for good")


@journey
def is_refused(harness):
    harness.fault("lambda.payload-too-large", at="attempt", limit=1)
    harness.send("pay", id="1")


@journey
def comes_twice(harness):
    harness.fault("duplicate", at="dispatch", after="20s")
    harness.send("pay", id="1")


@journey
def is_redriven(harness):
    harness.fault("network.refused", at="attempt")
    harness.send("pay", id="1", fails="for now")
    harness.settle()
    harness.heal()
    [letter] = harness.deadletters
    harness.redrive(letter)


@pytest.mark.parametrize("play", JOURNEYS.values(), ids=list(JOURNEYS))
def test_the_engine_as_it_is_breaks_nothing(play):
    assert judged(play) == (set(), [])


# The bugs.


@bug("ends-exactly-once", restarts)
def what_waits_for_a_restart_is_forgotten(patch):
    patch.setattr(Dispatcher, "_waits_for_restart", lambda self, run: True)


@bug("ends-exactly-once", comes_again)
def what_was_lost_stays_lost(patch):
    patch.setattr(Routes, "_drop", lambda self, run, drop: self._workers.lose(run))


@bug("ends-exactly-once", is_late)
def a_status_is_never_written_again(patch):
    patch.setattr(Statuses, "_again", lambda self, run: None)


@bug("deadletter-iff-error", is_buried_late)
def a_letter_is_not_written_again(patch):
    def again(self, run, due):
        self._go_on(run, due[1:], self._clock.now_ns())

    patch.setattr(Burials, "_again", again)


@bug("status-order", is_buried_late)
def the_status_does_not_wait_for_the_letter(patch):
    bury = Burials.bury

    def hasty(self, run, effect, due):
        bury(self, run, effect, due[:1])
        return True

    patch.setattr(Burials, "bury", hasty)


@bug("status-order", is_redriven)
def a_redrive_is_accepted_again(patch):
    redrive = Dispatcher.redrive

    def again(self, run):
        self._journal.append(DeliveryAccepted(self._clock.now_ns(), run.facts))
        redrive(self, run)

    patch.setattr(Dispatcher, "redrive", again)


@bug("retries-bounded", is_refused)
def what_time_cannot_cure_is_retried(patch):
    decide = lifecycle.decide
    patch.setattr(
        lifecycle, "decide", lambda policy, _, *rest: decide(policy, ErrorClass.TECHNICAL, *rest)
    )


@bug("retries-bounded", is_redriven)
def nobody_counts_the_retries(patch):
    decide = lifecycle.decide

    def generous(policy, error_class, attempt, *rest):
        return decide(policy, error_class, attempt - 1 if attempt > 1 else attempt, *rest)

    patch.setattr(lifecycle, "decide", generous)


@bug("effects-once", comes_twice)
def keys_are_not_looked_up(patch):
    patch.setattr(IdempotencyStore, "claim", lambda *_: Claim.NEW)


@bug("no-hidden-retry", is_acknowledged_late)
def a_lost_status_runs_the_handler_again(patch):
    end = Dispatcher._end

    def naive(self, run, effect, now_ns):
        strikes = self._statuses._strikes
        if isinstance(strikes.verdict(run, Point.STATUS_WRITE, status=effect.status), Outage):
            run.delivery = run.delivery.now(State.QUEUED)
            self.begin(run)
        else:
            end(self, run, effect, now_ns)

    patch.setattr(Dispatcher, "_end", naive)


@bug("subscriber-truth", is_late)
def a_status_is_told_before_it_is_written_and_after(patch):
    class Hasty(Known):
        def take(self, record):
            known = super().take(record)
            return record if isinstance(record, DeliveryEnded) else known

    patch.setattr(traces, "Known", Hasty)


@bug("subscriber-truth", is_late)
def a_status_is_told_of_a_trace_that_nobody_knows(patch):
    def foreign(record):
        line = status_line(record)
        return line and replace(line, trace_id="somebody else's")

    patch.setattr(traces, "status_line", foreign)


@bug("context-complete", is_redriven)
def a_letter_remembers_the_last_attempt_alone(patch):
    read = deadletters.dead_letter

    def short(*of):
        letter = read(*of)
        return replace(letter, attempts=letter.attempts[-1:])

    patch.setattr(deadletters, "dead_letter", short)


@bug("context-complete", is_buried_late)
def a_letter_forgets_what_was_asked(patch):
    read = deadletters.dead_letter
    patch.setattr(deadletters, "dead_letter", lambda *of: replace(read(*of), event={"detail": 1}))


@bug("redrive-keeps-identity", is_redriven)
def a_redrive_is_a_new_message(patch):
    """Amazon SQS: a redriven message has another id, and the time at which it was redriven."""
    patch.setattr(
        deadletters,
        "DeadLetterRedriven",
        lambda at_ns, facts, _: DeadLetterRedriven(at_ns, facts, "another message"),
    )


@bug("redrive-keeps-identity", is_redriven)
def a_redrive_begins_another_trace(patch):
    redrive = Dispatcher.redrive

    def elsewhere(self, run):
        run.facts = replace(run.facts, trace_id="another trace")
        redrive(self, run)

    patch.setattr(Dispatcher, "redrive", elsewhere)


@pytest.mark.parametrize(("invariant", "play", "plant"), BUGS)
def test_a_bug_is_found_by_its_invariant_and_by_nothing_else(invariant, play, plant, monkeypatch):
    plant(monkeypatch)

    names, found = judged(play)

    assert names == {invariant}, found


def test_every_invariant_has_a_bug_that_it_finds():
    of_more_than_one = {"effects-once", "subscriber-truth", "context-complete"}
    assert {bug.values[0] for bug in BUGS} == INVARIANTS.keys() | of_more_than_one
