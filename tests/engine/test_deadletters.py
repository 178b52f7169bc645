"""Dead letters: listed, looked into, sent again under the same trace, thrown away."""

from __future__ import annotations

from typing import Any

import pytest

from appsync_emu.core.api import Component, Handler
from appsync_emu.core.records import (
    AttemptFailed,
    AttemptStarted,
    DeadLetterDiscarded,
    DeadLetterRedriven,
    DeadLetterWritten,
    DeliveryFacts,
    ErrorInfo,
)
from appsync_emu.engine.clock import START_NS, ManualClock
from appsync_emu.engine.deadletters import DeadLetters
from appsync_emu.engine.entropy import Entropy
from appsync_emu.engine.journal import Journal
from appsync_emu.engine.runs import Run
from appsync_emu.errors import UsageError

COMPONENT = Component(name="Orders", handler=Handler(path="shop:place", call=print, is_async=False))
ERROR = ErrorInfo("ValueError", "no", "permanent")
EVENT = {"arguments": {"id": "o-1"}}


class Letters:
    """Dead letters with a dispatcher that takes so many and remembers them."""

    def __init__(self, room: int = 100) -> None:
        self.left = room
        self.redriven: list[Run] = []
        self.acknowledged: list[Run] = []
        self.journal = Journal(0)
        self.letters = DeadLetters(ManualClock(), Entropy(7), self.journal)
        self.journal.pinned = self.letters
        dispatcher: Any = self
        self.letters.connect(dispatcher)

    def room(self, deliveries: int) -> bool:
        return deliveries <= self.left

    def acknowledge(self, run: Run) -> None:
        self.acknowledged.append(run)

    def redrive(self, run: Run) -> None:
        self.left -= 1
        self.redriven.append(run)

    def fails(self, delivery: str, trace: str = "t-1", attempt: int = 1) -> str:
        """A delivery fails for good; the id of its letter."""
        run = Run(
            DeliveryFacts(delivery, trace, "Orders", "placeOrder", None, "c-1"), COMPONENT, EVENT
        )
        return self.again(run, attempt)

    def again(self, run: Run, attempt: int) -> str:
        run.delivery = type(run.delivery)(attempt=attempt)
        self.journal.append(AttemptStarted(START_NS, run.facts, attempt))
        self.journal.append(AttemptFailed(START_NS, run.facts, attempt, ERROR))
        self.letters.write(run, "permanent")
        written = self.journal.records[-1]
        assert isinstance(written, DeadLetterWritten)
        return written.letter_id


def test_letters_are_kept_oldest_first():
    kit = Letters()
    assert list(kit.letters) == []
    ids = [kit.fails("d-1"), kit.fails("d-2", "t-2"), kit.fails("d-3")]
    assert [letter.letter_id for letter in kit.letters] == ids
    assert len(kit.letters) == 3
    assert len(set(ids)) == 3
    letter = kit.letters.get(ids[1])
    assert (letter.trace_id, letter.reason, letter.event) == ("t-2", "permanent", EVENT)
    assert letter.error == ERROR
    assert letter.at_ns == START_NS


def test_ids_come_from_the_seed():
    assert Letters().fails("d-1") == Letters().fails("d-1")


def test_it_contains_letters_and_traces():
    kit = Letters()
    letter = kit.letters.get(kit.fails("d-1"))
    assert letter in kit.letters
    assert "t-1" in kit.letters
    assert "t-2" not in kit.letters
    kit.letters.discard(letter.letter_id)
    assert letter not in kit.letters
    assert "t-1" not in kit.letters


def test_a_trace_is_contained_until_its_last_letter_is_gone():
    kit = Letters()
    first, second = kit.fails("d-1"), kit.fails("d-2")
    kit.letters.discard(first)
    assert "t-1" in kit.letters
    kit.letters.redrive(second)
    assert "t-1" not in kit.letters


