"""The real-time connection fails in the ways that clients have to live with."""

from __future__ import annotations

from appsync_emu.core.faults.named import ClientError, NamedFault
from appsync_emu.core.faults.points import Point

__all__ = ["FAULTS"]

_PROTOCOL = "AWS AppSync Developer Guide, Building a real-time WebSocket client"
_AMPLIFY = "aws-amplify/amplify-js, AWSWebSocketProvider"

FAULTS = (
    NamedFault(
        name="ws.connect-error",
        points=(Point.CONNECT,),
        meaning="The handshake ends with connection_error, and the connection is closed.",
        client=ClientError(
            error_type="InternalFailure",
            message="An internal failure occurred.",
            status=500,
            verified=False,
        ),
        source=_PROTOCOL,
    ),
    NamedFault(
        name="ws.no-ack",
        points=(Point.CONNECT,),
        meaning="connection_init is never answered; Amplify gives up after 15 s.",
        client_sees="silence",
        source=_AMPLIFY,
        kind="hang",
    ),
    NamedFault(
        name="ws.no-start-ack",
        points=(Point.FRAME,),
        meaning="start is not answered; Amplify gives up after 15 s.",
        client_sees="silence, though events may come",
        source=_AMPLIFY,
        kind="drop",
        frame="start_ack",
    ),
    NamedFault(
        name="ws.limit",
        points=(Point.FRAME,),
        meaning="start is answered with an error: too many subscriptions on the connection.",
        client=ClientError(
            error_type="MaxSubscriptionsReachedError",
            message="Max number of 100 subscriptions reached",
        ),
        source="aws-amplify/amplify-cli#7427",
        frame="start_ack",
    ),
    NamedFault(
        name="ws.no-keepalive",
        points=(Point.FRAME,),
        meaning="Keep-alives do not come; the client closes after connectionTimeoutMs (5 min).",
        client_sees="silence between events",
        source=f"{_PROTOCOL}; {_AMPLIFY}",
        kind="drop",
        frame="ka",
    ),
    NamedFault(
        name="ws.close",
        points=(Point.FRAME, Point.CONNECT),
        meaning="The connection ends instead of bringing the frame: 1006, cut, unless told.",
        client_sees="the close code, and has to connect again",
        source="RFC 6455, section 7.4",
        kind="close",
    ),
    NamedFault(
        name="ws.lost-first",
        points=(Point.FRAME,),
        meaning="The first event after start_ack is lost.",
        client_sees="every event but the first",
        source="aws/aws-appsync-community#405",
        kind="drop",
        frame="data",
        first=1,
    ),
)
