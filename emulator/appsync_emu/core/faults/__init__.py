"""Faults: armed trouble, as data. A new kind is one file here and one line in :data:`KINDS`."""

from appsync_emu.core.faults.crash import CrashEffect
from appsync_emu.core.faults.delay import DelayEffect
from appsync_emu.core.faults.duplicate import DuplicateEffect
from appsync_emu.core.faults.error import ErrorEffect

__all__ = ["KINDS"]

KINDS = {
    "crash": CrashEffect,
    "delay": DelayEffect,
    "duplicate": DuplicateEffect,
    "error": ErrorEffect,
}
"""Every kind of effect, by the name that reports use."""
