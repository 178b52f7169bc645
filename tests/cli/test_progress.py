"""The line that says how far a run has come."""

from __future__ import annotations

import io

import pytest

from appsync_emu.cli.progress import Progress, line_of
from appsync_emu.scenario.batch import State


class Terminal(io.StringIO):
    def isatty(self):
        return True


def state(done=1, failed=0, seeds=4):
    return State(scenarios=2, scenarios_done=0, seeds=seeds, seeds_done=done, failed=failed)


def test_the_line():
    assert line_of(state()) == "[######..................]  0/2 scenarios  1/4 seeds"
    assert line_of(state(failed=3)).endswith("  3 failed")
    assert line_of(state(done=0, seeds=0)) == "[........................]  0/2 scenarios"
    nothing = State(scenarios=0, scenarios_done=0, seeds=0, seeds_done=0, failed=0)
    assert line_of(nothing).startswith("[########################]")


def test_it_is_drawn_on_a_terminal_and_gone_afterwards(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "40")
    with Progress() as progress:
        progress.update(state())
    shown = terminal.getvalue()
    assert "[######..." in shown
    assert len(shown.split("\x1b[K")[1].rstrip("\r")) == 39
    assert shown.endswith("\r\x1b[K")


@pytest.mark.parametrize(
    ("stream", "term", "wanted"),
    [(io.StringIO, "xterm", True), (Terminal, "dumb", True), (Terminal, "xterm", False)],
)
def test_nothing_where_nobody_watches(monkeypatch, stream, term, wanted):
    out = stream()
    monkeypatch.setattr("sys.stderr", out)
    monkeypatch.setenv("TERM", term)
    with Progress(wanted=wanted) as progress:
        progress.update(state())
    assert out.getvalue() == ""
