"""What Python code declares, as the tree of nodes that a file would be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from appsync_emu.config.handlers import Handlers, handler_of
from appsync_emu.config.yamlfile import Entry, List, Map, Scalar
from appsync_emu.core.api import SdlSource
from appsync_emu.core.retry import RetryPolicy

if TYPE_CHECKING:
    from types import FrameType

    from appsync_emu.config.readers import Reader
    from appsync_emu.config.yamlfile import Node
    from appsync_emu.core.api import Handler

__all__ = ["Declared", "Duration", "Place", "Retry", "Sdl", "caller", "policy", "source", "written"]

Duration: TypeAlias = str | float | timedelta
"""``"30s"``, seconds, or a ``timedelta``."""
Retry: TypeAlias = RetryPolicy | Mapping[str, Any]
"""A policy, or the words of the section ``retry``."""
Sdl: TypeAlias = str | Path | SdlSource
"""SDL text, the path of a file with it, or a source that was read already."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in Python something is declared."""

    file: str
    line: int

    def node(self, value: object) -> Node:
        """A Python value as a file would hold it."""
        if isinstance(value, Mapping):
            entries = (
                Entry(key=self.text(str(key)), value=self.node(part)) for key, part in value.items()
            )
            return Map(file=self.file, line=self.line, column=0, entries=tuple(entries))
        if isinstance(value, list | tuple | set | frozenset):
            items = tuple(self.node(part) for part in value)
            return List(file=self.file, line=self.line, column=0, items=items)
        if isinstance(value, str):
            return self.text(value)
        written = {None: "", True: "true", False: "false"}
        if value is None or isinstance(value, bool):
            return self.text(written[value], plain=True)
        if isinstance(value, int | float):
            return self.text(repr(value), plain=True)
        return self.text(f"a value of type {type(value).__name__}", plain=True)

    def text(self, text: str, *, plain: bool = False) -> Scalar:
        """One scalar."""
        return Scalar(file=self.file, line=self.line, column=0, text=text, plain=plain)


@dataclass(slots=True, eq=False)
class Declared(Handlers):
    """The functions that were given, by the paths that stand for them in the tree."""

    calls: dict[str, Callable[..., Any]] = field(default_factory=dict)

    def find(self, path: str) -> Handler:
        """The function that stands behind a path, checked."""
        return handler_of(path, self.calls[path])

    def add(self, call: Callable[..., Any]) -> str:
        """The path that stands for a function from now on."""
        name = getattr(call, "__qualname__", type(call).__qualname__)
        path = f"{getattr(call, '__module__', '')}:{name}"
        number = 1
        while self.calls.setdefault(path, call) is not call:
            number += 1
            path = f"{path.partition('#')[0]}#{number}"
        return path


def caller(frame: FrameType | None) -> Place:
    """Where the caller of a public method stands."""
    outside = frame.f_back if frame is not None else None
    if outside is None:
        return Place("", 0)
    path = Path(outside.f_code.co_filename)
    here = Path.cwd()
    shown = path.relative_to(here) if path.is_relative_to(here) else path
    return Place(shown.as_posix(), outside.f_lineno)


def written(duration: Duration | None) -> str | None:
    """A duration as files write it."""
    if duration is None or isinstance(duration, str):
        return duration
    seconds = duration.total_seconds() if isinstance(duration, timedelta) else float(duration)
    return f"{seconds:f}s"


def policy(retry: Retry) -> dict[str, Any]:
    """A retry policy as files write it."""
    if isinstance(retry, RetryPolicy):
        backoff = retry.backoff
        return {
            "max_retries": retry.max_retries,
            "backoff": {
                "kind": str(backoff.kind),
                "base": written(backoff.base_s),
                "factor": backoff.factor,
                "cap": written(backoff.cap_s),
            },
        }
    return dict(retry)


def source(given: object, reader: Reader, place: Place) -> SdlSource | None:
    """SDL as text, whatever it was given as."""
    if isinstance(given, SdlSource):
        return given
    if isinstance(given, str):
        return SdlSource("<schema>", given)
    if isinstance(given, Path):
        try:
            return SdlSource(given.as_posix(), given.read_text("utf-8-sig"))
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            said = f'the schema file "{given.as_posix()}" cannot be read: {reason}'
            reader.note(place.text(""), said, "Paths are relative to the current folder.")
            return None
    reader.note(
        place.text(""),
        f"the schema is of type {type(given).__name__}",
        "Give SDL text, a pathlib.Path, or several.",
    )
    return None
