"""Which fault strikes: where, to whom, when; the first that strikes decides."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appsync_emu.core.faults.delay import DelayEffect
from appsync_emu.core.faults.plan import Fault, Match, Plan, Point, Situation, Strike, contains
from appsync_emu.core.faults.verdict import Delay, Proceed
from appsync_emu.core.records import DeliveryFacts


def fault(name: str = "slow", *, match: Match | None = None, point=Point.ATTEMPT, **when) -> Fault:
    return Fault(
        fault_id=name,
        point=point,
        effect=DelayEffect(1.0),
        match=match or Match(),
        strike=Strike(**when),
    )


def situation(
    trace: str = "t-1",
    *,
    attempt: int = 1,
    point: Point = Point.ATTEMPT,
    component: str = "Orders",
    event: str | None = None,
    given: object = None,
) -> Situation:
    facts = DeliveryFacts("d-" + trace, trace, component, "placeOrder", event, "c-1")
    return Situation(point, facts, attempt, given, 0)


def never(fault_id: str) -> float:
    raise AssertionError(f"nobody may draw for {fault_id}")


def struck(plan: Plan, where: Situation, draw=never) -> str | None:
    found, verdict = plan.verdict(where, draw)
    assert isinstance(verdict, Proceed if found is None else Delay)
    return found and found.fault_id


def test_without_faults_everything_proceeds():
    assert Plan().verdict(situation(), never) == (None, Proceed())


def test_a_fault_strikes_at_its_point_alone():
    plan = Plan([fault(point=Point.DISPATCH)])
    assert struck(plan, situation(point=Point.ATTEMPT)) is None
    assert struck(plan, situation(point=Point.DISPATCH)) == "slow"


@pytest.mark.parametrize(
    ("match", "fits"),
    [
        (Match(), True),
        (Match(component="Orders"), True),
        (Match(component="Payment"), False),
        (Match(command="placeOrder"), True),
        (Match(command="cancelOrder"), False),
        (Match(event="Order placed"), True),
        (Match(event="Order cancelled"), False),
        (Match(input={"total": 100}), True),
        (Match(input={"total": 100, "customer": {"id": 7}}), True),
        (Match(input={"total": 101}), False),
        (Match(input={"coupon": None}), False),
        (Match(component="Orders", command="placeOrder", input={"total": 1}), False),
    ],
)
def test_all_parts_of_match_must_agree(match, fits):
    where = situation(
        event="Order placed", given={"total": 100, "customer": {"id": 7, "name": "Eve"}}
    )
    assert match.fits(where) is fits


@pytest.mark.parametrize(
    ("whole", "part", "answer"),
    [
        ({"a": [1, 2]}, {"a": [1, 2]}, True),
        ({"a": [1, 2]}, {"a": [1]}, False),
        ({"a": {}}, {"a": {"b": 1}}, False),
        ({"a": 1}, {"a": {}}, False),
        (None, {}, False),
        (None, None, True),
        ("text", "text", True),
    ],
)
def test_subsets(whole, part, answer):
    """Mappings by key, everything else by equality."""
    assert contains(whole, part) is answer


def test_attempts():
    plan = Plan([fault(attempts=frozenset({1, 3}))])
    assert [struck(plan, situation(attempt=number)) for number in (1, 2, 3, 4)] == [
        "slow",
        None,
        "slow",
        None,
    ]


def test_skip_and_first_count_per_trace():
    plan = Plan([fault(skip=1, first=2)])
    of_one = [struck(plan, situation("t-1")) for _ in range(5)]
    of_two = [struck(plan, situation("t-2")) for _ in range(2)]
    assert of_one == [None, "slow", "slow", None, None]
    assert of_two == [None, "slow"]


def test_limit_counts_over_all_traces():
    plan = Plan([fault(limit=2)])
    assert [struck(plan, situation(f"t-{n}")) for n in range(4)] == ["slow", "slow", None, None]
    assert plan.struck["slow"] == 2


def test_what_is_not_meant_is_not_counted():
    """An occasion is one that match and attempts let through."""
    plan = Plan([fault(match=Match(component="Orders"), attempts=frozenset({2}), skip=1)])
    for where in (situation(component="Payment", attempt=2), situation(attempt=1)):
        assert struck(plan, where) is None
    assert struck(plan, situation(attempt=2)) is None  # skipped: the first occasion
    assert struck(plan, situation(attempt=2)) == "slow"


@pytest.mark.parametrize(("draw", "strikes"), [(0.0, True), (0.39, True), (0.4, False)])
def test_chance_is_drawn_by_the_id_of_the_fault(draw, strikes):
    asked = []

    def drawn(fault_id: str) -> float:
        asked.append(fault_id)
        return draw

    plan = Plan([fault(chance=0.4)])
    assert (struck(plan, situation(), drawn) is not None) is strikes
    assert asked == ["slow"]


def test_chance_zero_never_strikes_and_chance_one_never_draws():
    assert struck(Plan([fault(chance=0.0)]), situation(), lambda _: 0.0) is None
    assert struck(Plan([fault(chance=1.0)]), situation()) == "slow"


def test_a_miss_by_chance_uses_up_no_strike():
    plan = Plan([fault(chance=0.5, first=1, limit=1)])
    draws = iter([0.9, 0.1])
    answers = [struck(plan, situation(), lambda _: next(draws)) for _ in range(3)]
    assert answers == [None, "slow", None]


def test_the_first_that_strikes_decides_and_alone_is_counted():
    plan = Plan([fault("one", first=1), fault("two")])
    assert [struck(plan, situation()) for _ in range(2)] == ["one", "two"]
    assert plan.struck == {"one": 1, "two": 1}


def test_ids_are_armed_once():
    plan = Plan([fault("one")])
    with pytest.raises(ValueError, match="a fault named 'one' exists already"):
        plan.arm(fault("one"))
    with pytest.raises(ValueError, match="'one'"):
        Plan([fault("one"), fault("one")])


def test_healing_disarms_one_or_all_and_keeps_the_score():
    plan = Plan([fault("one"), fault("two")])
    plan.arm(fault("three"))
    assert struck(plan, situation()) == "one"
    assert plan.heal("two") == ("two",)
    assert plan.heal("two") == ()
    assert [armed.fault_id for armed in plan.armed] == ["one", "three"]
    assert plan.heal() == ("one", "three")
    assert plan.armed == ()
    assert plan.idle
    assert struck(plan, situation()) is None
    assert plan.struck == {"one": 1, "two": 0, "three": 0}
    with pytest.raises(ValueError, match="exists already"):
        plan.arm(fault("one"))


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
    plan = Plan([Fault(fault_id="f", point=Point.ATTEMPT, effect=DelayEffect(1), strike=strike)])
    hits = [pair for pair in met if struck(plan, situation(pair[0], attempt=pair[1]))]
    assert plan.struck["f"] == len(hits)
    assert strike.limit is None or len(hits) <= strike.limit
    for trace in "ab":
        of_trace = [attempt for name, attempt in hits if name == trace]
        meant = [
            attempt
            for name, attempt in met
            if name == trace and (strike.attempts is None or attempt in strike.attempts)
        ]
        assert strike.first is None or len(of_trace) <= strike.first
        assert len(of_trace) <= max(0, len(meant) - strike.skip)
        assert strike.attempts is None or strike.attempts.issuperset(of_trace)
