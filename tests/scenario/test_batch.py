"""Many scenarios: the same report here and in processes."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from small_shop import FAULT, LOST, WRITES, write_scenario, write_shop

from appsync_emu.scenario import batch as module
from appsync_emu.scenario.batch import Batch, open_all
from appsync_emu.scenario.book import Options
from appsync_emu.scenario.outcome import Kind, Report
from appsync_emu.scenario.report import jsonreport


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_shop(tmp_path)
    return tmp_path


def entries(folder):
    return open_all(path.name for path in sorted(folder.glob("?.appsync.yaml")))


def timeless(report: Report) -> str:
    outcomes = tuple(replace(one, elapsed_s=0.0) for one in report.outcomes)
    return jsonreport.render(replace(report, outcomes=outcomes, elapsed_s=0.0))


@pytest.mark.parametrize("options", [{}, {"fail_fast": True}, {"explore": 4}])
def test_the_report_is_the_same_whatever_the_number_of_processes(folder, options):
    write_shop(folder, WRITES)
    write_scenario(folder, "a", faults=FAULT)
    write_scenario(folder, "b", faults=LOST, seeds="[5, 4, 3, 2, 1]")
    write_scenario(folder, "c", faults=FAULT + LOST)
    folder.joinpath("d.appsync.yaml").write_text("scenario: 1\n", "utf-8")
    reports = []
    for jobs in (1, 2):
        result = Batch(
            entries(folder), Options(jobs=jobs, pool_pays_s=0.0, journals=True, **options)
        ).run()
        assert result.tracebacks == ()
        reports.append(timeless(result.report))
    assert reports[0] == reports[1]
    assert '"failed: invariant"' in reports[0]


def test_little_work_starts_no_process(folder, monkeypatch):
    monkeypatch.setattr(module, "Crew", None)
    write_scenario(folder, "a")
    result = Batch(entries(folder), Options(jobs=8)).run()
    assert [one.kind for one in result.report.outcomes] == [Kind.PASSED]


def test_much_work_is_shared(folder):
    write_scenario(folder, "a", seeds="{from: 1, count: 40}")
    result = Batch(entries(folder), Options(jobs=2, pool_pays_s=0.0)).run()
    (outcome,) = result.report.outcomes
    assert [seed.seed for seed in outcome.seeds] == list(range(1, 41))
    assert outcome.elapsed_s > 0


def test_how_far_it_has_come(folder, monkeypatch):
    monkeypatch.setattr(module, "TOLD_EVERY_S", 0.0)
    write_scenario(folder, "a")
    folder.joinpath("b.appsync.yaml").write_text("scenario: 1\n", "utf-8")
    told = []
    Batch(entries(folder), Options(), watch=told.append).run()
    assert [one.seeds_done for one in told] == [0, 1, 2, 3, 3]
    assert (told[0].scenarios, told[0].seeds) == (2, 3)
    assert [told[0].scenarios_done, told[-1].scenarios_done] == [1, 2]
    assert {one.failed for one in told} == {1}


def test_one_mistake_in_every_scenario_has_one_traceback(folder, monkeypatch):
    write_scenario(folder, "a")
    write_scenario(folder, "b")

    def broken(scenario):
        raise ZeroDivisionError

    monkeypatch.setattr("appsync_emu.scenario.workshop.load_for", broken)
    result = Batch(entries(folder), Options()).run()
    assert [one.kind for one in result.report.outcomes] == [Kind.INTERNAL] * 2
    assert len(result.tracebacks) == 1


def test_a_smallest_file_that_cannot_be_written_is_noted(folder, monkeypatch):
    write_shop(folder, WRITES)
    write_scenario(folder, "a", faults=LOST)
    (folder / "a.seed-1.appsync.yaml").mkdir()
    result = Batch(entries(folder), Options(seeds=(1,))).run()
    assert re.match("the smallest file cannot be written: ", result.notes[0])
    assert result.report.outcomes[0].smallest.path == ""


def test_determinism_is_checked_in_two_processes(folder):
    write_scenario(folder, "a")
    write_shop(folder, 'context.emit("Paid", {"order": list({"a", "b", "c", "d", "e", "f"})})')
    result = Batch(entries(folder), Options(check_determinism=True, seeds=(1, 2))).run()
    (outcome,) = result.report.outcomes
    assert outcome.kind is Kind.NOT_DETERMINISTIC
    assert [one.name for one in outcome.findings] == ["seed 1", "seed 2"]
    assert all(seed.journal is None for seed in outcome.seeds)
