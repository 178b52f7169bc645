"""What became of one trace, folded from its records: what expectations are held against."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from appsync_emu.testing.progress import Course, courses_of, overall

if TYPE_CHECKING:
    from collections.abc import Sequence

    from appsync_emu.core.records import Record

__all__ = ["TraceFacts", "facts_of"]


@dataclass(slots=True)
class TraceFacts:
    """One trace so far.

    Attributes:
        began_ns: when its first record was written.
        courses: its deliveries, without the copies that faults made.
    """

    trace_id: str
    began_ns: int
    courses: list[Course] = field(default_factory=list)

    @property
    def status(self) -> str:
        """``accepted`` while any component works, ``error`` if any failed, else ``success``."""
        return overall(course.status for course in self.courses)

    @property
    def attempts(self) -> int:
        """Of all deliveries together."""
        return sum(course.attempts for course in self.courses)

    @property
    def retries(self) -> int:
        """Of all deliveries together."""
        return sum(course.retries for course in self.courses)

    @property
    def ended_ns(self) -> int | None:
        """When the last delivery ended; ``None`` while any is under way."""
        ends = [course.ended_ns for course in self.courses]
        latest = [end for end in ends if end is not None]
        return max(latest, default=self.began_ns) if len(latest) == len(ends) else None

    @property
    def failed(self) -> Course | None:
        """The delivery that ended in error first, or else failed last."""
        ended = [course for course in self.courses if course.status == "error"]
        failing = [course for course in self.courses if course.error is not None]
        return next(iter(ended or failing[::-1]), None)


def facts_of(trace_id: str, records: Sequence[Record]) -> TraceFacts:
    """What the records of a trace, oldest first, come to."""
    began_ns = records[0].at_ns if records else 0
    return TraceFacts(trace_id, began_ns, courses_of(records))
