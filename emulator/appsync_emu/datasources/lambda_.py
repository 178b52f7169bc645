"""``AWS_LAMBDA``: Python functions in the place of Lambda functions, called as direct resolvers.

The function receives the context of the field and its result is the field's; its errors keep
their type without a prefix (AppSync guide, "Direct Lambda resolvers").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from appsync_emu.datasources.marshal import MarshalError, marshal
from appsync_emu.errors import WireError
from appsync_emu.resolvers.context import direct_event

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from appsync_emu.core.api import Function
    from appsync_emu.core.jsonvalue import Json
    from appsync_emu.graph.call import FieldCall
    from appsync_emu.resolvers.build import Source

__all__ = ["TIMED_OUT", "Invoke", "LambdaFailure", "source"]

Invoke: TypeAlias = "Callable[[Function, object, FieldCall], Any]"
"""Calls a function with an event: the result or an awaitable of it; raises LambdaFailure."""

TIMED_OUT = ("Lambda:ExecutionTimeoutException", "Execution timed out.")
"""Type and message when a function exceeds its time limit (aws/aws-appsync-community#43)."""

_UNAUTHORIZED = ("UnauthorizedException", "You are not authorized to make this call.")
"""The one type whose message the service replaces (AppSync guide, "Direct Lambda resolvers")."""


class LambdaFailure(Exception):  # noqa: N818 - what the function did, not what we did
    """A function failed: it raised, exited, or took too long.

    Args:
        error_type: the name of the exception's class, or one of the runtime's own types.
        message: the exception's text.
    """

    def __init__(self, error_type: str, message: str) -> None:
        super().__init__(message)
        self.error_type = error_type
        self.message = message


def source(function: Function, invoke: Invoke) -> Source:
    """The data source whose function is ``function``."""

    def resolve(call: FieldCall, prev: Json = None, /) -> Any:  # noqa: ANN401 - JSON, or an awaitable of it
        try:
            result = invoke(function, direct_event(call, prev), call)
            if hasattr(result, "__await__"):
                return _finish(result)
            return marshal(result)
        except (LambdaFailure, MarshalError) as failure:
            raise _wire_error(failure) from failure

    return resolve


async def _finish(pending: Awaitable[Any]) -> Any:  # noqa: ANN401 - JSON
    try:
        return marshal(await pending)
    except (LambdaFailure, MarshalError) as failure:
        raise _wire_error(failure) from failure


def _wire_error(failure: LambdaFailure | MarshalError) -> WireError:
    if failure.error_type == _UNAUTHORIZED[0]:
        return WireError(*_UNAUTHORIZED)
    return WireError(failure.error_type, failure.message)
