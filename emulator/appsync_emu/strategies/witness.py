"""What Hypothesis is told of each harness that is left: what struck, and a failure as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import currently_in_test_context, event, note
from hypothesis.errors import HypothesisException

from appsync_emu.strategies.files import scenario_file
from appsync_emu.testing.violations import WITNESSES

if TYPE_CHECKING:
    from appsync_emu.testing.core import HarnessCore

__all__ = ["begin", "witness"]


def begin() -> None:
    """Watch every harness that is left from now on."""
    if witness not in WITNESSES:
        WITNESSES.append(witness)


def witness(harness: HarnessCore, error: BaseException | None) -> None:
    """Count the faults that struck; of a failure, note the scenario file that shows it.

    Args:
        harness: a harness that is left.
        error: what went wrong, or ``None``.
    """
    ended = error is not None and not isinstance(error, Exception)
    if not currently_in_test_context() or ended or isinstance(error, HypothesisException):
        return
    for handle in harness.faults:
        if handle.struck:
            event(f"struck {handle.fault.name or handle.fault.effect.kind}")
    if error is not None:
        note(_Note(harness, f"{type(error).__name__}: {error}"))


class _Note:
    """The file as text, made when Hypothesis prints it: for the smallest failure alone."""

    def __init__(self, harness: HarnessCore, why: str) -> None:
        self._harness = harness
        self._why = why

    def __repr__(self) -> str:
        why = self._why.removeprefix("AssertionError: ")
        return f"As a scenario file:\n\n{scenario_file(self._harness, why)}"
