"""What ``st.from_type`` knows once Hypothesis has called the entry point.

Source: Hypothesis, "Registering strategies via setuptools entry points".
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

from hypothesis import find
from hypothesis import strategies as st

from appsync_emu.core.faults.plan import Fault
from appsync_emu.strategies import entry
from appsync_emu.strategies.plain import Duration, Seed

ROOT = Path(__file__).resolve().parents[2]


def points():
    return tomllib.loads(ROOT.joinpath("pyproject.toml").read_text("utf-8"))["project"][
        "entry-points"
    ]["hypothesis"]


def test_the_entry_point_is_the_function():
    module, _, function = points()["appsync"].partition(":")
    assert getattr(import_module(module), function) is entry.register


def test_types_have_strategies():
    entry.register()
    assert find(st.from_type(Fault), lambda _: True).fault_id == "network-refused"
    assert find(st.from_type(Seed), lambda _: True) == 0
    assert find(st.from_type(Duration), lambda _: True) == "1s"


def test_hypothesis_finds_it_and_loads_nothing_heavy(tmp_path):
    """In a process of its own, with a distribution that has the entry points of this one."""
    info = tmp_path / "found-1.dist-info"
    info.mkdir()
    info.joinpath("METADATA").write_text("Metadata-Version: 2.1\nName: found\nVersion: 1\n")
    lines = "\n".join(f"{name} = {value}" for name, value in points().items())
    info.joinpath("entry_points.txt").write_text(f"[hypothesis]\n{lines}\n")
    program = (
        "import sys, hypothesis.strategies as st\n"
        "heavy = [m for m in ('aiohttp', 'graphql', 'yaml', 'appsync_emu.engine.emulator')"
        " if m in sys.modules]\n"
        "from appsync_emu.core.faults.plan import Fault\n"
        "import warnings; warnings.simplefilter('ignore')\n"
        "print(heavy, type(st.from_type(Fault).example()).__mro__[1].__name__)"
    )
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", program], env=env, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "[] Fault", done.stderr
