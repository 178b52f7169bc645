"""When is a failed attempt tried again? A pure decision.

``max_retries`` counts retries, so ``max_retries: 3`` allows four attempts; every report names both.
The kinds of jitter are those of the AWS Architecture Blog, "Exponential Backoff And Jitter".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias, assert_never

from appsync_emu.core.classify import ErrorClass

__all__ = ["Backoff", "BackoffKind", "Bury", "Retry", "RetryDecision", "RetryPolicy", "decide"]


class BackoffKind(StrEnum):
    """How the delay before a retry grows.

    ``full-jitter``: drawn from zero to the exponential delay. ``equal-jitter``: half of that delay,
    and up to as much again. ``decorrelated``: drawn from the base to three times the delay before.
    ``exponential``: ``base * factor ** n``. ``fixed``: the base every time. ``none``: at once.
    """

    FULL_JITTER = "full-jitter"
    EQUAL_JITTER = "equal-jitter"
    DECORRELATED = "decorrelated"
    EXPONENTIAL = "exponential"
    FIXED = "fixed"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """The delay before each retry.

    Attributes:
        kind: how the delay grows; ``fixed`` uses ``base_s`` every time.
        base_s: seconds before the first retry, or the upper bound of them with jitter.
        factor: what the delay is multiplied with from retry to retry; ``decorrelated`` has its own.
        cap_s: seconds that no growing delay exceeds.
    """

    kind: BackoffKind = BackoffKind.FULL_JITTER
    base_s: float = 60.0
    factor: float = 2.0
    cap_s: float = 900.0

    def delay_s(self, retry: int, draw: float, before_s: float = 0.0) -> float:
        """Seconds to wait before a retry.

        Args:
            retry: its number, from 1.
            draw: chance in [0, 1).
            before_s: the delay before the retry before this one; 0 when it is the first.
        """
        match self.kind:
            case BackoffKind.FULL_JITTER:
                return self._bound_s(retry) * draw
            case BackoffKind.EQUAL_JITTER:
                return self._bound_s(retry) * (0.5 + draw / 2)
            case BackoffKind.DECORRELATED:
                top_s = max(self.base_s, 3 * (before_s or self.base_s))
                return min(self.cap_s, self.base_s + (top_s - self.base_s) * draw)
            case BackoffKind.EXPONENTIAL:
                return self._bound_s(retry)
            case BackoffKind.FIXED:
                return self.base_s
            case BackoffKind.NONE:
                return 0.0
            case _:
                assert_never(self.kind)

    def _bound_s(self, retry: int) -> float:
        """The exponential delay."""
        try:
            grown = self.base_s * self.factor ** (retry - 1)
        except OverflowError:
            grown = self.cap_s if self.base_s else 0.0
        return min(self.cap_s, grown)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often a technical error is retried, and how long after.

    Attributes:
        max_retries: retries after the first attempt; 3 retries are at most 4 attempts.
        backoff: the delay before each retry.
    """

    max_retries: int = 3
    backoff: Backoff = Backoff()

    @property
    def max_attempts(self) -> int:
        """The first attempt and all retries."""
        return self.max_retries + 1


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again after ``delay_s`` seconds."""

    delay_s: float


@dataclass(frozen=True, slots=True)
class Bury:
    """Do not try again; ``reason`` is ``retries-exhausted``, ``permanent`` or ``business``."""

    reason: str


RetryDecision: TypeAlias = Retry | Bury


def decide(
    policy: RetryPolicy,
    error_class: ErrorClass,
    attempt: int,
    draw: float,
    before_s: float = 0.0,
) -> RetryDecision:
    """What follows when attempt number ``attempt`` (from 1) ended with an error of this class.

    Args:
        policy: of the component.
        error_class: of the error.
        attempt: number of the attempt that ended.
        draw: chance in [0, 1) for the jitter.
        before_s: the delay before this attempt, if it was a retry.
    """
    match error_class:
        case ErrorClass.BUSINESS | ErrorClass.PERMANENT:
            return Bury(error_class.value)
        case ErrorClass.TECHNICAL:
            if attempt > policy.max_retries:
                return Bury("retries-exhausted")
            return Retry(policy.backoff.delay_s(attempt, draw, before_s))
        case _:
            assert_never(error_class)
