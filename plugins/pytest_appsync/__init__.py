"""The pytest plugin of appsync-emu.

pytest loads :mod:`pytest_appsync.plugin`; the names here are for annotations and are imported when
somebody asks for them, so that a test run that does not use the plugin pays nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_appsync.explain import AsyncTrace, Letters, Trace
    from pytest_appsync.faults import FaultHandle
    from pytest_appsync.harness import AsyncHarness, Harness
    from pytest_appsync.progress import Progress
    from pytest_appsync.served import ServerHarness
    from pytest_appsync.subscriber import AsyncSubscriber, Subscriber
    from pytest_appsync.verdict import Verdict

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
    "AsyncHarness": "harness",
    "AsyncSubscriber": "subscriber",
    "AsyncTrace": "explain",
    "FaultHandle": "faults",
    "Harness": "harness",
    "Letters": "explain",
    "Progress": "progress",
    "ServerHarness": "served",
    "Subscriber": "subscriber",
    "Trace": "explain",
    "Verdict": "verdict",
}


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - nobody pays who does not ask

    return getattr(import_module(f"{__name__}.{home}"), name)
