"""A local AWS AppSync that tests asynchronous command handling.

The public names are imported when they are first used, so that a handler that needs an exception
from here does not load a server.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from appsync_emu.client import Client
    from appsync_emu.config.load import load
    from appsync_emu.config.registry import Registry
    from appsync_emu.core.api import Api
    from appsync_emu.core.classify import Classification, ErrorClass, classify
    from appsync_emu.core.events import matches
    from appsync_emu.core.letters import DeadLetter
    from appsync_emu.core.retry import Backoff, BackoffKind, RetryPolicy
    from appsync_emu.engine.clock import ManualClock, RealClock, ScaledClock
    from appsync_emu.engine.emulator import Emulator
    from appsync_emu.engine.handlers import HandlerContext
    from appsync_emu.errors import (
        AppSyncEmuError,
        BusinessError,
        CommandRefused,
        LivenessError,
        PermanentError,
        TechnicalError,
        UsageError,
        WireError,
    )
    from appsync_emu.sdks.watched import AwsError, watch
    from appsync_emu.testing.harness import Harness

__all__ = [
    "Api",
    "AppSyncEmuError",
    "AwsError",
    "Backoff",
    "BackoffKind",
    "BusinessError",
    "Classification",
    "Client",
    "CommandRefused",
    "DeadLetter",
    "Emulator",
    "ErrorClass",
    "HandlerContext",
    "Harness",
    "LivenessError",
    "ManualClock",
    "PermanentError",
    "RealClock",
    "Registry",
    "RetryPolicy",
    "ScaledClock",
    "TechnicalError",
    "UsageError",
    "WireError",
    "classify",
    "load",
    "matches",
    "watch",
]

__version__ = "0.1.0"

_HOMES = {
    "client": ("Client",),
    "config.load": ("load",),
    "config.registry": ("Registry",),
    "core.api": ("Api",),
    "core.classify": ("Classification", "ErrorClass", "classify"),
    "core.events": ("matches",),
    "core.letters": ("DeadLetter",),
    "core.retry": ("Backoff", "BackoffKind", "RetryPolicy"),
    "engine.clock": ("ManualClock", "RealClock", "ScaledClock"),
    "engine.emulator": ("Emulator",),
    "engine.handlers": ("HandlerContext",),
    "errors": (
        "AppSyncEmuError",
        "BusinessError",
        "CommandRefused",
        "LivenessError",
        "PermanentError",
        "TechnicalError",
        "UsageError",
        "WireError",
    ),
    "sdks.watched": ("AwsError", "watch"),
    "testing.harness": ("Harness",),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    module = _HOME_OF.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{module}"), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
