"""Faults: armed trouble, as data. A new kind is one file here and one line in :data:`KINDS`."""

from appsync_emu.core.faults.close import CloseEffect
from appsync_emu.core.faults.corrupt import CorruptEffect
from appsync_emu.core.faults.crash import CrashEffect
from appsync_emu.core.faults.delay import DelayEffect
from appsync_emu.core.faults.drop import DropEffect
from appsync_emu.core.faults.duplicate import DuplicateEffect
from appsync_emu.core.faults.error import ErrorEffect
from appsync_emu.core.faults.hang import HangEffect
from appsync_emu.core.faults.outage import OutageEffect
from appsync_emu.core.faults.reorder import ReorderEffect
from appsync_emu.core.faults.stale import StaleEffect
from appsync_emu.core.faults.throttle import ThrottleEffect

__all__ = ["KINDS"]

KINDS = {
    "close": CloseEffect,
    "corrupt": CorruptEffect,
    "crash": CrashEffect,
    "delay": DelayEffect,
    "drop": DropEffect,
    "duplicate": DuplicateEffect,
    "error": ErrorEffect,
    "hang": HangEffect,
    "outage": OutageEffect,
    "reorder": ReorderEffect,
    "stale": StaleEffect,
    "throttle": ThrottleEffect,
}
"""Every kind of effect, by the name that files and reports use."""
