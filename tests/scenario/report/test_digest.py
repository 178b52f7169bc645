"""What reports show of an outcome."""

from __future__ import annotations

from dataclasses import replace

from scenario.outcomes import (
    COVERAGE,
    broken_before,
    effects_once,
    every_kind,
    expectation_fails,
    failing,
    invariant_fails,
    passes,
    twice_written,
    whole,
)

from appsync_emu.scenario.outcome import Coverage, Kind, Totals
from appsync_emu.scenario.report.digest import (
    fault_lines,
    findings_of,
    groups,
    kinds_counted,
    stories,
    subject,
    totals_text,
    untouched,
    verdict_text,
    world,
)


def test_the_same_finding_of_many_seeds_is_one_group():
    first, inert = groups(invariant_fails())

    assert (first.finding.name, first.seed, first.more) == ("effects-once", 1, 25)
    assert (first.story, subject(first)) == ("t1", "big-order, t1")
    assert (inert.finding.name, inert.seed, inert.more) == ("socket-drop", None, 0)
    assert subject(inert) == ""


def test_a_finding_twice_in_a_seed_counts_its_seed_once():
    seed = replace(failing(1), findings=(effects_once(), effects_once("other")))
    [group] = groups(replace(invariant_fails(), findings=(), seeds=(seed,)))

    assert group.more == 0


def test_the_calm_run_is_told_once():
    outcome = broken_before()
    both = replace(outcome, findings=outcome.calm.findings)

    assert findings_of(outcome) == findings_of(both) == outcome.calm.findings
    assert groups(outcome)[0].story == "t1"
    assert [world(outcome, story) for story in stories(outcome)] == ["calm run"]


def test_the_most_telling_stories_come_first():
    told = stories(invariant_fails())

    assert [world(invariant_fails(), story) for story in told] == ["seed 1", "seed 2", "seed 3"]
    assert [story.name for story in stories(expectation_fails())] == ["t2"]
    assert stories(passes()) == ()


def test_stories_when_no_finding_concerns_a_trace():
    seed = replace(failing(1), findings=(effects_once(None),), stories=(twice_written(1),))
    untold = replace(seed, seed=2, stories=())

    outcome = replace(invariant_fails(), seeds=(seed, untold))

    assert [story.seed for story in stories(outcome)] == [1]


def test_faults_over_all_seeds():
    lines = {line.fault: line for line in fault_lines(invariant_fails())}

    throttles = lines["table-throttles"]
    assert (throttles.low, throttles.high, throttles.seeds, throttles.of) == (11, 30, 26, 26)
    assert not throttles.inert
    assert (lines["socket-drop"].high, lines["socket-drop"].inert) == (0, True)


def test_faults_that_struck_in_some_seeds_only():
    dies = fault_lines(expectation_fails())[2]

    assert (dies.low, dies.high, dies.seeds, dies.of) == (1, 1, 1, 4)


def test_kinds_are_kept_apart():
    assert [verdict_text(outcome) for outcome in every_kind().outcomes] == [
        ("passed", "25 seeds"),
        ("passed", "1 seed"),
        ("FAILED", "26 of 26 seeds"),
        ("FAILED", "1 of 4 seeds"),
        ("FAILED", "coverage"),
        ("BROKEN BEFORE FAULTS", ""),
        ("NOT DETERMINISTIC", ""),
        ("INVALID FILE", ""),
        ("INTERNAL ERROR", ""),
    ]
    assert verdict_text(replace(passes(), seeds=())) == ("passed", "")
    assert verdict_text(whole(Kind.INERT, "x", "x")) == ("FAILED", "inert fault")
    assert kinds_counted(every_kind())[:2] == ((Kind.PASSED, 2), (Kind.EXPECTATION, 1))


def test_totals():
    few = Totals(accepted=3, success=1, error=1, unfinished=1, deadletters=1)

    assert totals_text(few) == "3 accepted = 1 success + 1 error + 1 unfinished; 1 dead letter"
    assert totals_text(invariant_fails().totals) == (
        "1,144 accepted = 1,118 success + 26 error; 26 dead letters"
    )


def test_what_is_untouched():
    assert untouched(COVERAGE) == (
        ("commands", 2, 3, ("refundOrder",)),
        ("events", 1, 2, ("OrderShipped",)),
        ("faults", 4, 5, ("socket-drop",)),
    )
    assert untouched(Coverage()) == ()
    assert untouched(Coverage(known={"queries": ("a",)})) == (("queries", 0, 1, ("a",)),)
