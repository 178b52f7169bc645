"""A story as lines."""

from __future__ import annotations

from dataclasses import replace

from scenario.outcomes import row, several_components, twice_written

from appsync_emu.scenario.report.lines import calls_of, lines_of

OF = {"component": "Place"}


def told(*rows):
    story = replace(twice_written(), rows=rows)
    return [
        (line.at_ns // 1_000_000, line.head, line.what, line.came_to) for line in lines_of(story)
    ]


def test_calls_share_the_line_of_their_attempt():
    lines = lines_of(twice_written())

    assert [(line.head, line.what, line.came_to) for line in lines] == [
        ("accepted", "", ""),
        ("attempt 1", "network.reset", ""),
        ("attempt 2", "network.reset", ""),
        ("attempt 3", "PaymentsTable PutItem", "applied"),
        ("", "network.timeout", ""),
        ("attempt 4", "PaymentsTable PutItem", "applied"),
        ("success", "4 attempts, 3 retries", ""),
    ]
    assert [line.rows for line in lines[3:5]] == [(5, 6), (5,)]
    assert lines[5].mark == "second time"


def test_what_lasts_says_how_long():
    assert told(row(0, "attempt", "attempt 1", "Sandbox.Timedout", until_ms=30_000, **OF)) == [
        (0, "attempt 1", "Sandbox.Timedout after 30 s", "")
    ]


def test_calls_later_than_their_attempt_stand_alone():
    assert told(
        row(0, "attempt", "attempt 1", "Boom", until_ms=20, failed=True, **OF),
        row(5, "data", "T PutItem", "applied", **OF),
        row(10, "data", "U PutItem", "applied", **OF),
        row(20, "status", "error", **OF),
    ) == [
        (0, "attempt 1", "", ""),
        (5, "", "T PutItem", "applied"),
        (10, "", "U PutItem", "applied"),
        (20, "", "Boom", ""),
        (20, "error", "", ""),
    ]


def test_an_error_that_the_last_call_tells_is_told_once():
    gone = {"fault": "busy", "failed": True}

    assert told(
        row(0, "attempt", "attempt 1", "Busy", until_ms=0, **gone, **OF),
        row(0, "data", "T PutItem", "Busy", **gone, **OF),
    ) == [(0, "attempt 1", "T PutItem", "Busy")]
    assert told(
        row(0, "attempt", "attempt 1", "Busy", until_ms=0, **gone, **OF),
        row(0, "data", "T PutItem", "applied, then Busy", **gone, **OF),
    ) == [(0, "attempt 1", "T PutItem", "applied, then Busy")]


def test_an_answer_that_is_lost_later_is_told_by_the_end():
    lost = {"fault": "lost", "phase": "response", "failed": True}
    attempt = row(0, "attempt", "attempt 1", "network.timeout", until_ms=5000, **lost, **OF)
    call = row(0, "data", "T PutItem", "applied, then network.timeout", **lost, **OF)
    other = replace(call, came_to="applied, then something else")

    assert told(attempt, call) == [
        (0, "attempt 1", "T PutItem", "applied"),
        (5000, "", "network.timeout", ""),
    ]
    assert told(attempt, other)[0] == (0, "attempt 1", "T PutItem", other.came_to)


def test_a_retry_is_told_only_while_it_is_due():
    assert told(
        row(0, "attempt", "attempt 1", "Boom", **OF),
        row(0, "retry", "retry 1 of 3", "due at 1:00.000", **OF),
        row(60_000, "attempt", "attempt 2", "Boom", **OF),
        row(60_000, "retry", "retry 2 of 3", "due at 3:00.000", **OF),
    ) == [
        (0, "attempt 1", "Boom", ""),
        (60_000, "attempt 2", "Boom", ""),
        (60_000, "retry 2 of 3", "due at 3:00.000", ""),
    ]


def test_calls_of_resolvers_have_no_attempt():
    assert told(row(0, "data", "T Query", "answered")) == [(0, "", "T Query", "answered")]


def test_calls_belong_to_their_own_component_and_attempt():
    rows = (
        row(0, "attempt", "attempt 1", until_ms=10, **OF),
        row(0, "data", "T PutItem", component="Other"),
        row(5, "data", "T PutItem", **OF),
        row(11, "data", "T PutItem", **OF),
        row(12, "attempt", "attempt 2", **OF),
        row(12, "data", "T PutItem", **OF),
    )

    assert calls_of(rows, 0) == (2,)
    assert calls_of(rows, 4) == (5,)


def test_lines_are_in_the_order_of_time():
    times = [line.at_ns for line in lines_of(several_components())]

    assert times == sorted(times)
