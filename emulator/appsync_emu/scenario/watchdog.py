"""A handler that never comes back must not keep a run for ever.

``while True: pass`` in an ``async def`` handler holds the only thread: neither virtual time nor the
time limit of the attempt can end it. So a thread beside it looks whether anything gets on at all.
"""

from __future__ import annotations

import ctypes
import threading
import traceback
from contextlib import contextmanager
from pathlib import Path
from sys import _current_frames
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

__all__ = ["PATIENCE_S", "Spinning", "watched"]

PATIENCE_S = 10.0
"""Real seconds without a record in the journal and without a step of the clock."""

_OURS = str(Path(__file__).parents[1])


class Spinning(KeyboardInterrupt):
    """Raised in the thread that spins. An interrupt: nothing between it and the run stops it."""


class _Watch:
    """One run under watch.

    Attributes:
        place: where the thread was found, ``file:line in function``; empty until then.
    """

    def __init__(self, progress: Callable[[], object], patience_s: float) -> None:
        self.place = ""
        self._progress = progress
        self._patience_s = patience_s
        self._thread = threading.get_ident()
        self._over = threading.Event()

    def look(self) -> None:
        """Until the run is over: interrupt it when nothing got on since the last look."""
        before = self._progress()
        while not self._over.wait(self._patience_s):
            now = self._progress()
            if now == before:
                self.place = _place_of(_current_frames().get(self._thread))
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(self._thread), ctypes.py_object(Spinning)
                )
                return
            before = now

    def end(self) -> None:
        """The run is over."""
        self._over.set()


def _place_of(frame: FrameType | None) -> str:
    """The user's innermost line of a stack."""
    for line in reversed(traceback.extract_stack(frame)):
        if not line.filename.startswith(_OURS):
            return f"{line.filename}:{line.lineno} in {line.name}"
    return "the emulator itself"


@contextmanager
def watched(progress: Callable[[], object], patience_s: float = PATIENCE_S) -> Iterator[_Watch]:
    """Watch the calling thread while the block runs.

    Args:
        progress: something that differs whenever the run has got on; called in another thread.
        patience_s: real seconds in which it has to differ.

    Raises:
        Spinning: nothing got on; the watch says where the thread was.
    """
    watch = _Watch(progress, patience_s)
    thread = threading.Thread(target=watch.look, name="appsync-emu-watch", daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        watch.end()
        thread.join()
