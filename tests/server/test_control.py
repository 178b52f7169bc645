"""The emulator's own endpoints, over real sockets."""

from __future__ import annotations

import asyncio
import json

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from appsync_emu.core.api import Api, Component, Handler
from appsync_emu.core.records import CommandAccepted, FaultsHealed
from appsync_emu.engine.clock import ManualClock, RealClock
from appsync_emu.engine.journal import Journal
from appsync_emu.errors import Mistake, UsageError
from appsync_emu.server.control import PREFIX, add_routes, answers_at
from appsync_emu.server.served import Served


class Letter:
    def __init__(self, letter_id):
        self.letter_id = letter_id

    def as_json(self):
        return {"id": self.letter_id, "event": {"at": object}}


class Letters(dict):
    full = False

    def __iter__(self):
        return iter(list(self.values()))

    def get(self, letter_id):
        if letter_id not in self:
            raise UsageError(f"there is no dead letter {letter_id!r}")
        return self[letter_id]

    def newest(self, limit):
        return list(self)[::-1][:limit]

    def redrive(self, letter_id):
        if self.full:
            raise UsageError("the queues are full")
        del self[letter_id]
        return "trace-1"

    def redrive_all(self):
        letters = list(self.keys())
        self.clear()
        return letters

    def discard(self, letter_id):
        del self[letter_id]


class FakeEmulator:
    def __init__(self, clock=None):
        self.api = Api(name="shop", schema=())
        self.clock = clock or ManualClock()
        self.journal = Journal()
        self.deadletters = Letters({"a": Letter("a"), "b": Letter("b")})


def accepted(trace_id):
    return CommandAccepted(1, trace_id, "c", "place", "Mutation.place", {}, None, {}, ())


def ask(*calls, emulator=None):
    """``(status, JSON or text)`` of each ``(method, path, options)``."""

    async def run():
        app = web.Application(client_max_size=1000)
        add_routes(app, emulator or FakeEmulator())
        answers = []
        async with TestServer(app) as server, aiohttp.ClientSession() as session:
            for method, path, *options in calls:
                url = server.make_url(PREFIX + path)
                async with session.request(method, url, **(options or [{}])[0]) as response:
                    body = await response.read()
                    answers.append((response.status, _content(response, body)))
        return answers

    return asyncio.run(run())


def _content(response, body):
    return json.loads(body) if response.content_type == "application/json" else body.decode()


def test_health_says_what_time_it_is():
    ((status, health),) = ask(("GET", "/health"))

    assert status == 200
    assert health == {
        "status": "ok",
        "name": "shop",
        "clock": {"kind": "manual", "now": "2030-01-01T00:00:00.000Z"},
    }


def test_the_journal_and_a_trace():
    emulator = FakeEmulator()
    emulator.journal.append(FaultsHealed(1, ("fault \ud800",)))

    (_, journal), (_, trace) = ask(("GET", "/journal"), ("GET", "/traces/t%2F1"), emulator=emulator)

    assert json.loads(journal)["kind"] == "FaultsHealed"
    assert trace == {"traceId": "t/1", "records": []}


def test_the_newest_traces_at_a_glance():
    emulator = FakeEmulator()
    for number in range(60):
        emulator.journal.append(accepted(f"t-{number}"))

    (_, all_), (_, two) = ask(("GET", "/traces"), ("GET", "/traces?limit=2"), emulator=emulator)

    assert (len(all_["traces"]), all_["total"]) == (50, 60)
    assert [trace["traceId"] for trace in two["traces"]] == ["t-59", "t-58"]
    assert two["traces"][0]["command"] == "place"


@pytest.mark.parametrize("limit", ["0", "1001", "-1", "x", "", "1_0", "99999999999"])
@pytest.mark.parametrize("path", ["/traces", "/deadletters"])
def test_what_is_no_limit(path, limit):
    ((status, answer),) = ask(("GET", f"{path}?limit={limit}"))

    assert status == 400
    assert f"from 1 to 1000, not {limit!r}" in answer["error"]


