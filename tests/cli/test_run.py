"""``appsync-emu run``: files in, a verdict, an exit code and reports out."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from cli_runner import make_runner
from served_shop import served
from small_shop import DIES, LOST, SCHEMA, WRITES, write_scenario, write_shop

from appsync_emu.cli import main
from appsync_emu.config.registry import Registry
from appsync_emu.core.api import SdlSource
from appsync_emu.graph.schema import build
from appsync_emu.scenario import workshop

SMALLEST = "orders.seed-1.appsync.yaml"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_shop(tmp_path)
    return tmp_path


def run(*arguments: str):
    return make_runner().invoke(main, ["run", *arguments], prog_name="appsync-emu")


# ----------------------------------------------------------------------------------- verdicts


def test_what_passes(folder):
    write_scenario(folder)
    result = run(".")
    assert result.exit_code == 0, result.output
    assert "orders.appsync.yaml:2  The scenario orders" in result.stdout
    assert "passed  3 seeds" in result.stdout
    assert result.stdout.splitlines()[-1].startswith("1 scenario: 1 passed; 3 seeds in")
    assert result.stderr == ""


def test_what_fails_is_made_smaller_and_written(folder):
    write_shop(folder, WRITES)
    write_scenario(folder, faults=LOST)
    result = run(".")
    assert result.exit_code == 1
    assert "effects-once" in result.stdout
    assert "replay     appsync-emu run orders.appsync.yaml --seed 1" in result.stdout
    assert SMALLEST in result.stdout
    again = run(SMALLEST)
    assert again.exit_code == 1
    assert not list(folder.glob("*.seed-1.seed-1.*"))  # what is smallest is not made smaller


def test_nothing_is_written_where_nobody_wants_it(folder):
    write_shop(folder, WRITES)
    write_scenario(folder, faults=LOST)
    assert run(".", "--no-shrink").exit_code == 1
    assert [path.name for path in folder.glob("*.appsync.yaml")] == ["orders.appsync.yaml"]


def test_a_wrong_file_is_told_whole_and_the_others_are_run(folder):
    write_scenario(folder)
    folder.joinpath("wrong.appsync.yaml").write_text(
        "scenario: 1\ntitel: x\nsteps: [{sent: {}}]\n", "utf-8"
    )
    result = run(".")
    assert result.exit_code == 2
    assert 'did you mean "title"?' in result.stdout
    assert "discard, set, expect" in result.stdout
    assert "passed  3 seeds" in result.stdout


def test_what_the_api_does_not_have_is_a_mistake_of_the_file(folder):
    write_scenario(folder, steps="  - send: {label: order, command: placeOrdr}\n")
    result = run(".")
    assert result.exit_code == 2
    assert 'did you mean "placeOrder"?' in result.stdout


def test_an_internal_error_leaves_the_rest_alone(folder, monkeypatch):
    write_scenario(folder, "a")
    write_scenario(folder, "b")
    run_seed = workshop.run_seed

    def broken(scenario, *arguments, **options):
        if scenario.path == "a.appsync.yaml":
            raise ZeroDivisionError("of all things")
        return run_seed(scenario, *arguments, **options)

    monkeypatch.setattr(workshop, "run_seed", broken)
    result = run(".")
    assert result.exit_code == 3
    assert "ZeroDivisionError: of all things" in result.stdout
    assert "Traceback" in result.stderr
    assert "b.appsync.yaml:2" in result.stdout
    assert "1 passed" in result.stdout


def test_an_error_outside_of_scenarios_is_internal_too(folder, monkeypatch):
    write_scenario(folder)
    monkeypatch.setattr(sys.modules["appsync_emu.cli.run"], "exit_code", lambda report: 1 / 0)
    result = run(".")
    assert result.exit_code == 3
    assert "ZeroDivisionError" in result.stderr


def test_a_process_that_dies_is_told_not_waited_for(folder):
    write_shop(folder, DIES)
    write_scenario(folder, more="calm: false\n")
    result = run(".", "--check-determinism", "--jobs", "2")
    assert result.exit_code == 3
    said = " ".join(result.stdout.split())  # it is wrapped
    assert "its process ended with exit code 3 while it was running it" in said


def test_interrupted(folder, monkeypatch):
    """Ctrl-C: what was done is told, and the exit code is the shell's for SIGINT."""
    write_scenario(folder, "a")
    write_scenario(folder, "b")
    run_seed = workshop.run_seed

    def tired(scenario, source, seed, **options):
        if scenario.path == "a.appsync.yaml" and seed == 3:
            raise KeyboardInterrupt
        return run_seed(scenario, source, seed, **options)

    monkeypatch.setattr(workshop, "run_seed", tired)
    result = run(".")
    assert result.exit_code == 130
    assert "passed  2 seeds" in result.stdout
    assert "1 scenario not run" in result.stderr


