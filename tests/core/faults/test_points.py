"""Points, and what can be said at each."""

from __future__ import annotations

import dataclasses

from occasions import occasion

from appsync_emu.core.faults.match import MATCH_WORDS
from appsync_emu.core.faults.points import MATCHED_AT, Point, Situation


def test_points_have_the_names_that_files_use():
    assert [point.value for point in Point] == [
        "accept",
        "dispatch",
        "attempt",
        "data",
        "status.write",
        "status.read",
        "deadletter.write",
        "publish",
        "connect",
        "frame",
    ]


def test_every_point_says_what_can_be_matched():
    assert MATCHED_AT.keys() == set(Point)
    words = {word for point in MATCHED_AT.values() for word in point}
    assert words == set(MATCH_WORDS)
    assert words <= {field.name for field in dataclasses.fields(Situation)}


def test_what_is_not_known_is_none():
    found = Situation(point=Point.CONNECT, now_ns=5)
    assert (found.key, found.attempt, found.trace_id, found.input) == ((), 0, None, None)
    assert occasion() != occasion()  # an occasion is itself alone