def test_dead_letters_are_listed_shown_redriven_and_discarded():
    answers = ask(
        ("GET", "/deadletters"),
        ("GET", "/deadletters/a"),
        ("POST", "/deadletters/a/redrive"),
        ("DELETE", "/deadletters/b"),
        ("GET", "/deadletters"),
    )

    assert [status for status, _ in answers] == [200] * 5
    listed, shown, redriven, discarded, left = (answer for _, answer in answers)
    assert [letter["id"] for letter in listed["deadLetters"]] == ["a", "b"]
    assert shown["id"] == "a"
    assert redriven == {"id": "a", "traceId": "trace-1"}
    assert discarded == {"discarded": "b"}
    assert left == {"deadLetters": [], "total": 0}


def test_the_newest_dead_letters():
    ((_, answer),) = ask(("GET", "/deadletters?limit=1"))

    assert [letter["id"] for letter in answer["deadLetters"]] == ["b"]
    assert answer["total"] == 2


def test_all_dead_letters_are_redriven_at_once():
    ((status, answer),) = ask(("POST", "/deadletters/redrive"))

    assert (status, answer) == (200, {"redriven": ["a", "b"]})


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/deadletters/x"), ("DELETE", "/deadletters/x"), ("POST", "/deadletters/x/redrive")],
)
def test_an_unknown_letter(method, path):
    ((status, answer),) = ask((method, path))

    assert (status, answer) == (404, {"error": "there is no dead letter 'x'"})


def test_a_redrive_may_be_refused():
    emulator = FakeEmulator()
    emulator.deadletters.full = True

    ((status, answer),) = ask(("POST", "/deadletters/a/redrive"), emulator=emulator)

    assert (status, answer) == (409, {"error": "the queues are full"})


def test_a_manual_clock_is_moved():
    (status, answer), (settled, _) = ask(
        ("POST", "/clock", {"json": {"advance": "15m"}}),
        ("POST", "/clock", {"json": {"settle": "1h"}}),
    )

    assert (status, settled) == (200, 200)
    assert answer == {"clock": {"kind": "manual", "now": "2030-01-01T00:15:00.000Z"}}


def test_a_clock_that_never_settles_says_so():
    clock = ManualClock()

    def again():
        clock.call_at(clock.now_ns() + 60_000_000_000, again)

    again()
    ((status, answer),) = ask(
        ("POST", "/clock", {"json": {"settle": "5m"}}), emulator=FakeEmulator(clock)
    )

    assert status == 409
    assert "still due after 300 s" in answer["error"]


@pytest.mark.parametrize(
    ("body", "part"),
    [
        (b"", "not a JSON object"),
        (b"[]", "not a JSON object"),
        (b"[" * 900, "not a JSON object"),
        (b" " * 1001, "not a JSON object"),
        (b"{}", "send one of"),
        (b'{"stop": "1s"}', "send one of"),
        (b'{"advance": "1s", "settle": "1s"}', "send one of"),
        (b'{"advance": 5}', "5 is not a duration"),
        (b'{"advance": "soon"}', "'soon' is not a duration"),
        (b'{"advance": "-1s"}', "'-1s' is not a duration"),
    ],
)
def test_what_is_no_move_of_the_clock(body, part):
    ((status, answer),) = ask(("POST", "/clock", {"data": body}))

    assert status == 400
    assert part in answer["error"]


def test_a_real_clock_is_not_moved():
    (status, answer), (_, health) = ask(
        ("POST", "/clock", {"json": {"advance": "1s"}}),
        ("GET", "/health"),
        emulator=FakeEmulator(RealClock()),
    )

    assert status == 409
    assert "start the server with a manual clock" in answer["error"]
    assert health["clock"]["kind"] == "real"


