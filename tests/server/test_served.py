"""What is served, and its faults; our own design."""

from __future__ import annotations

import asyncio

import pytest
from shop import SCHEMA, shop

from appsync_emu.core.faults.delay import DelayEffect
from appsync_emu.core.faults.plan import Fault
from appsync_emu.core.faults.points import Point
from appsync_emu.engine.clock import ManualClock
from appsync_emu.engine.emulator import Emulator
from appsync_emu.errors import UsageError
from appsync_emu.server.served import KNOWN_MAX, KnownFault, Served, UnknownNameError, did_you_mean

API = shop()


def known(name="slow", **options):
    effect = DelayEffect(1.0)
    return KnownFault(fault=Fault(fault_id=name, point=Point.ACCEPT, effect=effect), **options)


def emulator(*faults):
    return Emulator(API, clock=ManualClock(), seed=1, schema=SCHEMA, faults=faults)


def read(written):
    return known(written["id"], written=written)


def armed(served):
    return [fault["id"] for fault in served.faults() if fault["armed"]]


def test_faults_are_listed_armed_ones_first():
    first, later = known("first", note="why"), known("later", armed=False)
    served = Served(emulator(first.fault), faults=[later, first])

    assert served.faults() == [
        {
            "id": "first",
            "armed": True,
            "struck": 0,
            "point": "accept",
            "says": "delay at accept",
            "note": "why",
            "fault": None,
        },
        {
            "id": "later",
            "armed": False,
            "struck": 0,
            "point": "accept",
            "says": "delay at accept",
            "note": "",
            "fault": None,
        },
    ]


def test_a_fault_that_python_armed_is_listed_and_healed():
    served = Served(emulator(known().fault))
    assert armed(served) == ["slow"]
    assert served.heal("slow") == ["slow"]
    assert served.faults() == []


def test_known_faults_are_armed_by_name_or_all_at_once():
    served = Served(emulator(), faults=[known("a", armed=False), known("b", armed=False)])
    assert served.arm_known("b") == ["b"]
    assert served.arm_known("b") == []
    assert served.arm_known("all") == ["a"]
    assert armed(served) == ["b", "a"]
    assert served.heal() == ["b", "a"]
    assert served.heal("a") == []


def test_unknown_names_are_told_the_nearest():
    served = Served(emulator(), faults=[known("payment-down", armed=False)])
    with pytest.raises(UnknownNameError, match=r'"payments-down"; did you mean "payment-down"\?'):
        served.arm_known("payments-down")
    with pytest.raises(UnknownNameError, match="known: there is none at all"):
        Served(emulator()).heal("x")


def test_written_faults_are_armed_and_known_from_then_on():
    served = Served(emulator(), read=read)
    assert served.arm_written({"id": "x"}) == ["x"]
    with pytest.raises(UsageError, match='"x" is armed already; heal it first'):
        served.arm_written({"id": "x"})
    served.heal("x")
    assert served.faults()[0]["fault"] == {"id": "x"}
    assert served.arm_known("x") == ["x"]


def test_a_server_that_reads_no_faults_says_so():
    with pytest.raises(UsageError, match="this server reads no faults"):
        Served(emulator()).arm_written({"id": "x"})


def test_the_number_of_faults_is_bounded():
    served = Served(emulator(), read=read)
    for number in range(KNOWN_MAX):
        served.arm_written({"id": f"f-{number}"})
    with pytest.raises(UsageError, match="200 faults are known"):
        served.arm_written({"id": "one-more"})
    served.heal("f-7")
    assert served.arm_written({"id": "f-7"}) == ["f-7"]


def test_reset_tells_followers_and_closes_the_former_emulator():
    first = known("first")

    async def go():
        served = Served(
            old := emulator(first.fault),
            faults=[first],
            read=read,
            fresh=lambda: emulator(first.fault),
        )
        told = []
        served.follow(told.append)
        served.heal()
        served.arm_written({"id": "x"})
        await served.reset()
        assert told == [served.emulator]
        assert served.emulator is not old
        assert armed(served) == ["first"]
        assert len(served.faults()) == 1

    asyncio.run(go())


def test_an_emulator_of_somebody_else_is_not_replaced():
    with pytest.raises(UsageError, match="Python code made its emulator"):
        asyncio.run(Served(emulator()).reset())


def test_no_word_is_near():
    assert did_you_mean("x", ["payment"]) == ""
