"""What the invariants say of everything that a harness saw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from appsync_emu.core.hearing import Disorder, check_heard, disorder_of
from appsync_emu.core.traces import status_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from appsync_emu.core.checks import Violation
    from appsync_emu.testing.core import HarnessCore
    from appsync_emu.testing.subscriber import SubscriberView

__all__ = ["WITNESSES", "ensure", "leave", "violations"]

WITNESSES: list[Callable[[HarnessCore, BaseException | None], None]] = []
"""Called with each harness that is left, and what went wrong in it, if anything did."""


def ensure(harness: HarnessCore) -> None:
    """Raise an ``AssertionError`` that tells every broken invariant, if there are any."""
    __tracebackhide__ = True
    wrong = dict.fromkeys(str(found) for found in violations(harness))
    if wrong:
        raise AssertionError("\n".join(wrong))


def leave(harness: HarnessCore, error: BaseException | None) -> None:
    """Show a harness to the witnesses, then close it."""
    try:
        for witness in WITNESSES:
            witness(harness, error)
    finally:
        harness.close()


def violations(harness: HarnessCore) -> Iterator[Violation]:
    """Broken invariants of the journal, and of what each subscriber of the traces saw."""
    # Whatever is under way while nothing more can happen will never end.
    yield from harness.emulator.check(settled=harness.clock.still)
    for subscriber in harness.subscribers:
        yield from _of_subscriber(harness, subscriber)


def _of_subscriber(harness: HarnessCore, subscriber: SubscriberView) -> Iterator[Violation]:
    """A subscriber of the trace field must have seen the journal's statuses, and in order."""
    names = harness.emulator.api.trace
    if names.subscription is None or subscriber.field != names.subscription.partition(".")[2]:
        return
    fields = names.fields
    records = harness.journal.records
    published = [line.named(fields, "") for line in status_lines(records)]
    for line in published:
        del line[fields.timestamp]

    def timeless(line: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in line.items() if name != fields.timestamp}

    seen = [timeless(line) for line in subscriber.data if line is not None]
    disorder = disorder_of(records, subscriber.label)
    yield from check_heard(seen, published, disorder, fields.trace_id)
    if subscriber.trace_id is not None:
        mine = [line for line in published if line[fields.trace_id] == subscriber.trace_id]
        known = [timeless(line) for line in subscriber.lines]
        yield from check_heard(known, mine, Disorder(shuffled=True), fields.trace_id)
