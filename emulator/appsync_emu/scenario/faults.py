"""``faults``: where trouble strikes, to whom, when, and what it does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from appsync_emu.config.readers import nearest
from appsync_emu.core.faults import words
from appsync_emu.core.faults.match import MATCH_WORDS, Match
from appsync_emu.core.faults.plan import Fault
from appsync_emu.core.faults.points import MATCHED_AT, Point
from appsync_emu.core.faults.strike import Strike
from appsync_emu.scenario import keys
from appsync_emu.scenario.effects import read_effect
from appsync_emu.scenario.model import ScenarioFault
from appsync_emu.scenario.values import STATUSES

if TYPE_CHECKING:
    from collections.abc import Collection

    from appsync_emu.config.yamlfile import Node
    from appsync_emu.core.faults.match import TextWanted
    from appsync_emu.scenario.effects import Found
    from appsync_emu.scenario.values import Values

__all__ = ["FAULTS_MAX", "read_faults"]

FAULTS_MAX = 200
_ID = re.compile(r"[a-z][a-z0-9-]{0,63}")
_WITH_ATTEMPTS = (Point.ATTEMPT, Point.DATA, Point.STATUS_WRITE, Point.DEADLETTER_WRITE)
_WITH_SUBSCRIBERS = (Point.CONNECT, Point.FRAME)
_FRAMES = (
    "data",
    "ka",
    "start_ack",
    "connection_ack",
    "connection_error",
    "error",
    "complete",
)
_EXAMPLE = "{id: flaky, point: attempt, effect: {error: network.reset, phase: request}}"


def read_faults(values: Values, node: Node, armed_later: Collection[str]) -> list[ScenarioFault]:
    """The faults of a file.

    Args:
        values: readers.
        node: the value of ``faults``.
        armed_later: ids that a step ``arm`` names.
    """
    items = values.reader.items(node, '"faults"')
    if len(items) > FAULTS_MAX:
        values.note(node, f"there are {len(items)} faults", f"A file may have {FAULTS_MAX}.")
    found: dict[str, ScenarioFault] = {}
    for item in items[:FAULTS_MAX]:
        fault = _read_fault(values, item)
        if fault is None:
            continue
        name = fault.fault.fault_id
        if name in found:
            values.note(
                item,
                f'a second fault is called "{name}"; the first is in line {found[name].line}',
                "Give each its own id.",
            )
            continue
        found[name] = ScenarioFault(
            fault=fault.fault, line=fault.line, armed=name not in armed_later, note=fault.note
        )
    return list(found.values())


def _read_fault(values: Values, node: Node) -> ScenarioFault | None:
    reader = values.reader
    fields = reader.mapping(node, "a fault", keys.FAULT, hint=f"Write {_EXAMPLE}.")
    if fields is None:
        return None
    before = len(reader.mistakes)
    name = _read_id(values, fields, node)
    what = f'fault "{name}"' if name else "a fault"
    point = _read_point(values, fields, node, what)
    effect_node = values.required(
        fields, "effect", node, what, "Write effect: {error: network.reset, phase: request}."
    )
    found = None
    if effect_node is not None:
        found = read_effect(values, effect_node, f'"effect" of {what}', point)
    match = _read_match(values, fields.get("match"), f'"match" of {what}', point, found)
    strike = _read_strike(values, fields.get("strike"), f'"strike" of {what}', point, found)
    note = reader.text(fields["note"], f'"note" of {what}') if "note" in fields else None
    if len(reader.mistakes) > before or not name or point is None or found is None:
        return None
    fault = Fault(
        fault_id=name,
        point=point,
        effect=found.effect,
        match=match,
        strike=strike,
        name=found.name,
    )
    return ScenarioFault(fault=fault, line=node.line, note=note or "")


def _read_id(values: Values, fields: dict[str, Node], place: Node) -> str | None:
    node = values.required(fields, "id", place, "a fault", "Name it: id: payment-resets.")
    if node is None:
        return None
    name = values.reader.text(node, '"id" of a fault')
    if name == "all":
        values.note(node, '"id" of a fault is "all"', "The word means every fault; name another.")
    elif name is not None and not _ID.fullmatch(name):
        values.note(
            node,
            f'"id" of a fault is "{name[:64]}"',
            "Write small letters, digits and hyphens: payment-resets.",
        )
    return name


def _read_point(values: Values, fields: dict[str, Node], place: Node, what: str) -> Point | None:
    points = [point.value for point in Point]
    node = values.required(
        fields, "point", place, what, f"Say where it strikes: {', '.join(points)}."
    )
    name = values.reader.choice(node, f'"point" of {what}', points) if node is not None else None
    return Point(name) if name is not None else None


def _read_match(
    values: Values, node: Node | None, what: str, point: Point | None, found: Found | None
) -> Match:
    implied = found.implied.match if found is not None else {}
    said: dict[str, Any] = {}
    fields = {}
    if node is not None:
        fields = values.reader.mapping(node, what, MATCH_WORDS, hint="Write {label: order}.") or {}
    for word, value in fields.items():
        allowed = MATCHED_AT[point] if point is not None else MATCH_WORDS
        if word not in allowed:
            values.note(
                value,
                f'"{word}" of {what} can never match at point "{point}"',
                f"What can: {', '.join(allowed)}.",
            )
            continue
        if word in {"input", "identity"}:
            said[word] = values.subset(value, f'"{word}" of {what}')
            continue
        said[word] = text = values.text_wanted(value, f'"{word}" of {what}')
        if text is not None:
            _check_names(values, value, f'"{word}" of {what}', word, text)
        if found is not None and word in implied and text != implied[word]:
            values.note(
                value,
                f'"{word}" of {what} is not "{implied[word]}", all that {found.name} strikes',
                "Remove it.",
            )
    return Match(**{**implied, **said})


def _check_names(values: Values, node: Node, what: str, word: str, text: TextWanted) -> None:
    """Names that the file defines, or that are known."""
    for name in words.names_in(text):
        if word == "label" and name not in values.names.labels:
            values.unknown(node, what, name, values.names.labels, "label")
        elif word == "subscriber" and name not in values.names.subscribers:
            values.unknown(node, what, name, values.names.subscribers, "subscriber")
        elif word == "command" and "." in name:
            field = name.rpartition(".")[2]
            values.note(node, f'{what} is "{name}"', f"Write the field alone: {field}.")
        else:
            known = {"status": STATUSES, "frame": _FRAMES}.get(word)
            if known is not None and name not in known:
                values.note(
                    node,
                    f'{what} is "{name}", and there is none{nearest(name, known)}',
                    f"Known: {', '.join(known)}.",
                )


def _read_strike(
    values: Values, node: Node | None, what: str, point: Point | None, found: Found | None
) -> Strike:
    said: dict[str, Any] = {} if found is None else dict(found.implied.strike)
    if node is None:
        return Strike(**said)
    fields = values.reader.mapping(node, what, keys.STRIKE, hint="Write {attempts: 1}.") or {}
    if "attempts" in fields:
        said["attempts"] = values.word(words.attempts, fields["attempts"], f'"attempts" of {what}')
        if point is not None and point not in _WITH_ATTEMPTS:
            values.note(
                fields["attempts"],
                f'"attempts" of {what} has no meaning at point "{point}": no attempt is under way',
                "Count with calls: {skip: 1, first: 2}, or strike at point: attempt.",
            )
    said.update(_read_count(values, fields, what, point, said))
    if "during" in fields:
        window = values.word(words.during, fields["during"], f'"during" of {what}')
        if window is not None:
            said["from_s"], said["until_s"] = window
    if "chance" in fields:
        said["chance"] = values.word(
            words.chance, fields["chance"], f'"chance" of {what}', "Write 0.4 for 40 %."
        )
    if "limit" in fields:
        said["limit"] = values.count(fields["limit"], f'"limit" of {what}')
    nothing_is_something = {"attempts", "first", "until_s"}
    return Strike(
        **{
            key: value
            for key, value in said.items()
            if value is not None or key in nothing_is_something
        }
    )


def _read_count(
    values: Values,
    fields: dict[str, Node],
    what: str,
    point: Point | None,
    implied: dict[str, Any],
) -> dict[str, Any]:
    """Which calls, and what they are counted in."""
    said: dict[str, Any] = {}
    if "calls" in fields:
        said["first"] = None
        said.update(_read_calls(values, fields["calls"], f'"calls" of {what}'))
    if "per" in fields:
        said["per"] = _read_per(values, fields["per"], f'"per" of {what}', point)
        if "calls" not in fields and not implied.get("first"):
            values.note(
                fields["per"],
                f'{what} has "per" and no "calls" to count',
                "Add calls: {first: 1}, or remove it.",
            )
    return said


def _read_calls(values: Values, node: Node, what: str) -> dict[str, int]:
    fields = values.reader.mapping(node, what, keys.CALLS, hint="Write {skip: 1, first: 2}.")
    if fields == {}:
        values.note(node, f"{what} counts nothing", "Write {first: 1}, {skip: 2} or {every: 7}.")
    least = {"skip": 0, "first": 1, "every": 2}
    return {
        key: number
        for key, value in (fields or {}).items()
        if (number := values.count(value, f'"{key}" of {what}', least=least[key])) is not None
    }


def _read_per(values: Values, node: Node, what: str, point: Point | None) -> str | None:
    per = values.reader.choice(node, what, words.SCOPES)
    if per is None or point is None:
        return per
    if per == "subscriber" and point not in _WITH_SUBSCRIBERS:
        values.note(
            node,
            f'{what} is "subscriber", and none is known at point "{point}"',
            "Write trace, component or run.",
        )
    elif per == "trace" and point in {Point.ACCEPT, Point.CONNECT}:
        values.note(
            node,
            f'{what} is "trace", and there is none yet at point "{point}"',
            "Write run" + (" or subscriber." if point is Point.CONNECT else "."),
        )
    elif per == "component" and "component" not in MATCHED_AT[point]:
        values.note(
            node,
            f'{what} is "component", and none is known at point "{point}"',
            "Write run" + (" or subscriber." if point is Point.CONNECT else "."),
        )
    return per
