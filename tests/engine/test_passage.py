"""Things on their way: late, twice, in another order, or never."""

from __future__ import annotations

import asyncio

import pytest

from appsync_emu.core.faults.verdict import (
    PROCEED,
    Delay,
    Drop,
    Duplicate,
    Hang,
    Reorder,
)
from appsync_emu.engine.clock import ManualClock
from appsync_emu.engine.passage import Passage


class World:
    def __init__(self):
        self.clock = ManualClock()
        self.start_ns = self.clock.now_ns()
        self.heard = []
        self.passage = Passage(self.clock, self.hear)

    def hear(self, thing):
        self.heard.append((thing, (self.clock.now_ns() - self.start_ns) / 1e9))

    def settle(self):
        asyncio.run(self.clock.settle())


@pytest.fixture
def world():
    return World()


@pytest.mark.parametrize(
    ("verdict", "heard"),
    [
        (PROCEED, [0]),
        (Delay(0), [0]),
        (Delay(2.5), [2.5]),
        (Drop(), []),
        (Drop(3.0), [3]),
        (Hang(), []),
        (Duplicate((0.0, 4.0)), [0, 0, 4]),
    ],
)
def test_one_thing(world, verdict, heard):
    world.passage.take("x", verdict)
    world.settle()
    assert world.heard == [("x", at_s) for at_s in heard]


def test_what_is_late_is_overtaken_and_waited_for(world):
    world.passage.take("late", Delay(5))
    world.passage.take("next", PROCEED)
    assert world.heard == [("next", 0)]
    assert not world.clock.still
    world.settle()
    assert world.heard[1:] == [("late", 5)]


def test_things_are_kept_until_they_are_together(world):
    for thing, rank in (("a", 0.9), ("b", 0.1), ("c", 0.5)):
        world.passage.take(thing, Reorder(3, rank, 60, "f"))
    assert [thing for thing, _ in world.heard] == ["b", "c", "a"]
    assert world.clock.still


def test_patience_has_an_end(world):
    world.passage.take("a", Reorder(3, 0.9, 60, "f"))
    world.passage.take("b", Reorder(3, 0.1, 60, "f"))
    world.passage.take("of another fault", Reorder(2, 0.1, 10, "g"))
    world.settle()
    assert world.heard == [("of another fault", 10), ("b", 60), ("a", 60)]


def test_what_is_on_its_way_when_it_closes_is_lost(world):
    world.passage.take("a", Delay(1))
    world.passage.take("b", Reorder(2, 0.1, 10, "f"))
    world.passage.close()
    assert world.clock.still
    world.settle()
    assert world.heard == []
