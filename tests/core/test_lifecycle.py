"""Everything that a delivery can do: each happening in each state, then any sequence of them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appsync_emu.core.lifecycle import (
    LEGAL,
    Bury,
    Delivery,
    Effect,
    Emit,
    Failed,
    Happening,
    Publish,
    Recognised,
    Redriven,
    Started,
    State,
    Succeeded,
    WakeAt,
    Woken,
    step,
)
from appsync_emu.core.records import ErrorInfo
from appsync_emu.core.retry import Backoff, BackoffKind, RetryPolicy

NS = 1_000_000_000
NOW = 1_000 * NS
POLICY = RetryPolicy(max_retries=3, backoff=Backoff(kind=BackoffKind.EXPONENTIAL, base_s=60))
RESET = ErrorInfo("ConnectionResetError", "reset", "technical")
DENIED = ErrorInfo("AccessDeniedException", "denied", "permanent")
NO_STOCK = ErrorInfo("OutOfStock", "none left", "business")
HAPPENINGS: tuple[Happening, ...] = (
    Started(),
    Succeeded(),
    Failed(RESET),
    Woken(),
    Recognised(),
    Redriven(),
)


def stepped(
    delivery: Delivery, happening: Happening, *, draw: float = 0.5, bury_business: bool = False
) -> tuple[Delivery, tuple[Effect, ...]]:
    return step(delivery, happening, POLICY, draw, NOW, bury_business=bury_business)


# The whole table: state and happening, to the next value and what is to be done.
TABLE: dict[tuple[State, type[Happening]], tuple[Delivery, tuple[Effect, ...]]] = {
    (State.QUEUED, Started): (Delivery(State.RUNNING, 2), ()),
    (State.QUEUED, Recognised): (
        Delivery(State.SUCCEEDED, 1),
        (Publish("success", "already processed"),),
    ),
    (State.RUNNING, Succeeded): (Delivery(State.SUCCEEDED, 1), (Publish("success"),)),
    (State.RUNNING, Failed): (Delivery(State.WAITING, 1, 0, 60.0), (WakeAt(NOW + 60 * NS, 1),)),
    (State.WAITING, Woken): (Delivery(State.QUEUED, 1), ()),
    (State.FAILED, Redriven): (Delivery(State.QUEUED, 1, 1), ()),
}


@pytest.mark.parametrize("happening", HAPPENINGS, ids=lambda happening: type(happening).__name__)
@pytest.mark.parametrize("state", State, ids=lambda state: state.value)
def test_every_happening_in_every_state(state, happening):
    """Anything that the table does not have is a bug of the engine."""
    before = Delivery(state, 1)
    wanted = TABLE.get((state, type(happening)))
    if wanted is None:
        with pytest.raises(AssertionError):
            stepped(before, happening)
    else:
        assert stepped(before, happening) == wanted


def test_the_table_of_legal_happenings_is_this_one():
    assert {(state, kind) for state, kinds in LEGAL.items() for kind in kinds} == TABLE.keys()
    assert LEGAL.keys() == set(State)


def test_a_delivery_begins_queued():
    delivery = Delivery()
    assert (delivery.state, delivery.attempts, delivery.ended) == (State.QUEUED, 0, False)


@pytest.mark.parametrize("state", State)
def test_only_success_and_failure_are_ends(state):
    assert Delivery(state).ended is (state in {State.SUCCEEDED, State.FAILED})


def test_waits_grow_with_the_retries():
    waits = [stepped(Delivery(State.RUNNING, attempt), Failed(RESET))[1] for attempt in (1, 2, 3)]
    assert waits == [
        (WakeAt(NOW + 60 * NS, 1),),
        (WakeAt(NOW + 120 * NS, 2),),
        (WakeAt(NOW + 240 * NS, 3),),
    ]


def test_three_retries_are_used_up_by_the_fourth_attempt():
    """The pattern: technical errors are retried up to three times; then error event and letter.

    The order is fixed: event, letter, status, so that whoever reads ``error`` finds the letter.
    """
    delivery, effects = stepped(Delivery(State.RUNNING, 4), Failed(RESET))
    assert delivery == Delivery(State.FAILED, 4)
    assert effects == (
        Emit(RESET, "retries-exhausted"),
        Bury("retries-exhausted"),
        Publish("error", "reset", "ConnectionResetError", "retries-exhausted"),
    )


def test_what_time_cannot_cure_is_buried_at_once():
    delivery, effects = stepped(Delivery(State.RUNNING, 1), Failed(DENIED))
    assert delivery.state is State.FAILED
    assert effects == (
        Emit(DENIED, "permanent"),
        Bury("permanent"),
        Publish("error", "denied", "AccessDeniedException", "permanent"),
    )


def test_a_business_error_is_no_dead_letter_unless_asked_for():
    emit = Emit(NO_STOCK, "business")
    publish = Publish("error", "none left", "OutOfStock", "business")
    running = Delivery(State.RUNNING, 1)
    assert stepped(running, Failed(NO_STOCK))[1] == (emit, publish)
    buried = stepped(running, Failed(NO_STOCK), bury_business=True)
    assert buried == (Delivery(State.FAILED, 1), (emit, Bury("business"), publish))


def test_a_crashed_worker_is_back_when_it_is_restarted():
    """The time of the restart replaces the back-off; the retry counts all the same."""
    _, effects = stepped(Delivery(State.RUNNING, 2), Failed(RESET, restart_after_s=2.5))
    assert effects == (WakeAt(NOW + 2_500_000_000, 2),)
    assert stepped(Delivery(State.RUNNING, 4), Failed(RESET, restart_after_s=2.5))[0].ended


def test_a_crash_may_be_restarted_at_once():
    _, effects = stepped(Delivery(State.RUNNING, 1), Failed(RESET, restart_after_s=0.0))
    assert effects == (WakeAt(NOW, 1),)


def test_a_redrive_begins_another_round_with_all_its_retries():
    delivery, _ = stepped(Delivery(State.FAILED, 4), Redriven())
    assert (delivery.attempt, delivery.attempts) == (4, 0)
    delivery, _ = stepped(delivery, Started())
    assert (delivery.attempt, delivery.attempts) == (5, 1)
    delivery, effects = stepped(delivery, Failed(RESET))
    assert effects == (WakeAt(NOW + 60 * NS, 1),)


def test_jitter_is_what_was_drawn():
    policy = RetryPolicy(backoff=Backoff(base_s=100))
    running = Delivery(State.RUNNING, 1)
    for draw in (0.0, 0.25):
        _, effects = step(running, Failed(RESET), policy, draw, NOW)
        assert effects == (WakeAt(NOW + round(draw * 100 * NS), 1),)


# Any life: an emulated engine that does what the effects say, and a driver that errs at random.

ERRORS = st.sampled_from([RESET, RESET, RESET, DENIED, NO_STOCK])
CHOICES = st.lists(
    st.tuples(
        st.integers(0, 5),
        ERRORS,
        st.floats(0, 1, exclude_max=True),
        st.none() | st.floats(0, 100),
    ),
    max_size=60,
)


def happening_of(state: State, choice: int, error: ErrorInfo, restart: float | None) -> Happening:
    legal = LEGAL[state]
    kind = legal[choice % len(legal)]
    return Failed(error, restart) if kind is Failed else kind()


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 5), st.booleans(), CHOICES)
def test_any_life(max_retries, bury_business, choices):
    policy = RetryPolicy(max_retries=max_retries, backoff=Backoff(base_s=1, cap_s=30))
    delivery, now, ends, letters = Delivery(), 0, 0, 0
    for choice, error, draw, restart in choices:
        if not LEGAL[delivery.state]:
            break
        happening = happening_of(delivery.state, choice, error, restart)
        before = delivery
        delivery, effects = step(
            delivery, happening, policy, draw, now, bury_business=bury_business
        )
        kinds = [type(effect) for effect in effects]

        # Attempts: one more for each start, never more than the policy allows in a round.
        assert delivery.attempt - before.attempt == isinstance(happening, Started)
        assert 0 <= delivery.attempts <= max_retries + 1
        # An end is made known exactly when it is reached, and last.
        assert delivery.ended == (kinds[-1:] == [Publish])
        assert kinds.count(Publish) <= 1
        ends += kinds.count(Publish)
        letters += kinds.count(Bury)
        # A wait is exactly one wake-up, which is never in the past.
        assert (delivery.state is State.WAITING) == (kinds == [WakeAt])
        for effect in effects:
            if isinstance(effect, WakeAt):
                assert effect.at_ns >= now
                assert effect.retry == delivery.attempts <= max_retries
                now = effect.at_ns
            if isinstance(effect, Bury):
                assert kinds == [Emit, Bury, Publish]
                assert effect.reason != "business" or bury_business
    assert letters <= ends
    assert (delivery.state is State.SUCCEEDED) <= (ends > 0)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 5), st.lists(st.floats(0, 1, exclude_max=True), min_size=6, max_size=6))
def test_with_technical_errors_alone_every_retry_is_made(max_retries, draws):
    """Liveness: nothing but the policy ends a round, and it always does."""
    policy = RetryPolicy(max_retries=max_retries)
    delivery, attempts = Delivery(), 0
    for draw in draws:
        delivery, _ = step(delivery, Started(), policy, draw, NOW)
        attempts += 1
        delivery, _ = step(delivery, Failed(RESET), policy, draw, NOW)
        if delivery.ended:
            break
        delivery, _ = step(delivery, Woken(), policy, draw, NOW)
    assert (delivery.state, attempts) == (State.FAILED, max_retries + 1)
