"""The table of what failed for good does not take a letter."""

from __future__ import annotations

from appsync_emu.core.faults.named import NamedFault
from appsync_emu.core.faults.points import Point

__all__ = ["FAULTS"]

FAULTS = (
    NamedFault(
        name="deadletter.outage",
        points=(Point.DEADLETTER_WRITE,),
        meaning="A dead letter cannot be written, and is written again until it is stored.",
        handler_sees="nothing: it is not run again",
        client_sees="the status `error`, late: it waits for the letter",
        phases=("request", "response"),
        source="our choice",
        kind="outage",
    ),
)
