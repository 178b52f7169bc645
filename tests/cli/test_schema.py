"""``appsync-emu schema``."""

from __future__ import annotations

import json

from cli_runner import make_runner

from appsync_emu.cli import main


def test_the_schema_of_the_api_file():
    result = make_runner().invoke(main, ["schema", "api"])
    assert result.exit_code == 0
    assert json.loads(result.output)["title"] == "appsync.yaml"


def test_the_schema_of_scenario_files():
    result = make_runner().invoke(main, ["schema", "scenario"])
    assert result.exit_code == 0
    assert json.loads(result.output)["$id"] == "scenario-1.schema.json"


def test_other_kinds_are_unknown():
    result = make_runner().invoke(main, ["schema", "apis"])
    assert result.exit_code == 2
    assert "No such command 'apis'" in result.stderr
