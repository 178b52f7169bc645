"""When a fault strikes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from appsync_emu.core.faults.points import Situation

__all__ = ["ALWAYS", "Scope", "Strike"]

Scope: TypeAlias = Literal["trace", "component", "subscriber", "run"]
"""What calls are counted in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike:
    """All parts must agree; what is left out means always.

    Attributes:
        attempts: attempt numbers, from 1.
        skip: calls that pass before the first that may be struck.
        every: of the calls after those, every so many-th may be struck.
        first: of the calls that are left, how many may be struck.
        per: what calls are counted in: each trace of its own, each component, each subscriber, or
            the whole run.
        from_s: seconds of virtual time since the start before which it does not strike.
        until_s: seconds since the start from which it does not strike any more.
        chance: probability, drawn by a key that nothing else in the run can shift.
        limit: strikes at most, in all.
    """

    attempts: frozenset[int] | None = None
    skip: int = 0
    first: int | None = None
    every: int | None = None
    per: Scope = "trace"
    from_s: float = 0.0
    until_s: float | None = None
    chance: float = 1.0
    limit: int | None = None

    def scope_of(self, situation: Situation) -> object:
        """Which count the situation belongs to."""
        match self.per:
            case "trace":
                return situation.trace_id or situation.subscriber
            case "component":
                return situation.component
            case "subscriber":
                return situation.subscriber
            case _:  # the whole run
                return None

    def counts(self, number: int) -> bool:
        """Whether the call of that number, from 1, may be struck."""
        number -= self.skip
        if self.every is not None:
            number, rest = divmod(number, self.every)
            if rest:
                return False
        if number < 1:
            return False
        return self.first is None or number <= self.first

    def in_time(self, now_ns: int, start_ns: int) -> bool:
        """Whether it may strike now."""
        if self.until_s is None and not self.from_s:
            return True
        since_ns = now_ns - start_ns
        if since_ns < round(self.from_s * 1_000_000_000):
            return False
        return self.until_s is None or since_ns < round(self.until_s * 1_000_000_000)

    def __str__(self) -> str:
        parts = []
        if self.attempts is not None:
            numbers = ", ".join(str(number) for number in sorted(self.attempts))
            parts.append(f"attempt{'s' if len(self.attempts) > 1 else ''} {numbers}")
        if self.skip:
            parts.append(f"after {self.skip} others")
        if self.every is not None:
            parts.append(f"every {self.every}.")
        if self.first is not None:
            parts.append(f"first {self.first}")
        if (self.skip or self.every or self.first) and self.per != "trace":
            parts.append(f"per {self.per}")
        if self.from_s:
            parts.append(f"from {self.from_s:g} s")
        if self.until_s is not None:
            parts.append(f"until {self.until_s:g} s")
        if self.chance < 1:
            parts.append(f"chance {self.chance:g}")
        if self.limit is not None:
            parts.append(f"at most {self.limit} in all")
        return ", ".join(parts)


ALWAYS = Strike()
