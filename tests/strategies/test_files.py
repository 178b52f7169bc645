"""What a test did, as a scenario file: every step, and what has no word there by name."""

from __future__ import annotations

from contextlib import closing

import pytest
from shop import shop

from appsync_emu.config.readers import to_json
from appsync_emu.config.yamlfile import parse
from appsync_emu.errors import CommandRefused
from appsync_emu.strategies.files import scenario_file
from appsync_emu.testing.harness import Harness
from appsync_emu.testing.values import Command

API = shop()


@pytest.fixture
def harness():
    with closing(Harness(API, seed=7)) as made:
        yield made


def data(harness, why=""):
    return to_json(parse(scenario_file(harness, why).encode(), "a").root)


def test_a_test_that_did_nothing(harness):
    assert data(harness) == {
        "scenario": 1, "title": "Found by Hypothesis", "seeds": [7], "steps": [{"settle": {}}],
        "calm": False,
    }  # fmt: skip


def test_every_step(harness):
    harness.fault("network.refused", name="Flaky one", component="Place")
    order = harness.send(Command("placeOrder", {"orderId": "{a}", "total": 1}, "order"))
    harness.subscribe("onTrace", of=order, label="watcher")
    harness.subscribe("onTrace")
    harness.advance("90s")
    harness.query("item", id="1")
    harness.query("{ __typename }")
    order.ended()
    harness.fault("delay", by="1s", at="attempt", name="late")
    harness.heal()
    harness.redrive()
    harness.settle("1h")
    harness.settle()

    found = data(harness)

    assert [fault["id"] for fault in found["faults"]] == ["flaky-one"]
    steps = found["steps"]
    ended = steps.pop(6)
    assert steps == [
        {"send": {"label": "order", "command": "placeOrder",
                  "input": {"orderId": "{{a}", "total": 1}}},
        {"subscribe": {"label": "watcher", "to": "statuses", "of": "order"}},
        {"subscribe": {"label": "subscriber-2", "to": "onTrace"}},
        {"advance": "90s"},
        {"query": {"field": "item", "arguments": {"id": "1"}}},
        {"query": {"document": "{ __typename }"}},
        {"heal": "flaky-one"},
        {"redrive": "all"},
        {"settle": {"within": "1h"}},
        {"settle": {}},
    ]  # fmt: skip
    assert list(ended) == ["advance"]


def test_faults_that_are_armed_later_and_faults_that_never_struck(harness):
    harness.fault("drop", at="frame", name="never")
    harness.advance("1s")
    harness.fault("delay", by="1s", at="attempt", name="late")
    harness.send("placeOrder", orderId="1")
    harness.settle()
    found = data(harness)
    assert [fault["id"] for fault in found["faults"]] == ["late"]
    assert [next(iter(step)) for step in found["steps"]] == ["advance", "arm", "send", "settle"]


def test_letters_by_label(harness):
    harness.fault("network.refused")
    first = harness.send(Command("placeOrder", {"orderId": "1"}, "first"))
    second = harness.send("placeOrder", orderId="2")
    harness.settle()
    harness.redrive(first)
    harness.discard(second)
    assert data(harness)["steps"][-1] == {"redrive": {"label": "first"}}
    said = scenario_file(harness)
    assert "# Left out: discard of some letters, whose commands have no label.\n" in said


def test_commands_that_were_refused(harness):
    harness.fault("appsync.throttled")
    harness.headers["x-who"] = "me"
    with pytest.raises(CommandRefused):
        harness.send("placeOrder", orderId="1")
    assert data(harness)["steps"] == [
        {
            "send": {
                "command": "placeOrder",
                "input": {"orderId": "1"},
                "headers": {"x-who": "me"},
                "refused": {},
            }
        }
    ]


def test_policies_and_the_clock():
    with closing(Harness(API, start_ns=1_000_000_000)) as harness:
        harness.retry(max_retries=1, backoff="fixed", base="5s")
        found = data(harness)
        assert found["clock"] == {"start": "1970-01-01T00:00:01+00:00"}
        assert found["retry"]["max_retries"] == 1
        assert found["retry"]["backoff"]["kind"] == "fixed"
        harness.retry("Place", max_retries=3)
        assert "Left out: the retry policies of single components." in scenario_file(harness)


def test_what_has_no_word_in_files_is_named(harness):
    harness.mutate("rename", id="1", name="n")
    harness.subscribe("subscription { onTrace { status } }")
    for number in range(2):
        harness.send(Command("placeOrder", {"orderId": str(number)}, "twice"))
    said = scenario_file(harness)
    assert "# Left out: the mutation rename, which is sent as no command.\n" in said
    assert "# Left out: a subscription by a document.\n" in said
    assert "# Left out: a second command with the same label keeps none.\n" in said


def test_why_stands_at_the_top(harness):
    said = scenario_file(harness, "invariant x: it broke (trace t-1)\nand more")
    assert said.startswith("# invariant x: it broke (trace t-1)\n# and more\n# Save this as")
    assert "title: 'Found by Hypothesis: invariant x: it broke'\n" in said
