"""Python's garbage collector, asked to look less often where much is made that stays.

A journal is much that lives and little that is garbage. With the usual thresholds, looking through
it again and again takes a third of the time of ten thousand commands.
"""

from __future__ import annotations

import gc
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["seldom"]

SELDOM = 10_000, 20, 50

_lock = threading.Lock()
_users = 0
_usual: tuple[int, int, int] = (0, 0, 0)


@contextmanager
def seldom() -> Iterator[None]:
    """Look for garbage less often inside the block; several may overlap, in any order.

    The thresholds are the process's, so the last one who leaves restores them.
    """
    global _users, _usual  # noqa: PLW0603 - the collector is the process's, and so is its state
    with _lock:
        if not _users:
            _usual = gc.get_threshold()
            if _usual[0]:  # zero: somebody wants no collections at all
                gc.set_threshold(*map(max, _usual, SELDOM))
        _users += 1
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if not _users:
                gc.set_threshold(*_usual)
