"""A fault of the catalogue: its name, and all that is known of the error behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from appsync_emu.core.classify import ErrorClass
from appsync_emu.core.records import ErrorInfo

if TYPE_CHECKING:
    from collections.abc import Mapping

    from appsync_emu.core.faults.points import Point
    from appsync_emu.core.faults.verdict import Phase
    from appsync_emu.core.jsonvalue import Json

__all__ = ["ClientError", "NamedFault", "business", "permanent", "technical"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientError:
    """What a client reads when the fault reaches it.

    Attributes:
        error_type: ``errorType`` of the GraphQL error, or of the frame.
        message: ``message`` of it.
        status: HTTP status of the answer; 200 for errors of a field.
        graphql: whether the answer is GraphQL at all.
        verified: whether a public source shows it; what none shows is our choice.
    """

    error_type: str
    message: str
    status: int = 200
    graphql: bool = True
    verified: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedFault:
    """One line of the catalogue.

    Attributes:
        name: ``family.what``: ``network.reset``, ``dynamodb.throttled``.
        points: where it may strike, the usual one first.
        meaning: one sentence.
        error: what the journal remembers; its class is what decides about retries. ``None`` where
            nothing fails in a handler.
        handler_sees: what user code meets, in words: exception types, or what differs.
        client: the error that a client reads, or ``None`` when it reads none.
        client_sees: what it sees then, in words.
        phases: the phases in which it can strike, the usual one first. Where there are two, a file
            has to say which: real services leave open whether the effect happened.
        service: the service whose calls it strikes; ``None`` strikes calls of any.
        operations: how those of that service begin that it strikes; all when empty.
        status: HTTP status of the service's answer; 0 when there is none.
        body: the service's answer, where it is more than code and message: an object whose keys
            are added to it.
        headers: of the service's answer.
        source: where the behaviour is documented.
        kind: the kind of effect that it is: ``error``, or one that needs no error.
        frame: the type of frame that it strikes, where that is part of its meaning.
        first: of the calls in its count, how many it strikes, where that is part of its meaning.
    """

    name: str
    points: tuple[Point, ...]
    meaning: str
    error: ErrorInfo | None = None
    handler_sees: str = "nothing"
    client: ClientError | None = None
    client_sees: str = ""
    phases: tuple[Phase, ...] = ("request",)
    service: str | None = None
    operations: tuple[str, ...] = ()
    status: int = 0
    body: Json = None
    headers: Mapping[str, str] | None = None
    source: str = ""
    kind: str = "error"
    frame: str | None = None
    first: int | None = None


def technical(error_type: str, message: str) -> ErrorInfo:
    """An injected error that another try may cure."""
    return ErrorInfo(error_type, message, ErrorClass.TECHNICAL.value, "injected")


def permanent(error_type: str, message: str) -> ErrorInfo:
    """An injected error that time cannot cure."""
    return ErrorInfo(error_type, message, ErrorClass.PERMANENT.value, "injected")


def business(error_type: str, message: str) -> ErrorInfo:
    """An injected error with which the domain says no."""
    return ErrorInfo(error_type, message, ErrorClass.BUSINESS.value, "injected")
