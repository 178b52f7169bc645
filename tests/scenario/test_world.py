"""How a world begins: which API, which faults, and with nothing of the run before it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from stage import scenario, shop

from appsync_emu.core.retry import BackoffKind
from appsync_emu.scenario.load import load
from appsync_emu.scenario.run import run_seed
from appsync_emu.scenario.world import Mode, begin, load_for, loaded

SEND = "- send: {label: o, command: placeOrder, input: {id: o-1}}"
EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "payments" / "orders.appsync.yaml"


def test_the_file_may_say_more_of_retries_and_letters(tmp_path):
    source = shop().loaded
    assert loaded(scenario(tmp_path, SEND), source) is source
    more = "retry: {max_retries: 7}\ndeadletters: {business: true}\n"
    api = loaded(scenario(tmp_path, SEND, more), source).api
    assert api.deadletters.business
    own = source.api.components["Place"].retry
    assert api.components["Place"].retry.max_retries == 7
    assert api.components["Place"].retry.backoff == own.backoff
    more = "retry: {backoff: {kind: fixed, base: 5s}}\n"
    policy = loaded(scenario(tmp_path, SEND, more), source).api.components["Place"].retry
    assert (policy.max_retries, policy.backoff.kind) == (own.max_retries, BackoffKind.FIXED)


def test_the_api_that_a_file_names_is_loaded_once_for_all_runs():
    source = load_for(load(EXAMPLE))
    assert list(source.api.components) == ["PaymentHandler"]
    assert len(source.api.fresh) == 1


def test_every_run_begins_with_fresh_tables(tmp_path):
    async def place(event, context, table):
        table.put_new("o-1", 1)

    made = shop(place)
    made.table.items["o-1"] = "from before"
    outcome = run_seed(scenario(tmp_path, SEND), made.loaded, 1)
    assert outcome.findings == ()
    assert made.table.items == {"o-1": 1}


def test_which_faults_take_part(tmp_path):
    more = """
    faults:
      - {id: a, point: attempt, effect: {error: network.refused}}
      - {id: b, point: attempt, effect: {error: network.refused}}
    """
    whole = scenario(tmp_path, SEND + "\n- arm: b", more)
    source = shop().loaded

    async def armed(mode):
        world = begin(whole, source, 1, mode)
        return [fault.fault_id for fault in world.emulator.faults.armed], sorted(world.takes_part)

    assert asyncio.run(armed(Mode())) == (["a"], ["a", "b"])
    assert asyncio.run(armed(Mode(faults={"b"}))) == ([], ["b"])
    assert asyncio.run(armed(Mode(calm=True))) == ([], [])


def test_traces_by_what_they_are_called(tmp_path):
    whole = scenario(tmp_path, SEND + "\n- send: {command: placeOrder, input: {id: o-2}}")
    outcome = run_seed(whole, shop().loaded, 1, keep_journal=True)
    assert outcome.totals.accepted == 2
    assert '"label":"o"' in outcome.journal
