"""What the invariants say of everything that a harness saw."""

from __future__ import annotations

from typing import TYPE_CHECKING

from appsync_emu.core.checks import Violation, check_subscriber
from appsync_emu.core.traces import status_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from appsync_emu.testing.core import HarnessCore
    from appsync_emu.testing.subscriber import SubscriberView

__all__ = ["violations"]


def violations(harness: HarnessCore) -> Iterator[Violation]:
    """Broken invariants of the journal, and of what each subscriber of the traces saw."""
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
