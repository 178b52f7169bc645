"""Answers that explain themselves."""

from __future__ import annotations

from appsync_emu.testing.verdict import Verdict


def test_a_verdict_is_its_answer_and_shows_its_reason():
    no = Verdict(holds=False, why="wanted success; Place ended 'error'")

    assert not no
    assert Verdict(holds=True, why="fine")
    assert repr(no) == "<wanted success; Place ended 'error'>"
