"""What must always be true of a journal: the invariants, by name.

They judge every test that uses the pytest plugin and every simulated run. Each is a function of
the records of one delivery (or of all records) that yields what it finds broken.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from appsync_emu.core.effects import written_again
from appsync_emu.core.records import (
    AttemptFailed,
    AttemptStarted,
    AttemptSucceeded,
    DeadLetterRedriven,
    DeadLetterWritten,
    DeliveryAccepted,
    DeliveryEnded,
    DeliveryFacts,
    Record,
    RetryScheduled,
)

if TYPE_CHECKING:
    from appsync_emu.core.letters import DeadLetter

__all__ = ["INVARIANTS", "Rules", "Violation", "check", "check_subscriber"]


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken invariant: its name, what was found, and in which trace."""

    invariant: str
    message: str
    trace_id: str | None = None

    def __str__(self) -> str:
        where = f" (trace {self.trace_id})" if self.trace_id else ""
        return f"invariant {self.invariant}: {self.message}{where}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the invariants have to know of the API.

    Attributes:
        max_retries: by component.
        bury_business: whether business errors get a dead letter.
        settled: whether everything had the time to end.
    """

    max_retries: Mapping[str, int]
    bury_business: bool = False
    settled: bool = True


Story: TypeAlias = Sequence[Record]
"""The records of one delivery, oldest first."""

Found: TypeAlias = Iterator[str]

_BEFORE_THE_END = (
    AttemptStarted,
    AttemptSucceeded,
    AttemptFailed,
    RetryScheduled,
    DeadLetterWritten,
)
"""Who reads the end finds all of these already there."""


def _rounds(story: Story) -> list[list[Record]]:
    """The story, cut where a redrive begins another round."""
    rounds: list[list[Record]] = [[]]
    for record in story:
        if isinstance(record, DeadLetterRedriven):
            rounds.append([])
        rounds[-1].append(record)
    return rounds


def _ends_exactly_once(story: Story, rules: Rules) -> Found:
    for part in _rounds(story):
        ends = sum(isinstance(record, DeliveryEnded) for record in part)
        if ends > 1:
            yield f"ended {ends} times"
        if ends == 0 and rules.settled:
            yield "never ended"


def _deadletter_iff_error(story: Story, rules: Rules) -> Found:
    for part in _rounds(story):
        letters = [record for record in part if isinstance(record, DeadLetterWritten)]
        ends = [record for record in part if isinstance(record, DeliveryEnded)]
        reason = ends[-1].reason if ends else None
        failed = any(record.status == "error" for record in ends)
        wanted = failed and (reason != "business" or rules.bury_business)
        if ends and wanted and not letters:
            yield f"ended in error ({reason}) without a dead letter"
        if ends and letters and not wanted:
            yield f"has a dead letter although it ended in {ends[-1].status}"
        if len(letters) > 1:
            yield f"has {len(letters)} dead letters for one error"


def _status_order(story: Story, rules: Rules) -> Found:  # noqa: ARG001 - one signature for all
    if not isinstance(story[0], DeliveryAccepted):
        yield f"began with {type(story[0]).__name__}, not with its acceptance"
    if any(isinstance(record, DeliveryAccepted) for record in story[1:]):
        yield "was accepted again"
    for part in _rounds(story):
        ended = False
        for record in part:
            if ended and isinstance(record, _BEFORE_THE_END):
                yield f"{type(record).__name__} after the end"
            ended = ended or isinstance(record, DeliveryEnded)


def _retries_bounded(story: Story, rules: Rules) -> Found:
    bound = rules.max_retries[_facts(story).component] + 1
    for part in _rounds(story):
        attempts = sum(isinstance(record, AttemptStarted) for record in part)
        if attempts > bound:
            yield f"{attempts} attempts, {bound} allowed ({bound - 1} retries)"
        final = None
        for record in part:
            if isinstance(record, AttemptFailed) and record.error.error_class != "technical":
                final = record.error
            elif isinstance(record, AttemptStarted) and final is not None:
                yield f"attempt {record.attempt} after the {final.error_class} error {final.type}"


def _no_hidden_retry(story: Story, rules: Rules) -> Found:  # noqa: ARG001 - one signature for all
    for part in _rounds(story):
        attempts = sum(isinstance(record, AttemptStarted) for record in part)
        retries = sum(isinstance(record, RetryScheduled) for record in part)
        if attempts > retries + 1:
            yield f"the handler ran {attempts} times with {retries} retries scheduled"


def _redrive_keeps_identity(story: Story, rules: Rules) -> Found:  # noqa: ARG001 - as above
    letters: set[str] = set()
    for record in story:
        if isinstance(record, DeadLetterWritten):
            letters.add(record.letter_id)
        elif isinstance(record, DeadLetterRedriven) and record.letter_id not in letters:
            yield f"redriven from {record.letter_id}, which is not a letter of this delivery"


INVARIANTS: dict[str, Callable[[Story, Rules], Found]] = {
    "ends-exactly-once": _ends_exactly_once,
    "deadletter-iff-error": _deadletter_iff_error,
    "status-order": _status_order,
    "retries-bounded": _retries_bounded,
    "no-hidden-retry": _no_hidden_retry,
    "redrive-keeps-identity": _redrive_keeps_identity,
}
"""The invariants of one delivery; the others look at more than one."""


def _facts(story: Story) -> DeliveryFacts:
    facts: DeliveryFacts = getattr(story[0], "facts")  # noqa: B009 - a story has only records with facts
    return facts


def _stories(records: Iterable[Record]) -> list[Story]:
    stories: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        facts = getattr(record, "facts", None)
        if facts is not None:
            stories[facts.delivery_id].append(record)
    return list(stories.values())


def _time_goes_on(records: Sequence[Record]) -> Iterator[Violation]:
    latest = 0
    for record in records:
        if record.at_ns < latest:
            yield Violation("status-order", f"time went back at {type(record).__name__}")
        latest = record.at_ns


def _effects_once(records: Iterable[Record]) -> Iterator[Violation]:
    applied: Counter[tuple[str, str]] = Counter()
    for record in records:
        done = isinstance(record, AttemptSucceeded) or (
            isinstance(record, AttemptFailed) and record.applied
        )
        if done and isinstance(record, AttemptSucceeded | AttemptFailed) and record.key is not None:
            applied[record.facts.component, record.key] += 1
            if applied[record.facts.component, record.key] > 1:
                message = f"{record.facts.component} applied the key {record.key!r} again"
                yield Violation("effects-once", message, record.facts.trace_id)


def _context_complete(letters: Iterable[DeadLetter]) -> Iterator[Violation]:
    for letter in letters:
        numbers = [attempt.number for attempt in letter.attempts]
        missing = [
            name
            for name, present in (
                ("trace id", letter.trace_id),
                ("component", letter.component),
                ("event", letter.event),
                ("attempts", numbers),
                ("reason", letter.reason),
            )
            if not present
        ]
        if numbers and numbers != list(range(numbers[0], numbers[0] + len(numbers))):
            missing.append(f"an attempt between {numbers}")
        if missing:
            message = f"dead letter {letter.letter_id} lacks {', '.join(missing)}"
            yield Violation("context-complete", message, letter.trace_id)


def check(
    records: Sequence[Record], rules: Rules, letters: Iterable[DeadLetter] = ()
) -> list[Violation]:
    """Everything that is wrong with a journal; empty when all invariants hold.

    Args:
        records: the whole journal.
        rules: what the API allows.
        letters: the dead letters as they are read.
    """
    found = list(_time_goes_on(records))
    for story in _stories(records):
        facts = _facts(story)
        for name, invariant in INVARIANTS.items():
            found.extend(
                Violation(name, f"{facts.component} {message}", facts.trace_id)
                for message in invariant(story, rules)
            )
    found.extend(_effects_once(records))
    found.extend(Violation("effects-once", *found_twice) for found_twice in written_again(records))
    found.extend(_context_complete(letters))
    return found


def check_subscriber(
    seen: Sequence[Mapping[str, object]], published: Sequence[Mapping[str, object]]
) -> list[Violation]:
    """What a subscriber saw must be a subsequence of what was published.

    Args:
        seen: payloads as they arrived; each may hold fewer fields than was published.
        published: payloads in the order of publication.
    """
    remaining = iter(published)
    for number, payload in enumerate(seen, start=1):
        if not any(payload.items() <= line.items() for line in remaining):
            message = f"message {number} was never published, or not in this order: {dict(payload)}"
            return [Violation("subscriber-truth", message)]
    return []
