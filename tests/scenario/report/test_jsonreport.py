"""The report for programs."""

from __future__ import annotations

import json

from scenario.outcomes import EVIL, broken_before, every_kind, hostile, passes
from scenario.outcomes import invariant_fails as failing

from appsync_emu.scenario.outcome import Report, SeedOutcome
from appsync_emu.scenario.report.jsonreport import document, render


def test_it_can_be_read_again():
    for report in (every_kind(), hostile()):
        text = render(report)
        assert json.loads(text) == document(report)
        assert text.isascii()


def test_the_whole_of_it():
    told = document(every_kind())

    assert list(told) == [
        "format",
        "version",
        "passed",
        "elapsedS",
        "kinds",
        "totals",
        "coverage",
        "scenarios",
    ]
    assert (told["format"], told["version"], told["passed"]) == (1, "0.1.0", False)
    assert told["kinds"]["failed: invariant"] == 1
    assert told["coverage"]["commands"] == {
        "known": ["placeOrder", "cancelOrder", "refundOrder"],
        "touched": ["placeOrder", "cancelOrder"],
        "untouched": ["refundOrder"],
        "share": 0.6667,
    }
    assert document(Report(outcomes=(passes(),)))["passed"]


def test_a_scenario():
    [told] = document(Report(outcomes=(failing(),)))["scenarios"]

    assert told["kind"] == "failed: invariant"
    assert told["groups"] == [
        {
            "kind": "failed: invariant",
            "name": "effects-once",
            "message": "PaymentsTable o-2 written 2 times",
            "seed": 1,
            "seeds": 26,
        }
    ]
    assert told["faults"][2] == {
        "id": "table-throttles",
        "low": 11,
        "high": 30,
        "seeds": 26,
        "of": 26,
        "inert": False,
    }
    assert told["smallest"]["faults"] == ["charged-but-answer-lost"]
    assert told["totals"]["accepted"] == 1144
    assert told["calm"]["passed"]
    assert told["calm"]["journal"] is None


def test_a_world():
    [told] = document(Report(outcomes=(failing(),)))["scenarios"]
    world = told["seeds"][0]

    assert not world["passed"]
    assert world["findings"][0]["traceId"] == "trace-1"
    assert [record["kind"] for record in world["journal"]] == ["CommandAccepted", "DeliveryEnded"]
    assert world["stories"][0]["rows"][5] == {
        "atNs": 164_983_000_000,
        "untilNs": 169_983_000_000,
        "kind": "attempt",
        "component": "PaymentHandler",
        "what": "attempt 3",
        "cameTo": "network.timeout",
        "fault": "charged-but-answer-lost",
        "phase": "response",
        "mark": "",
        "failed": True,
    }


def test_journals_end_lines_with_line_feeds_alone():
    def journal(text):
        calm = SeedOutcome(seed=0, journal=text)
        [told] = document(Report(outcomes=(broken_before(), passes())))["scenarios"][:1]
        assert told["calm"]["journal"] is None
        outcome = passes()
        changed = type(outcome)(
            path="x", line=1, title="x", kind=outcome.kind, seeds=(calm,), replay=""
        )
        [told] = document(Report(outcomes=(changed,)))["scenarios"]
        assert told["replay"] is None
        return told["seeds"][0]["journal"]

    assert journal("") == []
    assert journal('{"a": "\u2028"}\n\n{"b": 1}') == [{"a": "\u2028"}, {"b": 1}]


def test_nothing_is_changed_that_users_wrote():
    assert json.loads(render(hostile()))["scenarios"][0]["title"] == EVIL
