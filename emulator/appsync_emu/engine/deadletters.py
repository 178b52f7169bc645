"""The dead letters: what failed for good, to be looked into, sent again or thrown away."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from appsync_emu.core.letters import DeadLetter, dead_letter
from appsync_emu.core.records import DeadLetterDiscarded, DeadLetterRedriven, DeadLetterWritten
from appsync_emu.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from appsync_emu.engine.clock import Clock
    from appsync_emu.engine.dispatcher import Dispatcher
    from appsync_emu.engine.entropy import Entropy
    from appsync_emu.engine.journal import Journal
    from appsync_emu.engine.runs import Run

__all__ = ["DeadLetters"]


class DeadLetters:
    """The letters that are neither redriven nor discarded, oldest first.

    It behaves as a collection of :class:`~appsync_emu.core.letters.DeadLetter`.
    """

    def __init__(self, clock: Clock, entropy: Entropy, journal: Journal) -> None:
        self._clock = clock
        self._entropy = entropy
        self._journal = journal
        self._open: dict[str, tuple[DeadLetterWritten, Run]] = {}
        self._of_run: dict[Run, str] = {}
        self._traces: Counter[str] = Counter()
        self._dispatcher: Dispatcher | None = None

    def connect(self, dispatcher: Dispatcher) -> None:
        """Say who takes redriven deliveries; the two need each other."""
        self._dispatcher = dispatcher

    def write(self, run: Run, reason: str) -> None:
        """Store the letter of a delivery that failed; one that is there already is recognised."""
        if run in self._of_run:
            return
        letter_id = self._entropy.uuid("letter", run.facts.delivery_id, run.delivery.attempt)
        written = DeadLetterWritten(self._clock.now_ns(), run.facts, letter_id, reason)
        self._journal.append(written)
        self._open[letter_id] = (written, run)
        self._of_run[run] = letter_id
        self._traces[run.facts.trace_id] += 1

    def __len__(self) -> int:
        return len(self._open)

    def __iter__(self) -> Iterator[DeadLetter]:
        return iter([self._read(*stored) for stored in self._open.values()])

    def __contains__(self, sought: object) -> bool:
        """Whether there is this letter, or a letter of the trace of this id."""
        if isinstance(sought, DeadLetter):
            return sought.letter_id in self._open
        return sought in self._traces

    def newest(self, limit: int) -> list[DeadLetter]:
        """The letters that were written last, newest first; the others cost nothing."""
        return [self._read(*stored) for stored in islice(reversed(self._open.values()), limit)]

    def get(self, letter_id: str) -> DeadLetter:
        """The letter of that id.

        Raises:
            UsageError: there is none.
        """
        return self._read(*self._find(letter_id))

    def redrive(self, letter_id: str) -> str:
        """Send the letter to its component again, under the same trace; the trace id.

        Raises:
            UsageError: there is no such letter, or the queues are full.
        """
        written, run = self._find(letter_id)
        if self._dispatcher is None or not self._dispatcher.room(1):
            raise UsageError("the queues are full; let some work end, then redrive again")
        self._dispatcher.acknowledge(run)
        self._remove(letter_id, run)
        self._journal.append(DeadLetterRedriven(self._clock.now_ns(), run.facts, letter_id))
        self._dispatcher.redrive(run)
        return written.facts.trace_id

    def redrive_all(self) -> list[str]:
        """Redrive every letter; the ids of the letters."""
        letters = list(self._open)
        for letter_id in letters:
            self.redrive(letter_id)
        return letters

    def discard(self, letter_id: str) -> None:
        """Throw the letter away.

        Raises:
            UsageError: there is none.
        """
        _, run = self._find(letter_id)
        if self._dispatcher is not None:
            self._dispatcher.acknowledge(run)
        self._remove(letter_id, run)
        self._journal.append(DeadLetterDiscarded(self._clock.now_ns(), run.facts, letter_id))

    def _remove(self, letter_id: str, run: Run) -> None:
        trace_id = run.facts.trace_id
        del self._open[letter_id], self._of_run[run]
        self._traces[trace_id] -= 1
        if not self._traces[trace_id]:
            del self._traces[trace_id]

    def _find(self, letter_id: str) -> tuple[DeadLetterWritten, Run]:
        stored = self._open.get(letter_id)
        if stored is None:
            known = ", ".join(list(self._open)[:3]) or "there is none at all"
            raise UsageError(f"there is no dead letter {letter_id!r}; known: {known}")
        return stored

    def _read(self, written: DeadLetterWritten, run: Run) -> DeadLetter:
        return dead_letter(written, self._journal.of_trace(written.facts.trace_id), run.event)
