"""The annotated example of the documentation: it runs as printed, and finds what it is there for.

The shop is right; two mistakes are planted here, each found and brought down to what shows it.
"""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

import pytest

from appsync_emu.engine.burials import Burials
from appsync_emu.scenario.load import load
from appsync_emu.scenario.outcome import Kind
from appsync_emu.scenario.run import run_scenario, run_seed
from appsync_emu.scenario.shrink import shrink
from appsync_emu.scenario.world import load_for
from appsync_emu.scenario.write import smallest

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "payments"


@pytest.fixture
def payments(tmp_path):
    """A copy of the example's folder, and its scenario."""
    folder = tmp_path / "payments"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    scenario = load(folder / "orders.appsync.yaml")
    return scenario, load_for(scenario)


@pytest.fixture
def charges_twice(payments, monkeypatch):
    """The shop's mistake: it does not look whether an attempt before this one charged the card."""
    handlers = sys.modules["shop.handlers"]

    put_once = handlers.put_once

    def put(table, item):
        if table is handlers.PAYMENTS:
            table.put_item(item)
        else:
            put_once(table, item)

    monkeypatch.setattr(handlers, "put_once", put)
    return payments


@pytest.fixture
def forgets_letters(payments, monkeypatch):
    """The engine's mistake: a dead letter that could not be written is not tried again."""

    def gives_up(self, run, due):
        self._go_on(run, due[1:], self._clock.now_ns())

    monkeypatch.setattr(Burials, "_again", gives_up)
    return payments


def test_it_passes_with_200_seeds(payments):
    outcome = run_scenario(*payments, range(1, 201))
    assert [*outcome.findings, *(one for seed in outcome.seeds for one in seed.findings)] == []
    assert outcome.kind is Kind.PASSED
    assert outcome.totals.accepted == 200 * 44
    assert outcome.totals.deadletters == 200
    assert all(all(outcome.struck(fault)) for fault in outcome.faults)


def test_a_shop_that_charges_twice_is_found(charges_twice):
    scenario, api = charges_twice
    outcome = run_scenario(scenario, api, (1, 7))
    assert len(outcome.failed_seeds) == 2
    failed = outcome.seeds[1]
    broken = next(one for one in failed.findings if one.kind is Kind.INVARIANT)
    assert (broken.name, broken.label) == ("effects-once", "big-order")
    rows = [row for row in failed.stories[0].rows if row.what == "PaymentsTable PutItem"]
    assert [(row.came_to, row.mark) for row in rows] == [
        ("applied, then network.timeout", ""),
        ("applied", "second time"),
    ]

    began = time.perf_counter()
    found = shrink(scenario, api, failed)
    assert time.perf_counter() - began < 5
    assert found.faults == ("charged-but-answer-lost",)
    assert found.words == "1 send"
    assert found.idle == 7


def test_a_letter_that_is_not_tried_again_is_found(forgets_letters):
    scenario, api = forgets_letters
    failed = run_seed(scenario, api, 7)
    assert "deadletter-iff-error" in {one.name for one in failed.findings}
    found = shrink(scenario, api, failed)
    assert found.faults == ("bad-card", "deadletter-store-down")
    assert found.words == "1 send"


def test_the_smallest_file_loads_and_fails_in_the_same_way(charges_twice):
    scenario, api = charges_twice
    found = smallest(scenario, api, run_seed(scenario, api, 7))
    assert found.path.endswith("payments/orders.seed-7.appsync.yaml")
    small = load(found.path)
    outcome = run_scenario(small, load_for(small))
    assert [seed.seed for seed in outcome.seeds] == [7]
    assert outcome.kind is Kind.INVARIANT
    assert outcome.failed_seeds[0].findings[0].name == "effects-once"
    assert len(small.faults) == 1
    assert len(small.steps) == 1
