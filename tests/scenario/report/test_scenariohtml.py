"""What the page says of one scenario."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

from scenario.outcomes import (
    COVERAGE,
    effects_once,
    expectation_fails,
    failing,
    invariant_fails,
    passes,
    row,
    twice_written,
    whole,
)

from appsync_emu.scenario.outcome import Coverage, Kind, Smallest
from appsync_emu.scenario.report import scenariohtml


def told(parts):
    """The text of it, as a reader sees it."""
    return " ".join(unescape(re.sub("<[^>]*>", " ", "".join(parts))).split())


def test_findings():
    text = told(scenariohtml.failing(invariant_fails(), "s0"))

    assert (
        "invariant effects-once PaymentsTable o-2 written 2 times"
        " seed 1, and 25 more seeds, big-order, t1" in text
    )
    assert "inert fault socket-drop struck in none of 26 seeds" in text


def test_what_can_be_done():
    text = told(scenariohtml.failing(invariant_fails(), "s0"))

    assert "It needs charged-but-answer-lost and 1 send; 7 other faults play no part." in text
    assert "Found in 21 runs. Written to scenarios/orders.seed-7.appsync.yaml ." in text
    assert "appsync-emu run scenarios/orders.appsync.yaml --seed 7 Copy the command" in text
    assert "Copy the file" in text


def test_a_smallest_scenario_that_needs_no_fault():
    smallest = Smallest(path="", text="x", faults=(), idle=1, steps="1 send", runs=1)
    text = told(
        scenariohtml.failing(replace(invariant_fails(), smallest=smallest, replay=""), "s0")
    )

    assert "It needs no fault and 1 send; 1 other fault plays no part. Found in 1 run. x" in text


def test_faults_and_totals():
    text = told(scenariohtml.faults(invariant_fails()))

    assert "table-throttles 11-30 26/26" in text
    assert "socket-drop inert: fails the scenario 0 0/26" in text
    assert text.endswith("1,144 accepted = 1,118 success + 26 error; 26 dead letters")
    assert told(scenariohtml.faults(whole(Kind.INVALID, "x", "x"))) == ""
    assert told(scenariohtml.faults(replace(passes(), faults=()))).startswith("75 accepted")


def test_coverage():
    text = told(scenariohtml.coverage(COVERAGE, "Coverage", "div"))

    assert text.startswith("Coverage commands 2 of 3 untouched: refundOrder components 3 of 3")
    assert told(scenariohtml.coverage(Coverage(), "Coverage", "section")) == ""


def test_the_first_trace_is_open_the_others_are_folded():
    page = "".join(scenariohtml.failing(invariant_fails(), "s0"))

    assert page.count('<details class="trace" open>') == 1
    assert page.count('<details class="trace">') == 2


def test_components_have_a_column_where_there_are_several():
    many = "".join(scenariohtml.failing(expectation_fails(), "s0"))
    one = "".join(scenariohtml.failing(invariant_fails(), "s0"))

    assert '<td class="soft who">ShippingHandler</td>' in many
    assert '<td class="soft who">' not in one


def test_long_reports_are_cut():
    rows = tuple(row(at, "note", "n") for at in range(450))
    findings = tuple(replace(effects_once("trace-1"), name=f"n{n}") for n in range(45))
    seeds = tuple(
        replace(
            failing(seed),
            findings=findings if seed == 1 else (effects_once(f"trace-{seed}"),),
            stories=(replace(twice_written(seed), rows=rows),),
        )
        for seed in range(1, 12)
    )
    text = told(scenariohtml.failing(replace(invariant_fails(), seeds=seeds), "s0"))

    assert "50 more lines in the JSON report" in text
    assert "and 7 other findings" in text
    assert "3 more traces with the same findings: see the JSON report." in text
    assert "The picture shows the first 160 rows." in text


def test_a_cell_for_each_seed():
    strip = scenariohtml.seed_strip(expectation_fails())

    assert strip.count('<rect class="good"') == 3
    assert '<rect class="bad" x="10" y="0" width="4" height="13"><title>seed 3: failed' in strip
    assert "1 of 4 seeds failed" in strip
    assert scenariohtml.seed_strip(passes(seeds=70)).count("<rect") == 60
    assert scenariohtml.seed_strip(whole(Kind.INVALID, "x", "x")) == '<span class="seeds"></span>'


def test_verdicts_have_tones():
    assert scenariohtml.pill(Kind.PASSED, "ok") == '<span class="pill good">ok</span>'
    assert scenariohtml.pill(Kind.INERT, "<") == '<span class="pill bad">&lt;</span>'


def test_a_scenario_without_anything_to_show():
    bare = replace(whole(Kind.INTERNAL, "x", "x"), findings=())

    assert told(scenariohtml.failing(bare, "s0")) == "internal error x:2 Anything"
