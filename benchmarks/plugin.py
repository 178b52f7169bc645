"""What the pytest plugin costs, with it and without it: prints one JSON object.

Two generated suites run in a folder of their own: one that does not use the plugin tells which
modules it imported all the same, one whose tests use ``appsync`` tells what set-up and tear-down
of each test take.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

API = Path(__file__).with_name("api")
HEAVY = ("appsync_emu", "aiohttp", "graphql", "yaml", "click", "multidict", "yarl")
TESTS = 200

CONFTEST = """
import json, sys, time

FIXTURES_MS = []

def pytest_runtest_logreport(report):
    if report.when == "setup":
        FIXTURES_MS.append(report.duration * 1e3)
    elif report.when == "teardown":
        FIXTURES_MS[-1] += report.duration * 1e3

def pytest_sessionfinish(session):
    with open("seen.json", "w") as file:
        json.dump({"modules": sorted(sys.modules), "fixtures_ms": FIXTURES_MS}, file)
"""
UNUSED = "def test_nothing():\n    pass\n"
USED = "".join(f"def test_{number}(appsync):\n    pass\n\n\n" for number in range(TESTS))


def run(text: str, *options: str) -> dict[str, Any]:
    """Run a suite and tell what its conftest has seen."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(API, folder / "api")
        (folder / "pytest.ini").write_text("[pytest]\nappsync_config = api/appsync.yaml\n")
        (folder / "conftest.py").write_text(CONFTEST)
        (folder / "test_suite.py").write_text(text)
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if done.returncode:
            raise SystemExit(done.stdout[-2000:] + done.stderr[-2000:])
        seen: dict[str, Any] = json.loads((folder / "seen.json").read_text())
        return seen


def main() -> None:
    """Measure and print."""
    unused = run(UNUSED)
    heavy = sorted({name.split(".")[0] for name in unused["modules"]} & set(HEAVY))
    fixtures_ms = run(USED)["fixtures_ms"]
    nothing_ms = run(USED.replace("(appsync)", "()"))["fixtures_ms"]
    print(
        json.dumps(
            {
                "heavy_modules": heavy,
                "fixtures_ms": statistics.median(fixtures_ms) - statistics.median(nothing_ms),
                "slowest_ms": max(fixtures_ms[1:]),
                "first_ms": fixtures_ms[0],
            }
        )
    )


if __name__ == "__main__":
    main()
