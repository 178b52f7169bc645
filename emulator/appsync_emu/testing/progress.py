"""How far the deliveries of a trace have come: a fold over its records."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from appsync_emu.core.records import (
    AttemptFailed,
    AttemptStarted,
    DeadLetterRedriven,
    DeliveryAccepted,
    DeliveryEnded,
    RetryScheduled,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from appsync_emu.core.records import DeliveryFacts, ErrorInfo, Record

__all__ = ["Course", "Progress", "courses_of", "overall", "progress_of"]


@dataclass(slots=True)
class Course:
    """One delivery so far.

    Attributes:
        attempts: of the present round; a redrive begins another.
        error: what it failed with last; ``None`` once it succeeded.
        reason: why it ended in error.
        due_ns: when the next retry is due.
        ended_ns: when it ended, or ``None``.
        statuses: what clients could see, in order.
    """

    facts: DeliveryFacts
    status: str = "accepted"
    attempts: int = 0
    error: ErrorInfo | None = None
    reason: str | None = None
    due_ns: int | None = None
    ended_ns: int | None = None
    statuses: list[str] = field(default_factory=lambda: ["accepted"])

    @property
    def retries(self) -> int:
        """Attempts after the first."""
        return max(self.attempts - 1, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One component of a trace.

    Attributes:
        component: its name.
        status: ``accepted``, ``success`` or ``error``.
        statuses: what clients could see, in order.
        attempts: attempts since it was accepted or redriven; the most, if it was started often.
        error: what it ended with, or failed with last.
        reason: ``retries-exhausted``, ``permanent`` or ``business``, when it ended in error.
        due_ns: when the next retry is due.
        direct: whether the command itself started it, and not an event.
    """

    component: str
    status: str
    statuses: tuple[str, ...]
    attempts: int
    error: ErrorInfo | None = None
    reason: str | None = None
    due_ns: int | None = None
    direct: bool = True


def progress_of(records: Iterable[Record]) -> dict[str, Progress]:
    """The components of a trace, in the order in which they were started."""
    components: dict[str, list[Course]] = {}
    for course in courses_of(records):
        components.setdefault(course.facts.component, []).append(course)
    return {name: _merged(name, courses) for name, courses in components.items()}


def overall(statuses: Iterable[str]) -> str:
    """``accepted`` while any is, ``error`` if any is, else ``success``."""
    every = set(statuses)
    return next((status for status in ("accepted", "error") if status in every), "success")


def courses_of(records: Iterable[Record]) -> list[Course]:
    """The deliveries of a trace; copies that a fault made are no news to a client."""
    courses: dict[str, Course] = {}
    for record in records:
        if isinstance(record, DeliveryAccepted):
            if not record.facts.copy:
                courses[record.facts.delivery_id] = Course(record.facts)
            continue
        facts = getattr(record, "facts", None)
        course = courses.get(facts.delivery_id) if facts is not None else None
        if course is not None:
            _step(course, record)
    return list(courses.values())


def _step(course: Course, record: Record) -> None:
    match record:
        case AttemptStarted():
            course.attempts += 1
            course.due_ns = None
        case AttemptFailed():
            course.error = record.error
        case RetryScheduled():
            course.due_ns = record.due_ns
        case DeliveryEnded():
            course.status, course.reason = record.status, record.reason
            course.ended_ns = record.at_ns
            course.statuses.append(record.status)
            if record.status == "success":
                course.error = None
        case DeadLetterRedriven():
            course.status, course.reason, course.attempts = "accepted", None, 0
            course.ended_ns = None
        case _:
            pass


def _merged(name: str, courses: list[Course]) -> Progress:
    told = next((course for course in courses if course.status == "error"), courses[-1])
    return Progress(
        component=name,
        status=overall(course.status for course in courses),
        statuses=tuple(status for course in courses for status in course.statuses),
        attempts=max(course.attempts for course in courses),
        error=told.error,
        reason=told.reason,
        due_ns=next((course.due_ns for course in courses if course.due_ns is not None), None),
        direct=any(course.facts.event is None for course in courses),
    )
