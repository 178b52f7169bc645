"""``appsync-emu serve``: what it hands to the server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cli_runner import make_runner

from appsync_emu.cli import main
from appsync_emu.engine.clock import ManualClock, RealClock, ScaledClock
from appsync_emu.errors import Mistake, UsageError

ORDERS = str(Path(__file__).resolve().parents[2] / "fixtures" / "apis" / "orders")


@pytest.fixture
def served(monkeypatch) -> dict[str, Any]:
    told: dict[str, Any] = {}

    def run(api, **options):
        told.update(options, name=api.name)
        options["announce"]("listening")

    monkeypatch.setattr("appsync_emu.server.app.run", run)
    return told


def serve(*arguments: str):
    return make_runner().invoke(main, ["serve", ORDERS, *arguments])


def test_defaults(served):
    result = serve()
    assert result.output == "listening\n"
    assert served["name"] == "orders"
    assert (served["host"], served["port"]) == ("127.0.0.1", 20002)
    assert (served["seed"], served["grace_s"]) == (None, 5.0)
    assert type(served["clock"]) is RealClock


def test_options(served):
    result = serve("--port", "0", "--host", "::1", "--seed", "7", "--grace", "250ms")
    assert result.exit_code == 0
    assert (served["host"], served["port"]) == ("::1", 0)
    assert (served["seed"], served["grace_s"]) == (7, 0.25)


@pytest.mark.parametrize(
    ("clock", "kind"),
    [("real", RealClock), ("manual", ManualClock), ("60x", ScaledClock), ("0.5x", ScaledClock)],
)
def test_clocks(served, clock, kind):
    assert serve("--clock", clock).exit_code == 0
    assert type(served["clock"]) is kind


@pytest.mark.parametrize(
    ("option", "told"),
    [
        (["--clock", "fast"], '"fast" is no clock; write real, manual, or a factor: 60x'),
        (["--clock", "0x"], '"0x" is no clock'),
        (["--clock", "x"], '"x" is no clock'),
        (["--clock", "999999x"], '"999999x" is no clock'),
        (["--grace", "5"], '"5" is no duration; write 250ms, 5s or 2m'),
        (["--port", "70000"], "70000 is not in the range 0<=x<=65535"),
    ],
)
def test_wrong_options_are_told_before_anything_is_loaded(served, option, told):
    result = serve(*option)
    assert result.exit_code == 2
    assert told in result.stderr
    assert served == {}


def test_a_port_in_use_is_text(monkeypatch):
    def run(api, **options):
        raise UsageError(Mistake(message="cannot listen there", remedy="Choose another port."))

    monkeypatch.setattr("appsync_emu.server.app.run", run)
    result = serve()
    assert result.exit_code == 2
    assert result.stderr == "cannot listen there\n    Choose another port.\n"


# Faults.

SCENARIO = """
scenario: 1
title: Payments fail
api: {config: %s}
retry: {max_retries: 1}
faults:
  - {id: down, point: attempt, effect: {error: network.refused}}
steps:
  - send: {command: placeOrder}
"""


@pytest.fixture
def scenario(tmp_path) -> str:
    path = tmp_path / "down.appsync.yaml"
    path.write_text(SCENARIO.lstrip() % ORDERS, "utf-8")
    return str(path)


@pytest.mark.parametrize("file", [[ORDERS], []])
def test_faults_of_a_file_are_served_with_its_api_unless_another_is_named(served, scenario, file):
    result = make_runner().invoke(main, ["serve", *file, "--faults", scenario])
    assert result.exit_code == 0, result.stderr
    assert served["name"] == "orders"
    (down,) = served["faults"]
    assert (down.fault.fault_id, down.armed) == ("down", True)


def test_clients_may_write_faults_with_and_without_a_file(served):
    assert serve().exit_code == 0
    assert served["faults"] == ()
    written = {"id": "x", "point": "attempt", "effect": {"error": "network.refused"}}
    assert served["read"](written).fault.fault_id == "x"


def test_mistakes_of_a_scenario_file_are_text(served, tmp_path):
    path = tmp_path / "x.appsync.yaml"
    path.write_text("scenario: 1\ntitle: t\nfaults: [{id: x}]\nsteps: []\n", "utf-8")
    result = serve("--faults", str(path))
    assert result.exit_code == 2
    assert 'fault "x" has no "point"' in result.stderr
    assert served == {}
