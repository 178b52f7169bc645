"""Servers that are measured: started, watched through /proc, and ended by their process ids."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self

from load.documents import ANYTHING, API_KEY
from load.wire import Target

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

PROC = Path("/proc")
FIRST_ANSWER_S_MAX = 60.0
STOP_S_MAX = 3.0
INSTALLED = {
    "PYTHONDONTWRITEBYTECODE": "",
    "PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir()) / "appsync-emu-bench-bytecode"),
}
"""Bytecode is kept, as that of installed packages is; but not in a repository."""


def tree(pid: int) -> list[int]:
    """A process and all its descendants."""
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                stat = (entry / "stat").read_text()
                parent = int(stat[stat.rindex(")") + 2 :].split()[1])
                children.setdefault(parent, []).append(int(entry.name))
    found, waiting = [], [pid]
    while waiting:
        found.append(waiting.pop())
        waiting += children.get(found[-1], [])
    return found


def cpu_s(pid: int) -> float:
    """CPU seconds that a process and its descendants have used."""
    total_ns = 0
    for member in tree(pid):
        with suppress(OSError):
            for thread in (PROC / str(member) / "task").iterdir():
                total_ns += int((thread / "schedstat").read_text().split()[0])
    return total_ns / 1e9


def resident_kb(pid: int) -> int:
    """Resident memory of a process and its descendants, in KB."""
    total = 0
    for member in tree(pid):
        with suppress(OSError):
            status = (PROC / str(member) / "status").read_text()
            total += sum(
                int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")
            )
    return total


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A server process, from its start to its end.

    Args:
        command: how it is started; ``{port}`` stands for the port.
        environment: added to this process's own.
        key: what clients send as ``x-api-key``.

    Attributes:
        start_ms: milliseconds from start to the first answer.
    """

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], key: str = API_KEY
    ) -> None:
        port = free_port()
        self.target = Target(port, key)
        started_s = time.perf_counter()
        self._process = subprocess.Popen(
            [part.replace("{port}", str(port)) for part in command],
            env={**os.environ, **INSTALLED, "PORT": str(port), "API_KEY": key, **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.pid = self._process.pid
        try:
            self.start_ms = self._first_answer(started_s)
        except BaseException:
            self.stop()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _first_answer(self, started_s: float) -> float:
        while (passed_s := time.perf_counter() - started_s) < FIRST_ANSWER_S_MAX:
            with suppress(OSError, ValueError):
                answer = self.target.ask(ANYTHING, 2.0)
                if answer.status == 200:
                    return (time.perf_counter() - started_s) * 1e3
            if self._process.poll() is not None:
                raise SystemExit(f"{self._process.args} ended with {self._process.returncode}")
            time.sleep(0.003)
        raise SystemExit(f"{self._process.args} did not answer within {passed_s:.0f} s")

    def stop(self) -> None:
        """End the process and its descendants."""
        members = tree(self.pid)
        for number in (signal.SIGTERM, signal.SIGKILL):
            for member in members:
                with suppress(OSError):
                    os.kill(member, number)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_S_MAX)
                return
