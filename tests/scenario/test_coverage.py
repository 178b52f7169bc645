"""What a run touched of its API."""

from __future__ import annotations

from dataclasses import replace

from stage import scenario, shop

from appsync_emu.core.api import CommandSpec
from appsync_emu.scenario.coverage import KINDS, known_to
from appsync_emu.scenario.run import run_seed

SEND = "- send: {label: o, command: placeOrder, input: {id: o-1}}"


async def nothing(event, context, table):
    """Do nothing."""


async def emits(event, context, table):
    context.emit("OrderPlaced", {})
    context.emit("Unheard", {})


async def fails(event, context, table):
    raise ValueError("no")


def test_what_there_is_and_what_was_touched(tmp_path):
    more = "faults:\n  - {id: reset, point: attempt, strike: {attempts: 1}, effect: {error: network.refused}}\n"  # noqa: E501 - a file as users write it
    loaded = shop(emits, cancel=nothing, on_event=nothing).loaded
    coverage = run_seed(scenario(tmp_path, SEND, more), loaded, 1).coverage
    assert tuple(coverage.known) == KINDS
    assert coverage.known["commands"] == ("placeOrder", "cancelOrder")
    assert coverage.touched["commands"] == {"placeOrder"}
    assert coverage.untouched("components") == ("Cancel",)
    assert coverage.known["events"] == ("OrderPlaced",)
    assert coverage.touched["events"] == {"OrderPlaced", "Unheard"}
    assert coverage.share("faults") == 1


def test_error_events_count_where_somebody_listens(tmp_path):
    loaded = shop(fails).loaded
    coverage = run_seed(scenario(tmp_path, SEND, "retry: {max_retries: 0}\n"), loaded, 1).coverage
    assert coverage.touched["events"] == set()


def test_commands_of_the_same_name_have_their_types_too(tmp_path):
    loaded = shop(nothing, cancel=nothing).loaded
    twin = CommandSpec(
        type_name="Other", field_name="placeOrder", path=("x", "placeOrder"), components=()
    )
    api = replace(loaded.api, commands={**loaded.api.commands, "Other.placeOrder": twin})
    known = known_to(api, scenario(tmp_path, SEND))
    assert known["commands"] == ("Mutation.placeOrder", "cancelOrder", "Other.placeOrder")
