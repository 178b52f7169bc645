"""Libraries are patched once they are loaded, and never loaded by us."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace

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
before = httpx.Client._send_single_request
install()
patched = httpx.Client._send_single_request
assert patched is not before
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
