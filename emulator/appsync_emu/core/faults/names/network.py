"""The network fails between a handler and a service."""

from __future__ import annotations

from appsync_emu.core.classify import ErrorClass
from appsync_emu.core.faults.named import ClientError, NamedFault
from appsync_emu.core.faults.points import Point
from appsync_emu.core.records import ErrorInfo

__all__ = ["FAULTS"]

_TECHNICAL = ErrorClass.TECHNICAL.value

FAULTS = (
    NamedFault(
        name="network.refused",
        points=(Point.ATTEMPT, Point.DATA),
        meaning="Nobody listens where the service should be.",
        error=ErrorInfo("ConnectionRefusedError", "Connection refused", _TECHNICAL, "injected"),
        handler_sees="ConnectionRefusedError",
    ),
    NamedFault(
        name="network.reset",
        points=(Point.ATTEMPT, Point.DATA),
        meaning="The connection is reset by the peer.",
        error=ErrorInfo("ConnectionResetError", "Connection reset by peer", _TECHNICAL, "injected"),
        handler_sees="ConnectionResetError",
        phases=("request", "response"),
    ),
    NamedFault(
        name="network.timeout",
        points=(Point.ATTEMPT, Point.DATA),
        meaning="The answer does not come in time.",
        error=ErrorInfo("TimeoutError", "The read operation timed out", _TECHNICAL, "injected"),
        handler_sees="TimeoutError",
        client=ClientError(error_type="ExecutionTimeout", message="Execution timed out."),
        phases=("request", "response"),
    ),
)
