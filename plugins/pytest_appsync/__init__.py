"""The pytest plugin of appsync-emu.

pytest loads :mod:`pytest_appsync.plugin`; the names here are for annotations and are imported when
somebody asks for them, so that a test run that does not use the plugin pays nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from appsync_emu.testing.explain import AsyncTrace, Letters, Trace
    from appsync_emu.testing.faults import FaultHandle
    from appsync_emu.testing.harness import AsyncHarness, Harness
    from appsync_emu.testing.progress import Progress
    from appsync_emu.testing.subscriber import AsyncSubscriber, Subscriber
    from appsync_emu.testing.verdict import Verdict
    from pytest_appsync.served import ServerHarness

__all__ = [
    "AsyncHarness",
    "AsyncSubscriber",
    "AsyncTrace",
    "FaultHandle",
    "Harness",
    "Letters",
    "Progress",
    "ServerHarness",
    "Subscriber",
    "Trace",
    "Verdict",
]

_HOMES = {
    "AsyncHarness": "appsync_emu.testing.harness",
    "AsyncSubscriber": "appsync_emu.testing.subscriber",
    "AsyncTrace": "appsync_emu.testing.explain",
    "FaultHandle": "appsync_emu.testing.faults",
    "Harness": "appsync_emu.testing.harness",
    "Letters": "appsync_emu.testing.explain",
    "Progress": "appsync_emu.testing.progress",
    "ServerHarness": "pytest_appsync.served",
    "Subscriber": "appsync_emu.testing.subscriber",
    "Trace": "appsync_emu.testing.explain",
    "Verdict": "appsync_emu.testing.verdict",
}


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - nobody pays who does not ask

    return getattr(import_module(home), name)
