"""Runs that would never end."""

from __future__ import annotations

import itertools
import threading

import pytest

from appsync_emu.scenario.watchdog import Spinning, watched


def spin():
    for number in itertools.count():
        assert number >= 0


def test_whoever_spins_is_interrupted_and_named():
    with pytest.raises(Spinning), watched(lambda: 1, 0.02) as watch:
        spin()
    assert watch.place.startswith(__file__)
    assert watch.place.endswith(" in spin")


def test_whoever_gets_on_is_left_alone():
    numbers = itertools.count()
    with watched(lambda: next(numbers), 0.001) as watch:
        while next(numbers) < 50:
            pass
    assert watch.place == ""


def test_nothing_is_left_behind():
    before = threading.active_count()
    with watched(lambda: 1, 10):
        assert threading.active_count() == before + 1
    assert threading.active_count() == before
