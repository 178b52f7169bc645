"""The machine: its rules, what it checks and when, and what a subclass may change."""

from __future__ import annotations

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test
from shop import shop

from appsync_emu.engine.idempotency import Claim, IdempotencyStore
from appsync_emu.errors import UsageError
from appsync_emu.strategies.drawn_faults import fault
from appsync_emu.strategies.machine import CommandMachine
from appsync_emu.testing.values import Command

API = shop(idempotency_key="arguments.orderId")
QUICK = settings(
    max_examples=8,
    stateful_step_count=15,
    derandomize=True,
    database=None,
    deadline=None,
    print_blob=False,
    phases=[Phase.generate, Phase.shrink],
)


class Orders(CommandMachine):
    api = API
    points = ("dispatch", "attempt", "deadletter.write", "frame")


class TestOrders(Orders.TestCase):
    settings = QUICK


@pytest.fixture
def machine():
    made = Orders()
    made.begin(seed=3)
    yield made
    made.appsync.close()


def test_it_says_what_is_missing():
    class Nothing(CommandMachine):
        pass

    with pytest.raises(UsageError, match="Nothing has no API: api = load"):
        Nothing()


def test_a_command_that_is_repeated_has_a_label_of_its_own(machine):
    first = machine.send(Command("placeOrder", {"orderId": "1", "total": 2}))
    second = machine.send_again(first)
    assert (first.label, second.label) == ("placeOrder-1", "placeOrder-2")
    assert list(machine.traces) == ["placeOrder-1", "placeOrder-2"]
    assert machine.appsync.seed == 3


def test_a_command_that_is_refused_leaves_nothing(machine):
    machine.appsync.fault("appsync.throttled")
    assert machine.send(Command("placeOrder", {"orderId": "1"})).values == ()
    assert machine.traces == {}


def test_rules_one_by_one(machine):
    sent = machine.send(Command("placeOrder", {"orderId": "1"}))
    machine.subscribe(sent)
    machine.drop_socket()
    machine.inject(next(iter([draw_fault()])))
    machine.advance("1s")
    machine.settle()
    (subscriber,) = machine.appsync.subscribers
    assert subscriber.reconnects == 1
    assert [letter.trace_id for letter in machine.appsync.deadletters] == [
        machine.traces[sent.label].id
    ]
    machine.heal()
    machine.redrive()
    machine.settle()
    assert machine.traces[sent.label].succeeded()
    assert subscriber.statuses[-1] == "success"


def draw_fault():
    from hypothesis import find  # noqa: PLC0415 - for this alone

    return find(fault(["attempt"], ["network.refused"]), lambda one: one.strike.limit is None
                and one.strike.first is None and one.strike.until_s is None)  # fmt: skip


def test_what_is_broken_is_told_once_with_the_smallest_journey(monkeypatch):
    """The same failure of a rule and of the end is one: it is raised in one place."""
    monkeypatch.setattr(IdempotencyStore, "claim", lambda *_: Claim.NEW)

    class Twice(CommandMachine):
        api = API
        commands = ("placeOrder",)
        points = ("dispatch",)
        arguments = {"placeOrder": {"orderId": st.just("o-1")}}  # noqa: RUF012 - not changed

    with pytest.raises(AssertionError) as failed:
        run_state_machine_as_test(Twice, settings=settings(QUICK, max_examples=50))
    assert "invariant effects-once: " in str(failed.value)
    said = "\n".join(failed.value.__notes__)
    assert said.count("state.send") <= 2
    assert said.count("As a scenario file:") == 1


def test_a_subclass_may_check_more():
    checked = []

    class More(Orders):
        def check(self):
            super().check()
            checked.append(self.appsync.clock.still)

    run_state_machine_as_test(More, settings=settings(QUICK, max_examples=3))
    assert checked
    assert all(checked)
