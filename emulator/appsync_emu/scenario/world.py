"""One run of a scenario's steps: an emulator of its own, and what the steps left in hand."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from appsync_emu.core.api import DeadletterPolicy
from appsync_emu.core.records import CommandAccepted
from appsync_emu.core.retry import RetryPolicy
from appsync_emu.engine.clock import ManualClock
from appsync_emu.engine.emulator import Emulator
from appsync_emu.scenario.apis import api_for
from appsync_emu.scenario.facts import facts_of
from appsync_emu.scenario.outcome import Finding, Kind

if TYPE_CHECKING:
    from collections.abc import Collection

    from appsync_emu.core.api import Api
    from appsync_emu.graph.schema import Schema
    from appsync_emu.scenario.facts import TraceFacts
    from appsync_emu.scenario.listen import Listener
    from appsync_emu.scenario.model import RetryChoice, Scenario

__all__ = ["LoadedApi", "Mode", "World", "begin", "load_for", "loaded"]

ARMED_SHARE = 0.25
"""Share of the faults that an exploring run arms (FoundationDB arms a quarter of its sites)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedApi:
    """What every run of a scenario shares.

    Attributes:
        api: as it is run, the scenario's own settings included.
        schema: built from it.
        adapted: the same for each scenario, as :func:`loaded` has made it.
    """

    api: Api
    schema: Schema
    adapted: dict[tuple[RetryChoice, bool | None], LoadedApi] = field(
        default_factory=dict, compare=False, repr=False
    )


def load_for(scenario: Scenario) -> LoadedApi:
    """The API that a scenario names, loaded for all of its runs.

    Raises:
        UsageError: there is none, or it has mistakes.
    """
    api, schema = api_for(scenario)
    return LoadedApi(api=api, schema=schema)


def loaded(scenario: Scenario, source: LoadedApi) -> LoadedApi:
    """The API as this scenario runs it: with what the file says of retries and dead letters."""
    choice = scenario.retry, scenario.bury_business
    known = source.adapted.get(choice)
    if known is None:
        known = source.adapted[choice] = _adapted(source, scenario)
    return known


def _adapted(source: LoadedApi, scenario: Scenario) -> LoadedApi:
    api, says = source.api, scenario.retry
    if scenario.bury_business is not None:
        api = replace(api, deadletters=DeadletterPolicy(business=scenario.bury_business))
    if says.max_retries is not None or says.backoff is not None:
        components = {}
        for name, component in api.components.items():
            own = component.retry
            policy = RetryPolicy(
                max_retries=own.max_retries if says.max_retries is None else says.max_retries,
                backoff=says.backoff or own.backoff,
            )
            components[name] = replace(component, retry=policy)
        api = replace(api, components=components)
    return source if api is source.api else LoadedApi(api=api, schema=source.schema)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """How the steps are run.

    Attributes:
        faults: ids of the faults that take part; ``None``: all.
        calm: without faults, and without the expectations that are about them.
        explore: each fault takes part by chance, and expectations are not checked.
    """

    faults: Collection[str] | None = None
    calm: bool = False
    explore: bool = False

    @property
    def expects(self) -> bool:
        """Whether the file's expectations are checked."""
        return not self.calm and not self.explore


@dataclass(slots=True)
class World:
    """A run under way.

    Attributes:
        scenario: what is run.
        emulator: its emulator.
        clock: virtual time.
        seed: what ids and chance come from.
        mode: how it is run.
        variables: by name, as they stand now.
        listeners: the subscribers by label.
        sent: commands sent so far, by label.
        awaited: trace ids that were promised to subscribers, by label.
        findings: what is wrong so far.
        stuck: whether time ran out before the work did, so that nothing more is done.
    """

    scenario: Scenario
    emulator: Emulator
    clock: ManualClock
    seed: int
    mode: Mode
    variables: dict[str, Any]
    takes_part: frozenset[str]
    listeners: dict[str, Listener] = field(default_factory=dict)
    sent: dict[str, int] = field(default_factory=dict)
    awaited: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    stuck: bool = False
    _facts: dict[str, tuple[int, TraceFacts]] = field(default_factory=dict)

    def miss(
        self,
        name: str,
        message: str,
        line: int,
        *,
        label: str | None = None,
        trace_id: str | None = None,
        kind: Kind = Kind.EXPECTATION,
    ) -> None:
        """Something is not as it should be."""
        self.findings.append(
            Finding(
                kind=kind, name=name, message=message, line=line, label=label, trace_id=trace_id
            )
        )

    def labels(self) -> dict[str, str]:
        """What the commands of traces are called: their label or else their name, by trace id."""
        found: dict[str, str] = {}
        for record in self.emulator.journal.records:
            if isinstance(record, CommandAccepted) and record.trace_id not in found:
                found[record.trace_id] = record.label or record.command
        return found

    def labelled(self) -> dict[str, list[str]]:
        """Ids of the traces of each label, in the order in which they were accepted."""
        found: dict[str, list[str]] = {}
        for record in self.emulator.journal.records:
            if isinstance(record, CommandAccepted) and record.label is not None:
                found.setdefault(record.label, []).append(record.trace_id)
        return found

    @property
    def progress(self) -> tuple[int, int]:
        """Differs whenever anything got on: the last record, and the time."""
        return self.emulator.journal.last, self.clock.now_ns()

    def facts(self, trace_id: str) -> TraceFacts:
        """What became of a trace so far."""
        records = self.emulator.journal.of_trace(trace_id)
        known = self._facts.get(trace_id)
        if known is None or known[0] != len(records):
            known = self._facts[trace_id] = len(records), facts_of(trace_id, records)
        return known[1]


def begin(scenario: Scenario, source: LoadedApi, seed: int, mode: Mode) -> World:
    """A new world; call it inside the loop that it is to run in."""
    for fresh in source.api.fresh:
        fresh()
    clock = ManualClock(scenario.start_ns)
    emulator = Emulator(source.api, clock=clock, seed=seed, schema=source.schema)
    part = frozenset(_taking_part(scenario, emulator, mode))
    for one in scenario.faults:
        if one.armed and one.fault.fault_id in part:
            emulator.faults.arm(one.fault)
    return World(
        scenario=scenario,
        emulator=emulator,
        clock=clock,
        seed=seed,
        mode=mode,
        variables=dict(scenario.variables),
        takes_part=part,
    )


def _taking_part(scenario: Scenario, emulator: Emulator, mode: Mode) -> list[str]:
    names = [one.fault.fault_id for one in scenario.faults]
    if mode.calm:
        return []
    if mode.explore:
        draw = emulator.entropy.draw
        names = [name for name in names if draw("explore", name) < ARMED_SHARE]
    return [name for name in names if mode.faults is None or name in mode.faults]
