"""The steps that ask something of the API, as clients do: ``send``, ``subscribe``, ``query``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from appsync_emu.scenario import keys
from appsync_emu.scenario.callers import read_caller
from appsync_emu.scenario.model import Query, Send, Subscribe

if TYPE_CHECKING:
    from appsync_emu.config.yamlfile import Node
    from appsync_emu.core.comparisons import Wanted
    from appsync_emu.scenario.model import Step
    from appsync_emu.scenario.values import Values

__all__ = ["EXAMPLES", "REPEAT_MAX", "read_body", "read_query", "read_send", "read_subscribe"]

REPEAT_MAX = 10_000
EXAMPLES = {
    "send": "send: {label: order, command: placeOrder, input: {total: 5}}",
    "subscribe": "subscribe: {label: watcher, to: statuses, of: order}",
    "query": "query: {field: order, arguments: {id: o-1}, expect: {status: PAID}}",
    "advance": "advance: 4m",
    "settle": "settle: {within: 1h}",
    "arm": "arm: payment-resets",
    "heal": "heal: all",
    "crash": "crash: {component: PaymentHandler, restart_after: 10s}",
    "redrive": "redrive: {label: order}",
    "discard": "discard: {label: order}",
    "set": "set: {total: 900}",
    "expect": "expect: {traces: {order: {status: success}}}",
}
"""One of each step, as remedies show them."""

_PATH = re.compile(r"\w+(\.\w+)*")
_FIELD = re.compile(r"[_A-Za-z][_0-9A-Za-z]*(\.[_A-Za-z][_0-9A-Za-z]*)?")


def read_body(
    values: Values, node: Node, verb: str, allowed: tuple[str, ...]
) -> dict[str, Node] | None:
    """The mapping behind a verb."""
    what = f'the step "{verb}"'
    return values.reader.mapping(node, what, allowed, hint=f"Write {EXAMPLES[verb]}.")


def read_send(values: Values, node: Node, line: int) -> Step | None:
    """Send a command, once or often."""
    fields = read_body(values, node, "send", keys.SEND)
    if fields is None:
        return None
    label = _new_label(values, fields, "send")
    what = f'send "{label}"' if label else 'the step "send"'
    command = _field_name(values, fields, "command", node, what)
    given = fields.get("input")
    arguments = (
        {} if given is None else values.json_object(given, f'"input" of {what}', numbered=True)
    )
    repeat, every_s = _repetition(values, fields, what)
    refused = None
    if "refused" in fields:
        refused = _refused(values, fields["refused"], f'"refused" of {what}')
    step = Send(
        line=line,
        command=command or "",
        label=label,
        input=arguments or {},
        caller=read_caller(values, fields, what, numbered=True),
        repeat=repeat,
        every_s=every_s,
        refused=refused,
        save=_save(values, fields, what),
    )
    if refused is not None and step.save:
        values.note(
            fields["save"],
            f"{what} is refused, and saves something of its answer",
            "Remove one of the two.",
        )
    return step


def _repetition(values: Values, fields: dict[str, Node], what: str) -> tuple[int, float]:
    repeat: int | None = 1
    if "repeat" in fields:
        repeat = values.count(fields["repeat"], f'"repeat" of {what}', most=REPEAT_MAX)
    every_s: float | None = 0.0
    if "every" in fields:
        every_s = values.duration(fields["every"], f'"every" of {what}', zero=True)
        if "repeat" not in fields:
            values.note(
                fields["every"],
                f'"every" of {what} has no meaning',
                "Add repeat: 10, or remove it.",
            )
    return repeat or 1, every_s or 0.0


def _refused(values: Values, node: Node, what: str) -> dict[str, Wanted]:
    fields = values.reader.mapping(
        node, what, keys.REFUSED, hint="Write {type: ValidationError}, or {} for any."
    )
    found: dict[str, Wanted] = {}
    for key, value in (fields or {}).items():
        read = values.number_wanted if key == "status" else values.text_wanted
        found[key] = read(value, f'"{key}" of {what}')
        values.template(value, f'"{key}" of {what}', numbered=True)
    return found


def _new_label(values: Values, fields: dict[str, Node], verb: str) -> str | None:
    node = fields.get("label")
    if node is None:
        return None
    label = values.label(node, f'"label" of the step "{verb}"')
    first = values.names.labels.get(label or "")
    if verb == "send" and first is not None and first is not node:
        values.note(
            node,
            f'a second send has the label "{label}"; the first is in line {first.line}',
            "Give each its own label, or repeat one: repeat: 2.",
        )
    return label


def _field_name(
    values: Values, fields: dict[str, Node], key: str, place: Node, what: str
) -> str | None:
    remedy = "Name the mutation field: command: placeOrder."
    if key != "command":
        remedy = "Write a subscription field, or statuses."
    node = values.required(fields, key, place, what, remedy)
    name = values.reader.text(node, f'"{key}" of {what}') if node is not None else None
    if node is not None and name is not None and not _FIELD.fullmatch(name):
        values.note(node, f'"{key}" of {what} is "{name[:60]}", not the name of a field', remedy)
    return name


def _save(values: Values, fields: dict[str, Node], what: str) -> dict[str, str]:
    """Variables from an answer; they have their values from the next step on."""
    node = fields.get("save")
    found: dict[str, str] = {}
    for key, value in values.reader.named(node, f'"save" of {what}') if node is not None else ():
        name = values.variable(key, f'a variable in "save" of {what}')
        path = values.reader.text(value, f'"{key.text}" in "save" of {what}')
        if path is not None and not _PATH.fullmatch(path):
            values.note(
                value,
                f'"{key.text}" in "save" of {what} is "{path[:60]}", not a path',
                "Write the way into the answer: traceId, or items.0.id.",
            )
        if name is not None and path is not None:
            found[name] = path
            values.names.valued.add(name)
    return found


def read_subscribe(values: Values, node: Node, line: int) -> Step | None:
    """Listen to a trace's statuses, or to a field."""
    fields = read_body(values, node, "subscribe", keys.SUBSCRIBE)
    if fields is None:
        return None
    place = fields.get("label")
    label = _new_label(values, fields, "subscribe")
    if place is None:
        values.note(node, 'the step "subscribe" has no "label"', "Name it: label: watcher.")
    what = f'subscriber "{label}"' if label else 'the step "subscribe"'
    to = _field_name(values, fields, "to", node, what)
    of = None
    if "of" in fields:
        of = values.known(fields["of"], f'"of" of {what}', values.names.labels, "label")
        if to not in {"statuses", None}:
            values.note(
                fields["of"],
                f'"of" of {what} has no meaning with "{to}"',
                "Write to: statuses, or give the field its arguments: {...}.",
            )
    elif to == "statuses":
        values.note(node, f"{what} does not say whose statuses", "Add of: and a send's label.")
    arguments = None
    if "arguments" in fields:
        arguments = values.json_object(fields["arguments"], f'"arguments" of {what}')
        if to == "statuses":
            values.note(
                fields["arguments"],
                f'"arguments" of {what} has no meaning with statuses',
                "Remove it; the trace is the argument.",
            )
    return Subscribe(
        line=line,
        label=label or "",
        to=to or "",
        of=of,
        arguments=arguments or {},
        caller=read_caller(values, fields, what),
    )


