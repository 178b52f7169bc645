"""The documentation does not lag behind: its examples run, and it mentions all there is."""

from __future__ import annotations

import ast
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from doc_blocks import ROOT, Section, agrees, blocks, lay_out, sections, text_of
from graphql import parse
from readme_reader import Reader, commands, needs_a_shell

import appsync_emu
import pytest_appsync
from appsync_emu.cli import main
from appsync_emu.config import keys
from appsync_emu.config.load import load
from appsync_emu.core.api import Api
from appsync_emu.core.faults.names import NAMED
from appsync_emu.core.faults.points import Point
from appsync_emu.core.operators import OPERATORS
from appsync_emu.engine.emulator import Emulator
from appsync_emu.engine.handlers import HandlerContext
from appsync_emu.scenario.load import load as load_scenario
from appsync_emu.server import control
from appsync_emu.testing import core
from appsync_emu.testing.fault_words import FaultWords
from appsync_emu.testing.faults import KINDS
from pytest_appsync import judge, plugin, settings

if TYPE_CHECKING:
    from collections.abc import Iterable

    import click

DOCS = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md"))
TESTING, HANDLERS = "docs/testing.md", "docs/handlers.md"
CONFIGURATION, SERVING = "docs/configuration.md", "docs/serving.md"
ELSEWHERE = {"docs/scenarios.md", "docs/faults.md", "docs/ci.md"}
"""Their YAML has tests of its own: ``test_docs_scenarios.py``, ``test_ci_recipes.py``."""
SHOWN = "What a failure looks like"
SHARED = "shared"
LANGUAGES = {"python", "yaml", "graphql", "sh", "text", "js"}
"""What stands in fences; each is run, loaded or compared by a test of this file."""

OTHER_PLUGINS = [
    word
    for name in ("xdist", "hypothesispytest", "anyio", "asyncio")
    for word in ("-p", f"no:{name}")
]


# The examples.


def slug(text: str) -> str:
    return re.sub(r"\W+", "_", text).strip("_").lower()


def write_section(folder: Path, section: Section, document: str) -> None:
    """The section's files, and its unnamed Python examples as test modules."""
    if not folder.exists():
        folder.mkdir(parents=True)
        lay_out(folder, section)
        folder.joinpath("test_orders.py").unlink()
        folder.joinpath("pytest.ini").write_text("[pytest]\n", "utf-8")
    for number, block in enumerate(section.of("python", named=False), 1):
        name = f"test_{slug(Path(document).stem)}_{slug(section.title)}_{number}.py"
        folder.joinpath(name).write_text(block.text, "utf-8")


def run_pytest(folder: Path) -> str:
    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    plugins = [] if folder.name == SHARED else OTHER_PLUGINS
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *plugins]
    answer = subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=100
    )
    return answer.stdout or answer.stderr


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """What pytest printed for the examples, by folder: sections without files share one."""
    base = tmp_path_factory.mktemp("docs")
    folders = {base / SHARED: None}
    for document in DOCS:
        for section in sections(document):
            own = any(block.file for block in section.blocks)
            if section.of("python", named=False):
                folder = base / (slug(f"{document} {section.title}") if own else SHARED)
                write_section(folder, section, document)
                folders[folder] = None
    with ThreadPoolExecutor(2) as pool:
        ran = pool.map(run_pytest, folders)
        return {folder.name: text for folder, text in zip(folders, ran, strict=True)}


def test_every_python_example_works(printed):
    """All pass but the one that shows what a failure looks like."""
    for name, text in printed.items():
        wanted = r"=+ 1 failed, \d+ passed.*" if name == SHARED else r"=+ \d+ passed.*"
        assert re.fullmatch(wanted, text.splitlines()[-1]), text


def test_the_failure_that_is_shown_is_what_a_test_prints(printed):
    (section,) = [part for part in sections(TESTING) if part.title == SHOWN]
    (shown,) = section.of("text")
    assert agrees(printed[SHARED], shown.text), printed[SHARED]