# ------------------------------------------------------------------------------------ choices


def test_seeds(folder):
    write_scenario(folder, seeds="{from: 5, count: 2, always: [99]}")
    assert "2 seeds" in run(".", "--seed", "7", "--seed", "8", "--seed", "7").stdout
    assert "5 seeds" in run(".", "--seeds", "4").stdout  # the fresh ones, and 99


def test_tags(folder):
    write_scenario(folder, "a", more="tags: [slow]\n")
    write_scenario(folder, "b", more="tags: [fast]\n")
    result = run(".", "-t", "slow")
    assert "a.appsync.yaml" in result.stdout
    assert "b.appsync.yaml" not in result.stdout
    nothing = run(".", "--tag", "none")
    assert nothing.exit_code == 5
    assert nothing.stderr == "there is no scenario with the tag none in .: nothing was run\n"


def test_folders_that_are_not_ours_are_passed_over(folder):
    for name in (".venv", "node_modules"):
        (folder / name).mkdir()
        write_scenario(folder / name)
    result = run(".")
    assert result.exit_code == 5
    assert result.stderr == "there is no scenario in .: nothing was run\n"


def test_what_is_not_there(folder):
    result = run("nowhere")
    assert result.exit_code == 2
    assert "nowhere: there is no such file or folder" in result.stderr


def test_fail_fast(folder):
    write_shop(folder, WRITES)
    for name in "abc":
        write_scenario(folder, name, faults=LOST)
    result = run(".", "-x", "--no-shrink")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-1].startswith("1 scenario: 1 failed: invariant; 1 seed in")


def test_explore(folder):
    write_shop(folder, WRITES)
    write_scenario(folder, faults=LOST)
    result = run(".", "--explore", "30")
    assert result.exit_code == 1
    assert "of 30 seeds" in result.stdout
    assert "--explore 1" in result.stdout
    assert "INERT" not in result.stdout


def test_record(folder):
    write_shop(folder, WRITES)
    path = write_scenario(folder, faults=LOST, seeds="{from: 1, count: 1}")
    result = run(".", "--seed", "41", "--seed", "42", "--record", "--no-shrink")
    assert result.stderr == "recorded in orders.appsync.yaml: seeds 41, 42\n"
    assert "seeds: {from: 1, count: 1, always: [41, 42]}" in path.read_text("utf-8")


def test_quiet(folder):
    write_scenario(folder, "a")
    assert run(".", "-q").output == ""
    folder.joinpath("b.appsync.yaml").write_text("scenario: 1\n", "utf-8")
    told = run(".", "-q").stdout
    assert told.startswith("b.appsync.yaml:1")
    assert "a.appsync.yaml" not in told


def test_check_determinism(folder):
    """A set of strings is in another order in another process."""
    write_shop(folder, 'ORDERS.put_item(dict.fromkeys({"a", "b", "c", "d", "e", "f"}))')
    write_scenario(folder, faults="", seeds="[1]")
    right = run(".")
    assert right.exit_code == 0, right.output
    write_shop(folder, 'context.emit("Paid", {"order": list({"a", "b", "c", "d", "e", "f", "g"})})')
    result = run(".", "--check-determinism")
    assert result.exit_code == 7, result.output
    assert "not deterministic seed 1" in result.stdout
    assert "record" in result.stdout


