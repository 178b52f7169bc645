"""``appsync-emu check``."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_runner import make_runner

from appsync_emu.cli import main

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"


def run(*arguments: str):
    return make_runner().invoke(main, ["check", *arguments])


@pytest.mark.parametrize("file", ["apis/full", "apis/full/appsync.yaml"])
def test_a_good_api_is_counted(file):
    result = run(str(FIXTURES / file))
    assert result.exit_code == 0
    assert result.output == (
        "full is ready: 1 schema file, 3 data sources, 3 resolvers, 2 commands, 2 components\n"
    )


def test_all_mistakes_are_told(monkeypatch):
    monkeypatch.chdir(FIXTURES / "config")
    result = run("everything-at-once.yaml")
    assert result.exit_code == 2
    assert result.stderr == Path("everything-at-once.expected.txt").read_text("utf-8")
    assert result.stdout == ""