@pytest.mark.parametrize(("method", "path"), [("GET", "/x"), ("GET", "/clock"), ("PUT", "/health")])
def test_an_endpoint_that_is_not_there(method, path):
    ((status, answer),) = ask((method, path))

    assert status == 404
    assert f"{method} {PREFIX}{path}" in answer["error"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:8080"},
        {"Host": "127.0.0.1.evil.example:80"},
        {"Host": "localhost:80@evil.example"},
        {"Host": "::1"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Host": "localhost:1", "Origin": "http://localhost:2"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_web_pages_do_not_drive_it(headers):
    """Neither across sites (Fetch standard) nor by DNS rebinding, which shows in Host."""
    (status, answer), (other, _) = ask(
        ("DELETE", "/deadletters/a", {"headers": headers}),
        ("OPTIONS", "/deadletters/a", {"headers": headers}),
    )

    assert (status, other) == (403, 403)
    assert "error" in answer


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "localhost"},
        {"Host": "LOCALHOST:80"},
        {"Host": "127.0.0.1:1"},
        {"Host": "[::1]"},
        {"Host": "[::1]:1"},
        {"Host": "localhost:1", "Origin": "http://localhost:1", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_programs_and_its_own_pages_do(headers):
    ((status, _),) = ask(("GET", "/health", {"headers": headers}))

    assert status == 200


@pytest.mark.parametrize(
    ("address", "answers"),
    [
        ("127.0.0.1:20002", True),
        ("[::1]:1", True),
        ("localhost", True),
        ("shop.local:80", False),
        ("192.0.2.1:80", False),
    ],
)
def test_where_it_answers(address, answers):
    assert answers_at(address) is answers


# Faults; tests/server/test_faults_served.py shows what they do.


def test_time_alone():
    ((status, answer),) = ask(("GET", "/time"))

    assert status == 200
    assert answer == {"clock": {"kind": "manual", "now": "2030-01-01T00:00:00.000Z"}}


class NoFaults:
    armed = ()


def with_faults(*, read=None):
    emulator = FakeEmulator()
    emulator.faults = NoFaults()
    return Served(emulator, read=read)


def refuse(_):
    raise UsageError([Mistake(message="one", remedy="Do this."), Mistake(message="two")])


@pytest.mark.parametrize(
    ("body", "status", "part"),
    [
        ({"arm": "x"}, 404, 'there is no fault "x" (known: there is none at all)'),
        ({"arm": 1}, 400, "nothing beside"),
        ({"arm": "x", "more": 1}, 400, "nothing beside"),
        ([], 400, "not a JSON object"),
        ({"id": "x"}, 409, "this server reads no faults"),
    ],
)
def test_what_cannot_be_armed(body, status, part):
    ((found, answer),) = ask(("POST", "/faults", {"json": body}), emulator=with_faults())

    assert found == status
    assert part in answer["error"]


def test_all_mistakes_of_a_fault_are_told_to_people_and_to_programs():
    ((status, answer),) = ask(
        ("POST", "/faults", {"json": {"id": "x"}}), emulator=with_faults(read=refuse)
    )

    assert status == 400
    assert answer == {
        "error": "one\n    Do this.\ntwo",
        "mistakes": [{"message": "one", "remedy": "Do this."}, {"message": "two", "remedy": ""}],
    }


@pytest.mark.parametrize("name", ["x", "a%2Fb"])
def test_a_fault_that_is_not_known_is_not_healed(name):
    ((status, answer),) = ask(("DELETE", f"/faults/{name}"), emulator=with_faults())

    assert status == 404
    assert "known: there is none at all" in answer["error"]


class Crashing(FakeEmulator):
    def __init__(self):
        super().__init__()
        component = Component(name="Place", handler=Handler(path="m:f", call=print, is_async=False))
        self.api = Api(name="shop", schema=(), components={"Place": component})
        self.crashed = []

    def crash(self, *crashed):
        self.crashed.append(crashed)


def test_components_crash_for_ten_seconds_or_as_long_as_one_says():
    emulator = Crashing()
    answers = ask(
        ("POST", "/components/Place/crash"),
        ("POST", "/components/Place/crash", {"json": {}}),
        ("POST", "/components/Place/crash", {"json": {"restart_after": "2m"}}),
        emulator=emulator,
    )

    assert [status for status, _ in answers] == [200] * 3
    assert emulator.crashed == [("Place", 10.0), ("Place", 10.0), ("Place", 120.0)]


@pytest.mark.parametrize(
    ("path", "body", "status", "part"),
    [
        ("/components/place/crash", {}, 404, 'did you mean "Place"?'),
        ("/components/Place/crash", {"restart": "2m"}, 400, "restart_after"),
        ("/components/Place/crash", {"restart_after": 2}, 400, "is not a duration"),
        ("/components/Place/crash", [], 400, "not a JSON object"),
    ],
)
def test_what_does_not_crash(path, body, status, part):
    emulator = Crashing()
    ((found, answer),) = ask(("POST", path, {"json": body}), emulator=emulator)

    assert found == status
    assert part in answer["error"]
    assert emulator.crashed == []


def test_the_emulator_of_somebody_else_is_not_reset():
    ((status, answer),) = ask(("POST", "/reset"))

    assert status == 409
    assert "cannot be reset" in answer["error"]
