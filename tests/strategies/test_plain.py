"""Seeds and durations: what is simplest, and what files make of the text."""

from __future__ import annotations

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from appsync_emu.core.duration import duration_s
from appsync_emu.strategies.plain import duration_text, durations, seeds


def test_the_simplest():
    assert find(seeds(), lambda _: True) == 0
    assert find(durations(), lambda _: True) == "1s"
    assert find(durations("5ms", "20ms"), lambda _: True) == "5ms"


@settings(max_examples=50, derandomize=True, database=None)
@given(durations("2s", "90s"))
def test_durations_stay_within_their_limits(text):
    assert 2 <= duration_s(text) <= 90


@pytest.mark.parametrize("ends", [("0s", "5s"), ("5s", "1s")])
def test_there_is_none_between(ends):
    with pytest.raises(ValueError, match="there is no duration from"):
        durations(*ends)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (0.25, "250ms"), (90, "90s"), (120, "2m"), (7200, "2h"), (86400, "1d")],
)
def test_texts(seconds, text):
    assert duration_text(seconds) == text


@settings(max_examples=100, derandomize=True, database=None)
@given(st.integers(0, 10**15))
def test_a_text_is_exact_to_the_nanosecond(ns):
    assert round(duration_s(duration_text(ns / 1e9)) * 1e9) == pytest.approx(ns, abs=1)
