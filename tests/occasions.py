"""Occasions on which faults may strike, and chance, for the tests of faults."""

from __future__ import annotations

from typing import Any

from appsync_emu.core.faults.points import Point, Situation


def occasion(trace: str | None = "t-1", **what: Any) -> Situation:
    """An attempt of a delivery of that trace, unless told otherwise."""
    said: dict[str, Any] = {
        "point": Point.ATTEMPT,
        "now_ns": 0,
        "key": (f"d-{trace}", 1),
        "trace_id": trace,
        "component": "Orders",
        "command": "placeOrder",
        "attempt": 1,
    }
    return Situation(**(said | what))


def never(*key: object) -> float:
    """Chance that nobody may ask for."""
    raise AssertionError(f"nobody may draw {key}")
