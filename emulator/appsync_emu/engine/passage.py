"""What verdicts do to things on their way: they go on, late, twice, in another order, or never."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from appsync_emu.core.faults.verdict import Delay, Drop, Duplicate, Hang, Reorder

if TYPE_CHECKING:
    from collections.abc import Callable

    from appsync_emu.core.faults.verdict import Verdict
    from appsync_emu.engine.clock import Clock, Timer

__all__ = ["Passage"]

T = TypeVar("T")
NS = 1_000_000_000


class Passage(Generic[T]):
    """The way of things of one kind to whoever takes them.

    One that is delayed holds nobody up: what comes later overtakes it. What is kept keeps
    ``settle`` waiting, for it will still arrive.

    Args:
        clock: time.
        go_on: takes what has passed.
    """

    __slots__ = ("_clock", "_go_on", "_kept", "_number", "_timers")

    def __init__(self, clock: Clock, go_on: Callable[[T], object]) -> None:
        self._clock = clock
        self._go_on = go_on
        self._number = 0
        self._timers: dict[int, Timer] = {}
        self._kept: dict[str, tuple[int, list[tuple[float, int, T]]]] = {}

    def take(self, thing: T, verdict: Verdict) -> None:
        """Let it go on as the verdict says; verdicts that say nothing of this let it pass."""
        match verdict:
            case Delay():
                self._later(verdict.seconds, thing)
            case Drop(None) | Hang():
                pass
            case Drop(float() | int() as again_after_s):
                self._later(again_after_s, thing)
            case Duplicate():
                self._go_on(thing)
                for after_s in verdict.after_s:
                    self._later(after_s, thing)
            case Reorder():
                self._keep(thing, verdict)
            case _:
                self._go_on(thing)

    def close(self) -> None:
        """Whatever is still on its way is lost."""
        timers, self._timers, self._kept = self._timers, {}, {}
        for timer in timers.values():
            timer.cancel()

    def _later(self, seconds: float, thing: T) -> None:
        if seconds <= 0:
            self._go_on(thing)
        else:
            self._set(seconds, lambda: self._go_on(thing))

    def _set(self, seconds: float, callback: Callable[[], object]) -> int:
        self._number += 1
        number = self._number

        def due() -> None:
            del self._timers[number]
            callback()

        at_ns = self._clock.now_ns() + round(seconds * NS)
        self._timers[number] = self._clock.call_at(at_ns, due)
        return number

    def _keep(self, thing: T, verdict: Reorder) -> None:
        kind = verdict.fault_id
        if kind not in self._kept:
            patience = self._set(verdict.patience_s, lambda: self._release(kind))
            self._kept[kind] = patience, []
        patience, kept = self._kept[kind]
        kept.append((verdict.rank, len(kept), thing))
        if len(kept) >= verdict.window:
            self._timers.pop(patience).cancel()
            self._release(kind)

    def _release(self, kind: str) -> None:
        _, kept = self._kept.pop(kind)
        for _, _, thing in sorted(kept, key=lambda entry: entry[:2]):
            self._go_on(thing)
