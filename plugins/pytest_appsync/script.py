"""``scenario="flaky.appsync.yaml"`` in a marker: faults and settings of a file beside a test."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from appsync_emu.errors import UsageError
from appsync_emu.scenario.check import check_against
from appsync_emu.scenario.world import LoadedApi, loaded
from pytest_appsync.apis import MISSING, apis_of, own_api
from pytest_appsync.scenarios import loaded_file, named_api

if TYPE_CHECKING:
    from collections.abc import Callable

    from appsync_emu.core.api import Api
    from appsync_emu.testing.core import HarnessCore

__all__ = ["Script"]


class Script:
    """What a test takes from a scenario file; the steps are the test's own.

    Args:
        item: the test.
        said: the file, relative to the test's folder.

    Raises:
        UsageError: there is no such file, or it has mistakes.

    Attributes:
        start_ns: where virtual time begins.
        allowed: invariants that the file excepts, and faults of which it expects a number of
            strikes, so that they need not strike here.
    """

    def __init__(self, item: pytest.Item, said: object) -> None:
        if not isinstance(said, str | Path):
            raise UsageError(f"scenario is {said!r}; it is the path of a file beside the test")
        self._item = item
        self._scenario = loaded_file(item.path.parent / said)
        self.start_ns = self._scenario.start_ns
        expect = self._scenario.expect
        self.allowed = (*expect.allowed, *(wanted.fault for wanted in expect.faults))

    def api(self, told: Callable[[], Api | None]) -> Api:
        """The API of the test, with what the file says of retries and dead letters.

        Args:
            told: the API that the test has from its fixtures; the file's own where it has none.

        Raises:
            UsageError: the file speaks of things that the API does not have.
        """
        scenario, config = self._scenario, self._item.config
        found = told() or own_api(self._item)
        if found is not None:
            source = LoadedApi(api=found, schema=apis_of(config).schema(found))
        else:
            named = named_api(config, scenario)
            if named is None:
                pytest.fail(
                    MISSING.format(file="appsync.yaml", folder=self._item.path.parent),
                    pytrace=False,
                )
            source = named
        mistakes = check_against(scenario, source.api, source.schema)
        if mistakes:
            raise UsageError(mistakes)
        return loaded(scenario, source).api

    def begin(self, harness: HarnessCore) -> None:
        """Arm the faults; those that a step of the file arms wait for ``appsync.arm(id)``."""
        harness.give_up_s = self._scenario.give_up_after_s
        for one in self._scenario.faults:
            if one.armed:
                harness._arm(one.fault)  # noqa: SLF001 - the fault is made already
            else:
                harness.waiting[one.fault.fault_id] = one.fault