def read_query(values: Values, node: Node, line: int) -> Step | None:
    """Ask for a field, or with a document."""
    fields = read_body(values, node, "query", keys.QUERY)
    if fields is None:
        return None
    what = 'the step "query"'
    given = [key for key in ("field", "document") if key in fields]
    if len(given) != 1:
        said = "asks by field and by document" if given else 'has no "field" and no "document"'
        values.note(node, f"{what} {said}", "Name one field, or write one GraphQL document.")
    query = None
    if given == ["field"]:
        query = _field_name(values, fields, "field", node, what)
    elif given:
        query = values.reader.text(fields["document"], f'"document" of {what}')
        if query is not None and "{" not in query:
            values.note(
                fields["document"], f'"document" of {what} is no GraphQL', "Write field: instead."
            )
    arguments = None
    if "arguments" in fields:
        arguments = values.json_object(fields["arguments"], f'"arguments" of {what}')
    expected, errors = fields.get("expect"), fields.get("errors")
    wanted = None
    if expected is not None:
        wanted = values.wanted(expected, f'"expect" of {what}')
        values.template(expected, f'"expect" of {what}')
    if errors is not None:
        values.template(errors, f'"errors" of {what}')
    return Query(
        line=line,
        query=query or "",
        arguments=arguments or {},
        caller=read_caller(values, fields, what),
        expect=wanted,
        expects=expected is not None,
        errors=None if errors is None else _errors(values, errors, f'"errors" of {what}'),
        save=_save(values, fields, what),
    )


def _errors(values: Values, node: Node, what: str) -> dict[str, Wanted]:
    fields = values.reader.mapping(
        node, what, keys.ERRORS_OF_CLIENTS, hint="Write {type: Unauthorized}."
    )
    return {
        key: values.text_wanted(value, f'"{key}" of {what}')
        for key, value in (fields or {}).items()
    }
