"""A dead letter is a fold over the journal: it cannot disagree with it."""

from __future__ import annotations

import json

import pytest

from appsync_emu.core.letters import Attempt, dead_letter, input_of
from appsync_emu.core.records import (
    AttemptFailed,
    AttemptStarted,
    CommandAccepted,
    DeadLetterRedriven,
    DeadLetterWritten,
    DeliveryAccepted,
    DeliveryEnded,
    DeliveryFacts,
    ErrorInfo,
    EventPublished,
    Record,
    RetryScheduled,
)

NS = 1_000_000_000
EVENT = {"arguments": {"input": {"orderId": "o-1"}}, "identity": None}
FACTS = DeliveryFacts("d-1", "t-1", "Orders", "placeOrder", None, "c-1")
OTHER = DeliveryFacts("d-2", "t-1", "Stock", "placeOrder", None, "c-1")


def command(command_id: str, name: str, who: str | None) -> CommandAccepted:
    return CommandAccepted(
        0,
        "t-1",
        command_id,
        name,
        f"Mutation.{name}",
        EVENT,
        who and {"sub": who},
        {"x-of": command_id},
        ("Orders",),
    )


def error(number: int) -> ErrorInfo:
    return ErrorInfo("TimeoutError", f"try {number}", "technical", "why", ("line 1", "line 2"))


def attempt(number: int, facts: DeliveryFacts = FACTS) -> list[Record]:
    started, failed = number * 10 * NS, (number * 10 + 1) * NS
    return [
        AttemptStarted(started, facts, number),
        AttemptFailed(failed, facts, number, error(number)),
    ]


def written(letter_id: str, at_s: int, facts: DeliveryFacts = FACTS) -> DeadLetterWritten:
    return DeadLetterWritten(at_s * NS, facts, letter_id, "retries-exhausted")


def test_it_holds_the_whole_context():
    """Trace id, command, component, input, identity, headers, every attempt, reason, time."""
    last = written("l-1", 22)
    records = [
        command("c-1", "placeOrder", "eve"),
        DeliveryAccepted(0, FACTS),
        *attempt(1),
        *attempt(1, OTHER),
        RetryScheduled(11 * NS, FACTS, 1, 1, 20 * NS),
        *attempt(2),
        last,
        written("l-2", 23, OTHER),
        DeliveryEnded(22 * NS, FACTS, "error", 2),
    ]
    letter = dead_letter(last, records, EVENT)
    assert letter.attempts == (
        Attempt(1, 10 * NS, 11 * NS, error(1)),
        Attempt(2, 20 * NS, 21 * NS, error(2)),
    )
    assert letter.error == error(2)
    assert letter.input == {"orderId": "o-1"}
    assert letter.event is EVENT
    assert (letter.previous, letter.at_ns) == (None, 22 * NS)
    assert letter.as_json() == {
        "id": "l-1",
        "traceId": "t-1",
        "deliveryId": "d-1",
        "command": "placeOrder",
        "component": "Orders",
        "reason": "retries-exhausted",
        "writtenAt": "1970-01-01T00:00:22.000Z",
        "input": {"orderId": "o-1"},
        "event": EVENT,
        "identity": {"sub": "eve"},
        "headers": {"x-of": "c-1"},
        "attempts": [
            {
                "number": number,
                "startedAt": f"1970-01-01T00:00:{number}0.000Z",
                "endedAt": f"1970-01-01T00:00:{number}1.000Z",
                "errorType": "TimeoutError",
                "message": f"try {number}",
                "class": "technical",
                "stack": ["line 1", "line 2"],
            }
            for number in (1, 2)
        ],
        "previous": None,
    }
    assert json.loads(json.dumps(letter.as_json())) == letter.as_json()
    assert repr(letter) == (
        "<DeadLetter l-1: Orders retries-exhausted after 2 attempts, TimeoutError: try 2>"
    )


