"""The network fails between a handler and a service."""

from __future__ import annotations

from appsync_emu.core.faults.named import ClientError, NamedFault, technical
from appsync_emu.core.faults.points import Point

__all__ = ["FAULTS"]

_SOURCE = "Python documentation, Built-in Exceptions; botocore, exceptions.py; httpx; aiohttp"


def _unhandled(message: str) -> ClientError:
    """What AppSync makes of an exception that a function did not catch."""
    return ClientError(error_type="Lambda:Unhandled", message=message)


FAULTS = (
    NamedFault(
        name="network.refused",
        points=(Point.ATTEMPT, Point.DATA),
        meaning="Nobody listens where the service should be.",
        error=technical("ConnectionRefusedError", "Connection refused"),
        handler_sees=(
            "ConnectionRefusedError; botocore EndpointConnectionError; httpx ConnectError;"
            " aiohttp ClientConnectorError"
        ),
        client=_unhandled("Connection refused"),
        source=_SOURCE,
    ),
    NamedFault(
        name="network.dns",
        points=(Point.DATA,),
        meaning="The service's name cannot be looked up.",
        error=technical("gaierror", "Name or service not known"),
        handler_sees=(
            "socket.gaierror; botocore EndpointConnectionError; httpx ConnectError;"
            " aiohttp ClientConnectorDNSError"
        ),
        client=_unhandled("Name or service not known"),
        source=_SOURCE,
    ),
    NamedFault(
        name="network.reset",
        points=(Point.ATTEMPT, Point.DATA),
        meaning="The connection is reset by the peer.",
        error=technical("ConnectionResetError", "Connection reset by peer"),
        handler_sees=(
            "ConnectionResetError; botocore ConnectionClosedError; httpx ReadError;"
            " aiohttp ServerDisconnectedError"
        ),
        client=_unhandled("Connection reset by peer"),
        phases=("request", "response"),
        source=_SOURCE,
    ),
    NamedFault(
        name="network.tls",
        points=(Point.DATA,),
        meaning="The service's certificate is not trusted.",
        error=technical("SSLError", "certificate verify failed"),
        handler_sees=(
            "ssl.SSLError; botocore SSLError; httpx ConnectError; aiohttp ClientConnectorSSLError"
        ),
        client=_unhandled("certificate verify failed"),
        source=_SOURCE,
    ),
    NamedFault(
        name="network.connect-timeout",
        points=(Point.DATA,),
        meaning="The connection is not made in time.",
        error=technical("TimeoutError", "The connection timed out"),
        handler_sees=(
            "TimeoutError; botocore ConnectTimeoutError; httpx ConnectTimeout;"
            " aiohttp ConnectionTimeoutError"
        ),
        client=_unhandled("The connection timed out"),
        source=_SOURCE,
    ),
    NamedFault(
        name="network.timeout",
        points=(Point.ATTEMPT, Point.DATA),
        meaning="The answer does not come in time.",
        error=technical("TimeoutError", "The read operation timed out"),
        handler_sees=(
            "TimeoutError; botocore ReadTimeoutError; httpx ReadTimeout; aiohttp SocketTimeoutError"
        ),
        client=ClientError(error_type="ExecutionTimeout", message="Execution timed out."),
        phases=("request", "response"),
        source=_SOURCE,
    ),
)
