"""Writing statuses into the table that clients read, also while a fault keeps them from it.

What happened is in the journal at once; what a client can read of it is a fold over the journal
(``core/traces.py``). So a status that is kept back changes nothing of the work, and no handler is
ever called again for its sake: the engine has what it could not write, and tries again.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, assert_never

from appsync_emu.core.faults.points import Point
from appsync_emu.core.faults.verdict import (
    PROCEED,
    Close,
    Corrupt,
    Crash,
    Delay,
    Drop,
    Duplicate,
    Fail,
    Hang,
    Outage,
    Proceed,
    Reorder,
    Stale,
)
from appsync_emu.core.records import DeliveryAccepted, DeliveryEnded, StatusWritten
from appsync_emu.engine.strikes import out_of_place

if TYPE_CHECKING:
    from collections.abc import Callable

    from appsync_emu.core.faults.verdict import Verdict
    from appsync_emu.engine.clock import Clock, Timer
    from appsync_emu.engine.journal import Journal
    from appsync_emu.engine.live import Live
    from appsync_emu.engine.runs import Run
    from appsync_emu.engine.strikes import Strikes

__all__ = ["STATUS_RETRY_S", "Statuses"]

NS = 1_000_000_000
STATUS_RETRY_S = 10
"""Seconds until a status that could not be written is tried again."""


class Statuses:
    """Writes statuses, those of one delivery in the order in which they happened.

    Args:
        clock: time.
        strikes: asks the plan of faults.
        journal: where everything is written.
        live: keeps the trace open as long as a status of it waits.
        rest: told of a trace when nothing of it is under way any more.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        strikes: Strikes,
        journal: Journal,
        live: Live,
        rest: Callable[[str], None],
    ) -> None:
        self._clock = clock
        self._strikes = strikes
        self._journal = journal
        self._live = live
        self._rest = rest
        self._kept: dict[str, deque[str]] = {}
        self._timers: dict[str, Timer] = {}

    def write(self, run: Run, record: DeliveryAccepted | DeliveryEnded) -> None:
        """Put what happened into the journal, and try to make it known to clients.

        A copy of a delivery has no status of its own.
        """
        waiting = self._kept.get(run.facts.delivery_id) if self._kept else None
        if waiting is not None:
            self._journal.append(record)
            waiting.append(_status_of(record))
        elif (
            self._strikes.armed_at(Point.STATUS_WRITE)
            and not run.facts.copy
            and self._strikes.meets(run, Point.STATUS_WRITE)
        ):
            status = _status_of(record)
            verdict = self._strikes.verdict(run, Point.STATUS_WRITE, status=status)
            self._journal.append(record)
            if verdict is not PROCEED and not _gets_through(verdict):
                self._kept[run.facts.delivery_id] = deque((status,))
                self._live.hold(run.facts.trace_id)
                self._wait(run, verdict)
        else:
            self._journal.append(record)

    def stop(self) -> None:
        """Try nothing again."""
        for timer in self._timers.values():
            timer.cancel()

    def _wait(self, run: Run, verdict: Verdict) -> None:
        """The write did not get through now: it will later, or is tried again."""
        if isinstance(verdict, Delay):
            self._later(run, verdict.seconds, self._written)
        else:
            after_s = verdict.after_s if isinstance(verdict, Fail) else 0.0
            self._later(run, after_s + STATUS_RETRY_S, self._again)

    def _later(self, run: Run, seconds: float, callback: Callable[[Run], None]) -> None:
        due_ns = self._clock.now_ns() + round(seconds * NS)
        timer = self._clock.call_at(due_ns, lambda: callback(run))
        self._timers[run.facts.delivery_id] = timer

    def _again(self, run: Run) -> None:
        """Try to write the oldest status that waits."""
        status = self._kept[run.facts.delivery_id][0]
        verdict = self._strikes.verdict(run, Point.STATUS_WRITE, status=status)
        if _gets_through(verdict):
            self._written(run)
        else:
            self._wait(run, verdict)

    def _written(self, run: Run) -> None:
        facts = run.facts
        waiting = self._kept[facts.delivery_id]
        self._journal.append(StatusWritten(self._clock.now_ns(), facts, waiting.popleft()))
        if waiting:
            self._again(run)
            return
        del self._kept[facts.delivery_id], self._timers[facts.delivery_id]
        if self._live.release(facts.trace_id):
            self._rest(facts.trace_id)


def _status_of(record: DeliveryAccepted | DeliveryEnded) -> str:
    return record.status if isinstance(record, DeliveryEnded) else "accepted"


def _gets_through(verdict: Verdict) -> bool:
    """Whether clients can read the status now.

    When only the answer of the table is lost, they can; that the engine writes the same status a
    second time then changes nothing.
    """
    match verdict:
        case Proceed():
            return True
        case Delay():
            return False
        case Fail() | Outage():
            return verdict.phase == "response"
        case Hang() | Crash() | Drop() | Duplicate() | Reorder() | Close() | Corrupt() | Stale():
            raise out_of_place(verdict, Point.STATUS_WRITE)
        case _:
            assert_never(verdict)
