"""Running a scenario against an API at a URL, as a client: in real time, once.

The same file, as far as it can be done and seen from outside; the rest is refused by name before
anything is sent (:mod:`appsync_emu.scenario.outside`). The scenario's own API is read for its
schema and for the names of its traces; nothing of it is run.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from appsync_emu.client_http import HttpClient, Unreachable
from appsync_emu.core.api import AuthMode
from appsync_emu.errors import UsageError
from appsync_emu.scenario.batch import Result, State
from appsync_emu.scenario.check import check_against
from appsync_emu.scenario.driving import Outside, Pace
from appsync_emu.scenario.outcome import Finding, Kind, Report, ScenarioOutcome
from appsync_emu.scenario.outside import beyond_reach
from appsync_emu.scenario.workshop import findings_of_mistakes
from appsync_emu.scenario.world import load_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from appsync_emu.scenario.model import Scenario

__all__ = ["drive", "drive_all"]

_REMEDY = "what an API at a URL cannot do or show belongs into files that are run without --url"


def drive_all(
    entries: Sequence[Scenario | ScenarioOutcome],
    url: str,
    headers: Mapping[str, str],
    *,
    patience_s: float,
    fail_fast: bool = False,
    watch: Callable[[State], None] | None = None,
    version: str = "",
) -> Result:
    """Run scenarios one after another against the API at ``url``.

    Args:
        entries: as :func:`appsync_emu.scenario.batch.open_all` gives them.
        url: the GraphQL endpoint.
        headers: sent with everything.
        patience_s: see :class:`Pace`.
        fail_fast: end after the first scenario in which something is wrong.
        watch: called before each scenario.
        version: of the package, for the report.

    Raises:
        UsageError: ``url`` is no HTTP address.
    """
    began_s = time.perf_counter()
    HttpClient(url)
    prepared = [
        (entry, _refused(entry) if not isinstance(entry, ScenarioOutcome) else None)
        for entry in entries
    ]
    outcomes: list[ScenarioOutcome] = []
    interrupted = False
    try:
        for entry, refused in prepared:
            if watch is not None:
                watch(_state(len(entries), outcomes))
            if isinstance(entry, ScenarioOutcome):
                outcomes.append(entry)
            elif refused is not None:
                outcomes.append(refused)
            else:
                outcomes.append(drive(entry, url, headers, Pace(patience_s=patience_s)))
            if fail_fast and outcomes[-1].kind is not Kind.PASSED:
                break
    except KeyboardInterrupt:
        interrupted = True
    report = Report(
        outcomes=tuple(outcomes), elapsed_s=time.perf_counter() - began_s, version=version
    )
    some = any(refused is not None for _, refused in prepared)
    return Result(
        report=report,
        notes=(_REMEDY,) if some else (),
        interrupted=interrupted,
        not_run=len(entries) - len(outcomes) if interrupted else 0,
    )


def _state(scenarios: int, outcomes: Sequence[ScenarioOutcome]) -> State:
    return State(
        scenarios=scenarios,
        scenarios_done=len(outcomes),
        seeds=0,
        seeds_done=0,
        failed=sum(one.kind is not Kind.PASSED for one in outcomes),
    )


def _refused(scenario: Scenario) -> ScenarioOutcome | None:
    """The outcome of a scenario that cannot be run from outside."""
    try:
        source = load_for(scenario)
        mistakes = [
            *beyond_reach(scenario, source.api),
            *check_against(scenario, source.api, source.schema),
        ]
    except UsageError as error:
        mistakes = list(error.mistakes)
    if not mistakes:
        return None
    mistakes.sort(key=lambda mistake: mistake.line)
    return _outcome(scenario, findings_of_mistakes(mistakes, scenario.path), 0.0)


def _outcome(scenario: Scenario, findings: Iterable[Finding], elapsed_s: float) -> ScenarioOutcome:
    found = tuple(dict.fromkeys(findings))
    present = {one.kind for one in found}
    return ScenarioOutcome(
        path=scenario.path,
        line=scenario.line,
        title=scenario.title,
        kind=next((kind for kind in Kind if kind in present), Kind.PASSED),
        tags=scenario.tags,
        findings=found,
        elapsed_s=elapsed_s,
    )


def drive(scenario: Scenario, url: str, headers: Mapping[str, str], pace: Pace) -> ScenarioOutcome:
    """Run one scenario that :func:`appsync_emu.scenario.outside.beyond_reach` has nothing against.

    Args:
        scenario: what to do and what must hold.
        url: the GraphQL endpoint.
        headers: sent with everything, names in lower case.
        pace: how long to wait for what.
    """
    began_s = time.perf_counter()
    source = load_for(scenario)
    sent = dict(headers)
    api = source.api
    keyed = api.authentication is AuthMode.API_KEY and bool(api.api_keys)
    if keyed and sent.keys().isdisjoint(("x-api-key", "authorization")):
        sent["x-api-key"] = api.api_keys[0].value

    async def run() -> list[Finding]:
        async with HttpClient(url, sent) as client:
            outside = Outside(scenario, api, source.schema, client, pace)
            try:
                await outside.run()
            except Unreachable as error:
                outside.miss("url", error.mistakes[0].message, scenario.line, kind=Kind.LIVENESS)
            except UsageError as error:
                outside.findings += findings_of_mistakes(error.mistakes, scenario.path)
            finally:
                await outside.leave()
            return outside.findings

    return _outcome(scenario, asyncio.run(run()), time.perf_counter() - began_s)