@pytest.mark.parametrize(
    ("document", "section"),
    [
        pytest.param(document, part, id=f"{document}: {part.title}")
        for document in DOCS
        for part in sections(document)
        if part.of("yaml") and document not in ELSEWHERE
    ],
)
def test_every_yaml_example_loads(document, section, tmp_path):
    """As the file that it is, or laid over the one of ``init``; handlers it names are made up."""
    lay_out(tmp_path, section)
    for block in section.of("yaml"):
        if block.file.endswith(".appsync.yaml"):
            load_scenario(tmp_path / block.file)
            continue
        assert block.file == "appsync.yaml", f"{document}:{block.line}"
        for module, function in re.findall(r"(?:handler|fresh): \"?([\w.]+):(\w+)", block.text):
            path = tmp_path.joinpath(*module.split(".")).with_suffix(".py")
            if path.parent != tmp_path:  # or another module of that name would win
                path.parent.mkdir(exist_ok=True)
                path.with_name("__init__.py").touch()
            with path.open("a", encoding="utf-8") as stream:
                stream.write(f"\n\ndef {function}(event=None, context=None):\n    pass\n")
    assert isinstance(load(tmp_path), Api)


def test_every_graphql_example_is_graphql():
    assert [parse(block.text) for _, block in blocks(*DOCS) if block.language == "graphql"]


def write_scenarios(folder: Path, document: str) -> None:
    """The scenario files of a document, beside the API that its commands made."""
    for _, block in blocks(document):
        if found := re.match(r"# ([\w-]+\.appsync\.yaml)\n", block.text):
            folder.joinpath(found[1]).write_text(block.text, "utf-8")


@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js reads JavaScript")
def test_every_javascript_example_is_javascript(tmp_path):
    examples = [block for _, block in blocks(*DOCS) if block.language == "js"]
    assert len(examples) == 2
    for block in examples:
        path = tmp_path / f"line-{block.line}.mjs"
        path.write_text(block.text, "utf-8")
        answer = subprocess.run(
            ["node", "--check", str(path)], capture_output=True, text=True, check=False, timeout=60
        )
        assert answer.returncode == 0, answer.stderr


@needs_a_shell
def test_every_command_of_the_docs_works_as_printed(tmp_path):
    reader = Reader(tmp_path)
    try:
        for document in (SERVING, CONFIGURATION):
            for command in commands(text_of(document)):
                if command.text.startswith("appsync-emu serve"):
                    if reader.server is not None:
                        reader.stop()
                    write_scenarios(tmp_path / "my-api", document)
                    reader.serve(command.text)
                else:
                    reader.follow(command)
    finally:
        if reader.server is not None:
            reader.stop()


def test_commands_stand_in_no_other_document():
    """``docs/testing.md`` has one, which a user's own suite answers."""
    assert [
        (document, block.line)
        for document, block in blocks(TESTING, HANDLERS)
        if block.language == "sh" and "pytest" not in block.text
    ] == []


def test_examples_are_in_languages_that_are_tested():
    assert {block.language for _, block in blocks(*DOCS)} <= LANGUAGES


# Everything is mentioned.