def test_an_api_at_a_url(folder):
    registry = Registry(trace={"query": "Query.trace", "subscription": "Subscription.onTrace"})

    @registry.component("Pay", commands=["placeOrder"])
    async def pay(event, context):
        return None

    api = registry.api((SdlSource("schema.graphql", SCHEMA),))
    write_scenario(folder, faults="", seeds="")
    with served(api, build(api.schema)) as server:
        result = run(".", "--url", server.url, "--header", "x-more: 1", "--patience", "5s")
    assert result.exit_code == 0, result.output
    assert "1 scenario: 1 passed" in result.stdout
    write_scenario(folder, faults=LOST)
    refused = run(".", "--url", server.url)
    assert refused.exit_code == 2
    assert '"faults": no fault can be injected' in refused.stdout
    assert "run without --url" in refused.stderr


# ------------------------------------------------------------------------------------ reports


def test_reports(folder):
    write_scenario(folder)
    result = run(".", "--report", "json", "--report", "junit=out/x.xml", "--report", "html")
    assert result.exit_code == 0
    assert json.loads(Path("appsync-report.json").read_bytes())["passed"] is True
    assert ET.parse("out/x.xml").getroot().get("tests") == "1"
    assert Path("appsync-report.html").read_text("utf-8").startswith("<!doctype html>")


def test_a_report_on_standard_output_has_it_for_itself(folder):
    write_shop(folder, 'print("a handler says this")')
    write_scenario(folder)
    result = run(".", "--report", "json=-")
    assert json.loads(result.stdout)["passed"] is True
    assert "a handler says this" in result.stderr
    assert "1 scenario: 1 passed" in result.stderr


def test_failing_journals_are_in_the_json_report(folder):
    write_shop(folder, WRITES)
    write_scenario(folder, faults=LOST)
    told = json.loads(run(".", "--report", "json=-").stdout)
    (scenario,) = told["scenarios"]
    assert all(seed["journal"] for seed in scenario["seeds"])
    assert scenario["smallest"]["path"] == SMALLEST


def test_a_report_that_cannot_be_written(folder):
    write_scenario(folder)
    result = run(".", "--report", "json=schema.graphql/x.json")
    assert result.exit_code == 2
    assert result.stderr.startswith("the report cannot be written: ")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--report", "xml"], '"xml" is no format; write json, junit, html, or json=FILE'),
        (["--report", "json=."], '"." is a folder; name a file'),
        (["--report", "json=-", "--report", "html=-"], "two reports go to standard output"),
        (["--seed", "1", "--seeds", "2"], "write one of them"),
        (["--record", "--explore", "3"], "--record with --explore"),
        (["--header", "a:b"], "--header is for --url alone"),
        (["--url", "http://x/graphql", "--header", "ab"], '"ab" is no header'),
        (["--url", "http://x/graphql", "--seed", "1"], "it is driven once"),
        (["--url", "http://x/graphql", "--patience", "3"], '"3" is no duration'),
        (["--url", "http://x/graphql", "-j", "2"], "--jobs with --url"),
        (["--url", "x"], '"x" is not the address of an API'),
        (["--seeds", "0"], "--seeds"),
    ],
)
def test_options_that_make_no_sense(folder, options, told):
    write_scenario(folder)
    result = run(".", *options)
    assert result.exit_code == 2
    assert told in result.stderr


# ------------------------------------------------------------------------------------- colour


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [({}, False), ({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)],
)
def test_colours(folder, environment, coloured, monkeypatch):
    """no-color.org and force-color.org."""
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    write_scenario(folder)
    assert ("\x1b[" in run(".").stdout) is coloured


def test_help_tells_the_exit_codes():
    text = run("--help").output
    for line in ("0  everything passed", "5  there is nothing to run", "7  a seed is not"):
        assert line in text
