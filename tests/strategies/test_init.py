"""The package: what it offers, and what it says where Hypothesis is missing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from appsync_emu import strategies


def run(program):
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("name", strategies.__all__)
def test_every_name_is_there_and_documented(name):
    assert name in dir(strategies)
    assert getattr(strategies, name).__doc__


def test_a_name_that_is_not_there():
    with pytest.raises(AttributeError, match="no attribute 'fault_list'"):
        _ = strategies.fault_list


def test_no_module_is_called_as_a_function_is():
    """The module would be found in its place, once it was imported."""
    modules = {path.stem for path in Path(strategies.__file__).parent.glob("*.py")}
    assert modules.isdisjoint(strategies.__all__)


def test_without_hypothesis_the_extra_is_named():
    done = run("import sys; sys.modules['hypothesis'] = None\nimport appsync_emu.strategies")
    assert done.returncode == 1
    assert done.stderr.strip().endswith(
        "ModuleNotFoundError: appsync_emu.strategies needs Hypothesis:"
        " pip install 'appsync-emu[hypothesis]'"
    )


def test_without_hypothesis_graphql_it_is_named_when_commands_are_wanted():
    done = run(
        "import sys; sys.modules['hypothesis_graphql'] = None\n"
        "sys.path.insert(0, 'tests')\n"
        "from shop import shop\n"
        "from appsync_emu import strategies\n"
        "strategies.faults()\n"
        "strategies.commands(shop(), 'placeOrder')"
    )
    assert "pip install 'appsync-emu[hypothesis]'" in done.stderr.splitlines()[-1]


def test_it_imports_nothing_before_something_is_asked_for():
    done = run(
        "import sys; from appsync_emu import strategies;"
        "print([m for m in ('aiohttp', 'graphql', 'yaml') if m in sys.modules])"
    )
    assert done.stdout.strip() == "[]"
