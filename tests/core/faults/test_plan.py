"""Which fault strikes: where, to whom, when; the first that strikes decides.

That counts and chance of a fault belong to it alone, whatever else is armed, is our choice; so a
file can lose a fault or a line, and everything else stays as it was.
"""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from occasions import never, occasion

from appsync_emu.core.comparisons import Comparison
from appsync_emu.core.faults import plan as plan_module
from appsync_emu.core.faults.delay import DelayEffect
from appsync_emu.core.faults.error import ErrorEffect
from appsync_emu.core.faults.match import Match
from appsync_emu.core.faults.names import NAMED
from appsync_emu.core.faults.plan import Fault, Plan, points_of
from appsync_emu.core.faults.points import Point
from appsync_emu.core.faults.strike import Strike
from appsync_emu.core.faults.throttle import ThrottleEffect
from appsync_emu.core.faults.verdict import Delay, Fail, Proceed
from appsync_emu.core.faults.waits import Uniform
from appsync_emu.engine.entropy import Entropy

S = 1_000_000_000
EFFECT = DelayEffect(1.0)


def fault(name="slow", *, match=None, point=Point.ATTEMPT, effect=EFFECT, **when) -> Fault:
    return Fault(
        fault_id=name, point=point, effect=effect, match=match or Match(), strike=Strike(**when)
    )


def named(name: str, **more) -> Fault:
    entry = NAMED[name]
    effect = ErrorEffect(entry.error, named=entry)
    return fault(name, point=entry.points[-1], effect=effect, **more)


def struck(plan: Plan, where, draw=never) -> str | None:
    found, verdict = plan.verdict(where, draw)
    assert isinstance(verdict, Proceed) is (found is None)
    return found and found.fault_id


def test_without_faults_everything_proceeds():
    plan = Plan()
    assert plan.verdict(occasion(), never) == (None, Proceed())
    assert plan.armed == ()
    assert not plan.armed_at(Point.ATTEMPT)


def test_a_fault_strikes_at_its_point_alone():
    plan = Plan([fault(point=Point.DISPATCH)])
    assert [plan.armed_at(point) for point in (Point.ATTEMPT, Point.DISPATCH)] == [False, True]
    assert struck(plan, occasion(point=Point.ATTEMPT)) is None
    assert struck(plan, occasion(point=Point.DISPATCH)) == "slow"


def test_the_effect_says_what_happens():
    assert Plan([fault()]).verdict(occasion(), never)[1] == Delay(1.0)


def test_match_and_strike_must_agree():
    match = Match(component="Orders", input={"total": Comparison("above", 100)})
    plan = Plan([fault(match=match, attempts=frozenset({2}))])
    assert struck(plan, occasion(input={"total": 101}, attempt=2)) == "slow"
    assert struck(plan, occasion(input={"total": 101}, attempt=1)) is None
    assert struck(plan, occasion(input={"total": 100}, attempt=2)) is None
    assert struck(plan, occasion(input={"total": 101}, attempt=2, component="Payment")) is None


# --------------------------------------------------------------------------------- counting


def test_calls_are_counted_per_trace_and_not_by_strikes():
    plan = Plan([fault(skip=1, first=2)])
    of_one = [struck(plan, occasion("t-1")) for _ in range(5)]
    of_two = [struck(plan, occasion("t-2")) for _ in range(2)]
    assert of_one == [None, "slow", "slow", None, None]
    assert of_two == [None, "slow"]


@pytest.mark.parametrize(
    ("per", "expected"),
    [("trace", "xx.x...."), ("component", "x...x..."), ("subscriber", "x.x....."), ("run", "x")],
)
def test_calls_are_counted_in_their_scope(per, expected):
    plan = Plan([fault(first=1, per=per)])
    told = [
        struck(plan, occasion(f"t-{trace}", component=component, subscriber=subscriber))
        for component, trace, subscriber in [
            ("A", 1, "v"),
            ("A", 2, "v"),
            ("A", 2, "w"),
            ("A", 3, "w"),
            ("B", 1, "v"),
            ("B", 2, "v"),
            ("B", 3, "v"),
            ("B", 3, "w"),
        ]
    ]
    assert "".join("x" if name else "." for name in told) == expected.ljust(8, ".")


