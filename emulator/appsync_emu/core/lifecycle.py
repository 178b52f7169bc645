"""Everything that a delivery can do.

A delivery is stepped, not run: what happened goes in, the new value and what to do about it come
out. Nothing here waits, knows the time, or calls a handler.

::

    QUEUED ──Started──► RUNNING ──Succeeded──► SUCCEEDED
      │  ▲                 │
      │  │                 ├──Failed, retry left──► WAITING ──Woken──► QUEUED
      │  │                 │
      │  └──Redriven── FAILED ◄──Failed, no retry left
      │
      └──Recognised──► SUCCEEDED          (the idempotency key was seen before)

The order of what ends a failure is fixed: the error event first, then the dead letter, then the
status, so that nobody who reads ``error`` looks for a letter that is not there yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias, assert_never

from appsync_emu.core.classify import ErrorClass
from appsync_emu.core.quick import quick
from appsync_emu.core.retry import Bury as BuryDecision
from appsync_emu.core.retry import RetryDecision, RetryPolicy, decide

if TYPE_CHECKING:
    from appsync_emu.core.records import ErrorInfo

__all__ = [
    "LEGAL",
    "Bury",
    "Delivery",
    "Effect",
    "Emit",
    "Failed",
    "Happening",
    "Publish",
    "Recognised",
    "Redriven",
    "Started",
    "State",
    "Succeeded",
    "WakeAt",
    "Woken",
    "step",
]

NS = 1_000_000_000


class State(Enum):
    """Where a delivery stands."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    SUCCEEDED = "succeeded"
    FAILED = "failed"

    __hash__ = object.__hash__  # states are looked up at every step, and Enum's takes its time


@quick
@dataclass(frozen=True, slots=True)
class Delivery:
    """The state of one delivery.

    Attributes:
        state: where it stands.
        attempt: attempts started so far, over all rounds.
        first: attempts that earlier rounds of redrive used up.
        before_s: the back-off before the latest retry of this round; 0 when there was none.
    """

    state: State = State.QUEUED
    attempt: int = 0
    first: int = 0
    before_s: float = 0.0

    @property
    def attempts(self) -> int:
        """Attempts of the present round."""
        return self.attempt - self.first

    @property
    def ended(self) -> bool:
        """Whether nothing more happens unless it is redriven."""
        return self.state is State.SUCCEEDED or self.state is State.FAILED

    def now(self, state: State) -> Delivery:
        """The same delivery in another state; ``dataclasses.replace`` takes four times as long."""
        return Delivery(state, self.attempt, self.first, self.before_s)


@dataclass(frozen=True, slots=True)
class Started:
    """An attempt begins."""


@dataclass(frozen=True, slots=True)
class Succeeded:
    """The handler returned."""


@quick
@dataclass(frozen=True, slots=True)
class Failed:
    """The attempt failed; ``restart_after_s`` replaces the back-off when a worker crashed."""

    error: ErrorInfo
    restart_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Woken:
    """The back-off is over."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """The idempotency key was seen before: nothing is left to do."""


@dataclass(frozen=True, slots=True)
class Redriven:
    """Somebody sent the dead letter again."""


Happening: TypeAlias = Started | Succeeded | Failed | Woken | Recognised | Redriven


@quick
@dataclass(frozen=True, slots=True)
class Publish:
    """Make the end known: ``status`` is ``success`` or ``error``."""

    status: str
    message: str = ""
    error_type: str | None = None
    reason: str | None = None


@quick
@dataclass(frozen=True, slots=True)
class WakeAt:
    """Try again at ``at_ns``; it is retry number ``retry`` of this round."""

    at_ns: int
    retry: int


@dataclass(frozen=True, slots=True)
class Bury:
    """Write a dead letter."""

    reason: str


@dataclass(frozen=True, slots=True)
class Emit:
    """Put the error event onto the bus."""

    error: ErrorInfo
    reason: str


Effect: TypeAlias = Publish | WakeAt | Bury | Emit

LEGAL: dict[State, tuple[type[Happening], ...]] = {
    State.QUEUED: (Started, Recognised),
    State.RUNNING: (Succeeded, Failed),
    State.WAITING: (Woken,),
    State.SUCCEEDED: (),
    State.FAILED: (Redriven,),
}
"""Which happenings each state admits; anything else is a bug of the engine."""

_CLASSES = {each.value: each for each in ErrorClass}
_SUCCESS = (Publish("success"),)
_RECOGNISED = (Publish("success", "already processed"),)


def step(
    delivery: Delivery,
    happening: Happening,
    policy: RetryPolicy,
    draw: float,
    now_ns: int,
    *,
    bury_business: bool = False,
) -> tuple[Delivery, tuple[Effect, ...]]:
    """What becomes of a delivery, and what is to be done.

    Args:
        delivery: the present value.
        happening: what happened.
        policy: the component's retry policy.
        draw: chance in [0, 1) for the jitter of a retry.
        now_ns: when it happened.
        bury_business: whether business errors get a dead letter too.
    """
    assert isinstance(happening, LEGAL[delivery.state]), (delivery, happening)  # noqa: S101 - our own bug
    match happening:
        case Started():
            return (
                Delivery(State.RUNNING, delivery.attempt + 1, delivery.first, delivery.before_s),
                (),
            )
        case Succeeded():
            return delivery.now(State.SUCCEEDED), _SUCCESS
        case Failed():
            error_class = _CLASSES[happening.error.error_class]
            decision = decide(policy, error_class, delivery.attempts, draw, delivery.before_s)
            return _failed(delivery, happening, decision, now_ns, bury_business=bury_business)
        case Woken():
            return delivery.now(State.QUEUED), ()
        case Recognised():
            return delivery.now(State.SUCCEEDED), _RECOGNISED
        case Redriven():
            return Delivery(State.QUEUED, delivery.attempt, delivery.attempt), ()
        case _:
            assert_never(happening)


def _failed(
    delivery: Delivery,
    failed: Failed,
    decision: RetryDecision,
    now_ns: int,
    *,
    bury_business: bool,
) -> tuple[Delivery, tuple[Effect, ...]]:
    error = failed.error
    if isinstance(decision, BuryDecision):
        ended = delivery.now(State.FAILED)
        publish = Publish("error", error.message, error.type, decision.reason)
        emit = Emit(error, decision.reason)
        if decision.reason == ErrorClass.BUSINESS.value and not bury_business:
            return ended, (emit, publish)
        return ended, (emit, Bury(decision.reason), publish)
    delay_s = decision.delay_s if failed.restart_after_s is None else failed.restart_after_s
    wake = WakeAt(now_ns + round(delay_s * NS), delivery.attempts)
    return Delivery(State.WAITING, delivery.attempt, delivery.first, decision.delay_s), (wake,)
