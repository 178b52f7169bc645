"""The one journal: everything that happened, appended once, read by many.

Followers are called for each record as it is appended. A server that runs for long may forget
the traces that ended longest ago; a test keeps all.
"""

from __future__ import annotations

import json
import logging
from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from appsync_emu.core.records import (
    CommandAccepted,
    DeadLetterDiscarded,
    DeadLetterRedriven,
    DeliveryAccepted,
    EventPublished,
    to_json,
    trace_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Container, Sequence

    from appsync_emu.core.records import Record

    Follower: TypeAlias = Callable[[Record], None]

__all__ = ["Journal"]

STRAYS_MAX = 10_000
"""Records of no trace that a journal keeps which forgets."""

_LOG = logging.getLogger(__name__)
_RESTING_OR_RISING = frozenset(
    (DeliveryAccepted, DeadLetterRedriven, DeadLetterDiscarded, CommandAccepted, EventPublished)
)


class Journal:
    """Append-only, in memory.

    Args:
        ended_traces_max: how many ended traces are kept; ``None`` keeps all.

    Attributes:
        pinned: traces that must not be forgotten (those with dead letters).
    """

    def __init__(self, ended_traces_max: int | None = None) -> None:
        self._records: dict[int, Record] = {}  # by number, in order: the oldest go one by one
        self._last = 0
        self._numbers: dict[str, list[int]] = {}  # by trace, where traces are forgotten
        self._by_trace: dict[str, list[Record]] = {}
        self._followers: list[Follower] = []
        self._ended: dict[str, int] = {}  # traces at rest, and the record that was the last then
        self._oldest: deque[tuple[str, int]] = deque()  # the same, longest ago first, some outdated
        self._strays: deque[int] = deque()  # numbers of records of no trace
        self._held: set[str] = set()  # ended, but pinned
        self._ended_max = ended_traces_max
        self.pinned: Container[str] = ()

    def append(self, record: Record) -> None:
        """Add a record, then tell the followers."""
        self._last = number = self._last + 1
        self._records[number] = record
        trace_id = trace_of(record)
        if trace_id is None:
            self._forget_strays(number)
        else:
            of_trace = self._by_trace.get(trace_id)
            if of_trace is None:
                self._by_trace[trace_id] = [record]
            else:
                of_trace.append(record)
            if self._ended_max is not None:
                self._numbers.setdefault(trace_id, []).append(number)
                if type(record) in _RESTING_OR_RISING:
                    self._rest_or_rise(trace_id, record)
        for follower in self._followers:
            try:
                follower(record)
            except Exception:  # noqa: BLE001 - the journal does not depend on its readers
                _LOG.exception("a follower of the journal failed at %s", type(record).__name__)

    def follow(self, follower: Follower) -> None:
        """Call ``follower`` for every record from now on."""
        self._followers.append(follower)

    @property
    def records(self) -> Sequence[Record]:
        """All records that are kept, oldest first."""
        return list(self._records.values())

    def of_trace(self, trace_id: str) -> Sequence[Record]:
        """The records of a trace, oldest first; empty for an unknown id."""
        return self._by_trace.get(trace_id, ())

    @property
    def traces(self) -> Collection[str]:
        """Ids of all traces that are kept, in the order in which they began."""
        return self._by_trace.keys()

    def newest(self, limit: int) -> list[str]:
        """Ids of the traces that began last, newest first; the others cost nothing."""
        return [*islice(reversed(self._by_trace), limit)]

    def trace_ended(self, trace_id: str) -> None:
        """The trace came to rest; a bounded journal may forget it from now on."""
        if self._ended_max is None:
            return
        if trace_id in self.pinned:
            self._held.add(trace_id)
            return
        self._ended[trace_id] = self._last
        self._oldest.append((trace_id, self._last))
        if len(self._oldest) > 2 * self._ended_max + 2:  # a few traces that went on again and again
            self._oldest = deque(self._ended.items())
        while len(self._ended) > self._ended_max:
            oldest, last = self._oldest.popleft()
            if self._ended.get(oldest) != last:
                continue  # it went on since
            del self._ended[oldest]
            self._by_trace.pop(oldest, None)
            for number in self._numbers.pop(oldest, ()):
                del self._records[number]

    def _forget_strays(self, number: int) -> None:
        """Records of no trace are many where fields call functions: the newest are kept."""
        if self._ended_max is None:
            return
        self._strays.append(number)
        if len(self._strays) > STRAYS_MAX:
            del self._records[self._strays.popleft()]

    def _rest_or_rise(self, trace_id: str, record: Record) -> None:
        """A trace may go on after its end; and it may be at rest without a delivery's end."""
        match record:
            case DeliveryAccepted() | DeadLetterRedriven():
                self._ended.pop(trace_id, None)
                self._held.discard(trace_id)
            case DeadLetterDiscarded():
                if trace_id in self._held and trace_id not in self.pinned:
                    self._held.discard(trace_id)
                    self.trace_ended(trace_id)
            case CommandAccepted(components=()) | EventPublished(components=()):
                if len(self._by_trace[trace_id]) == 1:
                    self.trace_ended(trace_id)  # nobody listens: it ends as it begins
            case _:
                pass

    @property
    def last(self) -> int:
        """The number of the newest record, from 1; those that were forgotten count."""
        return self._last

    def dump(self, *, after: int = 0, trace_id: str | None = None) -> str:
        """The journal as JSON lines: the same seed and the same calls give the same bytes.

        Args:
            after: leaves out the records up to this number.
            trace_id: leaves out the records of other traces, and of none.
        """
        lines = (
            json.dumps(to_json(record), ensure_ascii=False, separators=(",", ":"), default=str)
            for number, record in self._records.items()
            if number > after and trace_id in (None, trace_of(record))
        )
        return "".join(f"{line}\n" for line in lines)
