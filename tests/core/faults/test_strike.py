"""When: attempts, calls in their count, and windows of virtual time."""

from __future__ import annotations

import pytest
from occasions import occasion

from appsync_emu.core.faults.strike import ALWAYS, Strike

S = 1_000_000_000


@pytest.mark.parametrize(
    ("strike", "numbers"),
    [
        (ALWAYS, [1, 2, 3, 4, 5, 6]),
        (Strike(skip=2), [3, 4, 5, 6]),
        (Strike(first=2), [1, 2]),
        (Strike(skip=1, first=2), [2, 3]),
        (Strike(every=3), [3, 6]),
        (Strike(skip=1, every=2), [3, 5]),
        (Strike(skip=1, every=2, first=1), [3]),
    ],
    ids=str,
)
def test_which_calls_of_a_count_may_be_struck(strike, numbers):
    assert [number for number in range(1, 7) if strike.counts(number)] == numbers


@pytest.mark.parametrize(
    ("per", "scope"),
    [("trace", "t-1"), ("component", "Orders"), ("subscriber", "watcher"), ("run", None)],
)
def test_what_calls_are_counted_in(per, scope):
    assert Strike(per=per).scope_of(occasion(subscriber="watcher")) == scope


def test_where_there_is_no_trace_each_subscriber_counts():
    assert ALWAYS.scope_of(occasion(None, subscriber="watcher")) == "watcher"


def test_a_window_begins_with_its_first_moment_and_ends_before_its_last():
    strike = Strike(from_s=30, until_s=300)
    start = 7 * S
    assert [
        strike.in_time(start + at, start) for at in (0, 30 * S - 1, 30 * S, 300 * S - 1, 300 * S)
    ] == [False, False, True, True, False]
    assert Strike(from_s=30).in_time(start + 10**6 * S, start)


@pytest.mark.parametrize(
    ("strike", "words"),
    [
        (ALWAYS, ""),
        (Strike(attempts=frozenset({1})), "attempt 1"),
        (Strike(attempts=frozenset({3, 1}), limit=9), "attempts 1, 3, at most 9 in all"),
        (Strike(skip=1, first=2), "after 1 others, first 2"),
        (Strike(every=7, per="run"), "every 7., per run"),
        (Strike(per="run"), ""),
        (Strike(from_s=30, until_s=300, chance=0.4), "from 30 s, until 300 s, chance 0.4"),
    ],
)
def test_in_words(strike, words):
    assert str(strike) == words


def test_without_a_window_any_time_will_do():
    assert ALWAYS.in_time(0, 10**18)
