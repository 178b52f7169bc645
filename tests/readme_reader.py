"""Does what a document says in its ``sh`` examples, as a reader does.

They hold commands, each followed by what it prints in lines that begin with ``#``; ``…`` stands for
anything. The server that a document starts gets a free port, and its address takes the place of the
printed one.
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

PRINTED_ADDRESS = "127.0.0.1:20002"
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
            self.functions.append(command.text)
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
        script = "\n".join([*self.functions, text]).replace(PRINTED_ADDRESS, self.address)
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
