"""Every scenario that the documentation shows runs, and comes to what is said beside it.

A ``yaml`` example with ``scenario: 1`` is a file, of the name in its first line if it has one. Any
other is a part of one: its keys take the place of those of a scenario with one command. All files
of a section run together, against the API of ``appsync-emu init`` and what the section adds to it.
A section that shows a report (``text``) is about a failure.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files

import pytest
from doc_blocks import _read, agrees, lay_out, sections, text_of
from readme_reader import Reader, commands, needs_a_shell

from appsync_emu.cli.run import FORMATS
from appsync_emu.cli.run import run as run_command
from appsync_emu.core.comparisons import OPERATORS
from appsync_emu.core.faults.names import NAMED
from appsync_emu.core.faults.points import MATCHED_AT, Point
from appsync_emu.scenario import keys
from appsync_emu.scenario.expect import INVARIANTS
from appsync_emu.scenario.outcome import Kind

SCENARIOS, FAULTS = "docs/scenarios.md", "docs/faults.md"
BASE = {
    "scenario": 1,
    "title": "A part of a file",
    "steps": [
        {
            "send": {
                "label": "order",
                "command": "placeOrder",
                "input": {"orderId": "o-1", "total": 250},
            }
        },
        {"settle": {"within": "1h"}},
    ],
}
FILE = re.compile(r"# ([\w-]+\.appsync\.yaml)\n")
SHOWN = [
    pytest.param(document, section, id=f"{document}: {section.title}")
    for document in (SCENARIOS, FAULTS)
    for section in sections(document)
    if section.of("yaml")
]


def write(folder, document, section):
    """The API of ``init`` with the files of the document's beginning and of the section."""
    lay_out(folder, section)
    for block in sections(document)[0].of("python", named=True):
        path = folder / block.file
        path.write_text(path.read_text("utf-8") + block.text, "utf-8")
    write_scenarios(folder, section)


def write_scenarios(folder, section):
    for block in section.of("yaml"):
        if block.file == "appsync.yaml":
            continue
        named = FILE.match(block.text)
        text = block.text
        if not re.search(r"^scenario: 1\b", text, re.MULTILINE):
            text = json.dumps({**BASE, **_read(text, f"line {block.line}")})  # JSON is YAML
        name = named[1] if named else f"line-{block.line}.appsync.yaml"
        folder.joinpath(name).write_text(text, "utf-8")


