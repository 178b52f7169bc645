"""What the wheel holds, and that it works in an environment of its own.

Deselected by default, because it builds and installs: ``python -m pytest -m packaging``.
"""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = {"appsync_emu", "pytest_appsync"}

pytestmark = pytest.mark.packaging


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    """Run a program without what this environment would lend it; return what it printed."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    answer = subprocess.run(
        command, cwd=cwd, env=env, capture_output=True, text=True, check=False, timeout=120
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout


def build(folder: Path) -> Path:
    """Build the wheel; with the build backend of this environment when there is one."""
    isolation = ["--no-build-isolation"] if importlib.util.find_spec("hatchling") else []
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", *isolation, "-w", folder, ROOT)
    (wheel,) = folder.glob("appsync_emu-*.whl")
    return wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return build(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A fresh environment with the wheel and pytest, nothing else of ours."""
    home = tmp_path_factory.mktemp("env")
    venv.create(home, with_pip=True)
    scripts = home / ("Scripts" if os.name == "nt" else "bin")
    run(scripts / "python", "-m", "pip", "install", "-q", f"{wheel}[pytest]")
    return scripts


def test_the_wheel_holds_both_packages_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        points = archive.read(next(name for name in names if name.endswith("entry_points.txt")))
        metadata = archive.read(next(name for name in names if name.endswith("METADATA"))).decode()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == PACKAGES
    assert {f"{package}/py.typed" for package in PACKAGES} <= set(names)
    assert [name for name in names if name.endswith("api.schema.json")] != []
    assert [name for name in names if re.search(r"(^|/)test_\w+\.py$|__pycache__", name)] == []
    assert points.decode().split() == [
        "[console_scripts]",
        *("appsync-emu", "=", "appsync_emu.cli:main"),
        "[hypothesis]",
        *("appsync", "=", "appsync_emu.strategies.entry:register"),
        "[pytest11]",
        *("appsync", "=", "pytest_appsync.plugin"),
    ]
    assert "License-Expression: MIT" in metadata


def test_every_source_file_is_in_the_wheel(wheel):
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    listed = run("git", "ls-files", "-co", "--exclude-standard", "emulator", "plugins").split()
    assert packed == {name.split("/", 1)[1] for name in listed}


def test_a_wheel_built_from_the_sdist_is_the_same(wheel, tmp_path):
    pytest.importorskip("hatchling")
    run(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", tmp_path)
    (sdist,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (tree,) = (path for path in tmp_path.iterdir() if path.is_dir())
    out = tmp_path / "out"
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", out, cwd=tree)
    (again,) = out.glob("*.whl")
    with zipfile.ZipFile(wheel) as first, zipfile.ZipFile(again) as second:
        assert sorted(first.namelist()) == sorted(second.namelist())


def test_the_command_works_where_only_the_wheel_is(installed, tmp_path):
    assert run(installed / "appsync-emu", "--version", cwd=tmp_path).strip().endswith("0.1.0")
    assert "serve" in run(installed / "python", "-m", "appsync_emu", "--help", cwd=tmp_path)


def test_the_plugin_is_loaded_and_costs_nothing_until_used(installed, tmp_path):
    """A user's suite that does not use it imports none of the emulator."""
    (tmp_path / "test_theirs.py").write_text(
        "import sys\n"
        "def test_nothing_is_imported():\n"
        "    heavy = {'aiohttp', 'graphql', 'yaml', 'asyncio', 'appsync_emu.engine'}\n"
        "    assert heavy & sys.modules.keys() == set()\n",
        "utf-8",
    )
    said = run(installed / "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=tmp_path)
    assert "1 passed" in said
