"""The report for a terminal."""

from __future__ import annotations

import re
from dataclasses import replace

from scenario.outcomes import (
    EVIL,
    effects_once,
    every_kind,
    expectation_fails,
    failing,
    hostile,
    invariant_fails,
    passes,
    row,
    twice_written,
    whole,
)

from appsync_emu.scenario.outcome import Kind, Report, Smallest
from appsync_emu.scenario.report.text import LINES_MAX, render, render_outcome

FAILING = """\
scenarios/orders.appsync.yaml:2  Orders survive a flaky payment ser...    FAILED  26 of 26 seeds

  seed 1   invariant effects-once: PaymentsTable o-2 written 2 times (big-order, t1)
           and 25 more seeds with the same invariant
  inert fault socket-drop (line 66): struck in none of 26 seeds; expect.faults.socket-drop:
  {strikes: 0} says that it is meant

  t1 big-order, seed 1                                              virtual time
    0:00.000  accepted
    0:00.000  attempt 1  network.reset          fault payment-resets (request)
    0:49.901  attempt 2  network.reset          fault payment-resets (request)
    2:44.983  attempt 3  PaymentsTable PutItem  applied
    2:49.983             network.timeout        fault charged-but-answer-lost (response)
    6:19.472  attempt 4  PaymentsTable PutItem  applied           <-- second time
    6:19.472  success    4 attempts, 3 retries

  needed     charged-but-answer-lost                 7 other faults play no part
  smallest   scenarios/orders.seed-7.appsync.yaml    1 fault, 1 send; written for you
  replay     appsync-emu run scenarios/orders.appsync.yaml --seed 7

  fault                    struck per seed   seeds
  payment-resets                         4   26/26
  charged-but-answer-lost                1   26/26
  table-throttles                    11-30   26/26
  deadletter-store-down                  9   26/26
  socket-drop                            0    0/26   INERT: fails the scenario

  1,144 accepted = 1,118 success + 26 error; 26 dead letters"""


def test_a_failure_tells_all_that_is_needed():
    assert render_outcome(invariant_fails()) == FAILING


def test_a_scenario_that_passed_takes_one_line():
    told = render(Report(outcomes=(passes(), passes()), elapsed_s=0.2))
    line = "scenarios/refunds.appsync.yaml:2  Refunds are paid once"

    assert told.splitlines()[:2] == [line + " " * 18 + "passed  25 seeds  86 ms"] * 2
    assert told.splitlines()[3:] == [
        "coverage  commands    2 of 3; untouched: refundOrder",
        "          events      1 of 2; untouched: OrderShipped",
        "          faults      4 of 5; untouched: socket-drop",
        "",
        "2 scenarios: 2 passed; 50 seeds in 200 ms",
    ]


def test_nothing_was_run():
    assert render(Report(outcomes=())) == "0 scenarios: 0 seeds in 0 ms\n"


def test_kinds_of_result_are_kept_apart():
    told = render(every_kind())

    assert told.endswith(
        "9 scenarios: 2 passed, 1 failed: expectation, 1 failed: invariant, 1 failed: coverage,\n"
        "  1 broken before faults, 1 not deterministic, 1 invalid file, 1 internal error;\n"
        "  81 seeds in 1.2 s\n"
    )
    assert "  scenarios/typo.appsync.yaml:14: faults[0].efect: unknown key" in told
    assert "\n  internal error: RuntimeError: please report this\n" in told
    assert "  coverage coverage.commands (line 40): 2 of 3 commands" in told
    assert "\n  t1 order, calm run " in told


def test_it_fits():
    for width in (80, 100):
        told = render(every_kind(), width=width)
        assert max(map(len, told.splitlines())) <= width


def test_components_have_a_column_where_there_are_several():
    told = render_outcome(expectation_fails(), width=100)

    assert "     0:41.000  PaymentHandler   attempt 2  OrdersTable GetItem" in told
    assert "  ConnectTimeout after 30 s  fault carrier-down (request)" in told
    assert "     0:00.120  PaymentHandler              OrdersTable PutItem" in told


def test_colours_do_not_move_anything():
    plain, coloured = render(every_kind()), render(every_kind(), colour=True)

    assert "\x1b" not in plain
    assert "\x1b[32mpassed\x1b[0m" in coloured
    assert "\x1b[1;31mFAILED\x1b[0m" in coloured
    assert re.sub("\x1b\\[[0-9;]*m", "", coloured) == plain


def test_nothing_that_users_write_reaches_the_terminal_as_it_is():
    told = render(hostile())

    assert not any(character in told for character in "\x1b\x00\u202e\u2028\ud800")
    assert "\\x1b[31m\\x00\\ud800" in told


def test_long_stories_are_cut_in_the_middle():
    rows = [row(at, "attempt", f"attempt {at}", "Boom", component="C") for at in range(1, 200)]
    seed = replace(failing(1), stories=(replace(twice_written(1), rows=tuple(rows)),))
    told = render_outcome(replace(invariant_fails(), seeds=(seed,)), journal="report.json")

    assert len(told.splitlines()) <= LINES_MAX + 1
    assert re.search(r"\n    \.\.\. \d+ lines left out; all of them: report\.json\n", told)
    assert "  attempt 1    Boom\n" in told
    assert "  attempt 199  Boom\n" in told


def test_many_findings_are_counted():
    findings = tuple(replace(effects_once(), name=f"n{number}") for number in range(20))
    told = render_outcome(replace(invariant_fails(), seeds=(), findings=findings))

    assert "  and 8 other findings: --report json" in told
    assert "struck per seed" not in told


def test_many_untouched_names_are_counted():
    outcome = passes()
    known = {"commands": tuple(f"c{number}" for number in range(11))}
    coverage = replace(outcome.coverage, known=known, touched={})

    told = render(Report(outcomes=(replace(outcome, coverage=coverage),)))

    assert (
        "coverage  commands    0 of 11; untouched: c0, c1, c2, c3, c4, c5, c6, c7 and 3 more"
        in (told)
    )


def test_a_message_that_names_its_place_is_not_told_twice():
    placed = "x.yaml:14: unknown key"

    for message in (placed, "unknown key"):
        told = render_outcome(whole(Kind.INVALID, "x.yaml", message, line=14))
        assert told.splitlines()[-1] == f"  {placed}"
    told = render_outcome(whole(Kind.INVALID, "x.yaml", "not YAML"))
    assert told.splitlines()[-1] == "  not YAML"


def test_the_smallest_scenario_in_words():
    def steps(**said):
        smallest = Smallest(
            **{"path": "", "text": "", "faults": ("a",), "idle": 1, "steps": "1 send", "runs": 2}
            | said
        )
        told = render_outcome(replace(invariant_fails(), smallest=smallest, replay=""))
        return [
            line for line in told.splitlines() if line.startswith((" " * 13, "  needed", "  sma"))
        ]

    assert steps() == [
        "  needed     a                                       1 other fault plays no part",
        "  smallest   not written                             1 fault, 1 send; in --report json",
    ]
    assert steps(faults=(), idle=0, path="p" * 50) == [
        "  needed     no fault",
        f"  smallest   {'p' * 50}",
        "             0 faults, 1 send; written for you",
    ]
    assert steps(faults=("f" * 50,), idle=0)[0] == f"  needed     {'f' * 50}"


def test_a_title_has_some_room_after_a_long_path():
    told = render_outcome(replace(passes(), path="p" * 90, title=EVIL))

    assert told.startswith(f"{'p' * 90}:2  </script>...    passed")
