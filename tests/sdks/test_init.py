"""Libraries are patched once they are loaded, and never loaded by us."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace

import pytest

from appsync_emu import sdks

PROGRAM = """
import sys, asyncio
sys.path.insert(0, "tests")
import appsync_emu
from appsync_emu import watch
from appsync_emu.sdks import install
install()
assert not {"botocore", "httpx", "aiohttp", "boto3"} & set(sys.modules), sys.modules
import httpx
patched = httpx.Client._send_single_request
assert patched.__module__ == "appsync_emu.sdks.httpx_"
install()
assert httpx.Client._send_single_request is patched
print("aiohttp" in sys.modules, "botocore" in sys.modules)
"""


def test_nothing_is_imported_and_nothing_is_patched_twice():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False
    )

    assert (done.stdout.strip(), done.stderr) == ("False False", "")


def test_a_library_that_another_thread_still_imports_is_left_for_later(monkeypatch):
    half = SimpleNamespace(__spec__=SimpleNamespace(_initializing=True))
    monkeypatch.setitem(sys.modules, "half", half)
    monkeypatch.setattr(sdks, "_missing", {"half": "half_", "absent": "absent_"})

    sdks.install()

    assert sdks._missing == {"half": "half_", "absent": "absent_"}


LATE = """
import sys
sys.path.insert(0, "tests")
from engine.kit import drive, make_api
from appsync_emu.core.records import DataCalled

async def place(event, context):
    {imports}

async def scenario(emulator):
    emulator.send("place", {{"id": "1"}})
    await emulator.clock.settle()
    return [r.operation for r in emulator.journal.records if isinstance(r, DataCalled)]

print(drive(make_api(place), scenario))
"""
HTTPX = """import httpx
    with httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200))) as client:
        client.post("https://pay.example/")"""
BOTO3 = """import boto3
    from botocore.awsrequest import AWSResponse
    client = boto3.client("dynamodb", region_name="us-east-1", aws_access_key_id="k",
        aws_secret_access_key="s")
    class Raw:
        def stream(self): return [b"{}"]
    client.meta.events.register("before-send.*.*", lambda **_: AWSResponse("", 200, {}, Raw()))
    client.list_tables()"""
AIOHTTP = """import aiohttp
    async with aiohttp.ClientSession() as session:
        try:
            await session.get("http://127.0.0.1:1/")
        except aiohttp.ClientConnectorError:
            pass"""


@pytest.mark.parametrize(
    ("imports", "operation"),
    [(HTTPX, "POST"), (BOTO3, "ListTables"), (AIOHTTP, "GET")],
)
def test_a_library_that_a_handler_imports_is_patched_before_it_is_used(imports, operation):
    program = LATE.format(imports=imports)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )

    assert (done.stdout.strip(), done.stderr) == (f"['{operation}']", "")


def test_whoever_is_not_wanted_is_left_alone(monkeypatch):
    monkeypatch.setattr(sdks, "_missing", {"no_such_library": "absent_", "zipimport": "absent_"})

    assert sdks._FINDER.find_spec("json") is None
    assert sdks._FINDER.find_spec("no_such_library") is None
    assert sdks._missing


LOADED = """
import sys, httpx
from appsync_emu.sdks import install
install()
print(httpx.Client._send_single_request.__module__)
import aiohttp, botocore.client
print(len(sys.meta_path) and [f for f in sys.meta_path if "appsync_emu" in type(f).__module__])
"""


def test_a_library_that_is_there_is_patched_and_nothing_is_left_behind():
    done = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, check=False
    )

    assert (done.stdout.split(), done.stderr) == (["appsync_emu.sdks.httpx_", "[]"], "")
