"""The list of kinds: whoever adds one adds it here too."""

from __future__ import annotations

from typing import get_args

from appsync_emu.core.faults import KINDS
from appsync_emu.core.faults.plan import POINTS_OF, Effect
from appsync_emu.core.records import ErrorInfo


def made(kind: type) -> object:
    """An effect of the kind, with what it cannot do without."""
    needs = {
        "error": {"error": ErrorInfo("E", "e", "technical")},
        "delay": {"seconds": 1.0},
    }
    name = next(name for name, cls in KINDS.items() if cls is kind)
    return kind(**needs.get(name, {}))


def test_every_kind_is_listed_and_says_its_own_name():
    assert set(KINDS.values()) == set(get_args(Effect))
    assert {name: made(kind).kind for name, kind in KINDS.items()} == {name: name for name in KINDS}


def test_every_kind_says_where_it_makes_sense():
    assert set(POINTS_OF) == set(KINDS.values())
