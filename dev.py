"""Set up this checkout and use it, with nothing but Python 3.11 (venv, pip) and git.

    python3 dev.py start     make .venv, install, serve the example API
    python3 dev.py test      make .venv, install, run the tests
    python3 dev.py check     linters, types, layers and the coverage of core
    python3 dev.py lowest    the tests on the lowest versions that pyproject.toml allows
    python3 dev.py core      the tests of core, in an environment of this Python's version
    python3 dev.py run ...   any program of the environment, e.g. `run appsync-emu --help`

Further arguments go to the program that is started. The environment is made once and again only
when pyproject.toml, the interpreter or the place of the checkout changes. pip is left to its own
configuration (index, proxy, certificates). Standard library only; nothing of the project is
imported, so that it works before anything is installed.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
COMMANDS = ("start", "test", "check", "lowest", "core", "run")
HOMES = {"lowest": ".venv-lowest", "core": f".venv-{sys.version_info[0]}.{sys.version_info[1]}"}
EXAMPLE = "examples/orders"
# What the checks look at; the environments and other people's files are none of it.
SOURCES = ["emulator", "plugins", "tests", "examples", "fixtures", "benchmarks", "dev.py"]


class Environment:
    """A virtual environment in the checkout that is only rebuilt when it has to be.

    Attributes:
        home: its folder.
        python: its interpreter.
    """

    def __init__(self, name: str) -> None:
        self.home = ROOT / name
        windows = os.name == "nt"
        self.python = self.home / ("Scripts/python.exe" if windows else "bin/python")

    def ensure(self, wanted: str, requirements: list[str]) -> None:
        """Install ``requirements`` unless a stamp says that they are there.

        Args:
            wanted: a word for what is installed, for example ``"dev"``; it names the stamp.
            requirements: arguments of ``pip install``.
        """
        stamp = self.home / f"{wanted}.stamp"
        facts = [
            sys.version,
            str(ROOT),
            *requirements,
            (ROOT / "pyproject.toml").read_text("utf-8"),
        ]
        digest = hashlib.sha256("\0".join(facts).encode()).hexdigest()
        if stamp.exists() and stamp.read_text("utf-8") == digest:
            return
        if not self._works():
            say(f"making {self.home.name} with Python {sys.version.split()[0]}")
            shutil.rmtree(self.home, ignore_errors=True)
            venv.create(self.home, with_pip=True)
        say(f"installing {' '.join(requirements)} into {self.home.name} (once; it takes a minute)")
        call(self.python, "-m", "pip", "install", "--quiet", *requirements)
        stamp.write_text(digest, "utf-8")

    def _works(self) -> bool:
        """Whether the environment is there, of this Python, and starts."""
        if not self.python.exists():
            return False
        question = "import pip, sys; print(sys.version)"
        answer = subprocess.run(
            [self.python, "-c", question], capture_output=True, text=True, check=False
        )
        return answer.stdout.strip() == sys.version.strip()


def main(command: str, rest: list[str]) -> int:
    """Run one command; the exit code is that of the program it started."""
    os.chdir(ROOT)
    environment = Environment(HOMES.get(command, ".venv"))
    python = environment.python
    if command == "start":
        environment.ensure("start", ["--editable", "."])
        return become(python, "-m", "appsync_emu", "serve", *(rest or [EXAMPLE]))
    if command == "lowest":
        pins = lowest()
        environment.ensure("lowest", ["--editable", ".", *pins])
        say("testing on " + " ".join(pins))
        return become(python, "-m", "pytest", *side_by_side(rest))
    if command == "core":
        environment.ensure("core", ["--editable", ".[pytest]", "hypothesis", "boto3", "httpx"])
        return become(python, "-m", "pytest", "tests/core", *rest)
    environment.ensure("dev", ["--editable", ".[dev]"])
    if command == "check":
        return check(environment)
    if command == "run":
        return become(*program(environment, rest))
    return become(python, "-m", "pytest", *side_by_side(rest))


def side_by_side(words: list[str]) -> list[str]:
    """Arguments of pytest that use every core, unless they say how many; a few tests use one."""
    few = any(word == "-n" or word.startswith("tests/") or word == "-m" for word in words)
    return words if few else ["-n", "auto", *words]


def check(environment: Environment) -> int:
    """Run every check that is not a test; report all failures, not only the first."""
    python = environment.python
    sources = [name for name in SOURCES if (ROOT / name).exists()]
    importlinter = python.with_name("lint-imports" + python.suffix)
    steps: dict[str, list[str | Path]] = {
        "ruff check": [python, "-m", "ruff", "check", *sources],
        "ruff format": [python, "-m", "ruff", "format", "--check", *sources],
        "mypy": [python, "-m", "mypy"],
        "mypy, as a consumer": [python, "-m", "mypy", "--strict", "tests/typing"],
        "lint-imports": [importlinter],
        "coverage of core": [python, "tests/mirror.py"],
    }
    failed = []
    for name, command in steps.items():
        say(name)
        if subprocess.call(command):
            failed.append(name)
    say(f"failed: {', '.join(failed)}" if failed else "all checks passed")
    return 1 if failed else 0


def lowest() -> list[str]:
    """Pin each direct dependency that has a lower bound to it; linters are left alone."""
    import tomllib  # noqa: PLC0415 - so that older Pythons get as far as the sentence below

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    pins = {}
    for requirement in [*project["dependencies"], *extras["pytest"], *extras["dev"]]:
        found = re.match(r"([\w.-]+(?:\[[\w,-]+\])?)>=([\w.]+)", requirement)
        if found:
            pins[found[1].lower()] = f"{found[1]}=={found[2]}"
    return list(pins.values())


def program(environment: Environment, words: list[str]) -> list[str | Path]:
    """Find a program of the environment, so that its own scripts come before others."""
    if not words:
        return [environment.python]
    found = shutil.which(words[0], path=str(environment.python.parent))
    return [found or words[0], *words[1:]]


def become(*command: str | Path) -> int:
    """Become ``command``, so that signals and the exit code are its own."""
    sys.stdout.flush()
    if os.name != "nt":
        os.execvp(command[0], [str(word) for word in command])  # noqa: S606 - no shell is wanted
    return subprocess.call(command)


def call(*command: str | Path) -> None:
    """Run ``command``; when it fails, end with its exit code and what it printed."""
    code = subprocess.call(command)
    if code:
        sys.exit(code)


def say(text: str) -> None:
    """Print a line of progress."""
    print(f"== {text}", flush=True)


if __name__ == "__main__":
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is what older Pythons get to see
        sys.exit(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}")
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:  # noqa: PLR2004 - a command is missing
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2:]))
