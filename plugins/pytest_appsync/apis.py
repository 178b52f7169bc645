"""Which API a test is about, and each API loaded once."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from appsync_emu.config.load import FILE_NAME, load
from appsync_emu.errors import UsageError
from appsync_emu.graph.schema import build

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator
    from pathlib import Path

    import pluggy

    from appsync_emu.core.api import Api
    from appsync_emu.graph.schema import Schema
    from appsync_emu.scenario.world import LoadedApi

__all__ = ["Apis", "api_of", "apis_of", "own_api", "session_api"]

MISSING = """\
There is no API to test: no {file} in {folder} or above it.

Do one of these:
  * write an {file} (`appsync-emu init` makes a small one that works);
  * say where it is, in pytest's ini file:  appsync_config = path/to/{file}
  * override the fixture in a conftest.py:

        @pytest.fixture(scope="session")
        def appsync_api():
            return appsync_emu.load("path/to/{file}")
"""


class Apis:
    """The APIs of a test run: each loaded once, and its schema built once."""

    def __init__(self) -> None:
        self._loaded: dict[Path, Api] = {}
        self._schemas: dict[int, tuple[Api, Schema]] = {}
        self._scenarios: dict[Hashable, LoadedApi] = {}

    def load(self, path: Path) -> Api:
        """The API of a file; its mistakes fail whoever asks, without a traceback."""
        if path not in self._loaded:
            with _told():
                self._loaded[path] = load(path)
        return self._loaded[path]

    def schema(self, api: Api) -> Schema:
        """The built schema of an API, which all its emulators share."""
        held = self._schemas.get(id(api))
        if held is None or held[0] is not api:
            held = self._schemas[id(api)] = (api, build(api.schema))
        return held[1]

    def scenario(self, key: Hashable, load: Callable[[], LoadedApi]) -> LoadedApi:
        """An API that scenario files name themselves, loaded by the first of them."""
        if key not in self._scenarios:
            self._scenarios[key] = load()
        return self._scenarios[key]


_APIS = pytest.StashKey[Apis]()


def apis_of(config: pytest.Config) -> Apis:
    """The APIs of this run."""
    return config.stash.setdefault(_APIS, Apis())


def session_api(request: pytest.FixtureRequest) -> Api | None:
    """What the fixture ``appsync_api`` is unless it is overridden."""
    config = request.config
    told = _hooked(config.hook, config)
    if told is not None:
        return told
    named = _named(config)
    if named is not None:
        return named
    # Scenario files find theirs by themselves.
    tests = (item for item in request.session.items if isinstance(item, pytest.Function))
    folders = {item.path.parent for item in tests}
    found = {_nearest(folder, config) for folder in folders}
    found.discard(None)
    (path,) = found if len(found) == 1 else (None,)
    return apis_of(config).load(path) if path is not None else None


def own_api(item: pytest.Item) -> Api | None:
    """The API of an item that has no fixtures: from the hook, the ini file, or nearest to it."""
    told = _hooked(item.ihook, item.config)
    if told is not None:
        return told
    named = _named(item.config)
    if named is not None:
        return named
    path = _nearest(item.path.parent, item.config)
    return apis_of(item.config).load(path) if path is not None else None


def api_of(item: pytest.Item, told: Api | None) -> Api:
    """The API of a test: ``told``, or the one whose file is nearest to the test."""
    if told is not None:
        return told
    path = _nearest(item.path.parent, item.config)
    if path is None:
        pytest.fail(MISSING.format(file=FILE_NAME, folder=item.path.parent), pytrace=False)
    return apis_of(item.config).load(path)


@contextmanager
def _told() -> Iterator[None]:
    """Mistakes of an API fail whoever asks for it, without a traceback."""
    try:
        yield
    except UsageError as mistakes:
        text = f"the API cannot be loaded:\n{mistakes}"
        raise pytest.fail.Exception(text, pytrace=False) from None


def _hooked(hook: pluggy.HookRelay, config: pytest.Config) -> Api | None:
    """The API that a ``conftest.py`` says."""
    with _told():
        told: Api | None = hook.pytest_appsync_api(config=config)
    return told


def _named(config: pytest.Config) -> Api | None:
    """The API that the ini file names."""
    named = str(config.getini("appsync_config"))
    if not named:
        return None
    base = config.inipath.parent if config.inipath else config.rootpath
    return apis_of(config).load(base / named)


def _nearest(folder: Path, config: pytest.Config) -> Path | None:
    """The file in ``folder`` or above it, but not above the root of the test run."""
    for place in (folder, *folder.parents):
        if (place / FILE_NAME).is_file():
            return place / FILE_NAME
        if place == config.rootpath:
            break
    return None
