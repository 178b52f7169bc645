"""How a client that follows a trace puts together what it was told and what it asked for.

Statuses come twice to a careful client: pushed, and in the answer to the query that it makes
whenever it has (re)connected, because what was pushed meanwhile is lost for it. Pushes may come
late, twice and in any order (aws/aws-appsync-community#374).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from appsync_emu.core.api import TraceFields

__all__ = ["Followed", "backoff_s"]

Line: TypeAlias = "Mapping[str, Any]"
Key: TypeAlias = tuple[object, object, object]

BACKOFF_CAP_S = 30.0


def backoff_s(failures: int) -> float:
    """Seconds before a client that has failed so often tries again: 1, 2, 4... 30."""
    return min(BACKOFF_CAP_S, 2.0 ** min(failures, 10))


def _once(_: Line) -> int:
    return 1


class Followed:
    """The statuses of one trace, in order, each once.

    Args:
        names: of the fields of a status.
        occurrences: how many statuses may be equal to this one in component, status and time;
            who has no better knowledge takes them all for one.

    Attributes:
        lines: the statuses so far, oldest first.
        duplicates: pushes that told what another push had told already.
    """

    __slots__ = ("_names", "_occurrences", "_pushed", "duplicates", "lines")

    def __init__(self, names: TraceFields, occurrences: Callable[[Line], int] = _once) -> None:
        self._names = names
        self._occurrences = occurrences
        self._pushed: Counter[Key] = Counter()
        self.lines: list[Line] = []
        self.duplicates = 0

    @property
    def statuses(self) -> list[str]:
        """The statuses alone."""
        return [line[self._names.status] for line in self.lines]

    def pushed(self, line: Line) -> None:
        """A subscription told of a status."""
        key, at_most = self._key(line), max(1, self._occurrences(line))
        self._pushed[key] += 1
        if self._pushed[key] > at_most:
            self.duplicates += 1
        if sum(self._key(known) == key for known in self.lines) < at_most:
            self._insert(line)

    def queried(self, lines: Iterable[Line]) -> None:
        """A query answered with all statuses that there were: their order holds."""
        before, self.lines = self.lines, list(lines)
        found = Counter(map(self._key, self.lines))
        for line in before:
            key = self._key(line)
            if found[key]:
                found[key] -= 1
            else:
                self._insert(line)

    def _key(self, line: Line) -> Key:
        names = self._names
        return line.get(names.component), line.get(names.status), line.get(names.timestamp)

    def _insert(self, line: Line) -> None:
        place = len(self.lines)
        while place and self._later(self.lines[place - 1], line):
            place -= 1
        self.lines.insert(place, line)

    def _later(self, known: Line, line: Line) -> bool:
        """Whether ``known`` belongs behind ``line``, which arrived after it."""
        names = self._names
        before, now = known.get(names.timestamp), line.get(names.timestamp)
        if before is None or now is None or before == now:
            return self._overtaken(known, line)
        return bool(before > now)

    def _overtaken(self, known: Line, line: Line) -> bool:
        """At one instant: whether ``line`` is the acceptance of what ``known`` is the end of."""
        names = self._names
        component = line.get(names.component)
        if line.get(names.status) != "accepted" or known.get(names.component) != component:
            return False
        told = Counter(
            other.get(names.status) == "accepted"
            for other in self.lines
            if other.get(names.component) == component
        )
        return told[False] > told[True]