def test_what_is_not_meant_is_not_counted():
    """A call is one that match, attempts and time let through."""
    match = Match(component="Orders")
    plan = Plan([fault(match=match, attempts=frozenset({2}), from_s=5, skip=1)])
    for where in (
        occasion(component="Payment", attempt=2, now_ns=9 * S),
        occasion(attempt=1, now_ns=9 * S),
        occasion(attempt=2),
    ):
        assert struck(plan, where) is None
    later = {"attempt": 2, "now_ns": 9 * S}
    assert struck(plan, occasion(**later)) is None  # skipped: the first call
    assert struck(plan, occasion(**later)) == "slow"


def test_windows_count_from_the_start():
    plan = Plan([fault(from_s=30, until_s=60)], start_ns=100 * S)
    assert [struck(plan, occasion(now_ns=at * S)) for at in (40, 129, 130, 159, 160)] == [
        None,
        None,
        "slow",
        "slow",
        None,
    ]


def test_limit_counts_strikes_over_all_traces():
    plan = Plan([fault(limit=2)])
    assert [struck(plan, occasion(f"t-{n}")) for n in range(4)] == ["slow", "slow", None, None]
    assert plan.struck["slow"] == 2


def test_a_miss_by_chance_is_a_call_but_no_strike():
    draws = iter([0.9, 0.1, 0.9])
    plan = Plan([fault(chance=0.5, first=2, limit=1)])
    answers = [struck(plan, occasion(), lambda *_: next(draws)) for _ in range(3)]
    assert answers == [None, "slow", None]
    assert next(draws) == 0.9  # the third call is not in the count, so nobody drew


def test_counts_that_nobody_met_for_longest_are_forgotten(monkeypatch):
    """Only a server that runs for long comes near the real limit."""
    monkeypatch.setattr(plan_module, "COUNTED_MAX", 3)
    plan = Plan([fault(first=1)])
    told = [(n, struck(plan, occasion(f"t-{n}"))) for n in (0, 1, 2, 0, 3, 0, 1)]
    assert [n for n, name in told if name] == [0, 1, 2, 3, 1]  # 0 was met again in time


# ----------------------------------------------------------------------------------- chance


@pytest.mark.parametrize(("draw", "strikes"), [(0.0, True), (0.39, True), (0.4, False)])
def test_chance_is_drawn_by_fault_occasion_and_occurrence(draw, strikes):
    asked = []

    def drawn(*key):
        asked.append(key)
        return draw

    plan = Plan([fault(chance=0.4)])
    assert (struck(plan, occasion(), drawn) is not None) is strikes
    assert (struck(plan, occasion(), drawn) is not None) is strikes
    assert asked == [
        ("fault", "slow", "d-t-1", 1, 0, "strike"),
        ("fault", "slow", "d-t-1", 1, 1, "strike"),
    ]


def test_certainty_never_draws_and_chance_zero_never_strikes():
    assert struck(Plan([fault(chance=1.0)]), occasion()) == "slow"
    assert struck(Plan([fault(chance=0.0)]), occasion(), lambda *_: 0.0) is None


CALLS = st.lists(st.tuples(st.sampled_from("abcd"), st.integers(1, 3)), max_size=40)
WORLD = st.permutations([f"f{n}" for n in range(5)])


def told_to(name: str, ids, calls, seed: int) -> list[tuple[str, int, int]]:
    """The calls on which chance would let that fault strike, asked apart from all others."""
    draw, plan = Entropy(seed).draw, Plan([fault(one, chance=0.4, skip=1) for one in ids])
    seen: dict[tuple[str, int], int] = {}
    found = []
    for trace, attempt in calls:
        times = seen[trace, attempt] = seen.get((trace, attempt), 0) + 1
        where = occasion(trace, attempt=attempt, key=(trace, attempt))
        if struck(plan, where, draw) == name:
            found.append((trace, attempt, times))
    return found


@settings(max_examples=60, deadline=None)
@given(ids=WORLD, kept=st.integers(1, 5), calls=CALLS, seed=st.integers(0, 9))
def test_other_faults_shift_nobodys_chance_or_count(ids, kept, calls, seed):
    """With others before it a fault may strike less often, but on no other call."""
    alone = told_to(ids[0], ids[:1], calls, seed)
    first = told_to(ids[0], ids[:kept], calls, seed)
    last = told_to(ids[0], ids[kept - 1 :: -1], calls, seed)
    assert first == alone
    assert set(last) <= set(alone)


