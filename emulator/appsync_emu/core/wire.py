"""The realtime wire: client messages in, server frames out.

Everything here is a pure function of text. What a message *does* is decided in
:mod:`appsync_emu.core.realtime`; credentials of the upgrade request are read in
:mod:`appsync_emu.core.handshake`.

Sources: the AWS page "Building a WebSocket client" (real-time-websocket-client) for shapes, public
captures for what it does not say. Where neither says anything the choice is a named constant here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias, assert_never

from appsync_emu.core.http import encode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from appsync_emu.core.faults.verdict import Corruption
    from appsync_emu.core.handshake import HandshakeProblem
    from appsync_emu.core.jsonvalue import Json
    from appsync_emu.core.request import Headers

__all__ = [
    "BINARY",
    "CLOSE_FRAME_TOO_LARGE",
    "CLOSE_GOING_AWAY",
    "CLOSE_NORMAL",
    "CLOSE_OUTBOX_FULL",
    "CLOSE_REFUSED",
    "KEEP_ALIVE",
    "UNSUPPORTED",
    "UNSUPPORTED_TYPE",
    "ClientMessage",
    "ConnectionInit",
    "EventFacts",
    "Problem",
    "Start",
    "Stop",
    "Telling",
    "Unreadable",
    "complete",
    "connection_ack",
    "connection_error",
    "corrupted",
    "data_prefix",
    "decode",
    "duplicated",
    "error",
    "headers_of",
    "parse_json",
    "start_ack",
    "subscriptions_exhausted",
]

# Close codes: the service publishes none, so these are RFC 6455's for the same situations.
CLOSE_NORMAL: Final = 1000
CLOSE_GOING_AWAY: Final = 1001
CLOSE_REFUSED: Final = 1008
CLOSE_FRAME_TOO_LARGE: Final = 1009
CLOSE_OUTBOX_FULL: Final = 1013

KEEP_ALIVE: Final = '{"type":"ka"}'


@dataclass(frozen=True, slots=True)
class Problem:
    """One entry of an ``error`` frame's ``payload.errors``."""

    error_type: str
    message: str

    def entry(self) -> dict[str, Json]:
        """The entry as JSON, in the order in which the service writes its keys."""
        return {"errorType": self.error_type, "message": self.message}


UNSUPPORTED_TYPE: Final = "UnsupportedOperation"
UNSUPPORTED: Final = Problem(UNSUPPORTED_TYPE, "unknown not supported through the realtime channel")
"""The frame type or the content of a ``start`` is not ours. Seen in the wild, without an ``id``."""

# A choice: the answer to what is not a message at all is not published.
MALFORMED_TYPE: Final = "BadRequestException"
MALFORMED: Final = Problem(MALFORMED_TYPE, "The message is not a JSON object with a type.")
BINARY: Final = Problem(MALFORMED_TYPE, "Binary messages are not supported.")
NO_ID: Final = Problem(MALFORMED_TYPE, "The id is missing or is not a string.")
ID_TOO_LONG: Final = Problem(MALFORMED_TYPE, "The id is too long.")
BAD_VARIABLES: Final = Problem(MALFORMED_TYPE, "Variables must be an object.")
BAD_OPERATION_NAME: Final = Problem(MALFORMED_TYPE, "The operation name must be a string.")


def duplicated(sub_id: str) -> Problem:
    """``id`` is in use on this connection (seen in the wild)."""
    return Problem("DuplicatedOperationError", f"Duplicated operation with id {sub_id}")


def subscriptions_exhausted(count: int) -> Problem:
    """One subscription too many on this connection (seen in the wild)."""
    return Problem("MaxSubscriptionsReachedError", f"Max number of {count} subscriptions reached")


# ------------------------------------------------------------------ reading JSON


def _refuse_constant(name: str) -> NoReturn:
    """``NaN`` and ``Infinity`` are Python's, not JSON's."""
    raise ValueError(name)


parse_json = json.JSONDecoder(parse_constant=_refuse_constant).decode
"""Text to JSON value; ``ValueError`` and ``RecursionError`` mean that it is none."""


def headers_of(value: object) -> Headers | None:
    """Header names in lower case; ``None`` when this is no object of strings."""
    if not isinstance(value, dict):
        return None
    if not all(isinstance(content, str) for content in value.values()):
        return None
    return {name.lower(): content for name, content in value.items()}


# ------------------------------------------------------------------ client messages


@dataclass(frozen=True, slots=True)
class ConnectionInit:
    """``connection_init``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """``start``: a client wants to subscribe.

    Attributes:
        id: the client's name for the subscription.
        query: the document.
        variables: as sent; empty when absent.
        operation_name: which operation of the document, or ``None``.
        headers: ``payload.extensions.authorization``, names in lower case; empty when it is
            missing or no object of strings, which no authorization mode accepts.
    """

    id: str
    query: str
    variables: Mapping[str, Json]
    operation_name: str | None
    headers: Headers


@dataclass(frozen=True, slots=True)
class Stop:
    """``stop``: a client has seen enough."""

    id: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A message that cannot be acted on, and what to answer.

    Attributes:
        problem: the entry of the ``error`` frame.
        id: the subscription it concerns, where that can be told.
    """

    problem: Problem
    id: str | None = None


ClientMessage: TypeAlias = ConnectionInit | Start | Stop | Unreadable


