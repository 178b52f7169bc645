"""Scenario files that are written: the smallest one, and seeds to remember."""

from __future__ import annotations

import pytest
from stage import scenario, shop

from appsync_emu.errors import UsageError
from appsync_emu.scenario.load import load
from appsync_emu.scenario.outcome import Kind
from appsync_emu.scenario.run import run_scenario, run_seed
from appsync_emu.scenario.write import path_of, record, smallest

MORE = """
tags: [retry]
coverage: {commands: 10%}
seeds: {count: 3}
variables: {who: o}
faults:
  - id: lost   # a comment
    note: it goes
    point: dispatch
    match: {label: o}
    strike: {calls: {skip: 1, first: 1}, per: run}
    effect: {drop: true}
  - {id: reset, point: attempt, strike: {attempts: 1}, effect: {error: network.reset, phase: request}}
expect:
  traces: {o: {any: {status: success}}}
  invariants: {except: [{name: retries-bounded, reason: "a colon: here"}]}
"""  # noqa: E501 - a file as users write it
STEPS = """
- subscribe: {label: ear, to: statuses, of: o}
- send: {label: o, command: placeOrder, repeat: 5, every: 1m, input: {id: "{who}-{n}"}}
- expect: {traces: {o: {any: {status: success}}}}
- settle: {}
"""


def test_the_smallest_file_loads_and_fails_in_the_same_way(tmp_path):
    whole, loaded = scenario(tmp_path, STEPS, MORE, "orders.appsync.yaml"), shop().loaded
    found = smallest(whole, loaded, run_seed(whole, loaded, 7))
    assert found.path == f"{tmp_path.as_posix()}/orders.seed-7.appsync.yaml"
    assert (found.faults, found.idle, found.steps) == (("lost",), 1, "1 send")
    assert found.runs > 1
    with open(found.path) as file:  # noqa: PTH123 - a text alone
        assert file.read() == found.text
    assert found.text == SMALLEST
    small = load(found.path)
    outcome = run_scenario(small, loaded)
    assert outcome.kind is Kind.INVARIANT
    assert [seed.seed for seed in outcome.seeds] == [7]
    assert outcome.failed_seeds[0].findings[0].name == "ends-exactly-once"


SMALLEST = """\
# failed: invariant ends-exactly-once: Place never ended: dropped by fault lost
# The smallest part of orders.appsync.yaml that shows it, from seed 7: 1 of 2 faults and 1 of 4
# steps are left.
scenario: 1
title: A test
tags: [retry]
variables: {who: o}
seeds: [7]
faults:
- id: lost
  note: it goes
  point: dispatch
  match: {label: o}
  strike:
    calls: {skip: 1, first: 1}
    per: run
  effect: {drop: true}
expect:
  invariants:
    except:
    - {name: retries-bounded, reason: 'a colon: here'}
steps:
- send:
    label: o
    command: placeOrder
    repeat: 2
    every: 1m
    input: {id: '{who}-{n}'}
"""


def test_an_expectation_that_fails_stays_and_others_that_fail_now_go(tmp_path):
    more = MORE.replace("{drop: true}", "{delay: 1s}").replace(
        "traces: {o: {any: {status: success}}}",
        "traces: {o: {any: {status: success}}}\n  faults: {reset: {strikes: {at_least: 1}},"
        " lost: {strikes: 4}}\n  deadletters: {count: 0}",
    )
    whole, loaded = scenario(tmp_path, STEPS, more), shop().loaded
    found = smallest(whole, loaded, run_seed(whole, loaded, 1), write=False)
    assert found.path == ""
    assert not (tmp_path / "a.seed-1.appsync.yaml").exists()
    path = tmp_path / "small.appsync.yaml"
    path.write_text(found.text)
    small = load(path)
    assert [step for step in found.text.splitlines() if "expect" in step]
    assert "reset" not in found.text.partition("scenario: 1")[2]
    outcome = run_scenario(small, loaded)
    assert outcome.kind is Kind.EXPECTATION
    [finding] = outcome.failed_seeds[0].findings
    assert (finding.name, finding.message) == ("faults.lost.strikes", "wanted 4, found 1")


def test_a_scenario_that_is_broken_without_faults_is_written_without_a_calm_run(tmp_path):
    async def place(event, context, table):
        table.put_item("o", 1)
        table.put_item("o", 1)

    loaded = shop(place).loaded
    steps = STEPS.replace("{who}", "o")
    whole = scenario(tmp_path, steps, "calm: false\n")
    found = smallest(whole, loaded, run_seed(whole, loaded, 1), write=False)
    assert "calm: false" in found.text
    assert "faults" not in found.text.partition("scenario: 1")[2]


def test_a_run_that_does_not_fail_again_is_not_written(tmp_path):
    whole, loaded = scenario(tmp_path, STEPS, MORE), shop().loaded
    assert smallest(whole, loaded, run_seed(whole, loaded, 1, faults=["reset"])) is None


def test_where_it_is_written():
    assert path_of("a/b.appsync.yaml", 3) == "a/b.seed-3.appsync.yaml"
    assert path_of("other.yaml", 3) == "other.yaml.seed-3.appsync.yaml"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "seeds: {always: [7, 9]}\n\n"),
        ("seeds: 42 # one\n", "seeds: [42, 7, 9] # one\n"),
        ("seeds: [1, 2]  # two\n", "seeds: [1, 2, 7, 9]  # two\n"),
        ("seeds: [1,\n  2, # ] no\n  3]\n", "seeds: [1,\n  2, # ] no\n  3, 7, 9]\n"),
        ("seeds:\n  - 1\n  - 2 # two\n", "seeds:\n  - 1\n  - 2 # two\n  - 7\n  - 9\n"),
        ("seeds: {count: 3}\n", "seeds: {count: 3, always: [7, 9]}\n"),
        ("seeds: {always: [9]} # x\n", "seeds: {always: [9, 7]} # x\n"),
        ("seeds: {always: []}\n", "seeds: {always: [7, 9]}\n"),
        ("seeds:\n  count: 3 # three\n", "seeds:\n  always: [7, 9]\n  count: 3 # three\n"),
        (
            "seeds:\n  always:\n    - 1\n  count: 2\n",
            "seeds:\n  always:\n    - 1\n    - 7\n    - 9\n  count: 2\n",
        ),
    ],
)
def test_seeds_are_added_and_the_rest_stays(tmp_path, before, after):
    path = tmp_path / "a.appsync.yaml"
    head = "# mine\nscenario: 1\ntitle: T # t\n"
    steps = "steps: # what is done\n  - advance: 1m\n"
    path.write_text(head + before + steps)
    assert set(record(path, [7, 9])) <= {7, 9}
    assert path.read_text() == head + after + steps
    assert {7, 9} <= set(load(path).seeds.all)
    assert record(path, [7, 9, 7]) == ()
    assert path.read_text() == head + after + steps


def test_what_cannot_be_changed_says_what_to_do(tmp_path):
    path = tmp_path / "a.appsync.yaml"
    path.write_text("scenario: 1\nseeds: {}\n  x\n")
    with pytest.raises(UsageError, match="write them under seeds"):
        record(path, [7])
