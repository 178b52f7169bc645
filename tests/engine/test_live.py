"""Deliveries under way, and who waits for a trace to end."""

from __future__ import annotations

import asyncio

from engine.deliveries import component, failing

from appsync_emu.core.records import DeliveryFacts
from appsync_emu.engine import live as module
from appsync_emu.engine.live import Live
from appsync_emu.engine.runs import Run

SPEC = component(failing(0))


def run_of(trace_id):
    return Run(DeliveryFacts("d", trace_id, "C", None, None, "c"), SPEC, {})


def test_a_trace_ends_with_the_last_of_its_deliveries():
    live, first, second, other = Live(), run_of("t"), run_of("t"), run_of("u")
    for run in (first, second, other):
        live.add(run)

    assert list(live) == [first, second, other]
    assert not live.remove(second)
    assert live.remove(first)
    assert len(live) == 1


def test_a_trace_is_held_by_what_is_no_delivery():
    live, run = Live(), run_of("t")
    live.add(run)
    live.hold("t")

    assert not live.remove(run)
    assert len(live) == 0
    assert live.release("t")


def test_who_waits_is_told_once_even_if_it_does_not_wait_any_more():
    async def main():
        live, run = Live(), run_of("t")
        assert live.ended("t").done()
        live.add(run)
        waiting, gone = live.ended("t"), live.ended("t")
        gone.cancel()
        live.remove(run)
        live.tell("t")
        assert waiting.done()
        live.tell("t")

    asyncio.run(main())


def test_a_trace_may_start_only_so_many(monkeypatch):
    monkeypatch.setattr(module, "DELIVERIES_PER_TRACE_MAX", 3)
    live = Live()

    assert live.reserve("t", 3)
    assert not live.reserve("t", 1)
    assert live.reserve("t", 0)
    assert live.reserve("u", 1)


def test_a_trace_that_has_ended_is_counted_anew(monkeypatch):
    monkeypatch.setattr(module, "DELIVERIES_PER_TRACE_MAX", 1)
    live, run = Live(), run_of("t")
    assert live.reserve("t", 1)
    live.add(run)
    assert not live.reserve("t", 1)
    live.remove(run)
    assert live.reserve("t", 1)


def test_only_so_many_traces_are_counted(monkeypatch):
    monkeypatch.setattr(module, "DELIVERIES_PER_TRACE_MAX", 1)
    monkeypatch.setattr(module, "TRACES_COUNTED_MAX", 2)
    live = Live()

    assert [live.reserve(name, 1) for name in ("a", "b", "c", "b", "a")] == [
        True,
        True,
        True,
        False,
        True,
    ]
