"""The table in which clients watch their traces does not take a status."""

from __future__ import annotations

from appsync_emu.core.faults.named import NamedFault
from appsync_emu.core.faults.points import Point

__all__ = ["FAULTS"]

FAULTS = (
    NamedFault(
        name="status.outage",
        points=(Point.STATUS_WRITE,),
        meaning="A status cannot be written, and is written again later.",
        handler_sees="nothing: it is not run again",
        client_sees="the status, late",
        phases=("request", "response"),
        source="our choice",
        kind="outage",
    ),
)
