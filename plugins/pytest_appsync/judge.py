"""What a test must not leave behind: broken invariants, and faults that never struck."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from appsync_emu.core.checks import INVARIANTS, Violation, check_subscriber
from appsync_emu.core.traces import status_lines
from pytest_appsync.faults import described
from pytest_appsync.values import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_appsync.core import HarnessCore
    from pytest_appsync.settings import Opened
    from pytest_appsync.subscriber import SubscriberView

__all__ = ["NAMES", "judge"]

NAMES = (*INVARIANTS, "effects-once", "context-complete", "subscriber-truth", "inert")
"""What ``allow`` can name, beside the faults of the test."""


def judge(made: Opened) -> None:
    """Fail the test when something is wrong that its marker does not allow."""
    __tracebackhide__ = True
    harness, allow = made.harness, made.allow
    known = (*NAMES, *(fault.id for fault in harness.faults))
    for name in allow:
        if name not in known:
            near = did_you_mean(name, known)
            pytest.fail(
                f"allow names {name!r}, which is no invariant and no fault{near}", pytrace=False
            )
    wrong = [str(found) for found in _violations(harness) if found.invariant not in allow]
    if "inert" not in allow:
        wrong += [
            f"inert: the fault {fault.id!r} never struck ({described(fault.fault)}); if that is"
            f" meant, allow=[{fault.id!r}]"
            for fault in harness.faults
            if not fault.struck and fault.fault.strike.chance == 1 and fault.id not in allow
        ]
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)


def _violations(harness: HarnessCore) -> Iterator[Violation]:
    settled = harness.clock.still and harness.emulator.dispatcher.live == 0
    yield from harness.emulator.check(settled=settled)
    for subscriber in harness.subscribers:
        yield from _of_subscriber(harness, subscriber)


def _of_subscriber(harness: HarnessCore, subscriber: SubscriberView) -> Iterator[Violation]:
    """A subscriber of the trace field must have seen the journal's statuses, and in order."""
    names = harness.emulator.api.trace
    if names.subscription is None or subscriber.field != names.subscription.partition(".")[2]:
        return
    published = [line.named(names.fields, "") for line in status_lines(harness.journal.records)]
    for line in published:
        del line[names.fields.timestamp]
    seen = [
        {name: value for name, value in line.items() if name != names.fields.timestamp}
        for line in subscriber.data
        if line is not None
    ]
    yield from check_subscriber(seen, published)
