"""The work of one process: some runs of one scenario, told one by one as they are done.

Works and what is told of them are plain values, so that a process of its own can do them.
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from appsync_emu.errors import UsageError
from appsync_emu.scenario.check import check_against
from appsync_emu.scenario.load import load
from appsync_emu.scenario.outcome import Finding, Kind
from appsync_emu.scenario.run import calm_run, run_seed, spins
from appsync_emu.scenario.world import load_for
from appsync_emu.scenario.write import smallest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from appsync_emu.errors import Mistake
    from appsync_emu.scenario.model import Scenario
    from appsync_emu.scenario.outcome import SeedOutcome, Smallest
    from appsync_emu.scenario.world import LoadedApi

__all__ = [
    "Calm",
    "Crashed",
    "Ran",
    "Refused",
    "Smaller",
    "Told",
    "Work",
    "Workshop",
    "findings_of_mistakes",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Some runs of one scenario.

    Attributes:
        path: its file, relative to the current folder.
        calm: begin with the calm run; when something is wrong with that, there are no others.
        seeds: the worlds to run, in this order.
        explore: see :func:`appsync_emu.scenario.run.run_seed`.
        journals: of which runs the journal is handed over.
        stop: after the first run that fails.
        smallest_of: nothing but this: make this failing run smaller, and write it down.
    """

    path: str
    calm: bool = False
    seeds: tuple[int, ...] = ()
    explore: bool = False
    journals: Literal["none", "failing", "all"] = "none"
    stop: bool = False
    smallest_of: SeedOutcome | None = None


@dataclass(frozen=True, slots=True)
class Calm:
    """The calm run was done."""

    outcome: SeedOutcome


@dataclass(frozen=True, slots=True)
class Ran:
    """A seed was run."""

    outcome: SeedOutcome


@dataclass(frozen=True, slots=True)
class Smaller:
    """A failing run was made smaller, or cannot be made to fail again.

    Attributes:
        note: why it could not be written; else empty.
    """

    smallest: Smallest | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """The scenario does not fit its API, or that has mistakes: nothing was run."""

    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Crashed:
    """Something raised what it must not raise.

    Attributes:
        error: it in a line.
        trace: the traceback.
    """

    error: str
    trace: str


Told: TypeAlias = Calm | Ran | Smaller | Refused | Crashed


class Workshop:
    """Does works one after another; the API of the last one is kept for the next."""

    def __init__(self) -> None:
        self._path: str | None = None
        self._loaded: tuple[Scenario, LoadedApi] | None = None

    def done(self, work: Work) -> Iterator[Told]:
        """Do a work; each part of it is told as soon as it is done. Nothing is raised."""
        try:
            yield from self._done(work)
        except UsageError as error:
            yield Refused(findings_of_mistakes(error.mistakes, work.path))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the others are still to be run
            self._path = self._loaded = None
            said = traceback.format_exception_only(error)[-1].strip()
            yield Crashed(said, traceback.format_exc())

    def _done(self, work: Work) -> Iterator[Told]:
        scenario, source = self._load(work.path)
        if work.smallest_of is not None:
            yield _smaller(scenario, source, work.smallest_of)
            return
        if work.calm:
            calm = calm_run(scenario, source)
            if calm is not None:
                yield Calm(_light(calm, work))
                if calm.failed:
                    return
        for seed in work.seeds:
            every = work.journals == "all"
            outcome = run_seed(scenario, source, seed, explore=work.explore, keep_journal=every)
            yield Ran(_light(outcome, work))
            if (work.stop and outcome.failed) or spins(outcome):
                return

    def _load(self, path: str) -> tuple[Scenario, LoadedApi]:
        if self._loaded is None or self._path != path:
            scenario = load(path)
            source = load_for(scenario)
            mistakes = check_against(scenario, source.api, source.schema)
            if mistakes:
                raise UsageError(mistakes)
            self._path, self._loaded = path, (scenario, source)
        return self._loaded


def _light(outcome: SeedOutcome, work: Work) -> SeedOutcome:
    """Without the journal, unless somebody wants it."""
    return replace(outcome, journal=None) if work.journals == "none" else outcome


def _smaller(scenario: Scenario, source: LoadedApi, outcome: SeedOutcome) -> Smaller:
    try:
        return Smaller(smallest(scenario, source, outcome))
    except OSError as error:
        found = smallest(scenario, source, outcome, write=False)
        return Smaller(found, f"the smallest file cannot be written: {error}")


def findings_of_mistakes(mistakes: Sequence[Mistake], path: str) -> tuple[Finding, ...]:
    """What is wrong with a file, as findings; each names its place."""
    return tuple(
        Finding(
            kind=Kind.INVALID,
            name="",
            line=mistake.line if mistake.file == path else 0,
            message=_said(mistake, path),
        )
        for mistake in mistakes
    )


def _said(mistake: Mistake, path: str) -> str:
    place = f"{mistake.file}:{mistake.line}: " if mistake.file not in ("", path) else ""
    if not mistake.remedy:
        return f"{place}{mistake.message}"
    end = "" if mistake.message.endswith((".", "?")) else "."
    return f"{place}{mistake.message}{end} {mistake.remedy}"