def test_after_a_redrive_it_holds_the_last_round_and_names_the_letter_before():
    first, second = written("l-1", 12), written("l-2", 22)
    records = [
        command("c-1", "placeOrder", None),
        *attempt(1),
        first,
        DeadLetterRedriven(19 * NS, FACTS, "l-1"),
        *attempt(2),
        second,
    ]
    letter = dead_letter(second, records, EVENT)
    assert [tried.number for tried in letter.attempts] == [2]
    assert letter.previous == "l-1"
    assert [tried.number for tried in dead_letter(first, records, EVENT).attempts] == [1]
    assert dead_letter(first, records, EVENT).previous is None


def test_an_attempt_whose_start_is_unknown_began_when_it_failed():
    last = written("l-1", 12)
    letter = dead_letter(last, [attempt(1)[1], last], EVENT)
    assert letter.attempts == (Attempt(1, 11 * NS, 11 * NS, error(1)),)


def of(cause: str, command_name: str | None) -> DeliveryFacts:
    return DeliveryFacts("d-9", "t-1", "Mailer", command_name, "Order placed", cause)


@pytest.mark.parametrize(
    ("facts", "who"),
    [
        (of("c-2", "cancelOrder"), "bob"),  # started by the command itself
        (of("c-1", "placeOrder"), "eve"),
        (of("c-3", "placeOrder"), "mia"),  # of two of one name, the one that started it
        (of("e-1", "cancelOrder"), "bob"),  # started by an event in the branch of that command
        (of("e-1", "placeOrder"), "eve"),
        (of("e-1", None), "eve"),  # nobody knows better than the trace's first
    ],
)
def test_identity_and_headers_are_those_of_the_branchs_command(facts, who):
    """A notifier may send a second command under the same trace."""
    last = written("l-1", 12, facts)
    records = [
        command("c-1", "placeOrder", "eve"),
        command("c-2", "cancelOrder", "bob"),
        command("c-3", "placeOrder", "mia"),
        EventPublished(1, "t-1", "e-1", {"detail": {}}, "Orders", ("Mailer",)),
        *attempt(1, facts),
        last,
    ]
    assert dead_letter(last, records, {"detail": {}}).identity == {"sub": who}


def test_a_trace_without_a_command_has_no_identity_and_no_headers():
    last = written("l-1", 12, of("e-1", None))
    letter = dead_letter(last, [last], {"detail": {"id": 1}})
    assert (letter.identity, letter.headers, letter.command) == (None, {}, None)


@pytest.mark.parametrize(
    ("event", "given"),
    [
        ({"arguments": {"input": {"a": 1}}}, {"a": 1}),
        ({"arguments": {"input": {"a": 1}, "dry": True}}, {"input": {"a": 1}, "dry": True}),
        ({"arguments": {"id": "7"}}, {"id": "7"}),
        ({"arguments": {}}, {}),
        ({"detail": {"id": "7"}}, {"id": "7"}),
        ({"arguments": None, "detail": {"id": "7"}}, {"id": "7"}),
        ({}, None),
    ],
)
def test_the_input_is_what_the_command_was_given_or_the_event_said(event, given):
    assert input_of(event) == given


def test_what_the_journal_has_forgotten_is_not_invented():
    letter = dead_letter(written("l-1", 12), [], EVENT)
    assert (letter.attempts, letter.identity) == ((), None)


def test_a_letter_is_shown_without_credentials_and_redriven_with_them():
    event = {"arguments": {}, "request": {"headers": {"x-api-key": "da2", "x-of": "c"}, "n": 1}}
    last = written("l-1", 22)

    letter = dead_letter(last, [*attempt(1), last], event)

    assert letter.event is event
    assert letter.as_json()["event"]["request"] == {"headers": {"x-of": "c"}, "n": 1}
    odd = dead_letter(last, [*attempt(1), last], {"request": {"headers": None}})
    assert odd.as_json()["event"] == {"request": {"headers": None}}
