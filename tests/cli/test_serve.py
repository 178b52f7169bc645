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