@settings(max_examples=60, deadline=None)
@given(calls=CALLS, gone=st.sampled_from("abcd"), seed=st.integers(0, 9))
def test_other_traces_shift_nobodys_chance_or_count(calls, gone, seed):
    whole = told_to("f", ["f"], calls, seed)
    left = told_to("f", ["f"], [call for call in calls if call[0] != gone], seed)
    turned = told_to("f", ["f"], sorted(calls, key=lambda call: call[0]), seed)
    assert [call for call in whole if call[0] != gone] == left
    assert sorted(whole) == sorted(turned)


def test_a_drawn_wait_has_a_chance_of_its_own():
    asked = []
    plan = Plan([fault(effect=DelayEffect(Uniform(0, 10)), chance=0.5)])
    _, verdict = plan.verdict(occasion(), lambda *key: asked.append(key[-1]) or 0.2)
    assert verdict == Delay(2.0)
    assert asked == ["strike", "wait"]


# ------------------------------------------------------------------------------ order, healing


def test_the_first_that_strikes_decides_and_the_others_count_the_call():
    plan = Plan([fault("one", first=1), fault("two", first=2)])
    assert [struck(plan, occasion()) for _ in range(3)] == ["one", "two", None]
    assert plan.struck == {"one": 1, "two": 1}


@pytest.mark.parametrize(
    ("match", "concerned"),
    [
        (Match(), True),
        (Match(component="C", command="place", event="E", label="l", status="success"), True),
        (Match(component="D"), False),
        (Match(command="close"), False),
        (Match(event="F"), False),
        (Match(label="m"), False),
        (Match(status="error"), False),
        # What takes more than a look is left to whoever has the whole situation.
        (Match(component=Comparison("in", ("D",)), input={"id": 2}), True),
    ],
)
def test_most_are_passed_by_without_a_situation(match, concerned):
    plan = Plan([Fault(fault_id="f", point=Point.ATTEMPT, effect=DelayEffect(1), match=match)])

    assert plan.concerns(Point.ATTEMPT, "C", "place", "E", "l", "success") is concerned
    assert not plan.concerns(Point.DISPATCH, "C", "place")


def test_the_commands_that_are_waited_for():
    matches = {"a": Match(command="place"), "b": Match(), "c": Match(command=Comparison("in", ()))}
    plan = Plan(
        [
            Fault(fault_id=name, point=Point.ACCEPT, effect=DelayEffect(1), match=match)
            for name, match in matches.items()
        ]
    )

    assert plan.commands_at(Point.ACCEPT) == ("place", None, None)
    plan.heal()
    assert plan.commands_at(Point.ACCEPT) == ()


def test_ids_are_armed_once():
    plan = Plan([fault("one")])
    with pytest.raises(ValueError, match="a fault named 'one' exists already"):
        plan.arm(fault("one"))
    with pytest.raises(ValueError, match="'one'"):
        Plan([fault("one"), fault("one")])


def test_healing_disarms_one_or_all_and_keeps_the_score():
    plan = Plan([fault("one"), fault("two")])
    plan.arm(fault("three"))
    assert struck(plan, occasion()) == "one"
    assert plan.heal("two") == ("two",)
    assert plan.heal("two") == ()
    assert [armed.fault_id for armed in plan.armed] == ["one", "three"]
    assert plan.heal() == ("one", "three")
    assert plan.armed == ()
    assert not plan.armed_at(Point.ATTEMPT)
    assert struck(plan, occasion()) is None
    assert plan.struck == {"one": 1, "two": 0, "three": 0}


def test_what_was_healed_may_be_armed_again_and_goes_on_counting():
    plan = Plan([fault("one", first=2)])
    told = [struck(plan, occasion())]
    plan.heal()
    plan.arm(fault("one", first=2))
    told += [struck(plan, occasion()) for _ in range(2)]
    assert told == ["one", "one", None]


# ------------------------------------------------------------------------------ load, services