def decode(text: str, *, id_chars: int) -> ClientMessage:
    """Read one text message of a client; whatever it is, the result is a value.

    Args:
        text: the message.
        id_chars: longest ``id`` that is accepted.
    """
    try:
        message = parse_json(text)
    except (ValueError, RecursionError):
        return Unreadable(MALFORMED)
    kind = message.get("type") if isinstance(message, dict) else None
    match kind:
        case "connection_init":
            return ConnectionInit()
        case "start" | "stop":
            return _about_one(message, id_chars)
        case str():
            return Unreadable(UNSUPPORTED)
        case _:
            return Unreadable(MALFORMED)


def _about_one(message: dict[str, Any], id_chars: int) -> ClientMessage:
    sub_id = message.get("id")
    if not isinstance(sub_id, str):
        return Unreadable(NO_ID)
    if len(sub_id) > id_chars:
        return Unreadable(ID_TOO_LONG)
    return Stop(sub_id) if message["type"] == "stop" else _start(sub_id, message.get("payload"))


def _start(sub_id: str, payload: object) -> Start | Unreadable:
    if not isinstance(payload, dict):
        return Unreadable(UNSUPPORTED)
    data = payload.get("data")
    try:
        inner = parse_json(data) if isinstance(data, str) else None
    except (ValueError, RecursionError):
        return Unreadable(UNSUPPORTED)
    if not isinstance(inner, dict) or not isinstance(inner.get("query"), str):
        return Unreadable(UNSUPPORTED)
    variables = inner.get("variables")
    if variables is not None and not isinstance(variables, dict):
        return Unreadable(BAD_VARIABLES, sub_id)
    operation_name = inner.get("operationName")
    if operation_name is not None and not isinstance(operation_name, str):
        return Unreadable(BAD_OPERATION_NAME, sub_id)
    extensions = payload.get("extensions")
    authorization = extensions.get("authorization") if isinstance(extensions, dict) else None
    return Start(
        id=sub_id,
        query=inner["query"],
        variables=variables or {},
        operation_name=operation_name or None,
        headers=headers_of(authorization) or {},
    )


# ------------------------------------------------------------------ server frames


def _text(frame: Mapping[str, Any]) -> str:
    return encode(frame).decode()


def connection_ack(timeout_ms: int) -> str:
    """The connection is open; clients expect to hear something every ``timeout_ms``."""
    return f'{{"type":"connection_ack","payload":{{"connectionTimeoutMs":{timeout_ms}}}}}'


def connection_error(problem: HandshakeProblem) -> str:
    """The connection is refused; ``payload`` stands before ``type``, as captures show."""
    entry: dict[str, Json] = {
        "errorType": problem.error_type,
        "message": problem.message,
        "errorCode": problem.error_code,
    }
    present = {name: value for name, value in entry.items() if value is not None}
    return _text({"payload": {"errors": [present]}, "type": "connection_error"})


def start_ack(sub_id: str) -> str:
    """The subscription is live."""
    return _text({"id": sub_id, "type": "start_ack"})


def complete(sub_id: str) -> str:
    """Nothing more follows for this id."""
    return _text({"id": sub_id, "type": "complete"})


def data_prefix(sub_id: str) -> str:
    """A ``data`` frame up to its payload: prefix + payload + ``}`` is the frame.

    So a payload that goes to a thousand subscribers is encoded once.
    """
    return _text({"id": sub_id, "type": "data"})[:-1] + ',"payload":'


def error(
    errors: Sequence[Mapping[str, Any]], sub_id: str | None = None, *, as_object: bool = False
) -> str:
    """Something is wrong with a subscription, or with a message that names none.

    Args:
        errors: the entries, GraphQL errors or :meth:`Problem.entry`.
        sub_id: left out of the frame when ``None``.
        as_object: write the first entry in place of the array. The AWS page shows the array; live
            captures of limit errors show the object.
    """
    payload = {"errors": errors[0] if as_object else errors}
    frame = {"type": "error", "payload": payload}
    return _text(frame if sub_id is None else {"id": sub_id, **frame})


# ------------------------------------------------------------------ what frames tell


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFacts:
    """What an event tells, whatever its subscribers selected of it; faults look at it.

    Attributes:
        trace_id: the trace that it belongs to, where that can be told.
        component: whose status it is.
        command: the command of that branch of the trace, or the mutation that was made.
        status: the status that it tells.
    """

    trace_id: str | None = None
    component: str | None = None
    command: str | None = None
    status: str | None = None


class Telling(str):
    """Text of an event, or of a frame with one, that knows what it tells.

    Attributes:
        facts: what it tells.
    """

    __slots__ = ("facts",)
    facts: EventFacts

    @classmethod
    def of(cls, text: str, facts: EventFacts) -> Telling:
        """``text``, which tells ``facts``."""
        telling = cls(text)
        telling.facts = facts
        return telling


# ------------------------------------------------------------------ damage

UNKNOWN_FRAME_TYPE: Final = "gibberish"
WRONG_ID: Final = "00000000-dead-beef-0000-000000000000"
NO_JSON: Final = "<html><body>502 Bad Gateway</body></html>"


def corrupted(frame: str, how: Corruption) -> str:
    """A frame as it arrives when it is damaged.

    Args:
        frame: a server frame.
        how: ``truncate``: its first half; ``not-json``: what a proxy on the way might say instead;
            ``unknown-type``: a type that the protocol does not have; ``wrong-id``: the id of no
            subscription.
    """
    match how:
        case "truncate":
            return frame[: len(frame) // 2]
        case "not-json":
            return NO_JSON
        case "unknown-type":
            return _text({**parse_json(frame), "type": UNKNOWN_FRAME_TYPE})
        case "wrong-id":
            return _text({**parse_json(frame), "id": WRONG_ID})
        case _:
            assert_never(how)
