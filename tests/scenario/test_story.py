"""A trace as people read it."""

from __future__ import annotations

from stage import scenario, shop

from appsync_emu.errors import BusinessError
from appsync_emu.scenario.run import run_seed

WRONG = "expect: {traces: {o: {attempts: 17}}}\n"
SEND = "- send: {label: o, command: placeOrder, input: {id: o-1, total: 1}}"
FIXED = "retry: {backoff: {kind: fixed, base: 1m}}\n"


def story(tmp_path, more="", steps=SEND, place=None, **options):
    whole = scenario(tmp_path, steps, FIXED + more + WRONG)
    outcome = run_seed(whole, shop(place, **options).loaded, 7)
    return outcome.stories[0]


def told(found):
    return [
        (row.at_ns // 10**9, row.kind, row.what, row.came_to, row.fault, row.phase, row.mark)
        for row in found.rows
    ]


def test_attempts_calls_and_the_end(tmp_path):
    more = """
faults:
  - id: reset
    point: attempt
    strike: {attempts: 1}
    effect: {error: network.reset, phase: request}
  - id: lost
    point: data
    strike: {calls: {first: 1}}
    effect: {error: network.timeout, after: 5s, phase: response}
"""
    found = story(tmp_path, more)
    assert (found.name, found.label, found.seed, found.status) == ("t1", "o", 7, "success")
    assert found.attempts == 3
    assert told(found) == [
        (0, "accepted", "accepted", "placeOrder", None, "", ""),
        (0, "attempt", "attempt 1", "network.reset", "reset", "request", ""),
        (0, "retry", "retry 1 of 3 due at 1:00.000", "", None, "", ""),
        (60, "attempt", "attempt 2", "TimeoutError", None, "", ""),
        (60, "data", "Orders PutItem", "applied, then network.timeout", "lost", "response", ""),
        (65, "retry", "retry 2 of 3 due at 2:05.000", "", None, "", ""),
        (125, "attempt", "attempt 3", "returned", None, "", ""),
        (125, "data", "Orders PutItem", "applied", None, "", "second time"),
        (125, "status", "success", "3 attempts, 2 retries", None, "", ""),
    ]
    assert [row.until_ns // 10**9 for row in found.rows if row.kind == "attempt"] == [0, 65, 125]


def test_an_outage_is_told_once(tmp_path):
    async def place(event, context, table):
        raise BusinessError("no")

    more = """
deadletters: {business: true}
faults:
  - {id: down, point: deadletter.write, strike: {during: {until: 25s}}, effect: {outage: true}}
"""
    rows = told(story(tmp_path, more, place=place))
    assert [row[1:5] for row in rows if row[1] in {"fault", "letter", "status", "event"}] == [
        ("event", "error event", "starts nobody", None),
        ("fault", "deadletter.write", "outage, 3 times", "down"),
        ("letter", "dead letter written", "business", None),
        ("status", "error", "business, 1 attempt, 0 retries", None),
    ]


def test_events_and_who_they_start(tmp_path):
    async def place(event, context, table):
        context.emit("OrderPlaced", {"id": "o-1"})

    async def on_event(event, context, table):
        table.get_item("o-1")

    rows = told(story(tmp_path, place=place, on_event=on_event))
    assert ("event", "event OrderPlaced", "starts Tell") in [row[1:4] for row in rows]
    assert ("accepted", "accepted", "by OrderPlaced") in [row[1:4] for row in rows]
    assert ("data", "Orders GetItem", "read") in [row[1:4] for row in rows]


def test_copies_late_statuses_redrives_and_what_is_under_way(tmp_path):
    more = """
faults:
  - {id: twice, point: dispatch, effect: {duplicate: {copies: 1}}}
  - {id: late, point: status.write, match: {status: success}, strike: {limit: 1}, effect: {outage: true}}
"""  # noqa: E501 - a file as users write it
    rows = told(story(tmp_path, more))
    whats = [row[2] for row in rows]
    assert "delivered again" in whats
    assert "success can be read" in whats
    assert ("fault", "dispatch", "duplicate", "twice") in [row[1:5] for row in rows]


def test_a_long_story_is_cut(tmp_path):
    async def place(event, context, table):
        for number in range(500):
            table.put_item(f"o-{number}", 1)

    rows = story(tmp_path, place=place).rows
    assert len(rows) == 401
    assert rows[-1].what == "103 more rows"


def test_the_same_write_may_come_many_times(tmp_path):
    async def place(event, context, table):
        for _ in range(4):
            table.put_item("o-1", 1)

    marks = [row.mark for row in story(tmp_path, place=place).rows if row.kind == "data"]
    assert marks == ["", "second time", "third time", "4. time"]