def test_a_redrive_goes_on_under_the_same_trace():
    """SQS gives a redriven message a new id; here the trace and the delivery are kept."""
    kit = Letters()
    letter_id = kit.fails("d-1")
    assert kit.letters.redrive(letter_id) == "t-1"
    (run,) = kit.redriven
    assert run.facts.delivery_id == "d-1"
    assert run.event is EVENT
    assert kit.journal.records[-1] == DeadLetterRedriven(START_NS, run.facts, letter_id)
    assert len(kit.letters) == 0


def test_a_letter_after_a_redrive_names_the_one_before():
    kit = Letters()
    first = kit.fails("d-1")
    kit.letters.redrive(first)
    second = kit.again(kit.redriven[0], attempt=2)
    assert first != second
    letter = kit.letters.get(second)
    assert letter.previous == first
    assert [tried.number for tried in letter.attempts] == [2]


def test_all_are_redriven_at_once():
    kit = Letters()
    ids = [kit.fails(f"d-{number}") for number in range(3)]
    assert kit.letters.redrive_all() == ids
    assert [run.facts.delivery_id for run in kit.redriven] == ["d-0", "d-1", "d-2"]
    assert kit.letters.redrive_all() == []


def test_a_full_queue_loses_no_letter():
    kit = Letters(room=1)
    ids = [kit.fails("d-1"), kit.fails("d-2")]
    with pytest.raises(UsageError, match="the queues are full; let some work end"):
        kit.letters.redrive_all()
    assert [letter.letter_id for letter in kit.letters] == ids[1:]
    with pytest.raises(UsageError, match="the queues are full"):
        kit.letters.redrive(ids[1])
    assert len(kit.letters) == 1


def test_nobody_to_redrive_to():
    letters = DeadLetters(ManualClock(), Entropy(7), Journal())
    run = Run(DeliveryFacts("d", "t", "Orders", None, "E", "e"), COMPONENT, EVENT)
    letters.write(run, "permanent")
    with pytest.raises(UsageError, match="the queues are full"):
        letters.redrive(next(iter(letters)).letter_id)
    assert len(letters) == 1


def test_a_discarded_letter_is_gone_and_told():
    kit = Letters()
    letter_id = kit.fails("d-1")
    facts = kit.journal.records[-1].facts
    kit.letters.discard(letter_id)
    assert kit.journal.records[-1] == DeadLetterDiscarded(START_NS, facts, letter_id)
    assert len(kit.letters) == 0
    assert kit.redriven == []


@pytest.mark.parametrize("what", ["get", "redrive", "discard"])
def test_a_letter_that_is_not_there(what):
    kit = Letters()
    with pytest.raises(UsageError, match=r"no dead letter 'l-9'; known: there is none at all"):
        getattr(kit.letters, what)("l-9")
    known = kit.fails("d-1")
    with pytest.raises(UsageError, match=f"no dead letter 'l-9'; known: {known}"):
        getattr(kit.letters, what)("l-9")


def test_a_letter_keeps_its_trace_and_its_end_lets_go_of_it():
    """A bounded journal keeps what a letter is read from, and no longer than the letter."""
    kit = Letters()
    letter_id = kit.fails("d-1")
    kit.journal.trace_ended("t-1")
    assert kit.letters.get(letter_id).attempts
    kit.letters.discard(letter_id)
    assert list(kit.journal.traces) == []


def test_letters_may_be_redriven_while_they_are_listed():
    kit = Letters()
    for number in range(3):
        kit.fails(f"d-{number}")
    for letter in kit.letters:
        kit.letters.redrive(letter.letter_id)
    assert len(kit.redriven) == 3


def test_the_newest_letters():
    kit = Letters()
    written = [kit.fails(f"d-{number}") for number in range(3)]
    newest = [letter.letter_id for letter in kit.letters.newest(2)]
    assert newest == [written[2], written[1]]
    assert len(kit.letters.newest(9)) == 3
