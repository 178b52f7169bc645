"""The invariants: each catches the journal that breaks it, and only that."""

from __future__ import annotations

from dataclasses import replace

import pytest

from appsync_emu.core.checks import INVARIANTS, Rules, Violation, check, check_subscriber
from appsync_emu.core.letters import Attempt, DeadLetter
from appsync_emu.core.records import (
    AttemptFailed,
    AttemptStarted,
    AttemptSucceeded,
    CommandAccepted,
    DeadLetterDiscarded,
    DeadLetterRedriven,
    DeadLetterWritten,
    DeliveryAccepted,
    DeliveryEnded,
    DeliveryFacts,
    ErrorInfo,
    EventPublished,
    FaultsHealed,
    FaultStruck,
    Record,
    RetryScheduled,
    StatusWritten,
)

FACTS = DeliveryFacts("d-1", "t-1", "Orders", "placeOrder", None, "c-1")
MOVED = replace(FACTS, trace_id="t-2")
RESET = ErrorInfo("ConnectionResetError", "reset", "technical")
DENIED = ErrorInfo("AccessDenied", "denied", "permanent")
NO_STOCK = ErrorInfo("OutOfStock", "none left", "business")
RULES = Rules(max_retries={"Orders": 1})

COMMAND = CommandAccepted(
    0, "t-1", "c-1", "placeOrder", "Mutation.placeOrder", {}, None, {}, ("Orders",)
)
ACCEPTED = DeliveryAccepted(0, FACTS)
SUCCESS = DeliveryEnded(0, FACTS, "success", 1)


def started(number: int = 1) -> Record:
    return AttemptStarted(0, FACTS, number)


def succeeded(number: int = 1, key: str | None = None, facts: DeliveryFacts = FACTS) -> Record:
    return AttemptSucceeded(0, facts, number, key)


def failed(number: int = 1, error: ErrorInfo = RESET) -> Record:
    return AttemptFailed(0, FACTS, number, error)


def retry(number: int = 1) -> Record:
    return RetryScheduled(0, FACTS, number, 1, 60)


def buried(reason: str = "retries-exhausted", letter_id: str = "l-1") -> Record:
    return DeadLetterWritten(0, FACTS, letter_id, reason)


def ended(reason: str | None = "retries-exhausted") -> Record:
    return DeliveryEnded(0, FACTS, "error", 2, "reset", "ConnectionResetError", reason)


def redriven(letter_id: str = "l-1") -> Record:
    return DeadLetterRedriven(0, FACTS, letter_id)


def struck(point: str, effect: str = "outage", about: str = "", phase: str = "request") -> Record:
    return FaultStruck(0, FACTS, "trouble", point, effect, 0, about, phase)


def written(status: str) -> Record:
    return StatusWritten(0, FACTS, status)


SUCCEEDS = [ACCEPTED, started(), succeeded(), SUCCESS]
RETRIED = [ACCEPTED, started(), failed(), retry(), started(2), succeeded(2), SUCCESS]
EXHAUSTED = [
    *[ACCEPTED, started(), failed(), retry(), started(2), failed(2)],
    *[buried(), ended()],
]
PERMANENT = [ACCEPTED, started(), failed(1, DENIED), buried("permanent"), ended("permanent")]
BUSINESS = [ACCEPTED, started(), failed(1, NO_STOCK), ended("business")]
REDRIVEN = [*EXHAUSTED, redriven(), started(3), succeeded(3), SUCCESS]
TWICE = [
    *[*EXHAUSTED, redriven(), started(3), failed(3), retry(), started(4), failed(4)],
    *[buried(letter_id="l-2"), ended(), redriven("l-2"), started(5), succeeded(5), SUCCESS],
]
SOUND: dict[str, list[Record]] = {
    "success": SUCCEEDS,
    "retried": RETRIED,
    "exhausted": EXHAUSTED,
    "permanent": PERMANENT,
    "business": BUSINESS,
    "recognised": [ACCEPTED, DeliveryEnded(0, FACTS, "success", 0, "already processed")],
    "redriven": REDRIVEN,
    "redriven twice": TWICE,
    "discarded": [*EXHAUSTED, DeadLetterDiscarded(0, FACTS, "l-1")],
    "healed": [COMMAND, *SUCCEEDS, FaultsHealed(0, ("flaky",))],
    "empty": [],
    "accepted late": [
        *[struck("status.write", about="accepted"), *SUCCEEDS],
        *[written("accepted"), written("success")],
    ],
    "success late": [
        *[*SUCCEEDS[:-1], struck("status.write", about="success"), SUCCESS],
        written("success"),
    ],
    "acknowledged late": [struck("status.write", phase="response"), *SUCCEEDS],
    "dropped, delivered again": [ACCEPTED, struck("dispatch", "drop"), *SUCCEEDS[1:]],
}


