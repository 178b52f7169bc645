"""Amazon SQS refuses a message."""

from __future__ import annotations

from appsync_emu.core.faults.named import NamedFault, technical
from appsync_emu.core.faults.points import Point

__all__ = ["FAULTS"]

FAULTS = (
    NamedFault(
        name="sqs.throttled",
        points=(Point.DISPATCH, Point.DATA),
        meaning="The queue takes no more messages just now.",
        error=technical("RequestThrottled", "The request was denied due to request throttling."),
        handler_sees="botocore ClientError RequestThrottled, 400; at dispatch: nothing",
        client_sees="what the handler makes of it",
        service="sqs",
        status=400,
        source="Amazon SQS API Reference, SendMessage, Errors",
    ),
)
