"""Seeds and durations."""

from __future__ import annotations

from typing import NewType

from hypothesis import strategies as st

from appsync_emu.testing.values import seconds

__all__ = ["Duration", "Seed", "duration_text", "durations", "seeds"]

Seed = NewType("Seed", int)
"""What ids and chance of one run come from."""

Duration = NewType("Duration", str)
"""A duration as files and tests write it: ``"250ms"``, ``"90s"``, ``"4m"``."""

SEED_MAX = 2**31 - 1
MS = 1_000
_UNITS_MS = (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", MS), ("ms", 1))
_USUAL_S = (1, 10, 60, 600, 3_600, 21_600, 86_400)
"""About as long as first retries, later ones, visibility times, and a whole retry policy take."""


def seeds() -> st.SearchStrategy[Seed]:
    """Seeds of emulators; 0 is the simplest."""
    return st.integers(0, SEED_MAX).map(Seed)


def durations(shortest: str = "1ms", longest: str = "1d") -> st.SearchStrategy[Duration]:
    """Durations, short ones and round ones first.

    Args:
        shortest: none is shorter; more than nothing.
        longest: none is longer.

    Raises:
        UsageError: one of the two is no duration.
        ValueError: there is no duration from the one to the other.
    """
    low, high = (round(seconds(end) * MS) for end in (shortest, longest))
    if not 0 < low <= high:
        raise ValueError(f"there is no duration from {shortest!r} to {longest!r}")
    usual = [number * MS for number in _USUAL_S if low <= number * MS <= high]
    every = st.integers(low, high)
    chosen = st.one_of(st.sampled_from(usual), every) if usual else every
    return chosen.map(lambda number: Duration(duration_text(number / MS)))


def duration_text(seconds_: float) -> str:
    """Seconds as files write them, in the largest unit in which they are whole."""
    milliseconds = round(seconds_ * MS)
    if abs(seconds_ * MS - milliseconds) > MS * 1e-10:
        return f"{seconds_:.9f}".rstrip("0").rstrip(".") + "s"
    unit, size = next(
        ((unit, size) for unit, size in _UNITS_MS if milliseconds % size == 0 and milliseconds),
        ("s", MS),
    )
    return f"{milliseconds // size}{unit}"
