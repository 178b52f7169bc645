"""Reads of traces: our choice, since the table is the emulator's."""

from __future__ import annotations

from appsync_emu.core.faults.names import trace
from appsync_emu.core.faults.points import Point


def test_the_family():
    assert [(fault.name, fault.kind, fault.points) for fault in trace.FAULTS] == [
        ("trace.outage", "outage", (Point.STATUS_READ,)),
        ("trace.stale", "stale", (Point.STATUS_READ,)),
    ]
    assert [fault.client is None for fault in trace.FAULTS] == [False, True]
