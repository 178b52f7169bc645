"""The event bus: which components does an event start?

The envelope and the patterns are EventBridge's (``core/events.py``); the bus is in memory, keeps
no event, and never waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from appsync_emu.core.events import compile_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from appsync_emu.core.api import Component

__all__ = ["FAILURE_DETAIL_TYPE", "FAILURE_SOURCE", "Bus", "failure_detail"]

FAILURE_SOURCE = "lambda"
FAILURE_DETAIL_TYPE = "Lambda Function Invocation Result - Failure"
"""The error event is the one that an on-failure destination puts onto a bus (AWS Lambda Developer
Guide, "Retaining records of asynchronous invocations")."""


class Bus:
    """The components' patterns, compiled once."""

    def __init__(self, components: Iterable[Component]) -> None:
        self._rules = [
            (component, [compile_pattern(pattern) for pattern in component.on])
            for component in components
            if component.on
        ]

    def matching(self, event: Mapping[str, Any]) -> list[Component]:
        """The components that the event starts, in the order of the configuration."""
        return [
            component
            for component, patterns in self._rules
            if any(pattern(event) for pattern in patterns)
        ]


def failure_detail(  # noqa: PLR0913 - the parts of Lambda's record
    *,
    request_id: str,
    component: str,
    attempts: int,
    payload: object,
    error_type: str,
    message: str,
    stack: Iterable[str],
    at: str,
    reason: str,
    command: str | None,
) -> dict[str, Any]:
    """The ``detail`` of the error event: Lambda's invocation record, and what we add to it.

    Lambda gives ``RetriesExhausted`` also for a function that has no retries, so permanent and
    business errors say so too; ``reason``, ``component`` and ``command`` are ours.
    """
    return {
        "version": "1.0",
        "timestamp": at,
        "requestContext": {
            "requestId": request_id,
            "functionArn": f"arn:aws:lambda:us-east-1:000000000000:function:{component}:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": attempts,
        },
        "requestPayload": payload,
        "responseContext": {
            "statusCode": 200,
            "executedVersion": "$LATEST",
            "functionError": "Unhandled",
        },
        "responsePayload": {
            "errorMessage": message,
            "errorType": error_type,
            "requestId": request_id,
            "stackTrace": list(stack),
        },
        "reason": reason,
        "component": component,
        "command": command,
    }
