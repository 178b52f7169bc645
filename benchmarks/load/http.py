"""Queries per second over HTTP, by wrk, and the server's CPU for each."""

from __future__ import annotations

import json
import os
import random
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from load.documents import expectations
from load.process import cpu_s

if TYPE_CHECKING:
    from load.documents import Case
    from load.process import Server
    from load.wire import Target

SCRIPT = Path(__file__).with_name("wrk.lua")
CONCURRENCY = 16


@dataclass(frozen=True, slots=True)
class HttpResult:
    """One stage.

    Attributes:
        per_s: answers per second.
        cpu_us: CPU microseconds of the server for each answer.
        p50_us: median latency in microseconds.
        p99_us: the latency that one in a hundred exceeds.
    """

    per_s: float
    cpu_us: float
    p50_us: int
    p99_us: int


def check(target: Target) -> None:
    """Ask for exact answers.

    Raises:
        SystemExit: one is wrong.
    """
    for text, data in expectations():
        answer = target.ask(text)
        if answer.status != 200 or answer.json != {"data": data}:
            raise SystemExit(f"wrong answer {answer.status} {answer.body[:300]!r} to {text[:120]}")


def stage(server: Server, case: Case, seconds: int) -> HttpResult:
    """Keep the server busy with 16 requests at a time for ``seconds``.

    Raises:
        SystemExit: an answer was wrong: an error status, or another size than it should have.
    """
    target = server.target
    sample = target.ask(case.bodies[0])
    if sample.status != 200 or b'"errors"' in sample.body:
        raise SystemExit(f"wrong answer {sample.status} {sample.body[:300]!r}")
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as pool:
        pool.write("\n".join(case.bodies) + "\n")
        pool.flush()
        environment = {**os.environ, "B_KEY": target.key, "B_POOL": pool.name}
        if case.template is not None:
            environment["B_BEFORE"], environment["B_AFTER"] = case.template
            environment["B_FIRST"] = str(random.randrange(10**6) * 10**6 + 10**12)
        before_s = cpu_s(server.pid)
        done = subprocess.run(
            [
                "wrk",
                "-t1",
                f"-c{CONCURRENCY}",
                f"-d{seconds}s",
                "--timeout",
                "10s",
                "-s",
                str(SCRIPT),
                f"http://{target.host}:{target.port}",
            ],
            env=environment,
            capture_output=True,
            text=True,
            timeout=seconds + 30,
            check=False,
        )
        used_s = cpu_s(server.pid) - before_s
    return _read(done.stdout + done.stderr, used_s, sample.size)


def _read(output: str, used_s: float, sample_size: int) -> HttpResult:
    lines = [line for line in output.splitlines() if line.startswith("JSON")]
    if not lines:
        raise SystemExit(f"wrk: {output[-500:]}")
    seen = json.loads(lines[0].removeprefix("JSON"))
    requests = max(seen["requests"], 1)
    if seen["bad"] or abs(seen["bytes"] / requests - sample_size) > 0.1 * sample_size + 16:
        raise SystemExit(f"wrong answers: {seen}; one answer has {sample_size} bytes")
    return HttpResult(
        per_s=requests / seen["us"] * 1e6,
        cpu_us=used_s / requests * 1e6,
        p50_us=seen["p50_us"],
        p99_us=seen["p99_us"],
    )