def names(records: list[Record], rules: Rules = RULES) -> set[str]:
    return {violation.invariant for violation in check(records, rules)}


@pytest.mark.parametrize("records", SOUND.values(), ids=list(SOUND))
def test_a_sound_journal_has_nothing_to_answer_for(records):
    assert check(records, RULES) == []


BROKEN: dict[str, tuple[str, list[Record]]] = {
    "never ended": ("ends-exactly-once", SUCCEEDS[:-1]),
    "never begun": ("ends-exactly-once", [struck("dispatch", "delay"), ACCEPTED]),
    "dropped": ("ends-exactly-once", [ACCEPTED, struck("dispatch", "drop")]),
    "a status that never got through": (
        "ends-exactly-once",
        [*SUCCEEDS[:-1], struck("status.write", about="success"), SUCCESS],
    ),
    "acceptance that never got through": (
        "ends-exactly-once",
        [struck("status.write", about="accepted"), *SUCCEEDS],
    ),
    "never ended after a redrive": ("ends-exactly-once", REDRIVEN[:-1]),
    "ended twice": ("ends-exactly-once", [*SUCCEEDS, SUCCESS]),
    "no letter": ("deadletter-iff-error", [r for r in EXHAUSTED if r != buried()]),
    "no letter for an error without a reason": (
        "deadletter-iff-error",
        [ACCEPTED, started(), failed(), ended(None)],
    ),
    "letter of a success": ("deadletter-iff-error", [*SUCCEEDS[:-1], buried(), SUCCESS]),
    "letter of a business error": (
        "deadletter-iff-error",
        [*BUSINESS[:-1], buried("business"), ended("business")],
    ),
    "two letters": (
        "deadletter-iff-error",
        [*EXHAUSTED[:-1], buried(letter_id="l-2"), ended()],
    ),
    "not accepted": ("status-order", SUCCEEDS[1:]),
    "a status before it happened": ("status-order", [ACCEPTED, written("success"), *SUCCEEDS[1:]]),
    "accepted twice": ("status-order", [ACCEPTED, *SUCCEEDS]),
    "attempt after the end": (
        "status-order",
        [*RETRIED[:3], retry(), SUCCESS, started(2), succeeded(2)],
    ),
    "outcome after the end": ("status-order", [ACCEPTED, started(), SUCCESS, succeeded()]),
    "failure after the end": ("status-order", [ACCEPTED, started(), SUCCESS, failed()]),
    "retry after the end": ("status-order", [*SUCCEEDS, retry()]),
    "letter after the end": ("status-order", [*EXHAUSTED[:-2], ended(), buried()]),
    "too many attempts": (
        "retries-bounded",
        [*EXHAUSTED[:-2], retry(2), started(3), succeeded(3), SUCCESS],
    ),
    "a permanent error was tried again": (
        "retries-bounded",
        [ACCEPTED, started(), failed(1, DENIED), retry(), started(2), succeeded(2), SUCCESS],
    ),
    "a business error was tried again": (
        "retries-bounded",
        [ACCEPTED, started(), failed(1, NO_STOCK), retry(), started(2), succeeded(2), SUCCESS],
    ),
    "the handler ran again unasked": (
        "no-hidden-retry",
        [ACCEPTED, started(), failed(), started(2), succeeded(2), SUCCESS],
    ),
    "another trace after the redrive": (
        "redrive-keeps-identity",
        [*EXHAUSTED, redriven(), *[replace(record, facts=MOVED) for record in REDRIVEN[-3:]]],
    ),
    "redriven from nowhere": (
        "redrive-keeps-identity",
        [*EXHAUSTED, redriven("l-9"), started(3), succeeded(3), SUCCESS],
    ),
}


@pytest.mark.parametrize(("invariant", "records"), BROKEN.values(), ids=list(BROKEN))
def test_a_broken_journal_is_caught_by_its_invariant_alone(invariant, records):
    assert names(records) == {invariant}


def test_every_invariant_of_a_delivery_is_broken_here():
    assert {invariant for invariant, _ in BROKEN.values()} == INVARIANTS.keys()


def test_what_has_not_settled_may_still_end():
    unsettled = replace(RULES, settled=False)
    assert names(SUCCEEDS[:-1], unsettled) == set()
    assert names([*SUCCEEDS, SUCCESS], unsettled) == {"ends-exactly-once"}


