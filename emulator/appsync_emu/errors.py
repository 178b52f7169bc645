"""Every exception of the package, in one place.

::

    AppSyncEmuError
     ├── WireError            what a real client would see as an AppSync error
     ├── UsageError           the emulator's user erred: configuration, handler, flags
     │    ├── CommandRefused  a command sent from Python was answered with errors
     │    └── SubscriptionRefused  a subscription started from Python was answered with errors
     └── LivenessError        virtual time ran out before the work did
    BusinessError             raised by a handler: the domain says no; never retried
    TechnicalError            raised by a handler: may succeed later; retried
    PermanentError            raised by a handler: time cannot cure it; buried at once

Outcomes that the domain expects (an attempt failed, a retry is due) are values, not exceptions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = [
    "AppSyncEmuError",
    "BusinessError",
    "CommandRefused",
    "LivenessError",
    "Mistake",
    "PermanentError",
    "SubscriptionRefused",
    "TechnicalError",
    "UsageError",
    "WireError",
]


class AppSyncEmuError(Exception):
    """Base of what this package raises on its own account."""


class WireError(AppSyncEmuError):
    """An error of a field, as AppSync reports it to a client.

    Args:
        error_type: ``errorType`` of the GraphQL error, for example ``"Lambda:Unhandled"``.
        message: ``message`` of the GraphQL error.
        data: ``data`` of the GraphQL error (AppSync filters it by the selection set).
        info: ``errorInfo`` of the GraphQL error.
    """

    def __init__(
        self, error_type: str | None, message: str, *, data: object = None, info: object = None
    ) -> None:
        super().__init__(message)
        self.error_type = error_type
        self.message = message
        self.data = data
        self.info = info


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One thing that a user wrote wrong: where, what, and what to do about it.

    Attributes:
        file: path as the user knows it; empty when the mistake is in no file.
        line: 1-based; 0 when unknown.
        column: 1-based; 0 when unknown.
        message: what is wrong, with the nearest valid thing where there is one.
        remedy: what to do, as a sentence; empty when the message says it.
    """

    message: str
    file: str = ""
    line: int = 0
    column: int = 0
    remedy: str = ""

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        text = f"{place}: {self.message}" if place else self.message
        return f"{text}\n    {self.remedy}" if self.remedy else text


class UsageError(AppSyncEmuError):
    """The emulator's user made one or more mistakes; all of them are listed at once."""

    def __init__(self, mistakes: str | Mistake | Iterable[Mistake]) -> None:
        if isinstance(mistakes, str):
            mistakes = Mistake(message=mistakes)
        self.mistakes: Sequence[Mistake] = (
            (mistakes,) if isinstance(mistakes, Mistake) else tuple(mistakes)
        )
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


class CommandRefused(UsageError):  # noqa: N818 - what happened to the command
    """A command sent from Python was refused: the errors say why.

    Attributes:
        errors: the ``errors`` of the GraphQL answer; what it said, when it was no GraphQL.
        status: the HTTP status of the answer: 200 when a field failed.
    """

    def __init__(
        self, command: str, errors: Sequence[Mapping[str, object]], status: int = 200
    ) -> None:
        self.errors = errors
        self.status = status
        reasons = "; ".join(str(error.get("message")) for error in errors)
        super().__init__(f"the command {command} was refused: {reasons}")


class SubscriptionRefused(UsageError):  # noqa: N818 - what happened to the subscription
    """A subscription started from Python was refused: the errors say why.

    Attributes:
        errors: the ``errors`` of the frame that refused it.
    """

    def __init__(self, errors: Sequence[Mapping[str, object]]) -> None:
        self.errors = errors
        reasons = "; ".join(str(error.get("message")) for error in errors)
        super().__init__(f"the subscription was refused: {reasons}")


class LivenessError(AppSyncEmuError):
    """Something that should have ended did not, within the virtual time that was granted."""


class BusinessError(Exception):
    """Raised by a handler: the domain refuses. Status ``error``, never retried."""


class TechnicalError(Exception):
    """Raised by a handler: the same command may succeed later. Retried."""


class PermanentError(Exception):
    """Raised by a handler: a technical refusal that time cannot cure. Buried at once."""
