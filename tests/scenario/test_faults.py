"""Faults: where, to whom and when; what belongs to the effect is tested beside it."""

from __future__ import annotations

import pytest
from scenario_files import loaded, said

from appsync_emu.core.comparisons import Comparison
from appsync_emu.core.faults.points import MATCHED_AT, Point
from appsync_emu.core.faults.strike import Strike

EFFECTS = {
    Point.ACCEPT: "{error: appsync.throttled}",
    Point.DISPATCH: "{drop: true}",
    Point.ATTEMPT: "{hang: true}",
    Point.DATA: "{hang: true}",
    Point.PUBLISH: "{drop: true}",
    Point.CONNECT: "{hang: true}",
    Point.FRAME: "{drop: true}",
}


def file(point: str, more: str) -> str:
    effect = EFFECTS.get(Point(point), "{outage: true}")
    return f"faults:\n  - {{id: x, point: {point}, effect: {effect}, {more}}}\n"


def strike(point: str, written: str) -> Strike:
    return loaded(file(point, f"strike: {written}")).faults[0].fault.strike


@pytest.mark.parametrize("point", Point)
def test_what_can_be_matched_at_each_point(point):
    words = set(MATCHED_AT[point]) - {"subscriber", "status", "frame", "label"}
    for word in words:
        value = "{a: 1}" if word in {"input", "identity"} else "x"
        match = loaded(file(point, f"match: {{{word}: {value}}}")).faults[0].fault.match
        assert dict(match.said()) == {word: {"a": 1} if word in {"input", "identity"} else "x"}
    assert len(said(file(point, "match: {operation: x, subscriber: x}"))) >= 1


@pytest.mark.parametrize(
    ("written", "strike_"),
    [
        ("{attempts: 2}", Strike(attempts=frozenset({2}))),
        ('{attempts: "2-4"}', Strike(attempts=frozenset({2, 3, 4}))),
        ("{attempts: 2-4}", Strike(attempts=frozenset({2, 3, 4}))),
        ("{attempts: all}", Strike()),
        ("{calls: {skip: 1, first: 2}}", Strike(skip=1, first=2)),
        ("{calls: {every: 7}, per: run}", Strike(every=7, per="run")),
        ("{during: {from: 30s}}", Strike(from_s=30.0)),
        ("{during: [0s, 1h]}", Strike(until_s=3600.0)),
        ("{chance: 0.4, limit: 3}", Strike(chance=0.4, limit=3)),
        ("~", Strike()),
    ],
)
def test_when_it_strikes(written, strike_):
    assert strike("attempt", written) == strike_


@pytest.mark.parametrize(
    ("point", "per", "fine"),
    [
        ("frame", "subscriber", True),
        ("connect", "subscriber", True),
        ("publish", "subscriber", False),
        ("accept", "component", False),
        ("accept", "run", True),
        ("connect", "trace", False),
        ("connect", "component", False),
        ("status.read", "trace", True),
        ("status.read", "component", False),
        ("dispatch", "component", True),
    ],
)
def test_what_calls_are_counted_in(point, per, fine):
    messages = said(file(point, f"strike: {{calls: {{first: 1}}, per: {per}}}"))
    assert (messages == []) is fine


def test_what_a_name_implies_gives_way_to_what_the_file_says():
    text = (
        "faults:\n  - {id: x, point: frame, strike: {calls: {skip: 2}, per: run},"
        " effect: {error: ws.lost-first}}\n"
    )
    found = loaded(text).faults[0].fault.strike
    assert (found.first, found.skip, found.per) == (None, 2, "run")
    kept = loaded(text.replace("calls: {skip: 2}, ", "")).faults[0].fault.strike
    assert (kept.first, kept.per) == (1, "run")


def test_operators_of_text():
    match = loaded(file("attempt", "match: {component: {in: [A, B]}}")).faults[0].fault.match
    assert match.component == Comparison("in", ["A", "B"])
    assert said(file("attempt", "match: {label: {equals: x}}"))
    assert said(file("attempt", "match: {component: {}}"))


def test_notes_are_kept():
    scenario = loaded(file("attempt", "note: the payment service of last May"))
    assert scenario.faults[0].note == "the payment service of last May"
    assert scenario.faults[0].line == 4
