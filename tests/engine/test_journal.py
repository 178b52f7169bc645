"""The one journal: appended once, read by many, bounded when it has to be."""

from __future__ import annotations

import json
import logging

from appsync_emu.core.records import (
    AttemptStarted,
    CommandAccepted,
    DataCalled,
    DeadLetterDiscarded,
    DeadLetterRedriven,
    DeadLetterWritten,
    DeliveryAccepted,
    DeliveryEnded,
    DeliveryFacts,
    EventPublished,
    FaultsHealed,
    Record,
)
from appsync_emu.engine.journal import Journal


def facts(trace: str) -> DeliveryFacts:
    return DeliveryFacts(f"d-{trace}", trace, "Orders", "placeOrder", None, f"c-{trace}")


def began(journal: Journal, trace: str) -> None:
    components = ("Orders",)
    journal.append(
        CommandAccepted(0, trace, f"c-{trace}", "placeOrder", "M.f", {}, None, {}, components)
    )
    journal.append(DeliveryAccepted(0, facts(trace)))


def ended(journal: Journal, trace: str) -> None:
    journal.append(DeliveryEnded(0, facts(trace), "success", 1))
    journal.trace_ended(trace)


def lived(journal: Journal, *traces: str) -> None:
    for trace in traces:
        began(journal, trace)
        ended(journal, trace)


def test_records_are_kept_in_order_and_by_trace():
    journal = Journal()
    began(journal, "t-1")
    began(journal, "t-2")
    journal.append(FaultsHealed(0, ("flaky",)))
    journal.append(AttemptStarted(0, facts("t-1"), 1))
    assert [type(record).__name__ for record in journal.of_trace("t-1")] == [
        "CommandAccepted",
        "DeliveryAccepted",
        "AttemptStarted",
    ]
    assert len(journal.records) == 6
    assert list(journal.traces) == ["t-1", "t-2"]
    assert journal.newest(1) == ["t-2"]
    assert journal.newest(9) == ["t-2", "t-1"]
    assert journal.of_trace("t-9") == ()


# Followers.


def test_followers_hear_each_record_once_it_is_kept():
    journal, heard = Journal(), []
    journal.append(FaultsHealed(0, ()))
    journal.follow(lambda record: heard.append(("a", journal.records[-1] is record)))
    journal.follow(lambda record: heard.append(("b", record.at_ns)))
    journal.append(FaultsHealed(1, ()))
    journal.append(FaultsHealed(2, ()))
    assert heard == [("a", True), ("b", 1), ("a", True), ("b", 2)]


def test_a_follower_that_fails_stops_nobody(caplog):
    journal, heard = Journal(), []

    def fails(record: Record) -> None:
        raise ValueError("no")

    journal.follow(fails)
    journal.follow(heard.append)
    with caplog.at_level(logging.ERROR):
        journal.append(FaultsHealed(1, ()))
    assert heard == list(journal.records) == [FaultsHealed(1, ())]
    assert "a follower of the journal failed at FaultsHealed" in caplog.text
    assert "ValueError: no" in caplog.text


# What is remembered.


def test_a_test_keeps_all():
    journal = Journal()
    lived(journal, *map(str, range(100)))
    assert len(list(journal.traces)) == 100
    assert len(journal.records) == 300


def test_a_server_forgets_the_traces_that_ended_longest_ago():
    journal = Journal(2)
    lived(journal, "a", "b", "c")
    assert list(journal.traces) == ["b", "c"]
    assert journal.of_trace("a") == ()
    lived(journal, "d", "e", "f")
    assert list(journal.traces) == ["e", "f"]


def test_forgetting_bounds_the_memory():
    journal = Journal(10)
    for number in range(1_000):
        lived(journal, f"t-{number}")
        assert len(journal.records) <= 2 * 11 * 3
    kept = set(journal.traces)
    assert len(kept) == 10
    journal.append(FaultsHealed(0, ()))
    assert isinstance(journal.records[-1], FaultsHealed)


def test_records_of_the_whole_emulator_are_kept():
    journal = Journal(0)
    healed = FaultsHealed(0, ("flaky",))
    journal.append(healed)
    lived(journal, "a", "b", "c", "d")
    assert journal.records[0] is healed


def test_a_trace_that_lives_is_not_forgotten():
    journal = Journal(1)
    began(journal, "alive")
    lived(journal, "a", "b", "c")
    assert list(journal.traces) == ["alive", "c"]


def test_a_trace_that_goes_on_after_its_end_lives_again():
    """A client may carry a trace on with the correlation header."""
    journal = Journal(2)
    lived(journal, "a")
    began(journal, "a")
    lived(journal, "b", "c", "d")
    assert list(journal.traces) == ["a", "c", "d"]
    assert len(journal.of_trace("a")) == 5
    ended(journal, "a")
    lived(journal, "e")
    assert list(journal.traces) == ["a", "e"]


