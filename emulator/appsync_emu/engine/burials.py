"""Writing dead letters, also while the store is down: a letter is never lost, and never two."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from appsync_emu.core.faults.points import Point
from appsync_emu.core.faults.verdict import (
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
    from collections.abc import Callable, Sequence

    from appsync_emu.core.lifecycle import Bury, Effect
    from appsync_emu.engine.clock import Clock
    from appsync_emu.engine.runs import Run
    from appsync_emu.engine.strikes import Strikes

__all__ = ["DEADLETTER_RETRY_S", "Burials"]

NS = 1_000_000_000
DEADLETTER_RETRY_S = 10
"""Seconds until a dead letter whose writing was not acknowledged is tried again."""


class Burials:
    """Writes dead letters, and tries again until each is acknowledged.

    Args:
        clock: time.
        strikes: asks the plan of faults.
        write: writes a letter; one that is there already is recognised.
        go_on: carries out what was due with the letter and after it.
    """

    def __init__(
        self,
        clock: Clock,
        strikes: Strikes,
        write: Callable[[Run, Bury], None],
        go_on: Callable[[Run, Sequence[Effect], int], None],
    ) -> None:
        self._clock = clock
        self._strikes = strikes
        self._write = write
        self._go_on = go_on

    def bury(self, run: Run, effect: Bury, due: Sequence[Effect]) -> bool:
        """Write the letter; whether that was acknowledged at once.

        When it was not, ``due``, which begins with the writing itself, is carried out later. In
        the response phase the letter is there, but the engine does not know and writes it again.
        """
        verdict = self._strikes.verdict(run, Point.DEADLETTER_WRITE)
        match verdict:
            case Proceed():
                self._write(run, effect)
                run.rest = ()
                return True
            case Delay():
                self._later(run, verdict.seconds, lambda: self._late(run, effect, due))
            case Fail() | Outage():
                if verdict.phase == "response":
                    self._write(run, effect)
                    run.rest = due[1:]
                after_s = verdict.after_s if isinstance(verdict, Fail) else 0.0
                self._later(run, after_s + DEADLETTER_RETRY_S, lambda: self._again(run, due))
            case (
                Hang() | Crash() | Drop() | Duplicate() | Reorder() | Close() | Corrupt() | Stale()
            ):
                raise out_of_place(verdict, Point.DEADLETTER_WRITE)
            case _:
                assert_never(verdict)
        return False

    def acknowledge(self, run: Run) -> None:
        """Somebody has the letter in hand, so it is there: what is due after it need not wait."""
        rest, run.rest = run.rest, ()
        if rest:
            if run.timer is not None:
                run.timer.cancel()
            self._go_on(run, rest, self._clock.now_ns())

    def _later(self, run: Run, seconds: float, callback: Callable[[], None]) -> None:
        run.timer = self._clock.call_at(self._clock.now_ns() + round(seconds * NS), callback)

    def _late(self, run: Run, effect: Bury, due: Sequence[Effect]) -> None:
        self._write(run, effect)
        run.rest = ()
        self._go_on(run, due[1:], self._clock.now_ns())

    def _again(self, run: Run, due: Sequence[Effect]) -> None:
        self._go_on(run, due, self._clock.now_ns())
