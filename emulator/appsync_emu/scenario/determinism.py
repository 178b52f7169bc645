"""Whether a seed is one world: the same runs in another process, held against the first ones.

The other process hashes strings differently (``PYTHONHASHSEED``), so that the order of sets shows,
and runs its seeds in the opposite order, so that what one run leaves behind for the next one shows.
Comparing executions record by record is MadSim's idea (``MADSIM_TEST_CHECK_DETERMINISM``).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from appsync_emu.scenario.outcome import Finding, Kind
from appsync_emu.scenario.run import first_difference

if TYPE_CHECKING:
    from collections.abc import Mapping

    from appsync_emu.scenario.outcome import SeedOutcome
    from appsync_emu.scenario.workshop import Work

__all__ = ["HASH_SEEDS", "differences", "first", "second"]

HASH_SEEDS = ("1", "2")
"""``PYTHONHASHSEED`` of the first runs and of the second ones."""

_RECORD_MAX = 200
_BEFORE, _AFTER = 60, 60
_KIND = re.compile(r'\{"(?:record|type|kind)": ?"(\w+)"')

_MEANING = (
    "run again in another process, with another PYTHONHASHSEED and in another order of seeds, it"
    " went another way (look for sets whose order counts, clocks, random numbers, and what one run"
    " leaves behind for the next)"
)


def first(work: Work) -> Work:
    """The work as it is done at first: with its journals, and to its end."""
    return replace(work, journals="all", stop=False)


def second(work: Work) -> Work:
    """The work as it is done again."""
    return replace(first(work), calm=False, seeds=work.seeds[::-1])


def differences(
    ones: Mapping[int, SeedOutcome], others: Mapping[int, SeedOutcome], line: int
) -> list[Finding]:
    """A finding for each seed whose two runs differ, with the first record that does.

    Args:
        ones: the first runs by seed, with their journals.
        others: the second ones.
        line: of the scenario.
    """
    found = []
    for seed, one in ones.items():
        other = others.get(seed)
        if other is None:
            continue  # that process died, and is told of
        difference = first_difference(one.journal or "", other.journal or "")
        if difference is None:
            continue
        message = f"{_MEANING}: {_near(difference)}"
        found.append(
            Finding(kind=Kind.NOT_DETERMINISTIC, name=f"seed {seed}", message=message, line=line)
        )
    return found


def _near(difference: str) -> str:
    """What :func:`first_difference` says, with no more of the records than shows it."""
    head, *records = (part.strip() for part in difference.splitlines())
    if len(records) != 2:  # noqa: PLR2004 - one journal has a record that the other has not
        return f"{head} {'; '.join(map(_cut, records))}"
    one, other = records
    pairs = zip(one, other, strict=False)
    least = min(len(one), len(other))
    same = next((place for place, (left, right) in enumerate(pairs) if left != right), least)
    kind = _KIND.match(one)
    what = f" ({kind[1]})" if kind else ""
    start = max(0, same - _BEFORE)
    shown = " and ".join(
        f"{'...' if start else ''}{text[start : same + _AFTER]}"
        f"{'...' if same + _AFTER < len(text) else ''}"
        for text in (one, other)
    )
    return f"{head.removesuffix(':')}{what}: {shown}"


def _cut(text: str) -> str:
    return text if len(text) <= _RECORD_MAX else f"{text[:_RECORD_MAX]}..."