def run(folder, *words):
    return subprocess.run(
        [sys.executable, "-m", "appsync_emu", "run", *words],
        cwd=folder,
        env=os.environ | {"COLUMNS": "96"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def folder_of(document, section) -> str:
    """Sections that pass and bring no files of their own run together, for speed."""
    first = section is sections(document)[0]
    own = first or section.of("text") or any(block.file for block in section.blocks)
    return slug(f"{document} {section.title}" if own else document)


def slug(text: str) -> str:
    return re.sub(r"\W+", "-", text)


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """What ``appsync-emu run .`` answered, by folder."""
    base = tmp_path_factory.mktemp("scenarios")
    folders = {}
    for document, section in (param.values for param in SHOWN):
        name = folder_of(document, section)
        if name in folders:
            write_scenarios(folders[name], section)
            continue
        folders[name] = base / name
        folders[name].mkdir()
        write(folders[name], document, section)
    with ThreadPoolExecutor(2) as pool:
        answers = pool.map(lambda folder: run(folder, "."), folders.values())
        return dict(zip(folders, answers, strict=True))


@pytest.mark.parametrize(("document", "section"), SHOWN)
def test_every_scenario_comes_to_what_is_said(document, section, ran):
    answer = ran[folder_of(document, section)]
    reports = section.of("text")
    assert answer.returncode == (1 if reports else 0), answer.stdout + answer.stderr
    for report in reports:
        assert agrees(answer.stdout, report.text), answer.stdout


@needs_a_shell
@pytest.mark.parametrize("document", [SCENARIOS, FAULTS])
def test_every_command_works_as_printed(document, tmp_path):
    """Beside the first scenario, and those of sections that have commands."""
    first, *others = (part for part in sections(document) if part.of("yaml"))
    write(tmp_path, document, first)
    for section in others:
        if section.of("sh"):
            write_scenarios(tmp_path, section)
    reader = Reader(tmp_path)
    try:
        for command in commands(text_of(document)):
            if command.text.startswith("appsync-emu serve"):
                reader.serve(command.text)
            else:
                reader.follow(command)
    finally:
        if reader.server is not None:
            reader.stop()


# Everything is mentioned.


def code_of(document: str) -> str:
    code = re.findall(r"```.*?```|`[^`]+`", text_of(document), re.DOTALL)
    return re.sub(r"\s+", " ", " ".join(code))


def missing(document, words):
    code = code_of(document)
    return [word for word in words if not re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", code)]


def properties(schema):
    if isinstance(schema, list):
        return set().union(*map(properties, schema))
    if not isinstance(schema, dict):
        return set()
    own = schema.get("properties", {})
    return {*own, *set().union(*map(properties, schema.values()))}


def test_every_key_of_a_scenario_is_documented():
    text = files("appsync_emu.scenario").joinpath("scenario.schema.json").read_text("utf-8")
    known = properties(json.loads(text))
    assert len(known) > 90
    assert missing(SCENARIOS, sorted(known)) == []


REFERENCE = {
    "the file": keys.SCENARIO,
    "`api`": keys.API,
    "`deadletters`": keys.DEADLETTERS,
    "`clock`": keys.CLOCK,
    "`seeds`": keys.SEEDS,
    "`coverage`": keys.COVERAGE,
    "a fault": keys.FAULT,
    "`match`": tuple(dict.fromkeys(word for words in MATCHED_AT.values() for word in words)),
    "`strike`": keys.STRIKE,
    "`calls`": keys.CALLS,
    "`during`": keys.DURING,
    "`effect`": keys.EFFECT,
    "`error` of an effect": (*keys.ERROR_BUSINESS, *keys.ERROR_OTHER),
    "`throttle`": keys.THROTTLE,
    "`crash`": keys.CRASH,
    "`duplicate`": keys.DUPLICATE,
    "`reorder`": keys.REORDER,
    "`close`": keys.CLOSE,
    "a step": keys.STEP,
    "`send`": keys.SEND,
    "`refused`": keys.REFUSED,
    "`subscribe`": keys.SUBSCRIBE,
    "`query`": keys.QUERY,
    "`errors`": keys.ERRORS_OF_CLIENTS,
    "`settle`": keys.SETTLE,
    "`crash`, the step": keys.CRASH_STEP,
    "`redrive`, `discard`": keys.LABELLED,
    "`expect`, `calm`": keys.EXPECT,
    "a trace": (*keys.TRACE_WANTED, *keys.QUANTIFIERS),
    "a component": keys.COMPONENT_WANTED,
    "an `error` expected": keys.ERROR_WANTED,
    "a source of `effects`": keys.EFFECTS_WANTED,
    "`deadletters` expected": keys.LETTERS_WANTED,
    "an item of `contain`": keys.LETTER_WANTED,
    "a subscriber": keys.SUBSCRIBER_WANTED,
    "a fault expected": keys.FAULT_WANTED,
    "`invariants`": keys.INVARIANTS,
    "an item of `except`": keys.EXCEPTION,
}


def test_the_reference_has_every_key_where_it_belongs():
    (section,) = [part for part in sections(SCENARIOS) if part.title == "Reference"]
    table = re.findall(r"^\| ([^|]+?) \| ([^|]*`[^|]+?) \|$", section.text, re.MULTILINE)
    found = {name: set(re.findall(r"`(\w+)`", cell)) for name, cell in table}
    assert found == {name: set(known) for name, known in REFERENCE.items()}


def test_every_option_exit_code_and_kind_of_verdict_is_documented():
    options = [name for param in run_command.params for name in param.opts if name[:2] == "--"]
    assert missing(SCENARIOS, [*options, *FORMATS, *FORMATS.values()]) == []
    assert missing(SCENARIOS, [kind.value for kind in Kind]) == []
    (section,) = [part for part in sections(SCENARIOS) if part.title == "Exit codes"]
    documented = re.findall(r"^\| (\d+) \|", section.text, re.MULTILINE)
    assert documented == re.findall(r"^  (\d+)  ", run_command.epilog or "", re.MULTILINE)


def keys_of(value, named=frozenset({"journal", "strikes", "kinds"})):
    """Every key of a report; what stands under ``named`` has names of its users' or of records."""
    if isinstance(value, list):
        return set().union(*map(keys_of, value))
    if not isinstance(value, dict):
        return set()
    return {
        *value,
        *set().union(*(keys_of(part) for key, part in value.items() if key not in named)),
    }


def test_every_key_of_the_json_report_is_documented(tmp_path):
    (failure,) = [part for part in sections(SCENARIOS) if part.title == "A failure"]
    write(tmp_path, SCENARIOS, failure)
    answer = run(tmp_path, ".", "--report", "json=-")
    found = keys_of(json.loads(answer.stdout))
    (section,) = [part for part in sections(SCENARIOS) if part.title == "Reports"]
    told = set(re.findall(r"`(\w+)`", section.text))
    assert found - told == set()
    assert {"rows", "smallest", "groups"} <= found


def test_every_invariant_and_operator_is_documented():
    assert missing(SCENARIOS, [*INVARIANTS, *OPERATORS]) == []


def table_row(named) -> str:
    """A fault as a line of the catalogue's table."""
    points = ", ".join(f"`{point.value}`" for point in named.points)
    judged = named.error.error_class if named.error is not None else "-"
    phases = " or ".join(named.phases)
    cells = (f"`{named.name}`", points, phases, named.handler_sees, client_cell(named), judged)
    return f"| {' | '.join(cells)} |"


def client_cell(named) -> str:
    client = named.client
    if client is None:
        return named.client_sees or "-"
    status = f"{client.status} " if client.status != 200 else ""
    return f"`{status}{client.error_type}`{'' if client.verified else ' (unverified)'}"


def test_the_catalogue_is_that_of_the_program():
    """Run this file as a program to print the table anew."""
    (section,) = [part for part in sections(FAULTS) if part.title == "The catalogue"]
    shown = [line for line in section.text.splitlines() if line.startswith("| `")]
    assert shown == [table_row(named) for named in NAMED.values()]


def test_what_can_be_matched_at_each_point_is_documented():
    (section,) = [part for part in sections(FAULTS) if part.title == "Where"]
    found = re.findall(r"^\| `([\w.]+)` \| .* \| ([^|]+) \|$", section.text, re.MULTILINE)
    told = {point: tuple(re.findall(r"`(\w+)`", cell)) for point, cell in found}
    assert told == {point.value: MATCHED_AT[point] for point in Point}


if __name__ == "__main__":
    sys.stdout.write("\n".join(map(table_row, NAMED.values())) + "\n")
