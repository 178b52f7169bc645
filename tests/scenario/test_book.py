"""What is known of one scenario of a batch, and what is next for it."""

from __future__ import annotations

import pytest
from scenario_files import loaded

from appsync_emu.scenario.book import DETAILED_MAX, Book, Options
from appsync_emu.scenario.outcome import Finding, Kind, SeedOutcome, Story

BROKEN = Finding(kind=Kind.INVARIANT, name="effects-once", message="twice")
STORY = Story(trace_id="t", name="t1", label="order", seed=1, status="error", attempts=1, rows=())


def book(seeds="seeds: [3, 1, 2]\n", **options):
    return Book(loaded(seeds), Options(**options))


def ran(one, *seeds, failed=()):
    for seed in seeds:
        found = (BROKEN,) if seed in failed else ()
        one.ran[seed] = SeedOutcome(seed=seed, findings=found, stories=(STORY,) if found else ())


def test_worlds():
    scenario = loaded("seeds: {from: 5, count: 2, always: [99]}\n")
    assert Options().worlds(scenario) == (5, 6, 99)
    assert Options(count=1).worlds(scenario) == (5, 99)
    assert Options(explore=3).worlds(scenario) == (1, 2, 3)
    assert Options(explore=3, seeds=(8,)).worlds(scenario) == (8,)


def test_works_in_pieces_once_the_first_is_done():
    one = book()
    assert one.left == 4
    head = one.next_work(1)
    assert (head.calm, head.seeds) == (True, (3,))
    assert one.next_work(1) is None
    ran(one, 3)
    one.end()
    assert one.next_work(1).seeds == (1,)
    assert one.next_work(None).seeds == (2,)
    assert one.next_work(None) is None
    assert not one.finished
    ran(one, 1, 2)
    one.end()
    one.end()
    assert one.finished
    assert one.next_work(None) is None
    assert one.outcome().kind is Kind.PASSED


def test_the_lowest_failing_seed_is_made_smaller_at_last():
    one = book()
    one.next_work(None)
    ran(one, 3, 1, 2, failed=(3, 2))
    one.end()
    assert not one.finished
    work = one.next_work(None)
    assert work.smallest_of == SeedOutcome(seed=2, findings=(BROKEN,))
    one.end()
    assert one.next_work(None) is None
    assert one.finished
    assert one.failed


@pytest.mark.parametrize("options", [{"shrink": False}, {}])
def test_what_is_not_made_smaller(options):
    one = book(**options)
    one.next_work(None)
    kind = Kind.INVARIANT if options else Kind.INVALID
    for seed in one.order:
        one.ran[seed] = SeedOutcome(seed=seed, findings=(Finding(kind=kind, name="", message="x"),))
    one.end()
    assert one.next_work(None) is None


def test_a_work_that_was_left_in_the_middle():
    one = book()
    work = one.next_work(None)
    ran(one, 3)
    assert one.missing(work) == 2
    one.give_back(work)
    assert one.next_work(None).seeds == (1, 2)


def test_a_calm_run_that_fails_ends_it():
    one = book()
    one.next_work(1)
    one.calm = SeedOutcome(seed=0, findings=(BROKEN,))
    one.end()
    assert one.finished
    assert one.outcome().kind is Kind.BROKEN_BEFORE


def test_what_cannot_be_run():
    for stop, kind in (
        (lambda one: one.refused([Finding(kind=Kind.INVALID, name="", message="x")]), Kind.INVALID),
        (lambda one: one.broke("it died"), Kind.INTERNAL),
    ):
        one = book()
        assert not one.told_of
        one.next_work(1)
        stop(one)
        one.end()
        assert one.finished
        assert one.failed
        assert one.next_work(None) is None
        assert one.outcome().kind is kind


def test_fail_fast_tells_no_more_than_the_first_failure_in_the_order_of_seeds():
    one = book(fail_fast=True, shrink=False)
    one.next_work(1)
    ran(one, 3)
    one.end()
    one.next_work(1)
    one.next_work(1)
    ran(one, 2, failed=(2,))
    one.end()
    ran(one, 1, failed=(1,))
    one.end()
    assert [seed.seed for seed in one.outcome().seeds] == [1, 3]


def test_what_struck_nowhere_is_known_at_the_end_only():
    fault = (
        "faults: [{id: f, point: attempt, strike: {attempts: 1},"
        " effect: {error: network.reset, phase: request}}]\n"
    )
    one = book(f"seeds: [1, 2]\n{fault}")
    one.next_work(None)
    ran(one, 1)
    assert one.outcome().kind is Kind.PASSED
    ran(one, 2)
    one.end()
    assert one.failed
    assert one.outcome().kind is Kind.INERT


def test_replay():
    one = book()
    ran(one, 3, 1, failed=(1,))
    assert one.outcome().replay.endswith("x.appsync.yaml --seed 1")
    one = book(explore=2)
    ran(one, 2, failed=(2,))
    assert one.outcome().replay.endswith(" --seed 2 --explore 1")


def test_stories_of_so_many_failures_only():
    one = Book(loaded(""), Options(count=DETAILED_MAX + 2))
    ran(one, *one.order, failed=one.order)
    told = one.outcome().seeds
    assert [bool(seed.stories) for seed in told] == [True] * DETAILED_MAX + [False] * 2
