"""Whether a subscriber heard the truth."""

from __future__ import annotations

import pytest

from appsync_emu.core.hearing import Disorder, check_heard, disorder_of
from appsync_emu.core.records import FaultsHealed, FaultStruck

A1 = {"traceId": "a", "component": "P", "status": "accepted"}
A2 = {"traceId": "a", "component": "P", "status": "success"}
B1 = {"traceId": "b", "component": "P", "status": "accepted"}
ALL = [A1, B1, A2]


def struck(effect, point="frame", about="watcher data", trace_id="a"):
    return FaultStruck(1, None, "f", point, effect, 0, about, "", trace_id)


@pytest.mark.parametrize(
    ("records", "disorder"),
    [
        ([], Disorder()),
        ([FaultsHealed(1, ("f",))], Disorder()),
        ([struck("close")], Disorder()),
        ([struck("delay", about="other data")], Disorder()),
        ([struck("delay", point="attempt")], Disorder()),
        ([struck("delay")], Disorder(shuffled=True)),
        ([struck("reorder", "publish", "onTrace")], Disorder(shuffled=True)),
        ([struck("drop", "publish", "onTrace accepted")], Disorder(shuffled=True)),
        (
            [struck("duplicate"), struck("duplicate", trace_id=None)],
            Disorder(shuffled=True, repeated=frozenset({"a", None})),
        ),
    ],
)
def test_what_the_journal_says_of_faults(records, disorder):
    assert disorder_of(records, "watcher") == disorder


def test_without_faults_order_holds():
    assert check_heard([A1, A2], ALL) == []
    assert check_heard([A2, A1], ALL) != []
    assert check_heard([A1, A1], ALL) != []


def test_shuffled_events_may_come_in_any_order_but_once():
    shuffled = Disorder(shuffled=True)
    assert check_heard([A2, A1], ALL, shuffled) == []
    assert check_heard([{"status": "accepted"}] * 2, ALL, shuffled) == []
    (found,) = check_heard([A1, A1], ALL, shuffled)
    assert found.invariant == "subscriber-truth"
    assert "message 2 came again" in found.message


@pytest.mark.parametrize("trace_id", ["a", None])
def test_what_a_fault_repeats_may_come_again(trace_id):
    repeated = Disorder(shuffled=True, repeated=frozenset({trace_id}))
    assert check_heard([A1, A2, A1, A1], ALL, repeated) == []


def test_another_traces_events_do_not_come_again():
    repeated = Disorder(shuffled=True, repeated=frozenset({"a"}))
    (found,) = check_heard([B1, B1], ALL, repeated)
    assert "came again" in found.message


def test_nothing_is_ever_invented():
    anything = Disorder(shuffled=True, repeated=frozenset({None}))
    (found,) = check_heard([A1, {**B1, "status": "error"}], ALL, anything)
    assert "message 2 was never published" in found.message
