"""Running a scenario file as a test, and what its failure says."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from appsync_emu.errors import UsageError
from appsync_emu.scenario.check import check_against
from appsync_emu.scenario.load import load
from appsync_emu.scenario.outcome import Finding, Kind
from appsync_emu.scenario.report.text import render_outcome
from appsync_emu.scenario.run import first_difference, run_scenario, run_seed
from appsync_emu.scenario.world import LoadedApi, load_for
from appsync_emu.scenario.write import smallest
from appsync_emu.testing.values import plural
from pytest_appsync.apis import MISSING, apis_of, own_api
from pytest_appsync.files import ScenarioFailedError
from pytest_appsync.reports import write_report
from pytest_appsync.settings import base_seed

if TYPE_CHECKING:
    import pytest

    from appsync_emu.scenario.model import Scenario
    from appsync_emu.scenario.outcome import ScenarioOutcome, SeedOutcome
    from pytest_appsync.files import ScenarioItem

__all__ = ["loaded_file", "named_api", "run", "shown_path"]

JOURNAL = "--appsync-report DIR"


def run(item: ScenarioItem) -> None:
    """Run the scenario of an item.

    Raises:
        ScenarioFailedError: it did not pass, or could not be run; the text says all of it.
    """
    __tracebackhide__ = True
    try:
        scenario, source = _prepared(item)
    except UsageError as wrong:
        item.user_properties.append(("appsync_kind", Kind.INVALID.value))
        count = plural(len(wrong.mistakes), "mistake")
        raise ScenarioFailedError(f"{Kind.INVALID}: {count}\n\n{wrong}") from None
    check = bool(item.config.getoption("appsync_check_determinism"))
    outcome = run_scenario(scenario, source, _seeds(item.config, scenario), keep_journal=check)
    differs = ""
    if check and outcome.seeds:
        outcome, differs = _again(scenario, source, outcome)
    item.user_properties.append(("appsync_kind", outcome.kind.value))
    if outcome.kind is not Kind.PASSED:
        raise ScenarioFailedError(_told(item, scenario, source, outcome) + differs)


def shown_path(path: Path) -> Path:
    """A path as the user would type it, where it lies below the current folder."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def loaded_file(path: Path) -> Scenario:
    """The scenario of a file.

    Raises:
        UsageError: the file has mistakes.
    """
    return load(shown_path(path))


def named_api(config: pytest.Config, scenario: Scenario) -> LoadedApi | None:
    """The API that the file itself names; ``None`` when it names none.

    Raises:
        UsageError: there is no such API, or it has mistakes.
    """
    choice = scenario.api
    if choice.config is None and choice.handlers is None:
        return None
    folder = Path(scenario.path).absolute().parent
    key = (folder, choice.config, choice.schema, choice.handlers)
    return apis_of(config).scenario(key, lambda: load_for(scenario))


def _prepared(item: ScenarioItem) -> tuple[Scenario, LoadedApi]:
    scenario = loaded_file(item.path)
    source = _source(item, scenario)
    mistakes = check_against(scenario, source.api, source.schema)
    if mistakes:
        raise UsageError(mistakes)
    return scenario, source


def _source(item: ScenarioItem, scenario: Scenario) -> LoadedApi:
    """The API that the file names, or else that of the tests beside it."""
    named = named_api(item.config, scenario)
    if named is not None:
        return named
    api = own_api(item)
    if api is None:
        text = MISSING.format(file="appsync.yaml", folder=item.path.parent).rstrip()
        raise UsageError(f"{text}\n\nA scenario file may also say it: api: {{config: ...}}")
    return LoadedApi(api=api, schema=apis_of(item.config).schema(api))


def _seeds(config: pytest.Config, scenario: Scenario) -> tuple[int, ...]:
    """The file's seeds, unless flags say how many or from where on."""
    seeds = scenario.seeds
    count = config.getoption("appsync_seeds")
    if count is not None:
        seeds = replace(seeds, count=count)
    if config.getoption("appsync_seed") is not None:
        seeds = replace(seeds, first=base_seed(config), always=())
    return seeds.all


def _again(
    scenario: Scenario, source: LoadedApi, outcome: ScenarioOutcome
) -> tuple[ScenarioOutcome, str]:
    """Every seed once more; the first record that is not as before, if there is one."""
    for first in reversed(outcome.seeds):  # what one run leaves behind for the next one shows
        second = run_seed(scenario, source, first.seed, keep_journal=True)
        differs = first_difference(first.journal or "", second.journal or "")
        if differs is None:
            continue
        finding = Finding(
            kind=Kind.NOT_DETERMINISTIC,
            name=f"seed {first.seed}",
            message="run twice, it gave two journals; the first record that differs is below",
        )
        kind = outcome.kind if outcome.kind is not Kind.PASSED else Kind.NOT_DETERMINISTIC
        changed = replace(outcome, kind=kind, findings=(*outcome.findings, finding))
        return changed, f"\n\n  seed {first.seed}: {differs}"
    return outcome, ""


def _told(
    item: ScenarioItem, scenario: Scenario, source: LoadedApi, outcome: ScenarioOutcome
) -> str:
    """The report of a failure, its files written where that is wanted."""
    failed = next(iter(outcome.failed_seeds), None)
    journal = JOURNAL
    if failed is not None:
        item.user_properties.append(("appsync_seed", failed.seed))
        outcome = _with_smallest(item, scenario, source, outcome, failed)
    kept = failed or next(iter(outcome.seeds), None) or outcome.calm
    if kept is not None and kept.journal:
        journal = write_report(item.config, item.nodeid, ".journal.jsonl", kept.journal) or journal
    text = render_outcome(
        replace(outcome, replay=_replay(scenario, outcome, failed)), journal=journal
    )
    if journal != JOURNAL and journal not in text:
        text += f"\n  journal    {journal}"
    return text


def _with_smallest(
    item: ScenarioItem,
    scenario: Scenario,
    source: LoadedApi,
    outcome: ScenarioOutcome,
    failed: SeedOutcome,
) -> ScenarioOutcome:
    small = smallest(scenario, source, failed, write=False)
    if small is None:
        return outcome
    note = f"# Put it beside {Path(scenario.path).name}, named *.appsync.yaml.\n"
    path = write_report(item.config, item.nodeid, ".smallest.yaml", note + small.text)
    return replace(outcome, smallest=replace(small, path=path or ""))


def _replay(scenario: Scenario, outcome: ScenarioOutcome, failed: SeedOutcome | None) -> str:
    command = f"pytest {shlex.quote(scenario.path)}"
    if failed is None:
        return command if outcome.replay else ""
    return f"{command} --appsync-seed {failed.seed} --appsync-seeds 1"
