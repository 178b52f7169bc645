"""One call of a resolver: what it gets, and what becomes of what it gives back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator, Mapping
from types import CoroutineType, coroutine
from typing import TYPE_CHECKING, Any, TypeAlias

from appsync_emu.graph.place import path_of

if TYPE_CHECKING:
    from appsync_emu.core.jsonvalue import Json
    from appsync_emu.core.request import GraphqlRequest
    from appsync_emu.graph.loose import Value
    from appsync_emu.graph.place import Place
    from appsync_emu.graph.plan import FieldInfo

__all__ = ["FieldCall", "Gather", "Resolver", "one_after_another", "settled", "unstarted"]


class FieldCall:
    """What a resolver gets; made once per call.

    Attributes:
        arguments: coerced; ``AWSJSON`` arguments are parsed.
        source: the parent's value.
        request: the request that this call is part of.
        field: what is known of the field without running it.
        variables: coerced variables of the operation.
        stash: empty; for the resolver's own use.
    """

    __slots__ = ("_place", "arguments", "field", "request", "source", "stash", "variables")

    def __init__(
        self,
        arguments: dict[str, Any],
        source: object,
        request: GraphqlRequest,
        field: FieldInfo,
        place: Place,
        variables: Mapping[str, Json],
    ) -> None:
        self.arguments = arguments
        self.source = source
        self.request = request
        self.field = field
        self._place = place
        self.variables = variables
        self.stash: dict[str, Any] = {}

    @property
    def path(self) -> list[str | int]:
        """The response path of the field: keys and list indexes."""
        return path_of(self._place)


Resolver: TypeAlias = Callable[[FieldCall], object]
"""Resolves a field: a value, or an awaitable of one; raises WireError for what clients see."""

Gather: TypeAlias = Callable[..., Awaitable[Any]]
"""Awaits several awaitables at once, as ``asyncio.gather`` does."""


async def one_after_another(*awaitables: Awaitable[Any]) -> list[Any]:
    """The gather that needs no event loop."""
    return [await awaitable for awaitable in awaitables]


@coroutine
def _resumed(started: CoroutineType[Any, Any, Any], yielded: Value) -> Generator[Any, Any, Any]:
    """Goes on with a coroutine that was driven to its first await."""
    while True:
        try:
            sent = yield yielded
        except GeneratorExit:
            started.close()
            raise
        except BaseException as error:  # noqa: BLE001 - handed on to the coroutine
            try:
                yielded = started.throw(error)
            except StopIteration as stop:
                return stop.value
        else:
            try:
                yielded = started.send(sent)
            except StopIteration as stop:
                return stop.value


def settled(value: Value) -> Value:
    """A resolver's result: the value at once if nothing awaits, else something to await.

    Only for whoever awaits the rest in the task that calls this: a coroutine may have asked for
    its task before its first await, as ``asyncio.timeout`` does.
    """
    if value.__class__ is CoroutineType:
        try:
            yielded = value.send(None)
        except StopIteration as stop:
            return stop.value
        return _resumed(value, yielded)
    return value


class _Unstarted:
    """A coroutine that nobody has begun; one that is dropped is closed, and no warning is due."""

    __slots__ = ("_work",)

    def __init__(self, work: CoroutineType[Any, Any, Any]) -> None:
        self._work = work

    def __await__(self) -> Generator[Any, Any, Any]:
        return (yield from self._work.__await__())

    def __del__(self) -> None:
        self._work.close()


def unstarted(value: Value) -> Value:
    """A resolver's result: a coroutine is left to the task that awaits it, from its first step."""
    return _Unstarted(value) if value.__class__ is CoroutineType else value
