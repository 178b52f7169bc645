"""The table in which clients watch their traces is not read as it should be."""

from __future__ import annotations

from appsync_emu.core.faults.named import ClientError, NamedFault
from appsync_emu.core.faults.points import Point

__all__ = ["FAULTS"]

FAULTS = (
    NamedFault(
        name="trace.outage",
        points=(Point.STATUS_READ,),
        meaning="A trace cannot be read.",
        client=ClientError(
            error_type="InternalFailure", message="The trace cannot be read.", verified=False
        ),
        phases=("response",),
        source="our choice",
        kind="outage",
    ),
    NamedFault(
        name="trace.stale",
        points=(Point.STATUS_READ,),
        meaning="A trace is read as it was before its latest status.",
        client_sees="an older status, and no error",
        phases=("response",),
        source="Amazon DynamoDB Developer Guide, DynamoDB read consistency",
        kind="stale",
    ),
)
