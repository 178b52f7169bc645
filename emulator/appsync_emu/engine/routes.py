"""From a message to a worker: what a fault does to a delivery on its way to a component."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, assert_never

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
from appsync_emu.engine.strikes import out_of_place

if TYPE_CHECKING:
    from collections.abc import Callable

    from appsync_emu.core.faults.verdict import Verdict
    from appsync_emu.core.records import ErrorInfo
    from appsync_emu.engine.clock import Clock, Timer
    from appsync_emu.engine.runs import Run
    from appsync_emu.engine.strikes import Strikes

__all__ = ["Routes", "Workers"]

NS = 1_000_000_000


class Workers(Protocol):
    """What can be done with a message."""

    def begin(self, run: Run) -> None:
        """Let an attempt begin as soon as it can."""

    def copy(self, run: Run, number: int) -> Run:
        """Accept the same message as a delivery of its own."""

    def refused(self, run: Run, error: ErrorInfo) -> None:
        """Nobody could be reached: an attempt that never got to the handler."""

    def lose(self, run: Run) -> None:
        """Forget the message: it will never be handled."""

    def crash(self, component: str, restart_after_s: float, fault: str | None = None) -> None:
        """Kill all attempts of a component."""


@dataclass(slots=True)
class _Shelf:
    """Messages that one fault keeps until enough of them are together."""

    kept: list[tuple[float, int, Run]] = field(default_factory=list)
    timer: Timer | None = None


class Routes:
    """The way of messages to their workers.

    Args:
        clock: time.
        strikes: asks the plan of faults.
        workers: takes what arrives.
    """

    def __init__(self, clock: Clock, strikes: Strikes, workers: Workers) -> None:
        self._clock = clock
        self._strikes = strikes
        self._workers = workers
        self._shelves: dict[str, _Shelf] = {}

    def send(self, run: Run) -> None:
        """Hand the message to a worker; a fault may delay, repeat or lose it on the way."""
        verdict = self._strikes.verdict(run, Point.DISPATCH)
        if verdict is PROCEED:  # as nearly always
            self._workers.begin(run)
        else:
            self._struck(run, verdict)

    def _struck(self, run: Run, verdict: Verdict) -> None:
        match verdict:
            case Proceed():
                self._workers.begin(run)
            case Delay():
                self.later(verdict.seconds, lambda: self._workers.begin(run))
            case Duplicate():
                self._workers.begin(run)
                for number, after_s in enumerate(verdict.after_s, start=1):
                    self._repeat(run, number, after_s)
            case Crash():
                self._crash(run, verdict)
            case Fail():
                self._fail(run, verdict)
            case Drop():
                self._drop(run, verdict)
            case Reorder():
                self._reorder(run, verdict)
            case Hang() | Close() | Corrupt() | Outage() | Stale():
                raise out_of_place(verdict, Point.DISPATCH)
            case _:
                assert_never(verdict)

    def later(self, seconds: float, callback: Callable[[], None]) -> None:
        """Call back in so many seconds; at once when there are none to wait."""
        if seconds > 0:
            self._clock.call_at(self._clock.now_ns() + round(seconds * NS), callback)
        else:
            callback()

    def stop(self) -> None:
        """Keep nothing any longer, and hand nothing on."""
        for shelf in self._shelves.values():
            if shelf.timer is not None:
                shelf.timer.cancel()
        self._shelves.clear()

    def _repeat(self, run: Run, number: int, after_s: float) -> None:
        copy = self._workers.copy(run, number)
        self.later(after_s, lambda: self._workers.begin(copy))

    def _crash(self, run: Run, crash: Crash) -> None:
        """The worker dies with the message in hand, which is delivered again.

        In the response phase it had done its work, and died before it could say so: what is
        delivered again is work done already. When a component dies, so does the work of this one.
        """
        if crash.component is not None:
            self._workers.crash(crash.component, crash.restart_after_s, crash.error.fault)
        elif crash.phase == "response":
            self._workers.begin(run)
            self._repeat(run, 1, crash.restart_after_s)
            return
        self.later(crash.restart_after_s, lambda: self._workers.begin(run))

    def _fail(self, run: Run, fail: Fail) -> None:
        """The call of the worker fails; in the response phase it began, and is made again."""
        if fail.phase == "response":
            self._workers.begin(run)
            self._repeat(run, 1, fail.after_s)
        else:
            self.later(fail.after_s, lambda: self._workers.refused(run, fail.error))

    def _drop(self, run: Run, drop: Drop) -> None:
        if drop.again_after_s is None:
            self._workers.lose(run)
        else:
            self.later(drop.again_after_s, lambda: self._workers.begin(run))

    def _reorder(self, run: Run, reorder: Reorder) -> None:
        """Keep it until enough are together, or the first of them has waited for long."""
        fault_id = reorder.fault_id
        shelf = self._shelves.setdefault(fault_id, _Shelf())
        shelf.kept.append((reorder.rank, len(shelf.kept), run))
        if len(shelf.kept) >= reorder.window:
            self._release(fault_id)
        elif shelf.timer is None:
            due_ns = self._clock.now_ns() + round(reorder.patience_s * NS)
            shelf.timer = self._clock.call_at(due_ns, lambda: self._release(fault_id))

    def _release(self, fault_id: str) -> None:
        shelf = self._shelves.pop(fault_id)
        if shelf.timer is not None:
            shelf.timer.cancel()
        for _, _, run in sorted(shelf.kept, key=lambda kept: kept[:2]):
            self._workers.begin(run)
