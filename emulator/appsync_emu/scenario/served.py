"""Faults of scenario files, and faults in JSON, for a server."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from appsync_emu.config.readers import Reader
from appsync_emu.config.yamlfile import parse
from appsync_emu.errors import Mistake, UsageError
from appsync_emu.graph.schema import build
from appsync_emu.scenario.apis import api_for
from appsync_emu.scenario.check import check_against
from appsync_emu.scenario.faults import read_faults
from appsync_emu.scenario.load import load
from appsync_emu.scenario.model import Expectations, Scenario
from appsync_emu.scenario.values import Names, Values
from appsync_emu.scenario.world import LoadedApi, loaded
from appsync_emu.server.served import KnownFault

if TYPE_CHECKING:
    from appsync_emu.core.api import Api
    from appsync_emu.core.jsonvalue import JsonObject
    from appsync_emu.graph.schema import Schema
    from appsync_emu.scenario.model import ScenarioFault

__all__ = ["Trouble", "fault_from", "trouble_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What a server takes from a scenario file.

    Attributes:
        api: what is served, with the file's settings of retries and dead letters.
        faults: all of the file; those that an ``arm`` step names are not armed.
    """

    api: Api
    faults: tuple[KnownFault, ...]


def trouble_of(path: str, api: Api | None) -> Trouble:
    """Read a scenario file for a server; its steps and expectations are not looked at again.

    Args:
        path: the file.
        api: what is served; ``None`` serves the API that the file names, or that is nearest to it.

    Raises:
        UsageError: the file or its API has mistakes, or its faults do not fit ``api``.
    """
    scenario = load(path)
    if api is None:
        api, schema = api_for(scenario)
    else:
        schema = build(api.schema)
    _ensure_it_fits(scenario, api, schema)
    written: Any = scenario.raw.get("faults") or ()
    by_id: dict[str, JsonObject] = {str(fault["id"]): fault for fault in written}
    source = loaded(scenario, LoadedApi(api=api, schema=schema))
    return Trouble(
        api=source.api,
        faults=tuple(_known(fault, by_id[fault.fault.fault_id]) for fault in scenario.faults),
    )


def fault_from(written: JsonObject, api: Api, schema: Schema) -> KnownFault:
    """Read one fault, written in JSON as an entry of ``faults`` in a scenario file.

    Args:
        written: the fault; labels and subscribers in it may be any, for clients name them.
        api: whose commands and components it may strike.
        schema: of that API.

    Raises:
        UsageError: it has mistakes; they have no place.
    """
    try:
        content = json.dumps([written], ensure_ascii=False).encode()
    except UnicodeEncodeError:
        half = Mistake(message="the fault has half a character", remedy="Write whole ones.")
        raise UsageError(half) from None
    document = parse(content, "")
    reader = Reader([*document.mistakes])
    found: list[ScenarioFault] = []
    if document.root is not None:
        names = Names(labels=_Any(), subscribers=_Any())
        found = read_faults(Values(reader=reader, names=names), document.root, ())
    if reader.mistakes or not found:
        raise UsageError(_placeless(reader.mistakes))
    scenario = Scenario(
        path="", line=0, title="", steps=(), start_ns=0, give_up_after_s=0.0, faults=(found[0],)
    )
    _ensure_it_fits(scenario, api, schema)
    return _known(found[0], written)


class _Any(dict[str, Any]):
    """Names that nobody has to declare."""

    def __contains__(self, _: object) -> bool:
        return True


def _known(fault: ScenarioFault, written: JsonObject) -> KnownFault:
    return KnownFault(fault=fault.fault, armed=fault.armed, note=fault.note, written=written)


def _ensure_it_fits(scenario: Scenario, api: Api, schema: Schema) -> None:
    """Hold the faults alone against the API: nothing else of the file is done."""
    faults = replace(scenario, steps=(), expect=Expectations(), calm_expect=None)
    mistakes = check_against(faults, api, schema)
    if mistakes:
        raise UsageError(mistakes if scenario.path else _placeless(mistakes))


def _placeless(mistakes: list[Mistake]) -> list[Mistake]:
    """What a client wrote has no lines."""
    return [replace(mistake, file="", line=0, column=0) for mistake in dict.fromkeys(mistakes)]
