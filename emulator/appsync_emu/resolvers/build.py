"""From an API's resolver map to the callables that the executor calls.

Resolvers have no code in this version, which fixes what they do:

* a unit resolver hands its field to its data source and answers what comes back;
* a pipeline resolver does so with one function after another. The first finds an empty object as
  the previous result, the last result is the field's. AWS documents pipelines with code only, so
  this is our choice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, assert_never

from appsync_emu.core.api import PipelineResolver, UnitResolver

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from appsync_emu.core.api import Api, DataSource
    from appsync_emu.core.jsonvalue import Json
    from appsync_emu.graph.call import FieldCall, Resolver

__all__ = ["Source", "build_resolvers"]


class Source(Protocol):
    """A data source: a field's call in, a JSON value or an awaitable of one out.

    Raises:
        WireError: what the client sees as the error of the field.
    """

    def __call__(self, call: FieldCall, prev: Json = None, /) -> Any:  # noqa: ANN401 - JSON, or an awaitable of it
        """Answer ``call``; ``prev`` is what ``ctx.prev`` holds within a pipeline."""


def build_resolvers(
    api: Api, open_source: Callable[[DataSource], Source]
) -> dict[tuple[str, str], Resolver]:
    """The resolvers of ``api`` by type and field.

    Args:
        api: checked; its resolvers name data sources and functions that exist.
        open_source: ``datasources.source_opener(…)``.
    """
    sources = {name: open_source(source) for name, source in api.data_sources.items()}
    resolvers: dict[tuple[str, str], Resolver] = {}
    for name, resolver in api.resolvers.items():
        type_name, _, field_name = name.partition(".")
        match resolver:
            case UnitResolver():
                resolvers[type_name, field_name] = sources[resolver.data_source]
            case PipelineResolver():
                steps = [
                    sources[api.pipeline_functions[step].data_source] for step in resolver.functions
                ]
                resolvers[type_name, field_name] = _pipeline(steps)
            case _:
                assert_never(resolver)
    return resolvers


def _pipeline(steps: Sequence[Source]) -> Resolver:
    def resolve(call: FieldCall) -> object:
        result: Any = {}
        for position, step in enumerate(steps, start=1):
            result = step(call, {"result": result})
            if hasattr(result, "__await__"):
                return _rest(call, result, steps[position:])
        return result

    return resolve


async def _rest(call: FieldCall, pending: Awaitable[Any], steps: Sequence[Source]) -> object:
    """The remaining steps, from the first one that waits."""
    result = await pending
    for step in steps:
        result = step(call, {"result": result})
        if hasattr(result, "__await__"):
            result = await result
    return result
