"""One line on a terminal that says how far a run has come; nothing where nobody watches."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from appsync_emu.scenario.batch import State

__all__ = ["Progress"]

_BAR = 24
_ERASE = "\r\x1b[K"


class Progress:
    """The line, on standard error; it is gone when the block ends.

    Args:
        wanted: whether it is shown at all; never where standard error is no terminal.
    """

    def __init__(self, *, wanted: bool = True) -> None:
        self._shown = wanted and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._drawn = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._drawn:
            sys.stderr.write(_ERASE)
            sys.stderr.flush()

    def update(self, state: State) -> None:
        """Draw the line anew."""
        if not self._shown:
            return
        width = shutil.get_terminal_size().columns
        sys.stderr.write(_ERASE + line_of(state)[: width - 1])
        sys.stderr.flush()
        self._drawn = True


def line_of(state: State) -> str:
    """The line: ``[####....]  3/25 scenarios  80/650 seeds  1 failed``."""
    done, of = state.seeds_done, state.seeds
    seeds = f"  {done}/{of} seeds" if of else ""
    if not of:
        done, of = state.scenarios_done, state.scenarios
    filled = round(done / of * _BAR) if of else _BAR
    bar = "#" * filled + "." * (_BAR - filled)
    failed = f"  {state.failed} failed" if state.failed else ""
    return f"[{bar}]  {state.scenarios_done}/{state.scenarios} scenarios{seeds}{failed}"
