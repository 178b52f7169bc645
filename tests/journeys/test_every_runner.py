"""One test body under every runner: the same journal, whatever the test's loop is made of.

Each runner is a pytest of its own. The handlers wait in every way that asyncio has, and faults
strike by chance.
"""

from __future__ import annotations

import subprocess
import sys

import api_files
import pytest
from suite import INI, SCHEMA, SECTIONS

HANDLERS = '''
import asyncio
import time

import tenacity

from appsync_emu import BusinessError

TRIED = {}


async def place(event, context):
    """Waits by the engine's clock and by the loop's, in one task and in several."""
    context.emit("Placed", {"orderId": event["arguments"]["orderId"]})
    await context.sleep(1.5)
    await asyncio.sleep(2.25)
    await asyncio.gather(asyncio.sleep(3), asyncio.sleep(1), context.sleep(2))
    try:
        async with asyncio.timeout(4):
            await asyncio.sleep(3600)
    except TimeoutError:
        context.emit("Waited", {"orderId": event["arguments"]["orderId"]})


async def notify(event, context):
    """Tries again, later and later, as its users' libraries do."""
    number = TRIED[context.aws_request_id] = TRIED.get(context.aws_request_id, 0) + 1

    @tenacity.retry(wait=tenacity.wait_exponential(min=1, max=60), reraise=True)
    async def post():
        post.calls += 1
        if post.calls < 5:
            raise ConnectionError("no route to host")

    post.calls = 0
    await asyncio.wait_for(post(), 120)
    if number == 1 and event["detail"]["orderId"].endswith("3"):
        await asyncio.wait_for(asyncio.Event().wait(), 0.1)  # a TimeoutError: tried again


def bill(event, context):
    """A thread: one at a time."""
    context.sleep(0.75)
    if event["detail"]["orderId"].endswith("4"):
        raise BusinessError("no credit")
'''
COMPONENTS = {
    "Place": {"handler": "handlers:place", "timeout": "1m"},
    "Notify": {"handler": "handlers:notify", "timeout": "5m", "on": {"detail-type": ["Placed"]}},
    "Bill": {"handler": "handlers:bill", "on": {"detail-type": ["Placed", "Waited"]}},
}
BODY = """
    appsync.fault("network.reset", component="Place", chance=0.4)
    appsync.fault("lambda.throttled", at="dispatch", component="Bill", chance=0.3, limit=3)
    for number in range(6):
        WAIT appsync.send("placeOrder", orderId=f"o-{number}")
        if number % 2:
            WAIT appsync.advance("7s")
    begun = time.perf_counter()
    WAIT SLEEP(0.02)  # the test's own time is real
    assert 0.01 < time.perf_counter() - begun < 5
    WAIT appsync.settle()
    assert time.perf_counter() - begun < 20
    tell(appsync)
"""
TEST = """
import asyncio
import pathlib
import time
import unittest

import pytest

IMPORTS


async def asleep(seconds):
    time.sleep(seconds)


def tell(appsync):
    pathlib.Path("journal").write_text(appsync.journal.dump(), "utf-8")
"""
MARK = "pytestmark = pytest.mark.appsync(seed=11, allow=['network.reset', 'lambda.throttled'])\n"
SYNC = "\ndef test_it(appsync):" + BODY.replace("WAIT ", "").replace("SLEEP", "time.sleep")
AWAITED = BODY.replace("WAIT", "await")
ASYNC = "\nMARKED\nasync def test_it(appsync_async):\n    appsync = appsync_async" + AWAITED


def awaited(sleep="asyncio.sleep", marked="", imports=""):
    """The test with ``await``."""
    test = TEST.replace("IMPORTS", imports) + MARK + ASYNC.replace("SLEEP", sleep)
    return test.replace("MARKED", marked)


FACTORY = """

class TestIt(unittest.IsolatedAsyncioTestCase):
    @pytest.fixture(autouse=True)
    def harness(self, appsync_async):
        self.appsync = appsync_async

    async def test_it(self):
        appsync = self.appsync
"""
INDENTED = AWAITED.replace("\n    ", "\n        ").replace("SLEEP", "asyncio.sleep")
RUNS = "\n\ndef test_it(appsync_async):\n    asyncio.run(body(appsync_async))\n"
AIO = "import pytest\n@pytest.fixture\ndef anyio_backend():\n    return "
ANYIO = "@pytest.mark.anyio"
RUNNERS = {
    "sync": (TEST.replace("IMPORTS", "") + MARK + SYNC, "", ()),
    "pytest-asyncio": (awaited(marked="@pytest.mark.asyncio"), "", ("pytest_asyncio",)),
    "anyio-asyncio": (awaited("anyio.sleep", ANYIO, "import anyio"), AIO + "'asyncio'", ("anyio",)),
    "anyio-uvloop": (
        awaited("anyio.sleep", ANYIO, "import anyio"),
        AIO + "('asyncio', {'use_uvloop': True})",
        ("anyio", "uvloop"),
    ),
    "anyio-trio": (
        awaited("anyio.sleep", ANYIO, "import anyio"),
        AIO + "'trio'",
        ("anyio", "trio"),
    ),
    "trio": (
        awaited("trio.sleep", imports="import trio").replace("async def test_it", "async def body")
        + RUNS.replace("asyncio.run(body(appsync_async))", "trio.run(body, appsync_async)"),
        "",
        ("trio",),
    ),
    "asyncio.run": (awaited().replace("async def test_it", "async def body") + RUNS, "", ()),
    "uvloop.run": (
        awaited(imports="import uvloop").replace("async def test_it", "async def body")
        + RUNS.replace("asyncio.run", "uvloop.run"),
        "",
        ("uvloop",),
    ),
    "unittest": (TEST.replace("IMPORTS", "") + MARK + FACTORY + INDENTED, "", ()),
    "sync-in-asyncio": (
        TEST.replace("IMPORTS", "") + MARK
        + SYNC.replace("def test_it", "async def body")
        + RUNS.replace("appsync_async", "appsync"),
        "",
        (),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One API for all: journals tell in which files handlers failed."""
    folder = tmp_path_factory.mktemp("every_runner")
    sections = {**SECTIONS, "components": COMPONENTS}
    api_files.write(folder, SCHEMA, HANDLERS, **sections)
    return folder


@pytest.fixture(scope="module")
def journals():
    """What each runner has left."""
    return {}


@pytest.mark.parametrize("runner", RUNNERS)
def test_the_same_journal_under_every_runner(folder, journals, runner):
    test, conftest, needed = RUNNERS[runner]
    for module in ("tenacity", *needed):
        pytest.importorskip(module)
    loops = "asyncio_default_fixture_loop_scope = function\n" if runner == "pytest-asyncio" else ""
    folder.joinpath("pytest.ini").write_text(INI + loops, "utf-8")
    folder.joinpath("conftest.py").write_text(conftest, "utf-8")
    folder.joinpath("test_it.py").write_text(test, "utf-8")
    plugins = () if runner == "pytest-asyncio" else ("-p", "no:asyncio")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-W", "error", "-q"]
    ended = subprocess.run(
        [*command, "--strict-markers", *plugins],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    journals[runner] = journal = folder.joinpath("journal").read_text("utf-8")
    assert journal == next(iter(journals.values()))
    assert len(journal.splitlines()) > 100
    assert "no credit" in journal
    assert "TimeoutError" in journal
    assert "FaultStruck" in journal
