"""It is lost: for good, or until a queue delivers it again (visibility timeout of Amazon SQS)."""

from __future__ import annotations

from occasions import never, occasion

from appsync_emu.core.faults.drop import DropEffect
from appsync_emu.core.faults.verdict import Drop
from appsync_emu.core.faults.waits import Uniform


def test_it_is_lost_for_good_unless_told_otherwise():
    assert DropEffect().kind == "drop"
    assert DropEffect().verdict("lost", occasion(), never) == Drop(None)


def test_it_may_come_again():
    assert DropEffect(30.0).verdict("lost", occasion(), never) == Drop(30.0)
    again = DropEffect(Uniform(10, 30)).verdict("lost", occasion(), {"again": 0.5}.__getitem__)
    assert again == Drop(20.0)
