"""``fresh``: functions that empty what handlers keep in memory, before each test and run."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from appsync_emu.config.handlers import HandlerRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from appsync_emu.config.loading import Loading
    from appsync_emu.config.yamlfile import Node

__all__ = ["read_fresh"]


def read_fresh(loading: Loading, node: Node | None) -> tuple[Callable[[], object], ...]:
    """The functions that ``fresh`` names: one, or a list."""
    if node is None:
        return ()
    calls = []
    for place, path in loading.reader.one_or_more(node, '"fresh"'):
        try:
            calls.append(_checked(path, loading.handlers.locate(path, "function")))
        except HandlerRefusedError as refused:
            loading.reader.note(place, f'"fresh": {refused.message}', refused.remedy)
    return tuple(calls)


def _checked(path: str, call: object) -> Callable[[], object]:
    """It must be callable without arguments, and be done when it returns."""
    remedy = "Name a function: def fresh()."
    if not callable(call):
        raise HandlerRefusedError(
            f'"{path}" is of type {type(call).__name__} and cannot be called', remedy
        )
    if inspect.iscoroutinefunction(call):
        raise HandlerRefusedError(f'"{path}" is async, and nobody would await it', remedy)
    try:
        inspect.signature(call).bind()
    except TypeError:
        raise HandlerRefusedError(f'"{path}" cannot be called without arguments', remedy) from None
    except ValueError:
        pass  # built-ins may hide theirs; the call will tell
    return call
