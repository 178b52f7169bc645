"""Scenario files against APIs at a URL: which are run, and what is told of the others."""

from __future__ import annotations

import pytest
from small_shop import write_scenario, write_shop

from appsync_emu.scenario.batch import open_all
from appsync_emu.scenario.driving import Pace
from appsync_emu.scenario.load import load
from appsync_emu.scenario.outcome import Kind
from appsync_emu.scenario.remote import drive, drive_all

SEND = "  - send: {label: order, command: placeOrder, input: {orderId: o-1}}\n"
NOWHERE = "http://127.0.0.1:9/graphql"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_shop(tmp_path)
    return tmp_path


def test_nothing_answers(folder):
    write_scenario(folder, faults="", seeds="", expect="")
    outcome = drive(load("orders.appsync.yaml"), NOWHERE, {}, Pace())
    assert outcome.kind is Kind.LIVENESS
    (finding,) = outcome.findings
    assert "no API answers" in finding.message


def test_what_cannot_be_done_is_refused_before_anything_is_sent(folder):
    write_scenario(folder, "a")
    write_scenario(folder, "b", faults="", seeds="", expect="", steps=SEND)
    write_scenario(folder, "c", faults="", seeds="", steps="  - send: {command: nothing}\n")
    folder.joinpath("d.appsync.yaml").write_text("scenario: 1\n", "utf-8")
    entries = open_all(f"{name}.appsync.yaml" for name in "abcd")
    result = drive_all(entries, NOWHERE, {}, patience_s=1.0)
    kinds = [one.kind for one in result.report.outcomes]
    assert kinds == [Kind.INVALID, Kind.LIVENESS, Kind.INVALID, Kind.INVALID]
    first = result.report.outcomes[0]
    assert [one.message.partition(":")[0] for one in first.findings] == ['"seeds"', '"faults"']
    assert result.notes


def test_interrupted(folder, monkeypatch):
    write_scenario(folder, "a", faults="", seeds="")

    def tired(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("appsync_emu.scenario.remote.drive", tired)
    result = drive_all(open_all(["a.appsync.yaml"]), "http://x/graphql", {}, patience_s=1.0)
    assert (result.interrupted, result.not_run, result.notes) == (True, 1, ())


def test_fail_fast_and_how_far_it_has_come(folder):
    write_scenario(folder, "a", faults="", seeds="", expect="", steps=SEND)
    write_scenario(folder, "b", faults="", seeds="", expect="", steps=SEND)
    told = []
    entries = open_all(["a.appsync.yaml", "b.appsync.yaml"])
    result = drive_all(entries, NOWHERE, {}, patience_s=1.0, fail_fast=True, watch=told.append)
    assert [one.path for one in result.report.outcomes] == ["a.appsync.yaml"]
    assert [(one.scenarios_done, one.failed) for one in told] == [(0, 0)]
    assert result.not_run == 0
