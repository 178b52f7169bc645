"""Durations as the configuration and the control endpoints take them."""

from __future__ import annotations

import pytest

from appsync_emu.core.duration import duration_s


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("250ms", 0.25), ("5s", 5), ("1.5m", 90), ("1h", 3600), ("7d", 604_800), ("0s", 0)],
)
def test_a_number_and_a_unit(text, seconds):
    assert duration_s(text) == seconds


@pytest.mark.parametrize("text", ["", "5", "s", "-5s", "5 s", "5S", "1h30m", "٣s", ".5s", "1e3s"])
def test_other_text_is_no_duration(text):
    assert duration_s(text) is None
