"""What a scenario asks for that cannot be done, or seen, from outside of an API."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from appsync_emu.config.yamlfile import Map, read
from appsync_emu.errors import Mistake
from appsync_emu.scenario.model import (
    Advance,
    Arm,
    Crash,
    Discard,
    ExpectNow,
    Heal,
    Query,
    Redrive,
    Send,
    Set,
    Settle,
    Subscribe,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from appsync_emu.core.api import Api
    from appsync_emu.scenario.model import Expectations, Scenario, Step, TraceWanted

__all__ = ["beyond_reach"]

_SECTIONS = {
    "faults": "no fault can be injected into an API at a URL",
    "retry": "an API at a URL retries as it was deployed to",
    "deadletters": "an API at a URL buries what it was deployed to bury",
    "seeds": "an API at a URL has no seeds: it is driven once",
    "calm": "there are no faults, so there is no run without them",
    "coverage": "what was touched inside of an API at a URL cannot be seen",
}


def beyond_reach(scenario: Scenario, api: Api) -> list[Mistake]:
    """Everything in the file that nobody outside of an API could do or see, by name.

    Args:
        scenario: as it was loaded.
        api: what the API looks like: the names of its traces.

    Returns:
        All of it, from top to bottom; none when the scenario can be run from outside.
    """
    told = [
        *_sections(scenario),
        *(one for step in scenario.steps for one in _step(step, api)),
        *_expectations(scenario.expect, api),
    ]
    mistakes = [Mistake(file=scenario.path, line=line, message=message) for line, message in told]
    return sorted(dict.fromkeys(mistakes), key=lambda mistake: mistake.line)


def _sections(scenario: Scenario) -> Iterator[tuple[int, str]]:
    root = read(Path(scenario.path), scenario.path).root
    for entry in root.entries if isinstance(root, Map) else ():
        key, value = entry.key.text, entry.value
        if key == "calm" and not scenario.calm:
            continue  # says so itself
        if key in _SECTIONS:
            yield entry.key.line, f'"{key}": {_SECTIONS[key]}'
        if key == "clock" and isinstance(value, Map):
            for setting in value.entries:
                if setting.key.text == "start":
                    yield setting.key.line, '"start" of "clock": real time cannot be set'


def _step(step: Step, api: Api) -> Iterator[tuple[int, str]]:
    match step:
        case Send() | Query() | Subscribe():
            yield from _asking(step, api)
        case Advance():
            yield step.line, '"advance": real time passes by itself; "settle" waits in it'
        case Arm() | Heal():
            yield step.line, f'"{_name(step)}": there are no faults in an API at a URL'
        case Crash():
            yield step.line, '"crash": no component of an API at a URL can be made to crash'
        case Redrive() | Discard():
            yield step.line, f'"{_name(step)}": dead letters cannot be reached from outside'
        case ExpectNow():
            yield from _expectations(step.expect, api)
        case Settle() | Set():
            pass
        case _:
            assert_never(step)


def _name(step: Step) -> str:
    return type(step).__name__.lower()


def _asking(step: Send | Query | Subscribe, api: Api) -> Iterator[tuple[int, str]]:
    if step.caller is not None and step.caller.claims is not None:
        who = f'identity "{step.caller.name}"' if step.caller.name else '"identity"'
        yield (
            step.line,
            f"{who} has claims: outside, a client is who its credentials say; give it headers",
        )
    if isinstance(step, Subscribe) and step.to == "statuses" and api.trace.subscription is None:
        yield step.line, f'subscriber "{step.label}": the API has no subscription to statuses'


def _expectations(expect: Expectations, api: Api) -> Iterator[tuple[int, str]]:
    if expect.deadletters is not None:
        yield expect.deadletters.line, '"deadletters": they cannot be seen from outside'
    for fault in expect.faults:
        yield fault.line, f'"faults": fault "{fault.fault}" cannot strike an API at a URL'
    for effects in expect.effects:
        yield effects.line, f'"effects" on {effects.source}: they cannot be seen from outside'
    for traces in expect.traces:
        if api.trace.query is None:
            yield traces.line, f'trace "{traces.label}": the API has no query that tells statuses'
        for name in _unseen(traces.wanted):
            yield traces.line, f'"{name}" of trace "{traces.label}" cannot be seen from outside'
    for subscriber in expect.subscribers:
        for name in ("after_reconnect", "reconnects"):
            if getattr(subscriber, name) is not None:
                what = f'"{name}" of subscriber "{subscriber.label}"'
                yield subscriber.line, f"{what}: nothing cuts its connection here"


def _unseen(wanted: TraceWanted) -> Iterator[str]:
    """What clients are not told of a trace."""
    for name in ("attempts", "retries", "error"):
        if getattr(wanted, name) is not None:
            yield name
    if wanted.effects:
        yield "effects"
    for component, one in wanted.components.items():
        for name in ("attempts", "retries", "error"):
            if getattr(one, name) is not None:
                yield f"components.{component}.{name}"
