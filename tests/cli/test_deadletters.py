"""``appsync-emu deadletters`` against a running server."""

from __future__ import annotations

import json

import pytest
from cli_runner import make_runner
from http_stand_in import standing_in

from appsync_emu.cli import main

PREFIX = "/_appsync_emu/deadletters"
LETTER = {
    "id": "l-1",
    "traceId": "t-1",
    "component": "Orders.Place",
    "reason": "retries-exhausted",
    "writtenAt": "2030-01-01T00:00:00.000Z",
    "attempts": [
        {"number": 1, "errorType": "TimeoutError", "message": "late"},
        {"number": 2, "errorType": "ConnectionResetError", "message": "gone\nsecond line"},
    ],
}


def run(answers, *arguments: str):
    coded = {asked: (200, json.dumps(answer).encode()) for asked, answer in answers.items()}
    with standing_in(coded) as server:
        result = make_runner().invoke(main, ["deadletters", *arguments, "--url", server.url])
    return result, server.asked


def test_list():
    bare = {"id": "l-22", "attempts": []}
    result, asked = run({f"GET {PREFIX}": {"deadLetters": [LETTER, bare]}}, "list")
    assert asked == [f"GET {PREFIX}"]
    header, first, second = result.output.splitlines()
    assert header.split() == ["ID", "WRITTEN", "COMPONENT", "REASON", "ATTEMPTS", "ERROR"]
    assert first.split() == [
        "l-1",
        "2030-01-01T00:00:00.000Z",
        "Orders.Place",
        "retries-exhausted",
        "2",
        "ConnectionResetError:",
        "gone",
    ]
    assert first.index("Orders.Place") == header.index("COMPONENT")
    assert second.startswith("l-22")


def test_list_of_none():
    result, _ = run({f"GET {PREFIX}": {"deadLetters": []}}, "list")
    assert result.output == "no dead letters\n"


def test_list_as_json():
    result, _ = run({f"GET {PREFIX}": {"deadLetters": [LETTER]}}, "list", "--json")
    assert json.loads(result.output) == [LETTER]


def test_show():
    result, _ = run({f"GET {PREFIX}/l-1": LETTER}, "show", "l-1")
    assert json.loads(result.output) == LETTER


def test_show_one_that_is_not_there():
    result, _ = run({}, "show", "l-9")
    assert (result.exit_code, result.stderr) == (2, "not scripted\n")


def test_redrive():
    answers = {
        f"POST {PREFIX}/l-1/redrive": {"id": "l-1", "traceId": "t-1"},
        f"POST {PREFIX}/l-2/redrive": {"id": "l-2", "traceId": "t-2"},
    }
    result, asked = run(answers, "redrive", "l-1", "l-2")
    assert asked == list(answers)
    assert result.output == "redriven: l-1, trace t-1\nredriven: l-2, trace t-2\n"


def test_redrive_all():
    result, _ = run({f"POST {PREFIX}/redrive": {"redriven": ["l-1", "l-2"]}}, "redrive", "--all")
    assert result.output == "redriven: 2\n"


@pytest.mark.parametrize("arguments", [[], ["l-1", "--all"]])
def test_redrive_what(arguments):
    result, asked = run({}, "redrive", *arguments)
    assert (result.exit_code, asked) == (2, [])
    assert result.stderr == "name the letters to redrive, or write --all\n"


def test_discard():
    result, asked = run({f"DELETE {PREFIX}/l-1": {"discarded": "l-1"}}, "discard", "l-1")
    assert asked == [f"DELETE {PREFIX}/l-1"]
    assert result.output == "discarded: l-1\n"


def test_the_address_may_stand_in_the_environment():
    with standing_in({f"GET {PREFIX}": (200, b'{"deadLetters": []}')}) as server:
        result = make_runner(env={"APPSYNC_EMU_URL": server.url}).invoke(
            main, ["deadletters", "list"]
        )
    assert result.output == "no dead letters\n"
