"""The group itself, and ``appsync-emu init``."""

from __future__ import annotations

import subprocess
import sys

import pytest
from cli_runner import make_runner

from appsync_emu import __version__
from appsync_emu.cli import main
from appsync_emu.config.load import load

FILES = ["appsync.yaml", "handlers.py", "schema.graphql", "test_orders.py"]


def run(*arguments: str):
    return make_runner().invoke(main, list(arguments))


def test_version_and_help():
    assert run("--version").output == f"appsync-emu, version {__version__}\n"
    result = run("-h")
    assert result.exit_code == 0
    for command in ("serve", "check", "init", "schema", "deadletters"):
        assert command in result.output
        assert run(command, "--help").exit_code == 0


def test_usage_errors_are_text_and_exit_code_2(tmp_path):
    result = run("check", str(tmp_path / "no.yaml"))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "there is no such file" in result.stderr
    assert "Traceback" not in result.output


def test_bugs_are_not_hidden(monkeypatch):
    def broken(path):
        raise AssertionError("a bug")

    monkeypatch.setattr("appsync_emu.config.load.load", broken)
    assert isinstance(run("check").exception, AssertionError)


def test_the_module_is_the_same_program():
    told = subprocess.run(
        [sys.executable, "-m", "appsync_emu", "--version"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert told.stdout == f"appsync-emu, version {__version__}\n"


def test_help_imports_nothing_heavy():
    """Shells complete commands by running the program."""
    code = (
        "import sys; from appsync_emu.cli import main\n"
        "heavy = {'aiohttp', 'graphql', 'yaml'} & set(sys.modules)\n"
        "sys.exit(repr(heavy) if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_init_writes_an_api_that_loads(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run("init")
    assert result.exit_code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == FILES
    assert "  appsync-emu serve\n  python -m pytest\n" in result.output
    assert run("check").output == (
        "orders is ready: 1 schema file, 1 data source, 1 resolver, 1 command, 2 components\n"
    )


def test_init_makes_the_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run("init", "new/api")
    assert "  appsync-emu serve new/api\n  cd new/api && python -m pytest\n" in result.output
    assert load("new/api").name == "orders"


@pytest.mark.parametrize("existing", FILES)
def test_init_never_overwrites(tmp_path, existing):
    tmp_path.joinpath(existing).write_text("mine", "utf-8")
    result = run("init", str(tmp_path))
    assert result.exit_code == 2
    assert f"{existing}: this file exists and is not overwritten" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == [existing]
    assert tmp_path.joinpath(existing).read_text("utf-8") == "mine"


def test_init_where_nothing_can_be_written(tmp_path):
    tmp_path.joinpath("file").write_text("", "utf-8")
    result = run("init", str(tmp_path / "file" / "below"))
    assert result.exit_code == 2
    assert "cannot be written to" in result.stderr
