"""Loads an API from its file; every mistake in it is told at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from appsync_emu.config.native import read_api
from appsync_emu.config.readers import Reader
from appsync_emu.config.yamlfile import read
from appsync_emu.errors import Mistake, UsageError

if TYPE_CHECKING:
    from appsync_emu.core.api import Api

__all__ = ["FILE_NAME", "load"]

FILE_NAME = "appsync.yaml"


def load(path: str | Path = FILE_NAME) -> Api:
    """Load and check the API that a file describes.

    Args:
        path: an ``appsync.yaml``, or a folder with one.

    Raises:
        UsageError: the file, the schema or a handler has mistakes; ``mistakes`` holds all of them,
            each with file, line, column and remedy.
    """
    place = Path(path)
    if place.is_dir():
        place /= FILE_NAME
    shown = place.as_posix()
    document = read(place, shown)
    reader = Reader(list(document.mistakes))
    api = None
    if document.root is not None:
        api = read_api(reader, document.root, place.parent.resolve(), place.parent)
    elif not reader.mistakes:
        reader.mistakes.append(
            Mistake(
                file=shown,
                line=1,
                message="the file is empty",
                remedy="Run `appsync-emu init` in an empty folder to see a small one.",
            )
        )
    if api is None or reader.mistakes:
        raise UsageError(_in_reading_order(reader.mistakes, shown))
    return api


def _in_reading_order(mistakes: list[Mistake], first: str) -> list[Mistake]:
    """Those of the file itself first, then file by file, each from top to bottom, none twice."""
    return sorted(
        dict.fromkeys(mistakes),
        key=lambda mistake: (mistake.file != first, mistake.file, mistake.line, mistake.column),
    )
