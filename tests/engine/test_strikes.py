"""Asking the plan of faults for deliveries."""

from __future__ import annotations

from engine.deliveries import Kit, component, failing, fault, run

from appsync_emu.core.faults.delay import DelayEffect
from appsync_emu.core.faults.match import Match
from appsync_emu.core.faults.plan import Fault
from appsync_emu.core.faults.points import Point
from appsync_emu.core.records import FaultStruck
from appsync_emu.engine import strikes as module


def test_a_strike_is_written_down_with_its_point_effect_and_attempt():
    faults = (
        fault(DelayEffect(1), Point.DISPATCH),
        Fault(fault_id="g", point=Point.ATTEMPT, effect=DelayEffect(1)),
    )

    kit = run(Kit(faults), component(failing(0)))

    assert [(s.fault, s.point, s.effect, s.attempt) for s in kit.of(FaultStruck)] == [
        ("f", "dispatch", "delay", 0),
        ("g", "attempt", "delay", 1),
    ]


def test_a_fault_looks_at_the_input():
    only = Fault(
        fault_id="f",
        point=Point.ATTEMPT,
        effect=DelayEffect(1),
        match=Match(input={"id": 2}),
    )
    events = [{"arguments": {"id": number}} for number in (1, 2, 3)]

    kit = run(Kit((only,)), component(failing(0)), events=events)

    assert [struck.facts.delivery_id for struck in kit.of(FaultStruck)] == ["d2"]


def test_chance_is_keyed_so_that_other_deliveries_shift_nobodys_luck():
    def struck(count):
        kit = run(
            Kit((fault(DelayEffect(1), chance=0.5),)), component(failing(0)), events=[None] * count
        )
        return {record.facts.delivery_id for record in kit.of(FaultStruck)}

    few, many = struck(10), struck(40)

    assert few == {name for name in many if int(name[1:]) <= 10}
    assert 0 < len(few) < 10


def test_labels_are_forgotten_when_there_are_too_many(monkeypatch):
    monkeypatch.setattr(module, "LABELS_MAX", 2)
    kit = Kit()
    for number in range(3):
        kit.strikes.label(f"t{number}", "bulk")

    assert kit.strikes.labels == {"t1": "bulk", "t2": "bulk"}
