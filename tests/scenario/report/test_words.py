"""Words and numbers of reports."""

from __future__ import annotations

import pytest

from appsync_emu.scenario.report.words import (
    clean,
    count,
    cut,
    duration_text,
    one_line,
    seed_range,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("Grüße, 注文 🎉", "Grüße, 注文 🎉"),
        ("a\tb\nc", "a\tb\nc"),
        ("\x1b[31mred\x00", "\\x1b[31mred\\x00"),
        ("\u202eback\u2028line", "\\u202eback\\u2028line"),
        ("half \ud800", "half \\ud800"),
        ("return\r", "return\\r"),
        ("next\x85line", "next\\x85line"),
    ],
)
def test_characters_that_act_are_shown(text, shown):
    assert clean(text) == shown


def test_one_line():
    assert one_line("  a\n b\tc \x1b") == "a b c \\x1b"


def test_cutting():
    assert cut("abcdef", 6) == "abcdef"
    assert cut("abc defg", 7) == "abc..."
    assert cut("abcdef", 2) == "..."


def test_counts():
    assert count(1, "seed") == "1 seed"
    assert count(0, "retry") == "0 retries"
    assert count(1144, "dead letter") == "1,144 dead letters"
    assert seed_range(4, 4) == "4"
    assert seed_range(11, 3000) == "11-3,000"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 ms"),
        (0.0336, "34 ms"),
        (1, "1 s"),
        (1.234, "1.2 s"),
        (10, "10 s"),
        (49.901, "50 s"),
        (59.7, "1 min"),
        (135, "2 min 15 s"),
        (3600, "1 h"),
        (3780, "1 h 3 min"),
        (86_400, "1 d"),
        (100_000, "1 d 3 h"),
    ],
)
def test_durations(seconds, text):
    assert duration_text(seconds) == text
