"""From what a scenario file says of its API to the API itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from appsync_emu.config.handlers import HandlerRefusedError, Handlers
from appsync_emu.config.load import FILE_NAME
from appsync_emu.config.load import load as load_api
from appsync_emu.config.readers import Reader
from appsync_emu.config.registry import Registry
from appsync_emu.config.schemafiles import read_schema_files
from appsync_emu.config.yamlfile import List, Scalar
from appsync_emu.errors import Mistake, UsageError
from appsync_emu.graph.schema import build

if TYPE_CHECKING:
    from appsync_emu.core.api import Api, SdlSource
    from appsync_emu.graph.schema import Schema
    from appsync_emu.scenario.model import Scenario

__all__ = ["api_for"]


def api_for(scenario: Scenario) -> tuple[Api, Schema]:
    """The API that a scenario is run against, and its schema.

    Args:
        scenario: its paths are relative to its own folder, and modules are imported from there.

    Raises:
        UsageError: there is none, or it has mistakes.
    """
    choice = scenario.api
    if choice.handlers is not None:
        api = _registry(scenario, choice.handlers).api(_schema_files(scenario))
        return api, build(api.schema)
    folder = Path(scenario.path).parent
    if choice.config is not None:
        place = folder / choice.config
        if not place.exists():
            raise _mistake(
                scenario,
                f'there is no "{place.as_posix()}"',
                '"config" of "api" is relative to the folder of this file.',
            )
        api = load_api(place)
    else:
        api = load_api(_nearest(scenario, folder))
    return api, build(api.schema)


def _mistake(scenario: Scenario, message: str, remedy: str) -> UsageError:
    line = scenario.api.line or scenario.line
    return UsageError(Mistake(file=scenario.path, line=line, message=message, remedy=remedy))


def _nearest(scenario: Scenario, folder: Path) -> Path:
    """The ``appsync.yaml`` in the file's folder, or in the first one above it that has one."""
    whole = folder.absolute()
    for up in (whole, *whole.parents):
        if (up / FILE_NAME).is_file():
            here = Path.cwd()
            place = up / FILE_NAME
            return place.relative_to(here) if place.is_relative_to(here) else place
    raise _mistake(
        scenario,
        f"no API is named, and there is no {FILE_NAME} in this folder or above it",
        "Write api: {config: path/to/appsync.yaml}.",
    )


def _registry(scenario: Scenario, path: str) -> Registry:
    """The object that ``module:object`` names."""
    try:
        found = Handlers(Path(scenario.path).parent.resolve()).locate(path, "registry")
    except HandlerRefusedError as refused:
        raise _mistake(
            scenario, f'"handlers" of "api": {refused.message}', refused.remedy
        ) from refused
    if isinstance(found, Registry):
        return found
    raise _mistake(
        scenario,
        f'"handlers" of "api" names "{path}", which is of type {type(found).__name__}',
        "Name an appsync_emu.Registry; an API with an appsync.yaml is api: {config: ...}.",
    )


def _schema_files(scenario: Scenario) -> tuple[SdlSource, ...]:
    """The SDL, read as an ``appsync.yaml`` in the same folder would read it."""
    folder = Path(scenario.path).parent
    line = scenario.api.line

    def scalar(text: str) -> Scalar:
        return Scalar(file=scenario.path, line=line, column=0, text=text, plain=False)

    items = tuple(scalar(text) for text in scenario.api.schema)
    node = List(file=scenario.path, line=line, column=0, items=items)
    reader = Reader()
    sources = read_schema_files(reader, node, node, folder.resolve(), folder)
    if reader.mistakes:
        raise UsageError(reader.mistakes)
    return sources
