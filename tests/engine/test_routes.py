"""What a fault does to a message on its way to a component, on virtual time."""

from __future__ import annotations

import asyncio

import pytest
from engine.deliveries import Kit, component, failing, fault, run

from appsync_emu.core.faults.crash import CrashEffect
from appsync_emu.core.faults.delay import DelayEffect
from appsync_emu.core.faults.drop import DropEffect
from appsync_emu.core.faults.duplicate import DuplicateEffect
from appsync_emu.core.faults.error import ErrorEffect
from appsync_emu.core.faults.hang import HangEffect
from appsync_emu.core.faults.names import NAMED
from appsync_emu.core.faults.points import Point
from appsync_emu.core.faults.reorder import ReorderEffect
from appsync_emu.core.records import (
    AttemptFailed,
    AttemptStarted,
    ComponentCrashed,
    DeliveryAccepted,
    DeliveryEnded,
)

SERVICE = NAMED["lambda.service"].error


def struck(effect, *, messages=1, handler=None, **strike):
    """A kit after so many messages, the effect armed at dispatch."""
    kit = Kit((fault(effect, Point.DISPATCH, **strike),))
    return run(kit, component(handler or failing(0)), events=[None] * messages)


def test_without_a_fault_a_message_arrives_at_once():
    assert run(Kit(), component(failing(0))).at(AttemptStarted) == [0]


def test_a_message_that_is_not_struck_arrives_at_once():
    assert struck(DelayEffect(5), skip=1).at(AttemptStarted) == [0]


def test_a_message_is_delayed():
    assert struck(DelayEffect(5)).at(AttemptStarted) == [5]


def test_a_message_is_repeated_each_time_later():
    """AWS Lambda, "Invoking asynchronously": functions may get the same event more than once."""
    kit = struck(DuplicateEffect(2, 3))

    assert [accepted.facts.copy for accepted in kit.of(DeliveryAccepted)] == [0, 1, 2]
    assert kit.at(AttemptStarted) == [0, 3, 6]


def test_a_message_is_lost_for_good():
    kit = struck(DropEffect())

    assert kit.of(AttemptStarted) == kit.of(DeliveryEnded) == []
    assert kit.dispatcher.live == 0  # nobody knows of it any more


def test_a_lost_message_is_delivered_again_when_its_visibility_time_is_over():
    assert struck(DropEffect(30)).at(AttemptStarted) == [30]


def test_nobody_waits_for_a_trace_whose_message_was_lost():
    kit = Kit((fault(DropEffect(), Point.DISPATCH),))

    async def main():
        kit.accept(component(failing(0)))
        ended = kit.dispatcher.ended("t")
        await kit.clock.settle()
        assert ended.done()

    asyncio.run(main())


def test_a_refused_call_is_a_failed_attempt_that_never_reached_the_handler():
    calls = []

    async def handler(event, context):
        calls.append(context.attempt)

    kit = struck(ErrorEffect(SERVICE, after=4), handler=handler)

    assert calls == [2]
    assert kit.at(AttemptFailed) == [4]
    assert kit.ends == [("success", 2)]


def test_a_call_whose_answer_is_lost_is_made_again():
    kit = struck(ErrorEffect(SERVICE, "response", 4))

    assert kit.at(AttemptStarted) == [0, 4]
    assert kit.ends == [("success", 1), ("success", 1)]


@pytest.mark.parametrize(("phase", "begun"), [("request", [10]), ("response", [0, 10])])
def test_a_worker_that_dies_gets_its_message_again(phase, begun):
    """Amazon SQS, "visibility timeout": what is not deleted comes again."""
    kit = struck(CrashEffect(10, phase))

    assert kit.at(AttemptStarted) == begun
    assert kit.of(AttemptFailed) == kit.of(ComponentCrashed) == []


@pytest.mark.parametrize("phase", ["request", "response"])
def test_a_component_that_dies_takes_what_it_was_doing_with_it(phase):
    async def slow(event, context):
        await context.sleep(7)

    kit = struck(CrashEffect(10, phase, "component"), messages=2, handler=slow, skip=1)

    [crashed] = kit.of(ComponentCrashed)
    assert (crashed.component, crashed.fault) == ("C", "f")
    [failed] = kit.of(AttemptFailed)
    assert (failed.facts.delivery_id, failed.error.type) == ("d1", "Runtime.ExitError")
    assert kit.at(AttemptStarted) == [0, 10, 10]


def test_messages_overtake_each_other_within_their_window():
    """Nothing on AWS promises an order; which one it is, the seed decides."""
    orders = set()
    for messages in (4, 8, 12):
        kit = struck(ReorderEffect(4, 60), messages=messages)
        order = [started.facts.delivery_id for started in kit.of(AttemptStarted)]
        assert set(kit.at(AttemptStarted)) == {0}
        for first in range(0, messages, 4):
            expected = {f"d{number}" for number in range(first + 1, first + 5)}
            assert set(order[first : first + 4]) == expected
        orders.add(tuple(order[:4]))

    assert len(orders) == 1  # the same seed, the same order
    assert orders != {("d1", "d2", "d3", "d4")}


def test_a_message_does_not_wait_for_others_for_ever():
    assert struck(ReorderEffect(3, 20), messages=2).at(AttemptStarted) == [20, 20]


def test_a_stopped_dispatcher_keeps_no_message_back():
    kit = Kit((fault(ReorderEffect(3, 20), Point.DISPATCH),))

    async def main():
        kit.accept(component(failing(0)))
        await kit.clock.advance(1)
        await kit.dispatcher.close(0)
        await kit.clock.advance(60)

    asyncio.run(main())

    assert kit.of(AttemptStarted) == []


def test_what_has_no_meaning_here_is_our_own_mistake():
    kit = Kit((fault(HangEffect(), Point.DISPATCH),))

    async def main():
        kit.accept(component(failing(0)))
        with pytest.raises(AssertionError, match="Hang cannot strike at dispatch"):
            await kit.clock.settle()

    asyncio.run(main())
