"""A test that broke an invariant, told as a scenario file and made as small as it goes."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from appsync_emu.errors import UsageError
from appsync_emu.scenario.load import load
from appsync_emu.scenario.outcome import Kind
from appsync_emu.scenario.run import run_seed
from appsync_emu.scenario.world import LoadedApi
from appsync_emu.scenario.write import smallest

if TYPE_CHECKING:
    from appsync_emu.testing.core import HarnessCore

__all__ = ["smallest_scenario"]

_HOW = "# Put it beside your appsync.yaml, named *.appsync.yaml; then it is a test of its own.\n"


def smallest_scenario(harness: HarnessCore) -> str | None:
    """The smallest scenario file that breaks what the test broke.

    Args:
        harness: the harness of the test, open or closed.

    Returns:
        ``None`` where there is none: what the test did has no words in scenario files, a scenario
        that does the same does not fail, or Hypothesis is missing, with which tests are retold.
    """
    try:
        from appsync_emu.strategies import scenario_file  # noqa: PLC0415 - an extra
    except ImportError:
        return None
    text = scenario_file(harness).replace("Found by Hypothesis", "Found by a test", 1)
    with TemporaryDirectory() as folder:
        path = Path(folder, "found.appsync.yaml")
        path.write_text(text, "utf-8")
        try:
            scenario = load(path)
        except UsageError:
            return None
        emulator = harness.emulator
        source = LoadedApi(api=emulator.api, schema=emulator.schema)
        outcome = run_seed(scenario, source, harness.seed)
        if not any(one.kind in {Kind.INVARIANT, Kind.LIVENESS} for one in outcome.findings):
            return None
        small = smallest(scenario, source, outcome, write=False)
    return None if small is None else _HOW + small.text
