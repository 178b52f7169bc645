"""Where calls of services pass on their way out of a handler, as the libraries see it.

Whoever runs a handler sets :data:`CURRENT`; whoever wraps a library makes a :class:`Call` and
passes it through. Without a current joint there is nothing to pass, and calls go as they are.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from appsync_emu.errors import BusinessError, PermanentError, TechnicalError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from appsync_emu.core.faults.verdict import Fail

__all__ = ["CURRENT", "Call", "Joint", "Part", "made_up"]

T = TypeVar("T")


class Part(NamedTuple):
    """What is done instead of a call: ``go``; ``taken`` says whether any of it takes effect."""

    go: Callable[[], Any]
    taken: bool


class Call:
    """One call of a service. Each library has its own kind, which knows the library's errors.

    Attributes:
        service: ``dynamodb``, ``http``..., or ``None`` for no service in particular.
        source: table, function, queue or host.
        operation: what is asked of it.
    """

    __slots__ = ("operation", "service", "source")

    def __init__(self, service: str | None, source: str, operation: str) -> None:
        self.service = service
        self.source = source
        self.operation = operation

    def arguments(self) -> object:
        """What would be written, for its digest."""
        return None

    def token(self) -> str | None:
        """The token by which the service recognises a call that it had before."""
        return None

    def error_of(self, result: Any) -> str | None:  # noqa: ANN401, ARG002 - the library's
        """The type of the error that a result is; ``None`` when it is none."""
        return None

    def part(self, fault: Fail) -> Part | None:  # noqa: ARG002 - for those that can
        """What to do instead where a fault lets a part of the call through; ``None`` otherwise."""
        return None

    def fail(self, fault: Fail) -> Any:  # noqa: ANN401 - the library's
        """Answer with the fault, as the library would: returns its answer or raises its error."""
        raise made_up(fault)


class Joint(Protocol):
    """Where calls pass, made for one attempt of a handler."""

    def through(self, call: Call, go: Callable[[], T]) -> T:
        """Do the call, or what a fault makes of it; for callers that block."""

    async def through_async(self, call: Call, go: Callable[[], Awaitable[T]]) -> T:
        """Do the call, or what a fault makes of it; for callers that await."""

    def pause(self, seconds: float) -> None:
        """Let time pass for a caller that blocks."""

    def draw(self, call: str) -> float:
        """Chance in [0, 1) for a library that wants some."""


CURRENT: ContextVar[Joint | None] = ContextVar("appsync_emu_joint", default=None)
"""The joint of the handler that is running; tasks and its thread inherit it."""

_BASES: dict[str, type[Exception]] = {
    "business": BusinessError,
    "permanent": PermanentError,
    "technical": TechnicalError,
}
_made: dict[tuple[str, str], type[Exception]] = {}


def made_up(fault: Fail) -> BaseException:
    """The exception that a test gave, or one of the name and class of an error no library has."""
    if fault.raised is not None:
        return fault.raised.with_traceback(None)  # it may be raised for many a call
    error = fault.error
    name = (error.error_class, error.type)
    kind = _made.get(name)
    if kind is None:
        kind = _made[name] = type(error.type, (_BASES[error.error_class],), {})
    return kind(error.message)
