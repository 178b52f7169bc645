"""What the invariants say of a harness."""

from __future__ import annotations

import pytest
from shop import SCHEMA, shop

from appsync_emu.core.faults.duplicate import DuplicateEffect
from appsync_emu.core.faults.match import Match
from appsync_emu.core.faults.plan import Fault
from appsync_emu.core.faults.points import Point
from appsync_emu.core.records import DeliveryEnded
from appsync_emu.testing.harness import Harness
from appsync_emu.testing.violations import violations


@pytest.fixture
def harness():
    made = Harness(shop(), schema=SCHEMA)
    yield made
    made.close()


def test_all_is_well(harness):
    watcher = harness.subscribe("onTrace", of="placeOrder")
    harness.send("placeOrder", orderId="o-1").ended()

    assert watcher.statuses == ["accepted", "success"]
    assert list(violations(harness)) == []


def test_the_journal_is_judged(harness):
    ended = harness.send("placeOrder", orderId="o-1").ended().records[-1]
    assert isinstance(ended, DeliveryEnded)
    harness.journal.append(ended)

    assert [found.invariant for found in violations(harness)] == ["ends-exactly-once"]


def test_what_a_subscriber_saw_is_judged(harness):
    watcher = harness.subscribe("onTrace", of="placeOrder")
    harness.send("placeOrder", orderId="o-1").ended()
    watcher._subscription.payloads.append({"data": {"onTrace": {"status": "invented"}}})

    assert [found.invariant for found in violations(harness)] == ["subscriber-truth"]


def test_subscribers_of_other_fields_are_left_alone(harness):
    watcher = harness.subscribe("subscription { onTrace { status } }")
    watcher._subscription.payloads.append({"data": {"onTrace": {"status": "invented"}}})

    assert list(violations(harness)) == []


@pytest.mark.parametrize("point", [Point.FRAME, Point.PUBLISH])
def test_what_faults_did_on_the_way_is_no_lie(harness, point):
    harness.emulator.arm(Fault(fault_id="f", point=point, effect=DuplicateEffect(after=3)))
    watcher = harness.subscribe("onTrace", label="watcher")
    harness.send("placeOrder", orderId="o-1").ended()
    harness.settle()

    assert watcher.statuses == ["accepted", "success", "accepted", "success"]
    assert list(violations(harness)) == []

    watcher._subscription.payloads.append({"data": {"onTrace": {"status": "invented"}}})
    assert [found.invariant for found in violations(harness)] == ["subscriber-truth"]


def test_what_one_subscriber_met_excuses_no_other(harness):
    one, other = (harness.subscribe("onTrace", label=name) for name in ("one", "other"))
    harness.emulator.arm(
        Fault(
            fault_id="f",
            point=Point.FRAME,
            effect=DuplicateEffect(),
            match=Match(subscriber="one"),
        )
    )
    harness.send("placeOrder", orderId="o-1").ended()
    assert len(one.messages) == 4
    assert list(violations(harness)) == []

    other._subscription.payloads.append(other.messages[0])
    (found,) = violations(harness)
    assert found.invariant == "subscriber-truth"


def test_what_a_follower_put_together_is_judged_too(harness):
    watcher = harness.subscribe("onTrace", of="placeOrder")
    trace = harness.send("placeOrder", orderId="o-1").ended()
    harness.send("placeOrder", orderId="o-2").ended()
    foreign = {"component": "Place", "status": "success", "traceId": "another", "timestamp": "z"}
    assert trace.id == watcher.trace_id
    watcher._follower._lines.queried([*watcher.lines, foreign])

    assert [found.invariant for found in violations(harness)] == ["subscriber-truth"]
