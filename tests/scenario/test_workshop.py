"""Works: some runs of one scenario, told one by one."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_shop import LOST, WRITES, write_scenario, write_shop

from appsync_emu.errors import Mistake
from appsync_emu.scenario import workshop as module
from appsync_emu.scenario.outcome import Kind
from appsync_emu.scenario.workshop import (
    Calm,
    Crashed,
    Ran,
    Refused,
    Smaller,
    Work,
    Workshop,
    findings_of_mistakes,
)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_shop(tmp_path)
    return tmp_path


PATH = "orders.appsync.yaml"


def test_the_calm_run_then_the_seeds(folder):
    write_scenario(folder)
    told = list(Workshop().done(Work(path=PATH, calm=True, seeds=(2, 1))))
    assert [type(one) for one in told] == [Calm, Ran, Ran]
    assert [one.outcome.seed for one in told[1:]] == [2, 1]
    assert all(one.outcome.journal is None for one in told)


def test_a_calm_run_that_fails_is_the_last(folder):
    write_shop(folder, 'raise ValueError("never")')
    write_scenario(folder)
    (told,) = Workshop().done(Work(path=PATH, calm=True, seeds=(1,)))
    assert isinstance(told, Calm)
    assert told.outcome.failed


def test_no_calm_run_where_the_file_wants_none(folder):
    write_scenario(folder, more="calm: false\n")
    (told,) = Workshop().done(Work(path=PATH, calm=True, seeds=(1,)))
    assert isinstance(told, Ran)


@pytest.mark.parametrize(("journals", "kept"), [("none", 0), ("failing", 2), ("all", 2)])
def test_journals(folder, journals, kept):
    write_shop(folder, WRITES)
    write_scenario(folder, faults=LOST)
    told = list(Workshop().done(Work(path=PATH, seeds=(1, 2), journals=journals)))
    assert sum(one.outcome.journal is not None for one in told) == kept


def test_journals_of_what_passes(folder):
    write_scenario(folder)
    for journals, kept in (("failing", False), ("all", True)):
        (told,) = Workshop().done(Work(path=PATH, seeds=(1,), journals=journals))
        assert bool(told.outcome.journal) is kept


def test_stop(folder):
    write_shop(folder, WRITES)
    write_scenario(folder, faults=LOST)
    assert len(list(Workshop().done(Work(path=PATH, seeds=(1, 2), stop=True)))) == 1


def test_smaller(folder, monkeypatch):
    write_shop(folder, WRITES)
    write_scenario(folder, faults=LOST)
    shop = Workshop()
    (ran,) = shop.done(Work(path=PATH, seeds=(7,)))
    work = Work(path=PATH, smallest_of=ran.outcome)
    (told,) = shop.done(work)
    assert isinstance(told, Smaller)
    assert told.smallest.path == "orders.seed-7.appsync.yaml"
    assert told.smallest.faults == ("lost",)

    def full(self, *arguments, **options):
        raise OSError("no space left")

    monkeypatch.setattr(Path, "write_text", full)
    (told,) = shop.done(work)
    assert told.note == "the smallest file cannot be written: no space left"
    assert told.smallest.path == ""


def test_refused(folder):
    write_scenario(folder, steps="  - send: {command: placeOrdr}\n", expect="")
    (told,) = Workshop().done(Work(path=PATH, seeds=(1,)))
    assert isinstance(told, Refused)
    assert [one.kind for one in told.findings] == [Kind.INVALID]


@pytest.mark.parametrize("error", [ZeroDivisionError("why"), SystemExit(3)])
def test_nothing_is_raised(folder, monkeypatch, error):
    write_scenario(folder)

    def broken(*arguments, **options):
        raise error

    monkeypatch.setattr(module, "run_seed", broken)
    (told,) = Workshop().done(Work(path=PATH, seeds=(1,)))
    assert isinstance(told, Crashed)
    assert told.error.startswith(type(error).__name__)
    assert "Traceback" in told.trace


def test_the_api_is_loaded_once_for_works_of_one_file(folder, monkeypatch):
    write_scenario(folder, "a")
    write_scenario(folder, "b")
    loads = []
    load_for = module.load_for
    monkeypatch.setattr(
        module, "load_for", lambda scenario: loads.append(scenario.path) or load_for(scenario)
    )
    shop = Workshop()
    for name in "aab":
        list(shop.done(Work(path=f"{name}.appsync.yaml", seeds=(1,))))
    assert loads == ["a.appsync.yaml", "b.appsync.yaml"]


def test_mistakes_as_findings():
    here, there = findings_of_mistakes(
        [
            Mistake(file="x", line=3, message="it is wrong; is it?", remedy="Mend it."),
            Mistake(file="y", line=4, message="so is that"),
        ],
        "x",
    )
    assert (here.line, here.message) == (3, "it is wrong; is it? Mend it.")
    assert (there.line, there.message) == (0, "y:4: so is that")