def test_business_errors_are_buried_when_the_api_says_so():
    rules = replace(RULES, bury_business=True)
    assert names(BUSINESS, rules) == {"deadletter-iff-error"}
    assert names([*BUSINESS[:-1], buried("business"), ended("business")], rules) == set()


def test_time_never_goes_back():
    records = [replace(ACCEPTED, at_ns=5), replace(SUCCESS, at_ns=4), FaultsHealed(4, ())]
    assert [str(violation) for violation in check(records, RULES)] == [
        "invariant status-order: time went back at DeliveryEnded"
    ]


def test_a_violation_says_whose_it_is():
    (violation,) = check([ACCEPTED, started()], RULES)
    assert violation == Violation("ends-exactly-once", "Orders never ended", "t-1")
    assert str(violation) == "invariant ends-exactly-once: Orders never ended (trace t-1)"


def test_a_lost_message_names_the_fault():
    (violation,) = check(BROKEN["dropped"][1], RULES)
    assert violation.message == "Orders never ended: dropped by fault trouble"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("a status that never got through", "Orders its status success never got through"),
        ("acceptance that never got through", "Orders its status accepted never got through"),
    ],
)
def test_a_status_that_nobody_can_read_is_named(name, message):
    assert check(BROKEN[name][1], RULES)[0].message == message


def test_a_message_that_was_delivered_again_was_not_dropped():
    records = [ACCEPTED, struck("dispatch", "drop"), started()]
    assert [violation.message for violation in check(records, RULES)] == ["Orders never ended"]


def test_messages_name_both_numbers():
    """No bare number anywhere: attempts and retries are both said."""
    texts = [violation.message for violation in check(BROKEN["too many attempts"][1], RULES)]
    assert texts == ["Orders 3 attempts, 2 allowed (1 retries)"]


def test_deliveries_are_judged_one_by_one():
    other = DeliveryFacts("d-2", "t-1", "Orders", "placeOrder", None, "c-1", copy=1)
    rest = [replace(record, facts=other) for record in SUCCEEDS]
    mixed = [record for pair in zip(SUCCEEDS, rest, strict=True) for record in pair]
    assert check(mixed, RULES) == []
    assert [violation.message for violation in check(mixed[:-1], RULES)] == ["Orders never ended"]


# effects-once looks at more than one delivery.

OTHER = DeliveryFacts("d-2", "t-2", "Orders", "placeOrder", None, "c-2")
ELSEWHERE = DeliveryFacts("d-3", "t-1", "Stock", "placeOrder", None, "c-1")


def once(*records: Record) -> list[Violation]:
    found = check(records, Rules(max_retries={"Orders": 9, "Stock": 9}, settled=False))
    return [violation for violation in found if violation.invariant == "effects-once"]


def lost(key: str | None, *, applied: bool) -> Record:
    return AttemptFailed(0, FACTS, 1, RESET, applied, key)


@pytest.mark.parametrize(
    "second", [succeeded(2, "o-1"), succeeded(1, "o-1", OTHER)], ids=["retried", "sent twice"]
)
@pytest.mark.parametrize(
    "first", [succeeded(1, "o-1"), lost("o-1", applied=True)], ids=["success", "answer lost"]
)
def test_a_key_is_applied_once(first, second):
    (violation,) = once(first, second)
    assert violation.message == "Orders applied the key 'o-1' again"
    assert violation.trace_id == second.facts.trace_id


@pytest.mark.parametrize(
    "first",
    [
        succeeded(1, "o-2"),
        succeeded(1, None),
        succeeded(1, "o-1", ELSEWHERE),
        lost("o-1", applied=False),
        lost(None, applied=True),
        started(),
    ],
    ids=["another key", "no key", "another component", "not applied", "no key, lost", "begun"],
)
def test_nothing_else_is_applied_twice(first):
    assert once(first, succeeded(2, "o-1")) == []


def test_without_a_key_nobody_promised_anything():
    assert once(succeeded(1), succeeded(2), succeeded(3)) == []


# context-complete looks at the letters.

LETTER = DeadLetter(
    letter_id="l-1",
    trace_id="t-1",
    delivery_id="d-1",
    command="placeOrder",
    component="Orders",
    event={"arguments": {"id": "o-1"}},
    identity=None,
    headers={},
    attempts=(Attempt(3, 0, 1, RESET), Attempt(4, 2, 3, RESET)),
    reason="retries-exhausted",
    at_ns=3,
)


def test_a_complete_letter_passes():
    assert check([], RULES, [LETTER]) == []


