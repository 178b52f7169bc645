"""Writes small scenario files, so that a test shows only the part that it is about."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from appsync_emu.errors import UsageError
from appsync_emu.scenario.load import load

if TYPE_CHECKING:
    from appsync_emu.scenario.model import Scenario, Step

HEAD = "scenario: 1\ntitle: A scenario\n"
SEND = "  - send: {label: order, command: placeOrder}\n"


def loaded(text: str, steps: str = SEND) -> Scenario:
    """The scenario with these sections, and a step unless it has others."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.appsync.yaml")
        whole = HEAD + text + (f"steps:\n{steps}" if "steps:" not in text else "")
        path.write_text(whole, "utf-8")
        return load(path)


def said(text: str, steps: str = SEND) -> list[str]:
    """What is wrong with it: messages without places."""
    try:
        loaded(text, steps)
    except UsageError as error:
        return [mistake.message for mistake in error.mistakes]
    return []


def step(line: str, before: str = "") -> Step:
    """The last of the steps of a scenario."""
    return loaded(before, f"{SEND}  - {line}\n").steps[-1]
