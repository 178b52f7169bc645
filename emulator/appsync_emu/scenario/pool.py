"""Processes that do works side by side.

Each process is given one work at a time and has a pipe of its own, so that one which dies is known
at once, with the work that it died of. They are started afresh (``spawn``), as on every system:
nothing of the parent's threads, loops and libraries is in them.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeAlias

from appsync_emu.scenario.workshop import Workshop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

    from appsync_emu.scenario.workshop import Told, Work

__all__ = ["Crew", "Died", "Done", "News", "news_of"]

_PATIENCE_S = 1.0
"""What a process that has nothing to do gets to leave."""


@dataclass(frozen=True, slots=True)
class Done:
    """All of a work is told; it took ``elapsed_s`` real seconds."""

    elapsed_s: float


@dataclass(frozen=True, slots=True)
class Died:
    """The process of a work is gone, and with it the rest of that work."""

    why: str


News: TypeAlias = "Told | Done | Died"


class Crew:
    """Some processes that wait for work.

    Args:
        size: how many there may be; each is started when there is work for it.
        hash_seed: ``PYTHONHASHSEED`` of the processes; the parent's own unless given.
    """

    def __init__(self, size: int, *, hash_seed: str | None = None) -> None:
        self._size = size
        self._hash_seed = hash_seed
        self._idle: list[_Worker] = []
        self._busy: dict[Connection[object, object], tuple[_Worker, int]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._idle:
            worker.dismiss()
        for worker, _token in self._busy.values():
            worker.kill()
        self._idle.clear()
        self._busy.clear()

    @property
    def free(self) -> int:
        """How many works it would begin at once."""
        return self._size - len(self._busy)

    @property
    def connections(self) -> list[Connection[object, object]]:
        """Where news come from."""
        return list(self._busy)

    def give(self, work: Work, token: int) -> None:
        """Begin a work; ``token`` is what its news are called by."""
        worker = self._idle.pop() if self._idle else _Worker(self._hash_seed)
        with suppress(OSError):  # it is gone; the pipe says so in a moment
            worker.pipe.send(work)
        self._busy[worker.pipe] = worker, token

    def read(self, pipe: Connection[object, object]) -> tuple[int, News]:
        """What one process tells, and of which work."""
        worker, token = self._busy[pipe]
        try:
            news: News = pipe.recv()  # type: ignore[assignment]  # what `_work` below sends
        except (EOFError, OSError):
            del self._busy[pipe]
            return token, Died(worker.cause_of_death())
        if isinstance(news, Done):
            del self._busy[pipe]
            self._idle.append(worker)
        return token, news


def news_of(*crews: Crew) -> Iterator[tuple[Crew, int, News]]:
    """Wait until some process tells something; what they tell, in no particular order."""
    owners = {pipe: crew for crew in crews for pipe in crew.connections}
    for pipe in wait(list(owners)):
        crew = owners[pipe]  # type: ignore[index]  # what was waited for
        yield crew, *crew.read(pipe)  # type: ignore[arg-type]  # the same


class _Worker:
    """One process and the pipe to it."""

    __slots__ = ("_process", "pipe")

    def __init__(self, hash_seed: str | None) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self._process: SpawnProcess = context.Process(
            target=_work,
            args=(theirs, str(Path.cwd())),
            name="appsync-emu run",
        )
        with _deaf(), _environment("PYTHONHASHSEED", hash_seed):
            self._process.start()
        theirs.close()

    def dismiss(self) -> None:
        """Let it leave."""
        with suppress(OSError):
            self.pipe.send(None)
        self.pipe.close()
        self._process.join(_PATIENCE_S)
        self.kill()

    def kill(self) -> None:
        """It is gone when this returns."""
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self.pipe.close()

    def cause_of_death(self) -> str:
        """Why its pipe ended, in words."""
        self._process.join(_PATIENCE_S)
        self.kill()
        code = self._process.exitcode or 0
        if code >= 0:
            return f"its process ended with exit code {code}"
        with suppress(ValueError):
            return f"its process was ended by {signal.Signals(-code).name}"
        return f"its process was ended by signal {-code}"


@contextmanager
def _deaf() -> Iterator[None]:
    """Processes started inside do not hear Ctrl-C, which is for their parent to answer."""
    try:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    except ValueError:  # not the main thread: nothing can be arranged
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _environment(name: str, value: str | None) -> Iterator[None]:
    """A variable of the environment, for processes that are started inside."""
    if value is None:
        yield
        return
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        del os.environ[name]
        if before is not None:
            os.environ[name] = before


def _work(pipe: Connection[object, object], folder: str) -> None:
    """The life of a process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.chdir(folder)
    sys.stdout = sys.stderr  # what handlers print is no part of a report
    workshop = Workshop()
    with suppress(EOFError, OSError):  # the parent is gone, or wants no more
        while True:
            work: Work | None = pipe.recv()  # type: ignore[assignment]  # what `give` sends
            if work is None:
                return
            began_s = time.perf_counter()
            for told in workshop.done(work):
                pipe.send(told)
            pipe.send(Done(time.perf_counter() - began_s))