def test_a_trace_that_ends_twice_counts_once():
    journal = Journal(2)
    lived(journal, "a", "b", "b")
    assert list(journal.traces) == ["a", "b"]


def test_a_trace_that_goes_on_for_ever_leaves_nothing_behind_and_keeps_its_turn():
    journal = Journal(ended_traces_max=2)
    lived(journal, "old", *["again"] * 100)

    assert len(journal._oldest) <= 6
    assert list(journal.traces) == ["old", "again"]
    lived(journal, "new")
    assert list(journal.traces) == ["again", "new"]


def buried(journal: Journal, pinned: set[str], trace: str) -> None:
    began(journal, trace)
    journal.append(DeadLetterWritten(0, facts(trace), f"l-{trace}", "permanent"))
    pinned.add(trace)
    journal.append(DeliveryEnded(0, facts(trace), "error", 1, reason="permanent"))
    journal.trace_ended(trace)


def test_a_trace_with_a_dead_letter_is_kept():
    journal, pinned = Journal(1), set()
    journal.pinned = pinned
    buried(journal, pinned, "dead")
    lived(journal, "a", "b", "c")
    assert list(journal.traces) == ["dead", "c"]


def test_a_trace_is_kept_no_longer_than_its_letter():
    journal, pinned = Journal(1), set()
    journal.pinned = pinned
    buried(journal, pinned, "dead")
    pinned.remove("dead")
    journal.append(DeadLetterDiscarded(0, facts("dead"), "l-dead"))
    assert list(journal.traces) == ["dead"]
    lived(journal, "a")
    assert list(journal.traces) == ["a"]


def test_discarding_one_of_two_letters_lets_go_of_nothing():
    journal, pinned = Journal(1), {"dead"}
    journal.pinned = pinned
    buried(journal, pinned, "dead")
    journal.append(DeadLetterDiscarded(0, facts("dead"), "l-other"))
    lived(journal, "a", "b")
    assert list(journal.traces) == ["dead", "b"]


def test_a_redriven_letter_is_kept_until_its_end():
    journal, pinned = Journal(1), set()
    journal.pinned = pinned
    buried(journal, pinned, "dead")
    pinned.remove("dead")
    journal.append(DeadLetterRedriven(0, facts("dead"), "l-dead"))
    lived(journal, "a", "b")
    assert list(journal.traces) == ["dead", "b"]
    ended(journal, "dead")
    lived(journal, "c")
    assert list(journal.traces) == ["c"]


def event(trace: str, *components: str) -> EventPublished:
    return EventPublished(0, trace, "e-1", {}, None, components)


def test_an_event_that_nobody_listens_to_is_forgotten_in_its_turn():
    """No delivery will ever end such a trace."""
    journal = Journal(2)
    for number in range(10):
        journal.append(event(f"t-{number}"))
    assert list(journal.traces) == ["t-8", "t-9"]


def test_such_an_event_does_not_end_a_trace_that_lives():
    journal = Journal(1)
    began(journal, "alive")
    journal.append(event("alive"))
    journal.append(event("also", "Orders"))
    lived(journal, "a", "b")
    assert list(journal.traces) == ["alive", "also", "b"]


# The dump.


def test_a_dump_is_json_lines_and_the_same_every_time():
    def made() -> Journal:
        journal = Journal()
        lived(journal, "t-1", "t-ä\u2028")
        journal.append(FaultsHealed(7, ("flaky",)))
        return journal

    dump = made().dump()
    assert dump == made().dump()
    lines = dump.split("\n")
    assert lines.pop() == ""
    assert [json.loads(line)["kind"] for line in lines] == [
        *["CommandAccepted", "DeliveryAccepted", "DeliveryEnded"] * 2,
        "FaultsHealed",
    ]
    assert lines[-1] == '{"kind":"FaultsHealed","at_ns":7,"faults":["flaky"]}'
    assert "ä" in dump


def test_an_empty_journal_dumps_nothing():
    assert Journal().dump() == ""


def test_of_what_belongs_to_no_trace_a_bounded_journal_keeps_the_newest(monkeypatch):
    monkeypatch.setattr("appsync_emu.engine.journal.STRAYS_MAX", 2)
    bounded, whole = Journal(1), Journal()
    for number in range(4):
        call = DataCalled(number, None, 0, "lambda", "ask", "Invoke", write=True, applied=True)
        bounded.append(call)
        whole.append(call)

    assert [record.at_ns for record in bounded.records] == [2, 3]
    assert len(whole.records) == 4


def test_a_dump_goes_on_after_a_number_that_forgotten_records_do_not_shift():
    journal = Journal(1)
    lived(journal, "t-1", "t-2")
    last = journal.last
    began(journal, "t-3")

    assert (last, journal.last) == (6, 8)
    assert [json.loads(line)["trace_id"] for line in journal.dump(after=last).splitlines()] == [
        "t-3",
        "t-3",
    ]
    assert len(journal.dump(trace_id="t-2").splitlines()) == 3
    assert journal.dump(after=last, trace_id="t-2") == ""
