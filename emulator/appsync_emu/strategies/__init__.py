"""Strategies for Hypothesis: faults, seeds, commands, and a state machine that uses them.

They make plain values, before anything runs: the engine and the handlers never draw. The names are
imported when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

try:
    import hypothesis  # noqa: F401 - everything here is made of it
except ImportError as missing:
    raise ModuleNotFoundError(
        "appsync_emu.strategies needs Hypothesis: pip install 'appsync-emu[hypothesis]'",
        name="hypothesis",
    ) from missing

if TYPE_CHECKING:
    from appsync_emu.core.faults.plan import Fault
    from appsync_emu.strategies.drawn_commands import command, commands
    from appsync_emu.strategies.drawn_faults import fault, faults
    from appsync_emu.strategies.files import scenario_file
    from appsync_emu.strategies.machine import CommandMachine
    from appsync_emu.strategies.plain import Duration, Seed, durations, seeds
    from appsync_emu.strategies.scalars import aws_scalars, aws_values
    from appsync_emu.testing.values import Command

__all__ = [
    "Command",
    "CommandMachine",
    "Duration",
    "Fault",
    "Seed",
    "aws_scalars",
    "aws_values",
    "command",
    "commands",
    "durations",
    "fault",
    "faults",
    "scenario_file",
    "seeds",
]

_HOMES = {
    "core.faults.plan": ("Fault",),
    "strategies.drawn_commands": ("command", "commands"),
    "strategies.drawn_faults": ("fault", "faults"),
    "strategies.files": ("scenario_file",),
    "strategies.machine": ("CommandMachine",),
    "strategies.plain": ("Duration", "Seed", "durations", "seeds"),
    "strategies.scalars": ("aws_scalars", "aws_values"),
    "testing.values": ("Command",),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    module = _HOME_OF.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # Whoever asks for a strategy wants to be told what it found.
    import_module("appsync_emu.strategies.witness").begin()
    return getattr(import_module(f"appsync_emu.{module}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
