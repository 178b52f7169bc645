"""The list of kinds: whoever adds one adds it here too."""

from __future__ import annotations

from appsync_emu.core.faults import KINDS
from appsync_emu.core.faults.plan import Effect, points_of
from appsync_emu.core.records import ErrorInfo

NEEDS = {
    "corrupt": {"how": "truncate"},
    "delay": {"wait": 1.0},
    "error": {"error": ErrorInfo("E", "e", "technical")},
    "throttle": {"rate": 1.0},
}


def made(name: str):
    """An effect of the kind, with what it cannot do without."""
    return KINDS[name](**NEEDS.get(name, {}))


def test_every_kind_is_listed_and_says_its_own_name():
    listed = {name.strip() for name in str(Effect).split("|")}
    assert listed == {kind.__name__ for kind in KINDS.values()}
    assert {name: made(name).kind for name in KINDS} == {name: name for name in KINDS}


def test_every_kind_says_where_it_makes_sense():
    assert all(points_of(made(name)) for name in KINDS)
