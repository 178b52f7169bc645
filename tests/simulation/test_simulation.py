"""Thousands of random worlds; the invariants judge each."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from simulation import world

from appsync_emu.core.faults import KINDS
from appsync_emu.core.records import FaultStruck

SEEDS = int(os.environ.get("APPSYNC_EMU_SIMULATION_SEEDS", "400"))
ONLY = os.environ.get("APPSYNC_EMU_SIMULATION_SEED")
SHARDS = 4


def failure_of(seed):
    """What is wrong with a seed, ending in the line that replays it; empty when nothing is."""
    try:
        _, violations = world.play(seed)
    except Exception as error:  # noqa: BLE001 - every failure names its seed
        violations = [f"{type(error).__name__}: {error}"]
    if not violations:
        return ""
    found = "\n  ".join(map(str, violations[:5]))
    return (
        f"seed {seed}:\n  {found}\n  replay: APPSYNC_EMU_SIMULATION_SEED={seed}"
        " python -m pytest tests/simulation -k worlds"
    )


@pytest.mark.parametrize("shard", range(SHARDS))
def test_random_worlds_keep_the_invariants(shard):
    seeds = [int(ONLY)] if ONLY else range(shard, SEEDS, SHARDS)

    failures = [failure for failure in map(failure_of, seeds) if failure]

    assert not failures, "\n".join(failures[:5])


def test_the_worlds_are_worth_it():
    """The draws reach what they are for; a simulation in which nothing happens proves nothing."""
    kinds, strikes = set(), set()
    for seed in range(200):
        emulator, _ = world.play(seed)
        records = emulator.journal.records
        kinds.update(type(record).__name__ for record in records)
        strikes.update((r.point, r.effect) for r in records if isinstance(r, FaultStruck))

    assert {point for point, _ in strikes} == {point.value for point in world.POINTS}
    assert {effect for _, effect in strikes} == KINDS.keys() - {"close", "corrupt"}

    assert kinds >= {
        "AttemptFailed",
        "AttemptSucceeded",
        "DeadLetterDiscarded",
        "DeadLetterRedriven",
        "DeadLetterWritten",
        "EventPublished",
        "ComponentCrashed",
        "FaultStruck",
        "FaultsArmed",
        "FaultsHealed",
        "RetryScheduled",
        "StatusWritten",
    }


@pytest.mark.parametrize("seed", [3, 17])
def test_the_same_seed_gives_the_same_journal_in_another_process(seed):
    program = Path(world.__file__)

    def journal(hash_seed):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        done = subprocess.run(
            [sys.executable, str(program), str(seed)],
            env=environment,
            capture_output=True,
            check=True,
        )
        return done.stdout

    first = journal("1")

    assert first
    assert journal("2") == first
