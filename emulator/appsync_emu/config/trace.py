"""The section ``trace``: the names that an API chose for its traces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from appsync_emu.config import keys
from appsync_emu.config.readers import nearest
from appsync_emu.config.yamlfile import Map
from appsync_emu.core.api import TraceFields, TraceIdForm, TraceNames

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from appsync_emu.config.loading import Loading
    from appsync_emu.config.yamlfile import Node
    from appsync_emu.graph.facts import Facts, FieldFacts

__all__ = ["check_trace", "read_trace"]

_ID_TYPES = frozenset({"ID", "String"})
_HEADER_MAX = 128
_OPTIONAL = ("command", "event", "message", "error_type", "previous")
"""Attributes of :class:`~appsync_emu.core.traces.StatusLine` that may be ``None``."""


def read_trace(
    loading: Loading, node: Node | None, *, in_use: bool, resolved: Container[str]
) -> TraceNames:
    """The names, with the defaults that the schema has.

    Args:
        loading: reader and schema.
        node: the section.
        in_use: whether the API has commands or components; without them a field that happens to
            be called ``Query.trace`` is an ordinary field.
        resolved: ``Type.field`` of every field with a resolver; such a field is no default.
    """
    reader = loading.reader
    fields = {} if node is None else reader.mapping(node, '"trace"', keys.TRACE) or {}
    names: dict[str, str] = {}
    for key in ("field", "header", "argument"):
        text = reader.text(fields[key], f'"{key}" of "trace"') if key in fields else None
        names[key] = "traceId" if text is None else text
    if not _is_header(names["header"]):
        reader.note(
            fields["header"],
            f'"header" of "trace" is "{names["header"]}", which no request header can be called',
            "Write letters, digits and hyphens: correlation-id.",
        )
    paths: dict[str, str | None] = {}
    for key, field_name in (("query", "trace"), ("subscription", "onTrace")):
        if key in fields:
            paths[key] = reader.text(fields[key], f'"{key}" of "trace"')
        else:
            path = _default(loading, key, field_name) if in_use else None
            paths[key] = None if path in resolved else path
    form = None
    if "id" in fields:
        form = reader.choice(fields["id"], '"id" of "trace"', list(TraceIdForm))
    return TraceNames(
        **names,
        id=TraceIdForm(form or TraceIdForm.UUID),
        query=paths["query"],
        subscription=paths["subscription"],
        fields=_read_fields(loading, fields["fields"]) if "fields" in fields else TraceFields(),
    )


def _entries(node: Node | None) -> dict[str, Node]:
    """The values of a mapping that was read before, mistakes and all."""
    if not isinstance(node, Map):
        return {}
    return {entry.key.text: entry.value for entry in node.entries}


def _is_header(name: str) -> bool:
    return len(name) <= _HEADER_MAX and name.isascii() and name.replace("-", "").isalnum()


def _default(loading: Loading, kind: str, field_name: str) -> str | None:
    """``Query.trace`` or ``Subscription.onTrace`` when the schema has it."""
    facts = loading.facts
    root = _root(loading, kind)
    if facts is None or root is None or field_name not in facts.fields(root):
        return None
    return f"{root}.{field_name}"


def _root(loading: Loading, kind: str) -> str | None:
    facts = loading.facts
    if facts is None:
        return None
    return facts.query_type if kind == "query" else facts.subscription_type


def _read_fields(loading: Loading, node: Node) -> TraceFields:
    what = '"fields" of "trace"'
    fields = loading.reader.mapping(node, what, keys.TRACE_FIELDS) or {}
    names: dict[str, str] = {}
    for key, value in fields.items():
        if (text := loading.reader.text(value, f'"{key}" of {what}')) is not None:
            names[keys.trace_attribute(key)] = text
    return TraceFields(**names)


def check_trace(
    loading: Loading,
    node: Node | None,
    names: TraceNames,
    root: Node,
    resolved: Container[str],
) -> None:
    """The trace query and subscription exist, take the trace id, and answer something usable."""
    facts = loading.facts
    if facts is None:
        return
    fields = _entries(node)
    for kind, path in (("query", names.query), ("subscription", names.subscription)):
        if path is None:
            continue
        place = fields.get(kind, node or root)
        if path.partition(".")[0] != _root(loading, kind) and "." in path:
            loading.reader.note(
                place,
                f'"{kind}" of "trace" is "{path}", which is not a {kind} field',
                f"Write a field of {_root(loading, kind) or f'a type {kind.capitalize()}'}.",
            )
            continue
        field = loading.field(place, path)
        if field is None:
            continue
        if path in resolved:
            loading.reader.note(
                place,
                f'"{path}" has a resolver and is the trace {kind}',
                'Remove it from "resolvers", or name another field under "trace".',
            )
        _check_argument(loading, place, path, field, names)
        for message, remedy in _type_mistakes(facts, field, names, kind):
            loading.reader.note(place, f'"{path}" answers {field.printed}, {message}', remedy)
    if "fields" in fields:
        _check_fields(loading, facts, fields["fields"], names)


def _check_argument(
    loading: Loading, place: Node, path: str, field: FieldFacts, names: TraceNames
) -> None:
    argument = field.arguments.get(names.argument)
    if argument is None:
        loading.reader.note(
            place,
            f'"{path}" has no argument "{names.argument}" for the trace id'
            f"{nearest(names.argument, field.arguments)}",
            f"Add {names.argument}: ID! to the field, or write another name under "
            "trace: {argument: ...}.",
        )
    elif argument.is_list or argument.named not in _ID_TYPES:
        loading.reader.note(
            place,
            f'the argument "{names.argument}" of "{path}" has type {argument.printed}',
            "A trace id is an ID or a String.",
        )


def _type_mistakes(
    facts: Facts, field: FieldFacts, names: TraceNames, kind: str
) -> Iterator[tuple[str, str]]:
    """What is wrong with the type of a trace field, and the remedy of each."""
    if not facts.is_object(field.named):
        yield (
            "which cannot hold statuses",
            "Let it answer an object type with fields such as component, status, timestamp.",
        )
        return
    if field.is_list and kind == "subscription":
        yield ("and statuses are pushed one by one", f"Let it answer {field.named}.")
    known = _known(names)
    fields = facts.fields(field.named)
    if not known & fields.keys():
        yield (
            "a type with no field of a status",
            (
                f"Add one of {', '.join(sorted(known))}, or write its names under "
                "trace: {fields: ...}."
            ),
        )
        return
    optional = {getattr(names.fields, attribute) for attribute in _OPTIONAL}
    for name, other in fields.items():
        if other.is_non_null and name in optional:
            yield (
                f"whose field {name}: {other.printed} is null in some statuses",
                f"Make it nullable: {name}: {other.printed.rstrip('!')}.",
            )
        elif other.is_non_null and name not in known:
            yield (
                f"whose field {name}: {other.printed} no status can fill{nearest(name, known)}",
                (
                    "Make it nullable, or write which of a status's fields it is under "
                    "trace: {fields: ...}."
                ),
            )


def _known(names: TraceNames) -> set[str]:
    return {getattr(names.fields, attribute) for attribute in TraceFields.__dataclass_fields__}


def _check_fields(loading: Loading, facts: Facts, node: Node, names: TraceNames) -> None:
    """Names that the file gives stand in the API's own trace types."""
    types = []
    for path in (names.query, names.subscription):
        type_name, _, field_name = (path or "").partition(".")
        field = facts.fields(type_name).get(field_name)
        if field is not None and facts.is_object(field.named):
            types.append(field.named)
    if not types:
        return
    available = {name for type_name in types for name in facts.fields(type_name)}
    for key, value in _entries(node).items():
        if key in keys.TRACE_FIELDS:
            name = getattr(names.fields, keys.trace_attribute(key))
            if name not in available:
                loading.reader.note(
                    value,
                    f'type "{types[0]}" has no field "{name}"{nearest(name, available)}',
                    f"Its fields: {', '.join(sorted(available))}.",
                )
