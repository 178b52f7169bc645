"""A shop of Python functions behind real sockets, in real time."""

from __future__ import annotations

from contextlib import contextmanager

from shop import SCHEMA

from appsync_emu.engine.emulator import Emulator
from appsync_emu.engine.realclock import RealClock
from appsync_emu.server.app import start
from appsync_emu.testing.portal import Portal


@contextmanager
def served(api, schema=SCHEMA):
    """The running server; ``url`` is where it listens."""
    portal = Portal()
    portal.start_thread()

    async def begin():
        emulator = Emulator(api, clock=RealClock(), schema=schema)
        return emulator, await start(emulator, grace_s=0.05)

    emulator, server = portal.run(begin())

    async def end():
        await server.close()
        await emulator.aclose()

    try:
        yield server
    finally:
        portal.run(end())
        portal.close()
