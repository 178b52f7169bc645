"""Python's garbage collector, asked to look less often where much is made that stays.

A journal is much that lives and little that is garbage. With the usual thresholds, looking through
it again and again takes a third of the time of ten thousand commands.
"""

from __future__ import annotations

import gc
import threading

__all__ = ["ALMOST_NEVER", "SELDOM", "seldom"]

SELDOM = 50_000, 10, 100
"""For as long as a server runs: garbage waits, and is found."""

ALMOST_NEVER = 50_000, 1_000, 1_000
"""For a while: only the youngest objects are looked through, and each of them once."""

_lock = threading.Lock()
_wanted: list[tuple[int, int, int]] = []
_usual: tuple[int, int, int] = (0, 0, 0)


class seldom:  # noqa: N801 - it reads like a function: `with seldom():`
    """Look for garbage less often inside the block; several may overlap, in any order.

    The thresholds are the process's, so the last one who leaves restores them; meanwhile the
    highest that anybody wants are in force.
    """

    __slots__ = ("_thresholds",)

    def __init__(self, thresholds: tuple[int, int, int] = SELDOM) -> None:
        self._thresholds = thresholds

    def __enter__(self) -> None:
        global _usual  # noqa: PLW0603 - the collector is the process's, and so is its state
        with _lock:
            if not _wanted:
                _usual = gc.get_threshold()
            known = self._thresholds in _wanted
            _wanted.append(self._thresholds)
            if not known:  # else they are in force
                _set()

    def __exit__(self, *_: object) -> None:
        with _lock:
            _wanted.remove(self._thresholds)
            if self._thresholds not in _wanted:
                _set()


def _set() -> None:
    if _usual[0]:  # zero: somebody wants no collections at all
        gc.set_threshold(*map(max, *_wanted, _usual) if _wanted else _usual)
