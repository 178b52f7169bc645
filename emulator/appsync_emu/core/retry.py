"""When is a failed attempt tried again? A pure decision.

``max_retries`` counts retries, so ``max_retries: 3`` allows four attempts; every report names both.
Full jitter is the algorithm of the AWS Architecture Blog, "Exponential Backoff And Jitter":
a delay drawn uniformly from zero to ``min(cap, base * factor ** n)``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias, assert_never

from appsync_emu.core.classify import ErrorClass

__all__ = ["Backoff", "BackoffKind", "Bury", "Retry", "RetryDecision", "RetryPolicy", "decide"]


class BackoffKind(StrEnum):
    """How the delay before a retry grows."""

    FULL_JITTER = "full-jitter"
    EXPONENTIAL = "exponential"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """The delay before each retry.

    Attributes:
        kind: how the delay grows; ``fixed`` uses ``base_s`` every time.
        base_s: seconds before the first retry, or the upper bound of them with jitter.
        factor: what the delay is multiplied with from retry to retry.
        cap_s: seconds that no growing delay exceeds.
    """

    kind: BackoffKind = BackoffKind.FULL_JITTER
    base_s: float = 60.0
    factor: float = 2.0
    cap_s: float = 900.0

    def delay_s(self, retry: int, draw: float) -> float:
        """Seconds to wait before retry number ``retry`` (from 1); ``draw`` is in [0, 1)."""
        if self.kind is BackoffKind.FIXED:
            return self.base_s
        try:
            grown = self.base_s * self.factor ** (retry - 1)
        except OverflowError:
            grown = self.cap_s if self.base_s else 0.0
        bound = min(self.cap_s, grown)
        match self.kind:
            case BackoffKind.EXPONENTIAL:
                return bound
            case BackoffKind.FULL_JITTER:
                return bound * draw
            case _:
                assert_never(self.kind)


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
    policy: RetryPolicy, error_class: ErrorClass, attempt: int, draw: float
) -> RetryDecision:
    """What follows when attempt number ``attempt`` (from 1) ended with an error of this class."""
    match error_class:
        case ErrorClass.BUSINESS | ErrorClass.PERMANENT:
            return Bury(error_class.value)
        case ErrorClass.TECHNICAL:
            if attempt > policy.max_retries:
                return Bury("retries-exhausted")
            return Retry(policy.backoff.delay_s(attempt, draw))
        case _:
            assert_never(error_class)
