"""Many scenarios, each with many seeds: here, or in several processes when that pays.

The report is the same whatever the number of processes: outcomes are put together in the order of
files and seeds, not in that of their arrival. Only times differ.
"""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack, redirect_stdout
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, assert_never

from appsync_emu.errors import UsageError
from appsync_emu.scenario import determinism
from appsync_emu.scenario.book import Book
from appsync_emu.scenario.load import load
from appsync_emu.scenario.outcome import Kind, Report, ScenarioOutcome
from appsync_emu.scenario.pool import Crew, Died, Done, news_of
from appsync_emu.scenario.workshop import (
    Calm,
    Crashed,
    Ran,
    Refused,
    Smaller,
    Workshop,
    findings_of_mistakes,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from appsync_emu.scenario.book import Options
    from appsync_emu.scenario.model import Scenario
    from appsync_emu.scenario.outcome import SeedOutcome
    from appsync_emu.scenario.pool import News
    from appsync_emu.scenario.workshop import Told, Work

__all__ = ["Batch", "Result", "State", "open_all"]

POOL_PAYS_S = 1.5
"""Seconds of work from which on processes are started: each takes half a second to begin."""

WORK_S = 0.4
"""Seconds that a work for another process should take."""

TOLD_EVERY_S = 0.1

_INITIAL_SEEDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How far a batch has come.

    Attributes:
        failed: runs in which something is wrong, scenarios that cannot be run included.
    """

    scenarios: int
    scenarios_done: int
    seeds: int
    seeds_done: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of a batch.

    Attributes:
        report: of everything that was run.
        tracebacks: of what must not happen, in words for those who mend it.
        notes: what else a person should know.
        interrupted: whether it was ended by Ctrl-C.
        not_run: scenarios that nothing was done for, then.
    """

    report: Report
    tracebacks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    interrupted: bool = False
    not_run: int = 0


def open_all(paths: Iterable[str]) -> list[Scenario | ScenarioOutcome]:
    """Load scenario files; one that has mistakes becomes the outcome that tells them."""
    found: list[Scenario | ScenarioOutcome] = []
    for path in paths:
        try:
            found.append(load(path))
        except UsageError as error:
            findings = findings_of_mistakes(error.mistakes, path)
            found.append(
                ScenarioOutcome(
                    path=path,
                    line=findings[0].line or 1,
                    title="",
                    kind=Kind.INVALID,
                    findings=findings,
                )
            )
    return found


@dataclass(slots=True)
class _Pending:
    """A work that processes are doing.

    Attributes:
        spent_s: real seconds that the first one took.
        waits_for: how many of them are not done yet: two, where determinism is checked.
        again: what the second one found, by seed.
    """

    book: Book
    work: Work
    spent_s: float = 0.0
    waits_for: int = 1
    again: dict[int, SeedOutcome] = field(default_factory=dict)


class Batch:
    """Runs scenarios.

    Args:
        entries: as :func:`open_all` gives them.
        options: how they are run.
        watch: called as things are done, ten times a second at most.
        version: of the package, for the report.
    """

    def __init__(
        self,
        entries: Sequence[Scenario | ScenarioOutcome],
        options: Options,
        *,
        watch: Callable[[State], None] | None = None,
        version: str = "",
    ) -> None:
        self._options = options
        self._watch = watch
        self._version = version
        self._entries = [
            entry if isinstance(entry, ScenarioOutcome) else Book(entry, options)
            for entry in entries
        ]
        self._books = [entry for entry in self._entries if isinstance(entry, Book)]
        self._tracebacks: list[str] = []
        self._notes: list[str] = []
        self._runs = 0
        self._spent_s = 0.0
        self._told_s = 0.0

    def run(self) -> Result:
        """Run everything; Ctrl-C ends it with what was done so far."""
        began_s = time.perf_counter()
        interrupted = False
        try:
            if self._options.check_determinism or not self._here():
                self._in_processes()
        except KeyboardInterrupt:
            interrupted = True
        outcomes = list(self._outcomes())
        report = Report(
            outcomes=tuple(outcomes),
            elapsed_s=time.perf_counter() - began_s,
            version=self._version,
        )
        return Result(
            report=report,
            tracebacks=tuple(self._tracebacks),
            notes=tuple(self._notes),
            interrupted=interrupted,
            not_run=sum(not book.told_of for book in self._books) if interrupted else 0,
        )

    def _outcomes(self) -> Iterator[ScenarioOutcome]:
        """Of everything that was begun; with ``fail_fast`` up to the first that is not well."""
        for entry in self._entries:
            if isinstance(entry, Book):
                if not entry.told_of:
                    continue
                outcome = entry.outcome()
            else:
                outcome = entry
            yield outcome
            if self._options.fail_fast and outcome.kind is not Kind.PASSED:
                return

    # ---------------------------------------------------------------------------- what is next

    def _open(self) -> Iterator[Book]:
        """The scenarios whose works may still be done, in the order of files."""
        for entry in self._entries:
            failed = not isinstance(entry, Book)
            if isinstance(entry, Book):
                yield entry
                failed = entry.failed
            if failed and self._options.fail_fast:
                return

    def _next(self, size: int | None) -> tuple[Book, Work] | None:
        for book in self._open():
            work = book.next_work(size)
            if work is not None:
                return book, work
        return None

    def _left(self) -> int:
        return sum(book.left for book in self._open())

    # ------------------------------------------------------------------------------------ here

    def _here(self) -> bool:
        """Work in this process until nothing is left, or so much that others should help."""
        workshop = Workshop()
        while (task := self._next(None)) is not None:
            book, work = task
            began_s = time.perf_counter()
            told = workshop.done(work)
            with redirect_stdout(sys.stderr):  # what handlers print is no part of a report
                for one in told:
                    self._take(book, one)
                    began_s = self._clocked(book, one, began_s)
                    if work.smallest_of is None and self._others_should_help(book, work):
                        told.close()  # type: ignore[attr-defined]  # a generator
                        book.give_back(work)
                        return False
            book.end()
            self._tell()
        return True

    def _clocked(self, book: Book, told: Told, began_s: float) -> float:
        """Note what it took, and return the time."""
        now_s = time.perf_counter()
        book.elapsed_s += now_s - began_s
        if isinstance(told, Ran | Calm):
            self._runs += 1
            self._spent_s += now_s - began_s
        return now_s

    def _others_should_help(self, book: Book, work: Work) -> bool:
        if self._options.jobs < 2 or not self._runs:  # noqa: PLR2004 - alone
            return False
        left = self._left() + book.missing(work)
        pays_s = POOL_PAYS_S if self._options.pool_pays_s is None else self._options.pool_pays_s
        return left > 0 and left * self._spent_s / self._runs >= pays_s

    # --------------------------------------------------------------------------- in processes

    def _in_processes(self) -> None:
        jobs = self._options.jobs
        with ExitStack() as stack:
            if self._options.check_determinism:
                sizes = max(1, (jobs + 1) // 2), max(1, jobs // 2)
                crews = [
                    stack.enter_context(Crew(size, hash_seed=seed))
                    for size, seed in zip(sizes, determinism.HASH_SEEDS, strict=True)
                ]
            else:
                crews = [stack.enter_context(Crew(jobs))]
            self._drive(crews)

    def _drive(self, crews: Sequence[Crew]) -> None:
        pending: dict[int, _Pending] = {}
        number = 0
        while True:
            while all(crew.free for crew in crews):
                task = self._next(self._size())
                if task is None:
                    break
                number += 1
                pending[number] = self._give(crews, number, *task)
            if not pending:
                return
            for crew, token, news in news_of(*crews):
                one = pending[token]
                self._hear(one, news, again=crew is not crews[0])
                if not one.waits_for:
                    del pending[token]
                    self._finish(one)

    def _size(self) -> int:
        """Seeds of one work."""
        if not self._runs:
            return _INITIAL_SEEDS
        size = round(WORK_S * self._runs / max(self._spent_s, 1e-6))
        fair = -(-self._left() // (self._options.jobs * 2))
        return max(1, min(size, fair))

    def _give(self, crews: Sequence[Crew], number: int, book: Book, work: Work) -> _Pending:
        one = _Pending(book, work)
        if len(crews) > 1 and work.smallest_of is None:
            one.waits_for = 2
            one.work = work = determinism.first(work)
            crews[1].give(determinism.second(work), number)
        crews[0].give(work, number)
        return one

    def _hear(self, one: _Pending, news: News, *, again: bool) -> None:
        match news:
            case Done():
                one.waits_for -= 1
                one.spent_s += 0.0 if again else news.elapsed_s
            case Died():
                one.waits_for -= 1
                self._died(one, news)
            case Ran() if again:
                one.again[news.outcome.seed] = news.outcome
            case _ if again:
                pass  # the first process says the same
            case _:
                self._take(one.book, news)

    def _died(self, one: _Pending, news: Died) -> None:
        what = "making it smaller" if one.work.smallest_of is not None else "running it"
        one.book.broke(f"{news.why} while it was {what}")
        self._tell()

    def _finish(self, one: _Pending) -> None:
        book, work = one.book, one.work
        book.elapsed_s += one.spent_s
        if work.smallest_of is None:
            self._runs += len(work.seeds) + work.calm
            self._spent_s += one.spent_s
        if one.again:
            ran = {seed: book.ran[seed] for seed in work.seeds if seed in book.ran}
            book.findings += determinism.differences(ran, one.again, book.scenario.line)
            keep = self._options.journals
            for seed, outcome in ran.items():
                if not (keep and outcome.failed):
                    book.ran[seed] = replace(outcome, journal=None)
        book.end()
        self._tell()

    # ------------------------------------------------------------------------------- what came

    def _take(self, book: Book, told: Told) -> None:
        match told:
            case Calm():
                book.calm = told.outcome
            case Ran():
                book.ran[told.outcome.seed] = told.outcome
            case Smaller():
                book.smallest = told.smallest
                if told.note:
                    self._notes.append(told.note)
            case Refused():
                book.refused(told.findings)
            case Crashed():
                book.broke(told.error)
                if told.trace not in self._tracebacks:  # one mistake may break every scenario
                    self._tracebacks.append(told.trace)
            case _:
                assert_never(told)
        self._tell()

    def _tell(self) -> None:
        now_s = time.perf_counter()
        if self._watch is None or now_s - self._told_s < TOLD_EVERY_S:
            return
        self._told_s = now_s
        invalid = len(self._entries) - len(self._books)
        self._watch(
            State(
                scenarios=len(self._entries),
                scenarios_done=invalid + sum(book.finished for book in self._books),
                seeds=sum(len(book.order) for book in self._books),
                seeds_done=sum(len(book.ran) for book in self._books),
                failed=invalid + sum(book.failures for book in self._books),
            )
        )
