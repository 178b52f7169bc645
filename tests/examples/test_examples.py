"""The examples, tried as a reader tries them: every command of every README, as it is printed.

A README's ``sh`` blocks hold commands, each followed by what it prints in lines that begin with
``#``; ``…`` stands for anything. The commands run in a copy of the folder, against the server that
the README starts, with its address in the place of the printed one.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from readme_reader import Reader, commands, needs_a_shell

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
NAMES = sorted(path.parent.name for path in EXAMPLES.glob("*/README.md"))
LINES_MAX = 65
"""A README of one screen, with some scrolling on a small one."""


@pytest.fixture
def reader(tmp_path, request):
    folder = tmp_path / request.param
    shutil.copytree(
        EXAMPLES / request.param, folder, ignore=shutil.ignore_patterns("__pycache__", ".*")
    )
    reader = Reader(folder)
    yield reader
    if reader.server is not None and reader.server.poll() is None:
        reader.server.kill()
        reader.server.communicate()


def test_there_are_the_three_examples():
    assert {"onboarding", "orders", "payments"} <= set(NAMES)


@needs_a_shell
@pytest.mark.parametrize("reader", NAMES, indirect=True)
def test_every_command_of_the_readme_works_as_printed(reader):
    every = commands(reader.folder.joinpath("README.md").read_text("utf-8"))
    served = every[0].text == "appsync-emu serve"  # scenarios and tests need no server
    if served:
        reader.serve(every.pop(0).text)
    for command in every:
        reader.follow(command)
    if served:
        assert "nothing was left unfinished" in reader.stop()
    assert "pytest" in every[-1].text


@pytest.mark.parametrize("name", NAMES)
def test_a_readme_fits_a_screen(name):
    assert len(EXAMPLES.joinpath(name, "README.md").read_text("utf-8").splitlines()) <= LINES_MAX


@pytest.mark.parametrize("name", NAMES)
def test_what_a_readme_names_is_there(name):
    readme = EXAMPLES.joinpath(name, "README.md").read_text("utf-8")
    text = re.sub(r"```.*?```", "", readme, flags=re.DOTALL)
    files = re.findall(r"`([\w/]+\.(?:py|yaml|graphql))`", text)
    assert [file for file in files if not EXAMPLES.joinpath(name, file).exists()] == []
