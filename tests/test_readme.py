"""The README: a screen long, and its commands and its example work as printed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib

import pytest
from doc_blocks import ROOT, blocks, text_of
from readme_reader import Reader, commands, needs_a_shell

README = "README.md"
LINES_MAX = 65
"""One screen, with some scrolling on a small one."""

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def test_it_fits_a_screen():
    assert len(text_of(README).splitlines()) <= LINES_MAX


def test_it_has_examples_in_python_and_shell_alone():
    assert {block.language for _, block in blocks(README)} == {"python", "sh"}


def test_its_example_is_a_test_of_the_orders_example(tmp_path):
    (example,) = [block for _, block in blocks(README) if block.language == "python"]
    folder = tmp_path / "orders"
    shutil.copytree(ROOT / "examples" / "orders", folder, ignore=shutil.ignore_patterns("test_*"))
    (folder / "shop" / "payment.py").write_text(
        (folder / "shop" / "payment.py").read_text("utf-8").replace("resets=2", "resets=0"), "utf-8"
    )
    (folder / "test_readme.py").write_text(example.text, "utf-8")
    answer = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:asyncio"],
        cwd=folder,
        env={key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "1 passed" in answer.stdout, answer.stdout + answer.stderr


def test_the_commands_for_a_clone_are_those_of_dev_py():
    """They make an environment; CI runs them, in a clone."""
    asked = [command.text.split()[1:] for command in commands(text_of(README))][:2]
    assert asked == [["dev.py", "start"], ["dev.py", "test"]]
    listed = (ROOT / "dev.py").read_text("utf-8")
    assert all(re.search(rf"\b{word}\b", listed) for _, word in asked)


def test_what_it_installs_is_this_package_with_an_extra_that_exists():
    (extra,) = re.findall(r"pip install '\.\[(\w+)\]'", text_of(README))
    assert extra in PROJECT["optional-dependencies"]


@needs_a_shell
def test_its_commands_for_a_project_work_in_an_empty_folder(tmp_path):
    _, _, install, init, check, serve, test = commands(text_of(README))
    assert install.text.startswith("pip install")
    reader = Reader(tmp_path)
    assert "wrote my-api/appsync.yaml" in reader.run(init.text)
    assert "is ready" in reader.run(check.text)
    reader.serve(serve.text.partition("#")[0])
    assert "nothing was left unfinished" in reader.stop()
    assert "3 passed" in reader.run(test.text)


@pytest.mark.parametrize("word", ["authorization modes", "data sources", "JavaScript", "VTL"])
def test_it_says_what_is_not_supported(word):
    assert word in text_of(README).rpartition("\n\n")[2]
