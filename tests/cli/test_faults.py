"""``appsync-emu faults``."""

from __future__ import annotations

import json

import pytest
from cli_runner import make_runner

from appsync_emu.cli import main
from appsync_emu.core.faults.names import FAMILIES, NAMED


def run(*arguments: str) -> str:
    result = make_runner().invoke(main, ["faults", *arguments])
    assert result.exit_code == 0, result.stderr
    return result.output


def test_all_are_listed_in_order_with_what_they_mean():
    lines = run().splitlines()
    assert lines[:4] == [
        "FAULT                          CLASS      POINTS                   PHASE",
        "",
        "network.refused                technical  attempt, data            request",
        "    Nobody listens where the service should be.",
    ]
    listed = [line.split()[0] for line in lines if line.partition(" ")[0] in NAMED]
    assert listed == list(NAMED)


def test_those_that_leave_it_open_say_so():
    row = next(line for line in run("network").splitlines() if line.startswith("network.reset"))
    assert row.split()[-1] == "either"


def test_those_that_no_handler_sees_have_no_class():
    assert "ws.close                       -          frame, connect           request" in run("ws")


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_is_listed_alone(family):
    listed = [line.split()[0] for line in run(family).splitlines() if line.startswith(family)]
    assert listed == [fault.name for fault in FAMILIES[family]]


@pytest.mark.parametrize("arguments", [(), *((name,) for name in NAMED)], ids=" ".join)
def test_it_fits_eighty_columns(arguments):
    assert [line for line in run(*arguments).splitlines() if len(line) > 80] == []


def test_a_whole_entry():
    assert (
        run("network.reset")
        == """\
network.reset
The connection is reset by the peer.

points        attempt, data
phase         request: nothing happened
              response: it happened, and the answer was lost
class         technical
retried       yes, up to max_retries; then error, and a dead letter (when the
              handler lets it through)
handler sees  ConnectionResetError; botocore ConnectionClosedError; httpx
              ReadError; aiohttp ServerDisconnectedError
client sees   Lambda:Unhandled: Connection reset by peer
source        Python documentation, Built-in Exceptions; botocore,
              exceptions.py; httpx; aiohttp
"""
    )


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("dynamodb.conditional-failed", "retried       no: error; a dead letter only with"),
        ("dynamodb.denied", "retried       no: error, and a dead letter, at once"),
        ("status.outage", "retried       the write is; the handler is not"),
        ("ws.no-keepalive", "frame         ka"),
        ("ws.no-keepalive", "client sees   silence between events"),
        ("http.429", "headers       Retry-After: 1"),
        ("appsync.throttled", "client sees   HTTP 429, which is no GraphQL: TooManyRequests"),
        ("appsync.throttled", "retried       by the client, if at all"),
        ("appsync.unavailable", "choice: no public source shows it)"),
        ("dynamodb.transaction-canceled", 'body          {"CancellationReasons": [{"Code":'),
    ],
)
def test_what_else_is_told(name, told):
    assert told in run(name)


def test_json_has_everything():
    listed = json.loads(run("--format", "json"))
    assert [entry["name"] for entry in listed] == list(NAMED)
    one = json.loads(run("dynamodb.throttled", "--format", "json"))
    assert one in listed
    assert (one["class"], one["phases"], one["status"]) == ("technical", ["request"], 400)
    assert one["error"]["type"] == "ThrottlingException"
    assert one["client"]["verified"] is False
    assert [entry["name"] for entry in json.loads(run("sqs", "--format", "json"))] == [
        "sqs.throttled"
    ]
    assert json.loads(run("trace.stale", "--format", "json"))["client"] is None


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("network.rest", "there is no fault 'network.rest'; did you mean 'network.reset'?\n"),
        ("dynamo", "there is no fault 'dynamo'; did you mean 'dynamodb'?\n"),
        ("xyzzy", "there is no fault 'xyzzy'; `appsync-emu faults` lists them\n"),
    ],
)
def test_unknown_names(name, told):
    result = make_runner().invoke(main, ["faults", name])
    assert (result.exit_code, result.stderr) == (2, told)
