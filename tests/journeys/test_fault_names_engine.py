"""Every named fault on the way of a command: who sees what, who tries again, what was done.

The names, errors and classes are those of the catalogue; what follows from them is the command
handling pattern: three retries after technical errors, none after permanent ones.
"""

from __future__ import annotations

from contextlib import closing
from typing import NamedTuple

import pytest
from engine.kit import make_api

from appsync_emu.core.faults.names import NAMED
from appsync_emu.core.faults.points import Point
from appsync_emu.core.records import (
    AttemptFailed,
    DeliveryEnded,
    StatusWritten,
)
from appsync_emu.errors import PermanentError
from appsync_emu.testing.harness import Harness
from appsync_emu.testing.violations import violations

POINTS = (
    Point.ACCEPT,
    Point.DISPATCH,
    Point.ATTEMPT,
    Point.STATUS_WRITE,
    Point.STATUS_READ,
    Point.DEADLETTER_WRITE,
)
PLACE = 'mutation { place(id: "1") { traceId } }'
READ = "query T($t: ID!) { trace(traceId: $t) { status } }"


class Seen(NamedTuple):
    """What a fault that strikes once comes to.

    Attributes:
        status: HTTP status of the answer to the command.
        runs: how often the handler ran, and so what it does happened.
        caught: exceptions that the handler could have caught.
        failed: attempts that failed: type, class, and whether the handler had returned.
        ends: the status, and the attempts made.
        letters: dead letters.
        reads: statuses that a client reads when all is quiet, or the error of the field.
    """

    status: int = 200
    runs: int = 1
    caught: tuple[str, ...] = ()
    failed: tuple[tuple[str, str, bool], ...] = ()
    ends: tuple[tuple[str, int], ...] = (("success", 1),)
    letters: int = 0
    reads: tuple[str, ...] = ("accepted", "success")


def retried(type_name, *, applied=False):
    """Tried again after a technical error; ``applied``: what the handler did happened twice."""
    failed = ((type_name, "technical", applied),)
    return Seen(runs=1 + applied, failed=failed, ends=(("success", 2),))


def refused(status):
    """The client is turned away, and nothing else happens."""
    return Seen(status=status, runs=0, ends=(), reads=())


TOO_LARGE = Seen(
    runs=0,
    failed=(("RequestTooLargeException", "permanent", False),),
    ends=(("error", 1),),
    letters=1,
    reads=("accepted", "error"),
)
"""Not tried again: time does not make it smaller."""

SEEN = {
    ("network.refused", "attempt", "request"): retried("ConnectionRefusedError"),
    ("network.reset", "attempt", "request"): retried("ConnectionResetError"),
    ("network.reset", "attempt", "response"): retried("ConnectionResetError", applied=True),
    ("network.timeout", "attempt", "request"): retried("TimeoutError"),
    ("network.timeout", "attempt", "response"): retried("TimeoutError", applied=True),
    ("lambda.throttled", "dispatch", "request"): retried("TooManyRequestsException"),
    ("lambda.throttled", "attempt", "request"): retried("TooManyRequestsException"),
    ("lambda.service", "dispatch", "request"): retried("ServiceException"),
    ("lambda.service", "attempt", "request"): retried("ServiceException"),
    ("lambda.timeout", "attempt", "request"): retried("Sandbox.Timedout"),
    ("lambda.timeout", "attempt", "response"): retried("Sandbox.Timedout", applied=True),
    ("lambda.crash", "attempt", "request"): retried("Runtime.ExitError"),
    ("lambda.crash", "attempt", "response"): retried("Runtime.ExitError", applied=True),
    ("lambda.out-of-memory", "attempt", "request"): retried("Runtime.OutOfMemory"),
    ("lambda.out-of-memory", "attempt", "response"): retried("Runtime.OutOfMemory", applied=True),
    ("lambda.payload-too-large", "dispatch", "request"): TOO_LARGE,
    ("lambda.payload-too-large", "attempt", "request"): TOO_LARGE,
    ("sqs.throttled", "dispatch", "request"): retried("RequestThrottled"),
    ("appsync.throttled", "accept", "request"): refused(429),
    ("appsync.unavailable", "accept", "request"): refused(503),
    # It was accepted, and the client does not know under which id.
    ("appsync.unavailable", "accept", "response"): Seen(status=503),
    ("appsync.unauthorized", "accept", "request"): refused(401),
    ("appsync.bad-request", "accept", "request"): refused(400),
    ("status.outage", "status.write", "request"): Seen(),
    ("status.outage", "status.write", "response"): Seen(),
    ("trace.outage", "status.read", "response"): Seen(reads=("InternalFailure",)),
    ("trace.stale", "status.read", "response"): Seen(reads=("accepted",)),
    ("deadletter.outage", "deadletter.write", "request"): Seen(
        failed=(("PermanentError", "permanent", False),),
        ends=(("error", 1),),
        letters=1,
        reads=("accepted", "error"),
    ),
    ("deadletter.outage", "deadletter.write", "response"): Seen(
        failed=(("PermanentError", "permanent", False),),
        ends=(("error", 1),),
        letters=1,
        reads=("accepted", "error"),
    ),
}


