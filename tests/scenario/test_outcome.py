"""What came of runs, as values that add up."""

from __future__ import annotations

import pickle

from appsync_emu.scenario.outcome import (
    Coverage,
    Finding,
    Kind,
    Report,
    ScenarioOutcome,
    SeedOutcome,
    Totals,
)

WRONG = Finding(kind=Kind.INVARIANT, name="effects-once", message="twice")


def outcome(*seeds, coverage=None):
    return ScenarioOutcome(
        path="a.appsync.yaml",
        line=2,
        title="A",
        kind=Kind.PASSED,
        seeds=seeds,
        coverage=coverage or Coverage(),
    )


def test_totals_add_up():
    one = SeedOutcome(seed=1, totals=Totals(accepted=2, success=1, error=1, deadletters=1))
    two = SeedOutcome(seed=2, totals=Totals(accepted=1, unfinished=1))
    together = Totals(accepted=3, success=1, error=1, unfinished=1, deadletters=1)
    assert outcome(one, two).totals == together
    assert outcome().totals == Totals()


def test_which_seeds_failed_and_what_struck():
    one = SeedOutcome(seed=1, findings=(WRONG,), strikes={"f": 3})
    two = SeedOutcome(seed=2)
    assert one.failed
    assert outcome(one, two).failed_seeds == (one,)
    assert outcome(one, two).struck("f") == (3, 0)


def test_coverage_of_several_runs():
    known = {"commands": ("a", "b"), "events": ()}
    one = Coverage(known=known, touched={"commands": frozenset("a")})
    two = Coverage(known=known, touched={"commands": frozenset("b"), "events": frozenset("x")})
    assert (one.share("commands"), one.share("events"), one.share("other")) == (0.5, 1.0, 1.0)
    assert one.untouched("commands") == ("b",)
    assert (one | two).share("commands") == 1.0
    assert (Coverage() | one).known == known
    report = Report(outcomes=(outcome(coverage=one), outcome(coverage=two)))
    assert report.coverage.touched["commands"] == {"a", "b"}


def test_they_travel_between_processes():
    made = outcome(SeedOutcome(seed=1, findings=(WRONG,)))
    assert pickle.loads(pickle.dumps(made)) == made
