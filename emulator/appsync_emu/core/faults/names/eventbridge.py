"""Amazon EventBridge fails to take an event."""

from __future__ import annotations

from appsync_emu.core.faults.named import NamedFault, technical
from appsync_emu.core.faults.points import Point

__all__ = ["FAULTS"]

_SOURCE = "Amazon EventBridge API Reference, PutEvents"

FAULTS = (
    NamedFault(
        name="eventbridge.internal",
        points=(Point.DATA,),
        meaning="EventBridge itself fails, and does not say whether it took the events.",
        error=technical("InternalException", "This exception occurs due to unexpected causes."),
        handler_sees="botocore ClientError InternalException, 500",
        client_sees="what the handler makes of it",
        phases=("request", "response"),
        service="events",
        status=500,
        source=_SOURCE,
    ),
    NamedFault(
        name="eventbridge.partial",
        points=(Point.DATA,),
        meaning="Not every event is taken, and the answer says so without being an error.",
        error=technical("FailedEntryCount", "part of the events was not taken"),
        handler_sees="no exception: 200, and FailedEntryCount above 0",
        client_sees="what the handler makes of it",
        phases=("response",),
        service="events",
        operations=("PutEvents",),
        status=200,
        body={
            "FailedEntryCount": 1,
            "Entries": [
                {"ErrorCode": "InternalFailure", "ErrorMessage": "Internal Service Failure"}
            ],
        },
        source=_SOURCE,
    ),
)