def play(name, point, phase, *, seconds=None):
    """Send one command under the fault, which strikes once, and look at everything.

    Args:
        name: of the fault.
        point: where it strikes.
        phase: when.
        seconds: look after so many, instead of when all is quiet.
    """
    runs, caught = [], []

    async def place(event, context):
        runs.append(context.attempt)
        try:
            await context.sleep(1)
        except Exception as error:
            caught.append(type(error).__name__)
            raise
        if point == "deadletter.write":
            raise PermanentError("gone")

    with closing(Harness(make_api(place), seed=3)) as harness:
        words = {"phase": phase} if len(NAMED[name].phases) > 1 else {}
        fault = harness.fault(name, at=point, limit=1, **words)
        answer = harness.mutate(PLACE)
        harness.settle() if seconds is None else harness.advance(seconds)
        records = harness.journal.records
        trace_id = next(iter(harness.journal.traces), "nobody")
        read = harness.query(READ, t=trace_id)
        assert fault.struck == 1
        assert not list(violations(harness))
        failures = [record for record in records if isinstance(record, AttemptFailed)]
        ends = [record for record in records if isinstance(record, DeliveryEnded)]
        errors = tuple(error["errorType"] for error in read.errors)
        return (
            answer,
            records,
            Seen(
                status=answer.status,
                runs=len(runs),
                caught=tuple(caught),
                failed=tuple((f.error.type, f.error.error_class, f.applied) for f in failures),
                ends=tuple((end.status, end.attempts) for end in ends),
                letters=len(harness.deadletters),
                reads=errors or tuple(line["status"] for line in read.value),
            ),
        )


@pytest.mark.parametrize(("name", "point", "phase"), SEEN, ids=" ".join)
def test_a_named_fault(name, point, phase):
    assert play(name, point, phase)[2] == SEEN[name, point, phase]


def test_no_name_is_left_out():
    names = {
        (name, point.value, phase)
        for name, named in NAMED.items()
        for point in named.points
        for phase in named.phases
        if point in POINTS
    }
    assert names == SEEN.keys()


@pytest.mark.parametrize(
    ("name", "point", "phase"),
    [key for key, seen in SEEN.items() if seen.status != 200],
    ids=" ".join,
)
def test_what_a_client_reads_is_what_the_catalogue_says(name, point, phase):
    client = NAMED[name].client
    answer, *_ = play(name, point, phase)

    if client.graphql:
        error = {"errorType": client.error_type, "message": client.message}
        assert answer.json == {"errors": [error]}
        assert answer.headers["x-amzn-ErrorType"] == client.error_type
    else:
        assert answer.json == {"message": client.message}


def test_the_field_of_a_trace_that_cannot_be_read_says_what_the_catalogue_says():
    client = NAMED["trace.outage"].client
    *_, seen = play("trace.outage", "status.read", "response")

    assert seen.reads == (client.error_type,)


@pytest.mark.parametrize(
    ("phase", "reads", "late"), [("request", (), 2), ("response", ("accepted", "success"), 0)]
)
def test_a_status_is_late_when_its_write_was_lost_and_not_when_its_answer_was(phase, reads, late):
    *_, seen = play("status.outage", "status.write", phase, seconds=9)
    _, records, _ = play("status.outage", "status.write", phase)

    assert seen.reads == reads
    assert seen.runs == 1
    assert sum(isinstance(record, StatusWritten) for record in records) == late


@pytest.mark.parametrize(("phase", "letters"), [("request", 0), ("response", 1)])
def test_an_error_status_waits_for_its_letter(phase, letters):
    *_, seen = play("deadletter.outage", "deadletter.write", phase, seconds=9)

    assert (seen.letters, seen.reads, seen.runs) == (letters, ("accepted",), 1)


def test_a_test_that_sends_a_command_waits_at_a_slow_door():
    with closing(Harness(make_api(), seed=3)) as harness:
        harness.fault("delay", at="accept", by="5s")
        began_ns = harness.clock.now_ns()

        trace = harness.send("place", id="1")

        assert harness.clock.now_ns() - began_ns == 5_000_000_000
        assert trace.statuses == ["accepted"]
        harness.settle()
        assert trace.succeeded()
        assert not list(violations(harness))