def test_a_throttle_strikes_what_is_too_much():
    plan = Plan([fault("full", effect=ThrottleEffect(rate=1.0, burst=2))])
    told = [struck(plan, occasion(f"t-{n}", now_ns=at * S)) for n, at in enumerate([0, 0, 0, 1, 1])]
    assert told == [None, None, "full", None, "full"]
    assert isinstance(plan.verdict(occasion(now_ns=S), never)[1], Fail)


def test_errors_of_one_service_do_not_strike_anothers_calls():
    plan = Plan([named("dynamodb.throttled")])
    at_data = {"point": Point.DATA}
    assert struck(plan, occasion(service="sqs", **at_data)) is None
    assert struck(plan, occasion(service="dynamodb", **at_data)) == "dynamodb.throttled"
    assert struck(plan, occasion(service=None, **at_data)) == "dynamodb.throttled"
    assert struck(Plan([named("network.reset")]), occasion(service="sqs", **at_data))


def test_a_part_of_a_batch_fails_in_batches_alone():
    plan = Plan([named("dynamodb.partial-batch")])
    one = {"point": Point.DATA, "service": "dynamodb"}
    assert struck(plan, occasion(**one, operation="PutItem")) is None
    assert struck(plan, occasion(**one, operation="BatchWriteItem")) == "dynamodb.partial-batch"


def test_points_are_those_of_the_name_or_else_of_the_kind():
    assert points_of(named("dynamodb.throttled").effect) == (Point.DATA,)
    assert points_of(EFFECT) == DelayEffect.points


def test_in_words():
    match = Match(command="placeOrder", input={"total": Comparison("above", 100)})
    assert str(fault(match=match, attempts=frozenset({1}))) == (
        "delay at attempt, command placeOrder, input {total: above 100}, attempt 1"
    )
    plain = Fault(fault_id="x", point=Point.DATA, effect=EFFECT, name="network.reset")
    assert str(plain) == "network.reset at data"


@settings(max_examples=50, deadline=None)
@given(
    strike=st.builds(
        Strike,
        attempts=st.none() | st.frozensets(st.integers(1, 4), min_size=1),
        skip=st.integers(0, 3),
        first=st.none() | st.integers(0, 3),
        limit=st.none() | st.integers(0, 5),
    ),
    met=st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 4)), max_size=30),
)
def test_no_bound_is_ever_passed(strike, met):
    plan = Plan([Fault(fault_id="f", point=Point.ATTEMPT, effect=EFFECT, strike=strike)])
    hits = [pair for pair in met if struck(plan, occasion(pair[0], attempt=pair[1]))]
    assert plan.struck["f"] == len(hits)
    assert strike.limit is None or len(hits) <= strike.limit
    for trace, group in itertools.groupby(sorted(hits), key=lambda hit: hit[0]):
        of_trace = [attempt for _, attempt in group]
        meant = [
            attempt
            for name, attempt in met
            if name == trace and (strike.attempts is None or attempt in strike.attempts)
        ]
        assert strike.first is None or len(of_trace) <= strike.first
        assert len(of_trace) <= max(0, len(meant) - strike.skip)
        assert strike.attempts is None or strike.attempts.issuperset(of_trace)


def test_a_plan_knows_whom_its_faults_are_for(monkeypatch):
    monkeypatch.setattr(plan_module, "MEETS_MAX", 2)
    plan = Plan([
        fault(match=Match(command="placeOrder", label="big")),
        fault("kept", point=Point.DISPATCH, match=Match(component="Payments")),
    ])  # fmt: skip
    assert plan.points == {Point.ATTEMPT, Point.DISPATCH}
    assert plan.meets("Orders", "placeOrder", None) == {Point.ATTEMPT}
    assert plan.meets("Payments", "placeOrder", None) == {Point.ATTEMPT, Point.DISPATCH}
    assert plan.meets("Payments", "placeOrder", None) == {Point.ATTEMPT, Point.DISPATCH}
    assert plan.meets("Orders", None, "OrderPlaced") == frozenset()
    assert plan.meets("Orders", "placeOrder", None) == {Point.ATTEMPT}
    plan.heal("slow")
    assert plan.meets("Orders", "placeOrder", None) == frozenset()
    plan.arm(fault("all", point=Point.DATA))
    assert plan.meets("Orders", "placeOrder", None) == {Point.DATA}
