"""What a client that follows a trace knows of it."""

from __future__ import annotations

import pytest

from appsync_emu.core.api import TraceFields
from appsync_emu.core.following import Followed, backoff_s


def line(status, at="1", component="Place", **more):
    return {"component": component, "status": status, "timestamp": at, **more}


def following(*pushed, **options):
    followed = Followed(TraceFields(), **options)
    for one in pushed:
        followed.pushed(one)
    return followed


def test_pauses_grow_to_half_a_minute():
    """aws-amplify/amplify-js reconnects with growing pauses; 30 s are the longest here."""
    assert [backoff_s(n) for n in (0, 1, 2, 3, 4, 5, 6, 5_000)] == [1, 2, 4, 8, 16, 30, 30, 30]


def test_what_is_pushed_is_known():
    followed = following(line("accepted"), line("success", "2"))
    assert followed.statuses == ["accepted", "success"]
    assert followed.lines == [line("accepted"), line("success", "2")]
    assert followed.duplicates == 0


def test_what_is_told_twice_is_known_once():
    followed = following(line("accepted"), line("accepted"), line("success", "2"))
    assert (followed.statuses, followed.duplicates) == (["accepted", "success"], 1)


def test_equal_statuses_that_are_several():
    """One component may be told of two commands of a trace in the same instant."""
    twice = (line("accepted"),) * 3
    followed = following(*twice, occurrences=lambda _: 2)
    assert (followed.statuses, followed.duplicates) == (["accepted"] * 2, 1)


def test_what_comes_late_stands_where_it_belongs():
    """Nothing promises the order of events (aws/aws-appsync-community#374)."""
    followed = following(line("success", "3"), line("accepted", "1"), line("error", "2", "Also"))
    assert [one["timestamp"] for one in followed.lines] == ["1", "2", "3"]


@pytest.mark.parametrize("at", ["1", None])
def test_at_one_instant_the_acceptance_comes_first(at):
    overtaken = following(line("success", at), line("accepted", at))
    assert overtaken.statuses == ["accepted", "success"]


def test_at_one_instant_others_stay_as_they_came():
    followed = following(
        line("accepted"),
        line("success"),
        line("accepted", component="Also"),
        line("success", component="Also"),
    )
    assert [one["component"] for one in followed.lines] == ["Place", "Place", "Also", "Also"]

    again = following(line("accepted"), line("success"), line("accepted"), occurrences=lambda _: 2)
    assert again.statuses == ["accepted", "success", "accepted"]


def test_a_query_fills_the_gaps():
    followed = following(line("success", "3", "Also"))
    followed.queried(
        [line("accepted"), line("accepted", "2", "Also"), line("success", "3", "Also")]
    )
    assert followed.statuses == ["accepted", "accepted", "success"]
    followed.pushed(line("accepted"))
    assert (len(followed.lines), followed.duplicates) == (3, 0)


def test_a_query_that_is_behind_takes_nothing_away():
    followed = following(line("accepted"), line("success", "2"))
    followed.queried([line("accepted")])
    assert followed.statuses == ["accepted", "success"]
