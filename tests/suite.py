"""Runs a small test suite that uses the plugin, with pytest inside pytest."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import api_files

# Whatever the inner pytest imports is forgotten afterwards, unless the outer one has it already.
import appsync_emu.config.load
import appsync_emu.server.app  # noqa: F401 - kept for the inner pytest
import pytest_appsync.served
import pytest_appsync.settings  # noqa: F401 - the same

if TYPE_CHECKING:
    import pytest

SCHEMA = """
type Query { item(id: ID!): Item  trace(traceId: ID!): [Trace] }
type Mutation { placeOrder(orderId: ID!, total: Int): Accepted }
type Subscription { onTrace(traceId: ID): Trace }
type Item { id: ID! }
type Accepted { traceId: ID! }
type Trace { traceId: ID  component: String  status: String  timestamp: AWSDateTime }
"""
HANDLERS = """
import asyncio
LOOPS = []

async def place(event, context):
    LOOPS.append(asyncio.get_running_loop())
    await context.sleep(60)
"""
SECTIONS = {
    "commands": {"Mutation.placeOrder": "Place"},
    "components": {"Place": {"handler": "handlers:place", "timeout": "5m"}},
    "trace": {"query": "Query.trace", "subscription": "Subscription.onTrace"},
    "apiKeys": ["web"],
    "authentication": {"type": "API_KEY"},
}
INI = "[pytest]\n"
OFF = tuple(
    word
    for name in ("asyncio", "xdist", "anyio", "hypothesispytest", "cacheprovider")
    for word in ("-p", f"no:{name}")
)


def write(pytester: pytest.Pytester, tests: str, ini: str = "", *, api: bool = True) -> None:
    """A folder with an API, a pytest.ini and ``test_it.py``."""
    if api:
        api_files.write(pytester.path, SCHEMA, HANDLERS, **SECTIONS)
    pytester.makefile(".ini", pytest=INI + ini)
    pytester.makepyfile(test_it=tests)


def run(pytester: pytest.Pytester, *args: str) -> pytest.RunResult:
    """Run it in this process, with the plugin alone."""
    return pytester.runpytest_inprocess(*OFF, *args)


def run_apart(pytester: pytest.Pytester, *args: str) -> pytest.RunResult:
    """Run it in a process of its own, with every plugin that is installed."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-W", "error", *args]
    return pytester.run(*command, timeout=60)
