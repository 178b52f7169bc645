"""AWS AppSync Developer Guide, "Building a real-time WebSocket client"; Amplify's time limits."""

from __future__ import annotations

from appsync_emu.core.faults.names import ws
from appsync_emu.core.faults.points import Point


def test_the_family():
    assert [(fault.name, fault.kind, fault.frame, fault.first) for fault in ws.FAULTS] == [
        ("ws.connect-error", "error", None, None),
        ("ws.no-ack", "hang", None, None),
        ("ws.no-start-ack", "drop", "start_ack", None),
        ("ws.limit", "error", "start_ack", None),
        ("ws.no-keepalive", "drop", "ka", None),
        ("ws.close", "close", None, None),
        ("ws.lost-first", "drop", "data", 1),
    ]


def test_all_strike_the_connection():
    points = {point for fault in ws.FAULTS for point in fault.points}
    assert points == {Point.CONNECT, Point.FRAME}


def test_errors_are_frames():
    """amplify-cli#7427 shows the one; the other's type is not settled."""
    told = {fault.name: fault.client.error_type for fault in ws.FAULTS if fault.client}
    assert told == {
        "ws.connect-error": "InternalFailure",
        "ws.limit": "MaxSubscriptionsReachedError",
    }
