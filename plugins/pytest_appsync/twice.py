"""``--appsync-check-determinism``: a test that passed runs once more, and must do the same again.

Registered as a plugin of its own where the flag is given. Scenario files are run twice by their
item; a test on a real socket is not, because its clients are no part of the emulator.
"""

from __future__ import annotations

from itertools import zip_longest

import pytest
from _pytest.runner import runtestprotocol  # what plugins run a test again with

from pytest_appsync.plugin import CURRENT, JOURNALS, OPENED

__all__ = ["compare", "pytest_runtest_protocol"]

FIXTURES = frozenset({"appsync", "appsync_async"})


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Run the test, its fixtures included, twice; a first run that fails is told as it is."""
    if not FIXTURES & set(getattr(item, "fixturenames", ())):
        return None
    item.config.stash[CURRENT] = item
    item.stash[JOURNALS] = []
    hook = item.ihook
    hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, nextitem=nextitem, log=False)
    if item.stash[JOURNALS] and all(report.passed for report in reports):
        item.user_properties.clear()
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
    for report in reports:
        hook.pytest_runtest_logreport(report=report)
    hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def compare(item: pytest.Item) -> None:
    """Keep the journals of the first run; after the second, fail where it did something else."""
    __tracebackhide__ = True
    from appsync_emu.scenario.run import first_difference  # noqa: PLC0415 - only where it is used

    runs = item.stash[JOURNALS]
    runs.append([made.harness.journal.dump() for made in item.stash[OPENED]])
    if len(runs) == 1:
        return
    for first, second in zip_longest(*runs, fillvalue=""):
        differs = first_difference(first, second)
        if differs is not None:
            pytest.fail(f"not deterministic: of two runs with one seed, {differs}", pytrace=False)
