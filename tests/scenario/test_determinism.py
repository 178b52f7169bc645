"""Two runs of a seed, held against each other."""

from __future__ import annotations

from appsync_emu.scenario.determinism import differences, first, second
from appsync_emu.scenario.outcome import Kind, SeedOutcome
from appsync_emu.scenario.workshop import Work


def outcome(journal, seed=1):
    return SeedOutcome(seed=seed, journal=journal)


def test_the_second_process_runs_the_seeds_in_the_opposite_order():
    work = Work(path="x", calm=True, seeds=(1, 2, 3), stop=True)
    assert first(work) == Work(path="x", calm=True, seeds=(1, 2, 3), journals="all")
    assert second(work) == Work(path="x", seeds=(3, 2, 1), journals="all")


def test_equal_journals():
    ones = {1: outcome("a\nb"), 2: outcome("c", 2)}
    assert differences(ones, ones, 2) == []


def test_a_seed_that_was_run_once_only_is_told_elsewhere():
    assert differences({1: outcome("a")}, {}, 2) == []


def test_the_first_record_that_differs_and_where():
    one = '{"kind": "EventPublished", ' + "x" * 100 + '"order": ["a", "b"]' + "y" * 100 + "}"
    other = one.replace('["a", "b"]', '["b", "a"]')
    (found,) = differences({4: outcome(f"r\n{one}", 4)}, {4: outcome(f"r\n{other}", 4)}, 2)
    assert (found.kind, found.name, found.line) == (Kind.NOT_DETERMINISTIC, "seed 4", 2)
    assert "record 2 differs (EventPublished): ...xxx" in found.message
    assert '"order": ["a", "b"]' in found.message
    assert " and ...xxx" in found.message
    assert found.message.endswith("...")
    assert len(found.message) < 700


def test_one_journal_is_longer():
    (found,) = differences({1: outcome("a\n" + "b" * 300)}, {1: outcome("a")}, 2)
    assert "one journal ends before record 2: bbb" in found.message
    assert found.message.endswith("b...")
