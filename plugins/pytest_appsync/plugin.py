"""What pytest loads: fixtures, marker, options and hooks.

This module imports pytest and nothing else; everything heavy waits for the first fixture that is
used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path
    from typing import Any

    from appsync_emu.core.api import Api
    from appsync_emu.testing.harness import AsyncHarness, Harness
    from pytest_appsync.files import ScenarioFile
    from pytest_appsync.served import ServerHarness
    from pytest_appsync.settings import Opened

MARKER = (
    "appsync(seed=, retry=, clock=, allow=[...], scenario=): settings of the emulator for one test:"
    " the seed, retry policy words (max_retries, backoff, base, factor, cap), the time at which"
    " virtual time begins, names of invariants or faults that may be broken or inert, and a"
    " scenario file beside the test, whose faults are armed and whose settings are taken."
)


SEEDED = ("appsync", "appsync_async", "appsync_server", "appsync_factory")
"""The fixtures that have a seed."""

NUMBER = "appsync_seed_number"
"""The parameter of a test that runs with many seeds."""

OPENED: pytest.StashKey[list[Opened]] = pytest.StashKey()
"""The harnesses of a test, while it runs."""

FAILED: pytest.StashKey[Opened] = pytest.StashKey()
"""The harness of a ``with appsync_factory()`` block that failed last in a test."""

JOURNALS: pytest.StashKey[list[list[str]]] = pytest.StashKey()
"""The journals of a test that runs twice: a list for each run."""

CURRENT: pytest.StashKey[pytest.Item] = pytest.StashKey()
"""The test that runs, in the stash of the configuration."""


class Hooks:
    """Hooks that a ``conftest.py`` can implement."""

    @pytest.hookspec(firstresult=True)
    def pytest_appsync_api(self, config: pytest.Config) -> Api | None:
        """The API to test, loaded, or ``None`` to leave that to others."""


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare the hook for ``conftest.py``."""
    pluginmanager.add_hookspecs(Hooks)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare ini options and flags."""
    parser.addini(
        "appsync_config",
        "path of appsync.yaml, relative to the ini file; by default it is looked for in the"
        " test's folder and those above it",
        default="",
    )
    parser.addini("appsync_seed", "each test's seed is a hash of this and its node id", default="0")
    parser.addini(
        "appsync_scenarios",
        "globs of scenario files, which are collected as tests; empty collects none",
        type="args",
        default=["*.appsync.yaml"],
    )
    group = parser.getgroup("appsync", "appsync-emu")
    group.addoption(
        "--appsync-seed",
        metavar="N|random",
        help="overrides the ini option appsync_seed; the first seed of scenario files",
    )
    group.addoption(
        "--appsync-seeds",
        metavar="N",
        type=_count,
        help="run every scenario file, and every test that uses a fixture, with N seeds",
    )
    group.addoption(
        "--appsync-timeline",
        choices=("failed", "all", "none"),
        default="failed",
        help="which tests show what happened in the emulator (default: failed)",
    )
    group.addoption(
        "--appsync-report",
        metavar="DIR",
        help="write the journal of every failure, and the smallest scenario that fails, into DIR",
    )
    group.addoption(
        "--appsync-check-determinism",
        action="store_true",
        help="run every scenario file and every test in virtual time twice; compare the journals",
    )


def _count(said: str) -> int:
    """A number of seeds; ``ValueError`` is what argparse tells the user about."""
    number = int(said)
    if number < 1:
        raise ValueError(said)
    return number


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker; draw the seed where one has to be drawn."""
    config.addinivalue_line("markers", MARKER)
    if config.getoption("appsync_check_determinism"):
        from pytest_appsync import twice  # noqa: PLC0415 - only where it is used

        config.pluginmanager.register(twice, "appsync-twice")
    if config.getoption("appsync_seed") is not None:
        from pytest_appsync.settings import base_seed  # noqa: PLC0415 - only where it is used

        base_seed(config)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ScenarioFile | None:
    """Collect a scenario file."""
    if not any(file_path.match(glob) for glob in parent.config.getini("appsync_scenarios") if glob):
        return None
    from pytest_appsync.files import ScenarioFile  # noqa: PLC0415 - only where it is used

    file: ScenarioFile = ScenarioFile.from_parent(parent, path=file_path)
    return file


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test with many seeds, where that was asked for and its marker does not say which."""
    count = metafunc.config.getoption("appsync_seeds")
    if count is None or not set(SEEDED) & set(metafunc.fixturenames):
        return
    markers = metafunc.definition.iter_markers("appsync")
    if any("seed" in marker.kwargs for marker in markers):
        return
    metafunc.fixturenames.append(NUMBER)  # no fixture: it tells the copies of the test apart
    numbers = range(1, count + 1)
    metafunc.parametrize(NUMBER, numbers, ids=[f"seed-{number}" for number in numbers])


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:  # noqa: ANN401 - pytest-xdist's WorkerController
    """Hand the seed to a worker of pytest-xdist."""
    if node.config.getoption("appsync_seed") is not None:
        from pytest_appsync.settings import base_seed  # noqa: PLC0415 - only where it is used

        node.workerinput["appsync_seed"] = base_seed(node.config)


def pytest_report_header(config: pytest.Config) -> str | None:
    """Tell the seed that was asked for."""
    if config.getoption("appsync_seed") is None:
        return None
    from pytest_appsync.settings import base_seed  # noqa: PLC0415 - only where it is used

    return f"appsync: --appsync-seed {base_seed(config)}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    """Know which test runs: a block of ``appsync_factory`` that fails is shown with it."""
    item.config.stash[CURRENT] = item
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Judge what the test did: after its body, and still inside the test."""
    result = yield
    if item.stash.get(OPENED, None):
        from pytest_appsync.judge import judge  # noqa: PLC0415 - only where it is used

        for made in item.stash[OPENED]:
            judge(made)
        if JOURNALS in item.stash:
            from pytest_appsync.twice import compare  # noqa: PLC0415 - only where it is used

            compare(item)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what happened in the emulator."""
    held = item.stash.get(OPENED, None) or FAILED in item.stash
    if held and call.excinfo is not None:
        from pytest_appsync.sections import end_at_the_test  # noqa: PLC0415 - only where it is used

        end_at_the_test(item, call.excinfo.value)
    report = yield
    if held and (report.failed or report.when == "call"):
        from pytest_appsync.sections import add_sections  # noqa: PLC0415 - only where it is used

        add_sections(item, report, call.excinfo.value if call.excinfo is not None else None)
    return report


@pytest.fixture(scope="session")
def appsync_api(request: pytest.FixtureRequest) -> Api | None:
    """The API that is tested; override it to test another.

    It is what the hook ``pytest_appsync_api`` or the ini option ``appsync_config`` names, else
    the ``appsync.yaml`` that the tests have nearest to them; ``None`` when they have several, in
    which case each test gets its own.
    """
    from pytest_appsync.apis import session_api  # noqa: PLC0415 - only where it is used

    return session_api(request)


@pytest.fixture(scope="session")
def appsync_settings() -> Mapping[str, Any]:
    """Settings of every test, in the words of the marker; override it to change them."""
    return {}


@pytest.fixture
def appsync(
    request: pytest.FixtureRequest, appsync_api: Api | None, appsync_settings: Mapping[str, Any]
) -> Iterator[Harness]:
    """An emulator of the API in virtual time, for tests without ``await``."""
    from pytest_appsync.settings import opened  # noqa: PLC0415 - only where it is used

    yield from opened(request, "Harness", appsync_api, appsync_settings)


@pytest.fixture
def appsync_async(
    request: pytest.FixtureRequest, appsync_api: Api | None, appsync_settings: Mapping[str, Any]
) -> Iterator[AsyncHarness]:
    """An emulator of the API in virtual time, on the loop of an ``async def`` test."""
    from pytest_appsync.settings import opened  # noqa: PLC0415 - only where it is used

    yield from opened(request, "AsyncHarness", appsync_api, appsync_settings)


@pytest.fixture
def appsync_server(
    request: pytest.FixtureRequest, appsync_api: Api | None, appsync_settings: Mapping[str, Any]
) -> Iterator[ServerHarness]:
    """An emulator of the API in virtual time, on a free port of this machine."""
    from pytest_appsync.settings import opened  # noqa: PLC0415 - only where it is used

    yield from opened(request, "ServerHarness", appsync_api, appsync_settings)


@pytest.fixture(scope="session")
def appsync_factory(
    request: pytest.FixtureRequest, appsync_api: Api | None, appsync_settings: Mapping[str, Any]
) -> Callable[..., AbstractContextManager[Harness]]:
    """Emulators, as many as a test wants, each in a ``with`` block of its own.

    ``with appsync_factory(seed=7) as appsync:`` takes the words of the marker, and ``api=`` for
    another API. Invariants are checked at the end of the block. Use it inside Hypothesis'
    ``@given`` and in fixtures of wider scope.
    """
    from pytest_appsync.settings import factory  # noqa: PLC0415 - only where it is used

    return factory(request, appsync_api, appsync_settings)
