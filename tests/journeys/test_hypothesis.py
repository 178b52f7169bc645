"""Two planted bugs: Hypothesis finds each, brings it down to what it needs, and writes a file.

The file, saved beside the ``appsync.yaml``, fails in the same way when it is run.
"""

from __future__ import annotations

import sys

import click
import pytest
from doc_blocks import agrees, sections
from hypothesis import Phase, given, settings

from appsync_emu import Harness, load, strategies
from appsync_emu.cli import main
from appsync_emu.cli.init import _write
from appsync_emu.engine.burials import Burials
from appsync_emu.engine.idempotency import Claim, IdempotencyStore
from appsync_emu.scenario.load import load as load_scenario
from appsync_emu.scenario.outcome import Kind
from appsync_emu.scenario.run import run_scenario
from appsync_emu.scenario.world import load_for

QUICK = settings(
    max_examples=400,
    derandomize=True,
    database=None,
    deadline=None,
    print_blob=False,
    phases=[Phase.generate, Phase.shrink],
)


def dup(monkeypatch):
    """A delivery that comes a second time is handled a second time."""
    monkeypatch.setattr(IdempotencyStore, "claim", lambda *_: Claim.NEW)


def lost(monkeypatch):
    """A dead letter whose store was down is not tried again."""

    def gives_up(self, run, due):
        self._go_on(run, due[1:], self._clock.now_ns())

    monkeypatch.setattr(Burials, "_again", gives_up)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The API that ``appsync-emu init`` writes."""
    _write(tmp_path)
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    sys.modules.pop("handlers", None)


def found(api, points, max_size=2):
    """Why the smallest failing example fails, its faults, and what Hypothesis prints."""
    last = []

    @QUICK
    @given(
        faults=strategies.faults(points, max_size=max_size, api=api),
        seed=strategies.seeds(),
        orders=strategies.commands(api, "placeOrder", max_size=2),
    )
    def test_every_command_ends_exactly_once(faults, seed, orders):
        last[:] = faults
        with Harness(api, faults=faults, seed=seed) as appsync:
            for order in orders:
                appsync.send(order)
            appsync.settle()

    with pytest.raises(AssertionError) as failed:
        test_every_command_ends_exactly_once()
    said = "\n".join(failed.value.__notes__)
    return str(failed.value), [str(fault) for fault in last], said


@pytest.mark.parametrize(
    ("plant", "points", "invariant", "smallest"),
    [
        pytest.param(
            dup,
            ["dispatch"],
            "effects-once",
            [["duplicate at dispatch, at most 1 in all"], []],
            id="dup",
        ),
        pytest.param(
            lost,
            ["attempt", "deadletter.write"],
            "deadletter-iff-error",
            [
                [
                    "network.refused at attempt",
                    "deadletter.outage at deadletter.write, at most 1 in all",
                ]
            ],
            id="lost",
        ),
    ],
)
def test_it_is_found_and_its_file_fails_alike(
    folder, monkeypatch, capsys, plant, points, invariant, smallest
):
    api = load(folder)
    plant(monkeypatch)

    why, faults, said = found(api, points)

    assert why.startswith(f"invariant {invariant}: ")
    assert faults in smallest
    file = folder / "found.appsync.yaml"
    file.write_text(said.partition("file:\n\n")[2], "utf-8")
    scenario = load_scenario(file)
    outcome = run_scenario(scenario, load_for(scenario))
    assert outcome.kind is Kind.INVARIANT
    (failed,) = outcome.failed_seeds
    assert [one.name for one in failed.findings] == [invariant]
    assert failed.findings[0].message in why

    with pytest.raises((click.exceptions.Exit, SystemExit)) as left:
        main(["run", str(file)], standalone_mode=True)
    assert left.value.code == 1
    assert invariant in capsys.readouterr().out


def test_the_documentation_shows_what_is_printed(folder, monkeypatch):
    lost(monkeypatch)
    _, _, said = found(load(folder), ["attempt", "deadletter.write"])
    (shown,) = [
        block.text for section in sections("docs/hypothesis.md") for block in section.of("text")
    ]
    # How an example is printed above the file is Hypothesis' own, and changes with its versions.
    ours = "As a scenario file:"
    assert ours in shown
    assert agrees(said.partition(ours)[2], shown.partition(ours)[2]), said


def test_the_engine_as_it_is_passes(folder):
    api = load(folder)

    @settings(QUICK, max_examples=40)
    @given(
        faults=strategies.faults(api=api),
        seed=strategies.seeds(),
        orders=strategies.commands(api, "placeOrder"),
    )
    def ends_well(faults, seed, orders):
        with Harness(api, faults=faults, seed=seed) as appsync:
            for order in orders:
                appsync.send(order)
            appsync.settle()

    ends_well()
