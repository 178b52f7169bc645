"""What must always be true of a journal: the invariants, by name.

They judge every test that uses the pytest plugin and every simulated run. Each is a function of
the records of one delivery (or of all records) that yields what it finds broken.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, TypeAlias

from appsync_emu.core.effects import written_again
from appsync_emu.core.faults.drop import DropEffect
from appsync_emu.core.faults.points import Point
from appsync_emu.core.records import (
    AttemptFailed,
    AttemptStarted,
    AttemptSucceeded,
    CommandAccepted,
    DataCalled,
    DeadLetterRedriven,
    DeadLetterWritten,
    DeliveryAccepted,
    DeliveryEnded,
    DeliveryFacts,
    EventPublished,
    FaultStruck,
    Record,
    RetryScheduled,
    StatusWritten,
)
from appsync_emu.core.traces import Known

if TYPE_CHECKING:
    from appsync_emu.core.letters import DeadLetter
    from appsync_emu.core.records import ErrorInfo

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

_BEFORE_THE_END = frozenset(
    {AttemptStarted, AttemptSucceeded, AttemptFailed, RetryScheduled, DeadLetterWritten}
)
"""Who reads the end finds all of these already there."""


def _rounds(story: Story) -> Sequence[Story]:
    """The story, cut where a redrive begins another round."""
    if DeadLetterRedriven not in map(type, story):
        return (story,)  # as nearly always
    rounds: list[list[Record]] = [[]]
    for record in story:
        if isinstance(record, DeadLetterRedriven):
            rounds.append([])
        rounds[-1].append(record)
    return rounds


def _count(story: Story, kind: type[Record]) -> int:
    """How many records of the kind there are; counted in C, for it is asked of every story."""
    return [*map(type, story)].count(kind)


def _ends_exactly_once(story: Story, rules: Rules) -> Found:
    for part in _rounds(story):
        ends = _count(part, DeliveryEnded)
        if ends > 1:
            yield f"ended {ends} times"
        if ends == 0 and rules.settled:
            dropped = _dropped_by(part)
            yield "never ended" if dropped is None else f"never ended: dropped by fault {dropped}"
    if rules.settled:
        known = Known()
        for record in story:
            known.take(record)
        for record in known.kept:
            yield f"its status {getattr(record, 'status', 'accepted')} never got through"


def _dropped_by(part: Story) -> str | None:
    """The fault that lost the message for good, if one did."""
    if _count(part, AttemptStarted):
        return None
    for record in part:
        if isinstance(record, FaultStruck) and (record.point, record.effect) == _LOST:
            return record.fault
    return None


_LOST = (Point.DISPATCH.value, DropEffect.kind)


def _deadletter_iff_error(story: Story, rules: Rules) -> Found:
    for part in _rounds(story):
        letters = _count(part, DeadLetterWritten)
        ends = [record for record in part if isinstance(record, DeliveryEnded)]
        reason = ends[-1].reason if ends else None
        failed = any(record.status == "error" for record in ends)
        wanted = failed and (reason != "business" or rules.bury_business)
        if ends and wanted and not letters:
            yield f"ended in error ({reason}) without a dead letter"
        if ends and letters and not wanted:
            yield f"has a dead letter although it ended in {ends[-1].status}"
        if letters > 1:
            yield f"has {letters} dead letters for one error"


def _status_order(story: Story, rules: Rules) -> Found:  # noqa: ARG001 - one signature for all
    begun: Story = [record for record in story if type(record) is not FaultStruck]
    if begun and not isinstance(begun[0], DeliveryAccepted):
        yield f"began with {type(begun[0]).__name__}, not with its acceptance"
    if _count(begun[1:], DeliveryAccepted):
        yield "was accepted again"
    if _count(begun, StatusWritten):
        yield from _written_early(begun)
    for part in _rounds(story):
        kinds = [*map(type, part)]
        if DeliveryEnded in kinds:
            for kind in kinds[kinds.index(DeliveryEnded) + 1 :]:
                if kind in _BEFORE_THE_END:
                    yield f"{kind.__name__} after the end"


def _written_early(begun: Story) -> Found:
    happened = {"accepted"}
    for record in begun:
        if isinstance(record, DeliveryEnded):
            happened.add(record.status)
        elif isinstance(record, StatusWritten) and record.status not in happened:
            yield f"its status {record.status} was written before it happened"


def _retries_bounded(story: Story, rules: Rules) -> Found:
    bound = rules.max_retries[_facts(story).component] + 1
    for part in _rounds(story):
        attempts = _count(part, AttemptStarted)
        if attempts > bound:
            yield f"{attempts} attempts, {bound} allowed ({bound - 1} retries)"
        final = None
        if not _count(part, AttemptFailed):
            continue
        for record in part:
            if isinstance(record, AttemptFailed) and record.error.error_class != "technical":
                final = record.error
            elif isinstance(record, AttemptStarted) and final is not None:
                yield f"attempt {record.attempt} after the {final.error_class} error {final.type}"


def _no_hidden_retry(story: Story, rules: Rules) -> Found:  # noqa: ARG001 - one signature for all
    for part in _rounds(story):
        attempts, retries = _count(part, AttemptStarted), _count(part, RetryScheduled)
        if attempts > retries + 1:
            yield f"the handler ran {attempts} times with {retries} retries scheduled"


def _redrive_keeps_identity(story: Story, rules: Rules) -> Found:  # noqa: ARG001 - as above
    if _count(story, DeadLetterRedriven):
        letters: set[str] = set()
        for record in story:
            if isinstance(record, DeadLetterWritten):
                letters.add(record.letter_id)
            elif isinstance(record, DeadLetterRedriven) and record.letter_id not in letters:
                yield f"redriven from {record.letter_id}, which is not a letter of this delivery"
    for trace_id in _traces_of(story)[1:]:
        yield f"went on under another trace, {trace_id}"


_TRACE_ID = attrgetter("facts.trace_id")


def _traces_of(story: Story) -> list[str]:
    return list(dict.fromkeys(map(_TRACE_ID, story)))


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
        kind = type(record)
        if kind is not AttemptSucceeded and kind is not AttemptFailed:
            continue
        assert isinstance(record, AttemptSucceeded | AttemptFailed)  # noqa: S101 - the same, for type checkers
        done = isinstance(record, AttemptSucceeded) or record.applied
        if done and record.key is not None:
            applied[record.facts.component, record.key] += 1
            if applied[record.facts.component, record.key] > 1:
                message = f"{record.facts.component} applied the key {record.key!r} again"
                yield Violation("effects-once", message, record.facts.trace_id)


def _context_complete(
    letters: Iterable[DeadLetter], records: Iterable[Record]
) -> Iterator[Violation]:
    letters = list(letters)
    if not letters:
        return
    causes = _causes(records)
    stories = {_facts(story).delivery_id: story for story in _stories(records)}
    for letter in letters:
        missing = [
            name
            for name, present in (
                ("trace id", letter.trace_id),
                ("component", letter.component),
                ("event", letter.event),
                ("attempts", letter.attempts),
                ("reason", letter.reason),
            )
            if not present
        ]
        numbers = [attempt.number for attempt in letter.attempts]
        if numbers and numbers != list(range(numbers[0], numbers[0] + len(numbers))):
            missing.append(f"an attempt between {numbers}")
        story = stories.get(letter.delivery_id)
        if story is not None and not missing:
            missing.extend(_left_out(letter, story, causes.get(_facts(story).cause)))
        if missing:
            message = f"dead letter {letter.letter_id} lacks {', '.join(missing)}"
            yield Violation("context-complete", message, letter.trace_id)


def _causes(records: Iterable[Record]) -> dict[str, CommandAccepted | EventPublished]:
    causes: dict[str, CommandAccepted | EventPublished] = {}
    for record in records:
        if isinstance(record, CommandAccepted):
            causes[record.command_id] = record
        elif isinstance(record, EventPublished):
            causes[record.event_id] = record
    return causes


def _left_out(
    letter: DeadLetter, story: Story, cause: CommandAccepted | EventPublished | None
) -> Found:
    """What the journal knows and the letter does not."""
    facts = _facts(story)
    if (letter.command, letter.component) != (facts.command, facts.component):
        yield "whose it was"
    if cause is not None and letter.event != cause.event:
        yield "what it takes to send it again"
    if isinstance(cause, CommandAccepted) and letter.identity != cause.identity:
        yield "the identity of the caller"
    told = [(attempt.number, attempt.ended_ns, attempt.error) for attempt in letter.attempts]
    if told != _failures_before(letter.letter_id, story):
        yield "some of the attempts as they were"


def _failures_before(letter_id: str, story: Story) -> list[tuple[int, int, ErrorInfo]]:
    """The failed attempts of the round that ended with this letter."""
    failures: list[tuple[int, int, ErrorInfo]] = []
    for record in story:
        if isinstance(record, AttemptFailed):
            failures.append((record.attempt, record.at_ns, record.error))
        elif isinstance(record, DeadLetterRedriven):
            failures.clear()
        elif isinstance(record, DeadLetterWritten) and record.letter_id == letter_id:
            break
    return failures


_UNEVENTFUL = [DeliveryAccepted, AttemptStarted, AttemptSucceeded, DeliveryEnded]


def _uneventful(story: Story) -> bool:
    """Whether the only attempt succeeded, as most do: all invariants of one delivery hold."""
    last = story[-1]
    return (
        isinstance(last, DeliveryEnded)
        and last.status == "success"
        and [kind for kind in map(type, story) if kind is not DataCalled] == _UNEVENTFUL
        and len(_traces_of(story)) == 1
    )


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
        if _uneventful(story):
            continue
        facts = _facts(story)
        for name, invariant in INVARIANTS.items():
            found.extend(
                Violation(name, f"{facts.component} {message}", facts.trace_id)
                for message in invariant(story, rules)
            )
    found.extend(_effects_once(records))
    found.extend(Violation("effects-once", *found_twice) for found_twice in written_again(records))
    found.extend(_context_complete(letters, records))
    return found


def check_subscriber(
    seen: Sequence[Mapping[str, object]],
    published: Sequence[Mapping[str, object]],
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
