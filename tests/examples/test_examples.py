"""The examples, tried as a reader tries them: every command of every README, as it is printed.

A README's ``sh`` blocks hold commands, each followed by what it prints in lines that begin with
``#``; ``…`` stands for anything. The commands run in a copy of the folder, against the server that
the README starts, with its address in the place of the printed one.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
NAMES = sorted(path.parent.name for path in EXAMPLES.glob("*/README.md"))
PRINTED_ADDRESS = "127.0.0.1:20002"
LINES_MAX = 65
"""A README of one screen, with some scrolling on a small one."""

PATIENCE_S = 30.0
CHANGES_SOMETHING = re.compile(r"mutation|redrive|discard|pytest")
"""Such a command runs once; another is repeated until it prints what the README says."""

FUNCTION = re.compile(r"\w+\(\) \{")

needs_a_shell = pytest.mark.skipif(
    shutil.which("bash") is None or shutil.which("curl") is None,
    reason="the READMEs speak to a shell that has curl",
)


@dataclass
class Command:
    """A command of a README, and what it is said to print."""

    text: str
    says: list[str] = field(default_factory=list)

    def agrees(self, printed: str) -> bool:
        wanted = re.escape("\n".join(self.says)).replace("…", ".*")
        return not self.says or bool(re.fullmatch(wanted, printed.strip(), re.DOTALL))


def commands(readme: str) -> list[Command]:
    found: list[Command] = []
    for block in re.findall(r"^```sh\n(.*?)^```", readme, re.DOTALL | re.MULTILINE):
        for line in block.replace("\\\n", "").splitlines():
            if line.startswith("# "):
                found[-1].says.append(line[2:])
            elif line:
                found.append(Command(line))
    return found


class Reader:
    """Does what a README says, in a copy of its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.functions: list[str] = []
        self.address = PRINTED_ADDRESS
        self.server: subprocess.Popen[str] | None = None
        programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        self.env = os.environ | {"PATH": programs, "no_proxy": "*", "NO_PROXY": "*"}
        self.env.pop("PYTEST_ADDOPTS", None)

    def serve(self, command: str) -> None:
        """Start the server on a port that is free, and learn where it is."""
        words = [*command.split(), "--port", "0"]
        self.server = subprocess.Popen(
            words, cwd=self.folder, env=self.env, stdout=subprocess.PIPE, text=True
        )
        for line in self.server.stdout:
            if found := re.search(r"http://([\d.:]+)/graphql", line):
                self.address = found[1]
                self.env["APPSYNC_EMU_URL"] = f"http://{self.address}"
                return
        raise AssertionError(f"{command} ended with {self.server.wait()}")

    def stop(self) -> str:
        """Interrupt the server, as Ctrl-C does; what it said at the end."""
        self.server.terminate()
        printed, _ = self.server.communicate(timeout=30)
        return printed

    def follow(self, command: Command) -> None:
        """Run a command until it prints what the README says."""
        if FUNCTION.match(command.text):
            self.functions.append(command.text.replace(PRINTED_ADDRESS, self.address))
            return
        until = time.perf_counter() + PATIENCE_S
        printed = self.run(command.text)
        while not command.agrees(printed) and time.perf_counter() < until:
            if CHANGES_SOMETHING.search(command.text):
                break
            threading.Event().wait(0.05)
            printed = self.run(command.text)
        assert command.agrees(printed), f"{command.text}\nprinted:\n{printed}\nnot:\n" + "\n".join(
            command.says
        )

    def run(self, text: str) -> str:
        script = "\n".join([*self.functions, text.replace(PRINTED_ADDRESS, self.address)])
        answer = subprocess.run(
            ["bash", "-c", script],
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert answer.returncode == 0, f"{text}\n{answer.stdout}{answer.stderr}"
        return answer.stdout


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


def test_there_are_the_two_examples():
    assert {"onboarding", "orders"} <= set(NAMES)


@needs_a_shell
@pytest.mark.parametrize("reader", NAMES, indirect=True)
def test_every_command_of_the_readme_works_as_printed(reader):
    first, *others = commands(reader.folder.joinpath("README.md").read_text("utf-8"))
    assert first.text == "appsync-emu serve"
    reader.serve(first.text)
    for command in others:
        reader.follow(command)
    assert "nothing was left unfinished" in reader.stop()
    assert "pytest" in others[-1].text


@pytest.mark.parametrize("name", NAMES)
def test_a_readme_fits_a_screen(name):
    assert len(EXAMPLES.joinpath(name, "README.md").read_text("utf-8").splitlines()) <= LINES_MAX


@pytest.mark.parametrize("name", NAMES)
def test_what_a_readme_names_is_there(name):
    readme = EXAMPLES.joinpath(name, "README.md").read_text("utf-8")
    text = re.sub(r"```.*?```", "", readme, flags=re.DOTALL)
    files = re.findall(r"`([\w/]+\.(?:py|yaml|graphql))`", text)
    assert [file for file in files if not EXAMPLES.joinpath(name, file).exists()] == []
