"""Which commands, components, events and faults of an API a run touched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from appsync_emu.core.records import CommandAccepted, DeliveryAccepted, EventPublished
from appsync_emu.engine.bus import FAILURE_DETAIL_TYPE
from appsync_emu.scenario.outcome import Coverage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from appsync_emu.core.api import Api
    from appsync_emu.core.records import Record
    from appsync_emu.scenario.model import Scenario

__all__ = ["KINDS", "coverage_of", "known_to"]

KINDS = ("commands", "components", "events", "faults")
"""What is counted."""


def known_to(api: Api, scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """Everything that could be touched; events are the detail types that components listen for."""
    events = (
        name
        for component in api.components.values()
        for pattern in component.on
        for name in _detail_types(pattern)
    )
    return {
        "commands": tuple(_names(api).values()),
        "components": tuple(api.components),
        "events": tuple(dict.fromkeys(events)),
        "faults": tuple(one.fault.fault_id for one in scenario.faults),
    }


def _detail_types(pattern: Mapping[str, Any]) -> Iterable[str]:
    """Those that the pattern names in full; its comparisons name none."""
    return [one for one in pattern.get("detail-type", ()) if isinstance(one, str)]


def _names(api: Api) -> dict[str, str]:
    """What commands are called, by ``Type.field``: the field, where it is the only one of it."""
    fields = [spec.field_name for spec in api.commands.values()]
    return {
        place: spec.field_name if fields.count(spec.field_name) == 1 else place
        for place, spec in api.commands.items()
    }


def coverage_of(
    records: Iterable[Record],
    api: Api,
    known: Mapping[str, tuple[str, ...]],
    strikes: Mapping[str, int],
) -> Coverage:
    """What the records touched.

    Args:
        records: the whole journal.
        api: whose commands they are.
        known: as :func:`known_to` tells.
        strikes: by fault id.
    """
    names = _names(api)
    touched: dict[str, set[str]] = {kind: set() for kind in KINDS}
    for record in records:
        match record:
            case CommandAccepted():
                touched["commands"].add(names.get(record.field, record.command))
            case DeliveryAccepted():
                touched["components"].add(record.facts.component)
            case EventPublished():
                name = str(record.event.get("detail-type"))
                if name != FAILURE_DETAIL_TYPE or name in known["events"]:
                    touched["events"].add(name)
            case _:
                pass
    touched["faults"].update(name for name, count in strikes.items() if count)
    return Coverage(
        known=known, touched={kind: frozenset(found) for kind, found in touched.items()}
    )