def missing(document: str, words: Iterable[str]) -> list[str]:
    """Those of ``words`` that a document does not have as code."""
    text = text_of(document)
    code = " ".join(re.findall(r"```.*?```|`[^`]+`", text, re.DOTALL))
    return [word for word in words if not re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", code)]


def public(kind: type) -> list[str]:
    return [name for name in dir(kind) if not name.startswith("_")]


def properties(schema: object) -> set[str]:
    """Every key that a JSON Schema knows."""
    if isinstance(schema, list):
        return set().union(*map(properties, schema))
    if not isinstance(schema, dict):
        return set()
    own = schema.get("properties", {})
    return {*own, *set().union(*map(properties, schema.values()))}


def test_every_key_of_the_configuration_is_documented():
    schema = json.loads(files("appsync_emu.config").joinpath("api.schema.json").read_text("utf-8"))
    assert len(properties(schema)) > 40
    assert missing(CONFIGURATION, sorted(properties(schema))) == []


def test_everything_that_the_configuration_refuses_is_documented():
    refused = {
        word for name in dir(keys) if name.endswith("_REFUSED") for word in getattr(keys, name)
    }
    assert "additionalAuthentications" in refused
    assert missing(CONFIGURATION, sorted(refused)) == []


def test_every_operator_of_patterns_is_documented():
    assert missing(CONFIGURATION, [*OPERATORS, "$or"]) == []


def test_every_fixture_is_documented():
    tree = ast.parse(inspect.getsource(plugin))
    fixtures = [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and any("fixture" in ast.unparse(decorator) for decorator in node.decorator_list)
    ]
    assert len(fixtures) == 6
    assert missing(TESTING, [*fixtures, *public(plugin.Hooks)]) == []


class Options:
    """Stands for pytest's parser."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def addini(self, name: str, *_: object, **__: object) -> None:
        self.names.append(name)

    def getgroup(self, *_: object) -> Options:
        return self

    def addoption(self, name: str, **_: object) -> None:
        self.names.append(name)


def test_every_option_and_word_of_the_marker_is_documented():
    options = Options()
    plugin.pytest_addoption(options)
    assert len(options.names) == 8
    assert missing(TESTING, [*options.names, *settings.WORDS]) == []


@pytest.mark.parametrize("name", [*pytest_appsync.__all__, "Response"])
def test_every_method_of_the_plugin_s_objects_is_documented(name):
    home = pytest_appsync if name in pytest_appsync.__all__ else sys.modules["appsync_emu.client"]
    assert missing(TESTING, public(getattr(home, name))) == []


def test_every_fault_is_documented():
    points = [point.value for point in Point]
    assert missing(TESTING, [*NAMED, *KINDS, *points, *FaultWords.__annotations__]) == []


def test_every_word_of_retry_is_documented():
    words = inspect.signature(core.HarnessCore.retry).parameters.keys() - {"self", "unknown"}
    assert missing(TESTING, sorted(words)) == []


def test_every_invariant_is_documented():
    assert missing(TESTING, judge.NAMES) == []


def test_every_attribute_of_a_letter_is_documented():
    assert missing(TESTING, appsync_emu.DeadLetter.__dataclass_fields__) == []


def test_the_context_is_documented():
    assert missing(HANDLERS, public(HandlerContext)) == []


def test_every_public_name_is_documented():
    text = "".join(map(text_of, DOCS))
    assert [name for name in appsync_emu.__all__ if not re.search(rf"\b{name}\b", text)] == []


def test_every_command_and_option_is_documented():
    def words(command: click.Command) -> Iterable[str]:
        for parameter in command.params:
            yield from (name for name in parameter.opts if name.startswith("--"))
        for name, child in getattr(command, "commands", {}).items():
            yield name
            yield from words(child)

    assert missing(SERVING, ["--version", "--help", *words(main)]) == []


def test_every_control_endpoint_is_documented(tmp_path):
    lay_out(tmp_path, sections(TESTING)[0])
    app = web.Application()
    control.add_routes(app, Emulator(load(tmp_path)))
    routes = [
        f"{route.method} {route.resource.canonical.removeprefix(control.PREFIX)}"
        for route in app.router.routes()
        if route.method not in {"*", "HEAD"}
        and route.resource.canonical.removeprefix(control.PREFIX)
    ]
    table = text_of(SERVING)
    assert len(routes) > 5
    assert [route for route in routes if f"`{route}" not in table] == []


@pytest.mark.parametrize("document", [*DOCS, "README.md"])
def test_every_link_leads_somewhere(document):
    text = text_of(document)
    for target, anchor in re.findall(r"\]\(([^)#\s]*)(?:#([\w-]+))?\)", text):
        if "://" in target:
            continue
        path = (ROOT / document).parent / target if target else ROOT / document
        assert path.exists(), target
        if anchor:
            titles = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
            anchors = {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}
            assert anchor in anchors, f"{target}#{anchor}"
