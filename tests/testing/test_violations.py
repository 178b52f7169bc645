"""What the invariants say of a harness."""

from __future__ import annotations

import pytest
from shop import SCHEMA, shop

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