@pytest.mark.parametrize(
    ("changes", "lacks"),
    [
        ({"trace_id": ""}, "trace id"),
        ({"component": ""}, "component"),
        ({"event": {}}, "event"),
        ({"attempts": ()}, "attempts"),
        ({"reason": ""}, "reason"),
        ({"reason": "", "event": {}}, "event, reason"),
        ({"attempts": (LETTER.attempts[0], Attempt(5, 2, 3, RESET))}, "an attempt between [3, 5]"),
    ],
)
def test_a_letter_that_lacks_something_is_told(changes, lacks):
    (violation,) = check([], RULES, [LETTER, replace(LETTER, **changes)])
    assert violation.invariant == "context-complete"
    assert violation.message == f"dead letter l-1 lacks {lacks}"


STORY = [
    *[ACCEPTED, started(), failed(), retry(), started(2), failed(2), buried(letter_id="l-0")],
    *[ended(), redriven("l-0"), started(3), AttemptFailed(1, FACTS, 3, RESET), retry()],
    *[started(4), AttemptFailed(3, FACTS, 4, RESET), buried(), ended(), FaultsHealed(4, ())],
]
PLACED = replace(COMMAND, event=LETTER.event, identity={"sub": "ada"})
KNOWN = replace(LETTER, identity=PLACED.identity)
EVENT = EventPublished(0, "t-1", "c-1", {"detail": {}}, None, ("Orders",))


@pytest.mark.parametrize(
    "records",
    [
        [PLACED, *STORY],
        STORY,
        [replace(EVENT, event=LETTER.event), *STORY],
        [PLACED, *STORY[:14]],
    ],
    ids=["of a command", "of unknown cause", "of an event", "not in the journal yet"],
)
def test_a_letter_that_says_what_the_journal_says_passes(records):
    found = check(records, replace(RULES, max_retries={"Orders": 3}), [KNOWN])
    assert [violation for violation in found if violation.invariant == "context-complete"] == []


@pytest.mark.parametrize(
    ("cause", "changes", "lacks"),
    [
        (PLACED, {"component": "Stock"}, "whose it was"),
        (PLACED, {"command": None}, "whose it was"),
        (PLACED, {"event": {"arguments": {}}}, "what it takes to send it again"),
        (EVENT, {}, "what it takes to send it again"),
        (PLACED, {"identity": None}, "the identity of the caller"),
        (PLACED, {"attempts": LETTER.attempts[1:]}, "some of the attempts as they were"),
        (
            PLACED,
            {"attempts": (replace(LETTER.attempts[0], error=DENIED), LETTER.attempts[1])},
            "some of the attempts as they were",
        ),
    ],
)
def test_a_letter_that_keeps_less_than_the_journal_is_told(cause, changes, lacks):
    found = check([cause, *STORY], RULES, [replace(KNOWN, **changes)])
    (violation,) = [each for each in found if each.invariant == "context-complete"]
    assert violation.message == f"dead letter l-1 lacks {lacks}"


# What a subscriber saw.

PUBLISHED = [
    {"traceId": "t-1", "component": "Orders", "status": "accepted", "tags": ["a"]},
    {"traceId": "t-1", "component": "Stock", "status": "accepted", "tags": []},
    {"traceId": "t-1", "component": "Orders", "status": "success", "tags": ["a"]},
]


@pytest.mark.parametrize(
    "seen",
    [
        [],
        PUBLISHED,
        [PUBLISHED[0], PUBLISHED[2]],
        [{"status": "accepted"}, {"status": "accepted"}, {"status": "success"}],
        [{"tags": ["a"]}, {"tags": ["a"]}],
        [{}],
    ],
    ids=["nothing", "everything", "a part", "fewer fields", "lists", "no fields"],
)
def test_a_subscriber_may_miss_some_and_select_less(seen):
    assert check_subscriber(seen, PUBLISHED) == []


@pytest.mark.parametrize(
    ("seen", "number"),
    [
        ([{"status": "error"}], 1),
        ([PUBLISHED[2], PUBLISHED[0]], 2),
        ([PUBLISHED[2], PUBLISHED[2]], 2),
        ([{**PUBLISHED[0], "message": "?"}], 1),
        ([PUBLISHED[0], {"traceId": "t-2", "status": "success"}], 2),
    ],
    ids=["invented", "out of order", "repeated", "more fields", "of another trace"],
)
def test_a_subscriber_sees_nothing_else(seen, number):
    (violation,) = check_subscriber(seen, PUBLISHED)
    assert violation.invariant == "subscriber-truth"
    assert violation.message.startswith(f"message {number} was never published, or not in this")
