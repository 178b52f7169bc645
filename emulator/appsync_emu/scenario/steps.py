"""``steps``: what is done, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from appsync_emu.config.readers import to_json
from appsync_emu.config.yamlfile import List, Map, Scalar
from appsync_emu.scenario import keys
from appsync_emu.scenario.asks import (
    EXAMPLES,
    read_body,
    read_query,
    read_send,
    read_subscribe,
)
from appsync_emu.scenario.expect import read_expectations
from appsync_emu.scenario.model import (
    Advance,
    Arm,
    Crash,
    Discard,
    ExpectNow,
    Heal,
    Redrive,
    Set,
    Settle,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from appsync_emu.config.yamlfile import Node
    from appsync_emu.scenario.model import Step
    from appsync_emu.scenario.values import Names, Values

__all__ = ["STEPS_MAX", "armed_later", "find_names", "read_steps"]

STEPS_MAX = 1_000


def _bodies(node: Node | None, verb: str) -> Iterator[Node]:
    """What stands behind a verb, in all steps that look like steps."""
    for item in node.items[:STEPS_MAX] if isinstance(node, List) else ():
        for entry in item.entries if isinstance(item, Map) else ():
            if entry.key.text == verb:
                yield entry.value


def _part(node: Node, key: str) -> Node | None:
    for entry in node.entries if isinstance(node, Map) else ():
        if entry.key.text == key:
            return entry.value
    return None


def armed_later(node: Node | None) -> set[str]:
    """Ids that a step ``arm`` names."""
    return {body.text for body in _bodies(node, "arm") if isinstance(body, Scalar)}


def find_names(names: Names, node: Node | None) -> None:
    """Note the labels, subscribers and variables of all steps, before any of them is read."""
    for body in _bodies(node, "send"):
        label = _part(body, "label")
        if isinstance(label, Scalar) and label.text:
            names.labels.setdefault(label.text, label)
    for body in _bodies(node, "subscribe"):
        label, to = _part(body, "label"), _part(body, "to")
        if isinstance(label, Scalar) and label.text:
            names.subscribers.setdefault(label.text, to.text if isinstance(to, Scalar) else "")
    bodies = [*_bodies(node, "set")]
    saved = (_part(body, "save") for verb in ("send", "query") for body in _bodies(node, verb))
    bodies += [body for body in saved if body is not None]
    for body in bodies:
        for entry in body.entries if isinstance(body, Map) else ():
            names.variables.setdefault(entry.key.text)


def read_steps(values: Values, node: Node) -> list[Step]:
    """The steps, in order; each may use what those before it have set."""
    items = values.reader.items(node, '"steps"')
    if not items and isinstance(node, List):
        values.note(node, '"steps" is empty', f"Do something: - {EXAMPLES['send']}.")
    if len(items) > STEPS_MAX:
        values.note(node, f"there are {len(items)} steps", f"A file may have {STEPS_MAX}.")
    steps = [_read_step(values, item) for item in items[:STEPS_MAX]]
    return [step for step in steps if step is not None]


def _read_step(values: Values, node: Node) -> Step | None:
    if isinstance(node, Scalar) and node.text in keys.STEP:
        word = node.text
        values.note(node, f'the step is the word "{word}" alone', f"Write {EXAMPLES[word]}.")
        return None
    fields = values.reader.mapping(
        node, "a step", keys.STEP, hint=f"Write one, for example {EXAMPLES['send']}."
    )
    if not fields:
        if fields is not None and not (isinstance(node, Map) and node.entries):
            values.note(node, "a step is empty", f"Write one of {', '.join(keys.STEP)}.")
        return None
    if len(fields) > 1:
        verbs = list(fields)
        values.note(
            node,
            f"a step does two things: {verbs[0]} and {verbs[1]}",
            "Write one thing in each step: start the other with its own dash.",
        )
        return None
    verb, body = next(iter(fields.items()))
    return _READERS[verb](values, body, node.line)


def _advance(values: Values, node: Node, line: int) -> Step | None:
    seconds = values.duration(node, 'the step "advance"')
    return None if seconds is None else Advance(line=line, seconds=seconds)


def _settle(values: Values, node: Node, line: int) -> Step | None:
    fields = read_body(values, node, "settle", keys.SETTLE)
    if fields is None:
        return None
    within_s = None
    if "within" in fields:
        within_s = values.duration(fields["within"], '"within" of the step "settle"')
    return Settle(line=line, within_s=within_s)


def _fault_or_all(values: Values, node: Node, verb: str) -> tuple[bool, str | None]:
    if isinstance(node, Scalar) and node.text == "all":
        return True, None
    name = values.known(node, f'the step "{verb}"', values.names.faults, "fault")
    return name is not None, name


def _arm(values: Values, node: Node, line: int) -> Step | None:
    fine, name = _fault_or_all(values, node, "arm")
    return Arm(line=line, fault=name) if fine else None


def _heal(values: Values, node: Node, line: int) -> Step | None:
    fine, name = _fault_or_all(values, node, "heal")
    return Heal(line=line, fault=name) if fine else None


def _crash(values: Values, node: Node, line: int) -> Step | None:
    fields = read_body(values, node, "crash", keys.CRASH_STEP)
    if fields is None:
        return None
    what = 'the step "crash"'
    place = values.required(fields, "component", node, what, f"Write {EXAMPLES['crash']}.")
    name = values.reader.text(place, f'"component" of {what}') if place is not None else None
    restart_s: float | None = 10.0
    if "restart_after" in fields:
        restart_s = values.duration(
            fields["restart_after"], f'"restart_after" of {what}', zero=True
        )
    if name is None or restart_s is None:
        return None
    return Crash(line=line, component=name, restart_after_s=restart_s)


def _label_or_all(values: Values, node: Node, verb: str) -> tuple[bool, str | None]:
    if isinstance(node, Scalar) and node.text == "all":
        return True, None
    fields = read_body(values, node, verb, keys.LABELLED)
    if fields is None:
        return False, None
    what = f'the step "{verb}"'
    place = values.required(fields, "label", node, what, f"Write {EXAMPLES[verb]}, or {verb}: all.")
    if place is None:
        return False, None
    label = values.known(place, f'"label" of {what}', values.names.labels, "label")
    return label is not None, label


def _redrive(values: Values, node: Node, line: int) -> Step | None:
    fine, label = _label_or_all(values, node, "redrive")
    return Redrive(line=line, label=label) if fine else None


def _discard(values: Values, node: Node, line: int) -> Step | None:
    fine, label = _label_or_all(values, node, "discard")
    return Discard(line=line, label=label) if fine else None


def _set(values: Values, node: Node, line: int) -> Step | None:
    what = 'the step "set"'
    if not isinstance(node, Map) or not node.entries:
        values.note(node, f"{what} sets nothing", f"Write {EXAMPLES['set']}.")
        return None
    found = {}
    for entry in node.entries:
        values.template(entry.value, f'"{entry.key.text}" of {what}')
        name = values.variable(entry.key, f"a variable of {what}")
        if name is not None:
            found[name] = to_json(entry.value)
    values.names.valued.update(found)
    return Set(line=line, variables=found)


def _expect(values: Values, node: Node, line: int) -> Step | None:
    return ExpectNow(line=line, expect=read_expectations(values, node, 'the step "expect"'))


_READERS: dict[str, Callable[[Values, Node, int], Step | None]] = {
    "send": read_send,
    "subscribe": read_subscribe,
    "query": read_query,
    "advance": _advance,
    "settle": _settle,
    "arm": _arm,
    "heal": _heal,
    "crash": _crash,
    "redrive": _redrive,
    "discard": _discard,
    "set": _set,
    "expect": _expect,
}
