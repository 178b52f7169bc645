"""What a test must not leave behind: broken invariants, and faults that never struck."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from appsync_emu.core.checks import INVARIANTS
from appsync_emu.testing.faults import described
from appsync_emu.testing.values import did_you_mean
from appsync_emu.testing.violations import violations

if TYPE_CHECKING:
    from pytest_appsync.settings import Opened

__all__ = ["NAMES", "judge"]

NAMES = (*INVARIANTS, "effects-once", "context-complete", "subscriber-truth", "inert")
"""What ``allow`` can name, beside the faults of the test."""


def judge(made: Opened) -> None:
    """Fail the test when something is wrong that its marker does not allow."""
    __tracebackhide__ = True
    harness, allow = made.harness, made.allow
    known = (*NAMES, *(fault.id for fault in harness.faults), *harness.waiting)
    for name in allow:
        if name not in known:
            near = did_you_mean(name, known)
            pytest.fail(
                f"allow names {name!r}, which is no invariant and no fault{near}", pytrace=False
            )
    wrong = [str(found) for found in violations(harness) if found.invariant not in allow]
    if "inert" not in allow:
        wrong += [
            f"inert: the fault {fault.id!r} never struck ({described(fault.fault)}); if that is"
            f" meant, allow=[{fault.id!r}]"
            for fault in harness.faults
            if not fault.struck and fault.fault.strike.chance == 1 and fault.id not in allow
        ]
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)
