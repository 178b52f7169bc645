"""The deliveries that have not ended, and the traces that they keep open."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from appsync_emu.engine.runs import Run

__all__ = ["DELIVERIES_PER_TRACE_MAX", "Live"]

DELIVERIES_PER_TRACE_MAX = 10_000
"""A trace that starts more is a loop of events; the next one is refused."""

TRACES_COUNTED_MAX = 10_000


class Live:
    """Runs under way, in the order in which they came."""

    def __init__(self) -> None:
        self._runs: dict[Run, None] = {}
        self._of_trace: Counter[str] = Counter()
        self._started: dict[str, int] = {}
        self._waiting: dict[str, list[asyncio.Future[None]]] = {}

    def __len__(self) -> int:
        return len(self._runs)

    def __iter__(self) -> Iterator[Run]:
        return iter(self._runs)

    def reserve(self, trace_id: str, deliveries: int) -> bool:
        """Whether a trace may start so many more; counts them when it may."""
        started = self._started.get(trace_id, 0) + deliveries
        if started > DELIVERIES_PER_TRACE_MAX:
            return False
        if deliveries:
            self._started[trace_id] = started
            if len(self._started) > TRACES_COUNTED_MAX:
                del self._started[next(iter(self._started))]
        return True

    def add(self, run: Run) -> None:
        """A delivery is under way."""
        self._runs[run] = None
        self._of_trace[run.facts.trace_id] += 1

    def remove(self, run: Run) -> bool:
        """A delivery has ended; whether its trace has ended with it."""
        del self._runs[run]
        return self.release(run.facts.trace_id)

    def hold(self, trace_id: str) -> None:
        """Something of the trace is under way that is no delivery."""
        self._of_trace[trace_id] += 1

    def release(self, trace_id: str) -> bool:
        """It is not any more; whether the trace has ended with it."""
        self._of_trace[trace_id] -= 1
        if self._of_trace[trace_id]:
            return False
        del self._of_trace[trace_id]
        self._started.pop(trace_id, None)  # a loop of events never lets its trace end
        return True

    def ended(self, trace_id: str) -> asyncio.Future[None]:
        """A future that is done when nothing of the trace is under way."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self._of_trace[trace_id]:
            self._waiting.setdefault(trace_id, []).append(future)
        else:
            future.set_result(None)
        return future

    def tell(self, trace_id: str) -> None:
        """Tell those who wait for the trace that it has ended."""
        for future in self._waiting.pop(trace_id, ()):
            if not future.done():
                future.set_result(None)
