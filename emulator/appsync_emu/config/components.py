"""The sections about work: ``components``, ``retry`` and ``deadletters``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from appsync_emu.config import keys
from appsync_emu.config.readers import nearest, to_json
from appsync_emu.config.yamlfile import List, Map
from appsync_emu.core.api import Component, DeadletterPolicy
from appsync_emu.core.classify import ErrorClass
from appsync_emu.core.events import ENVELOPE, check_pattern
from appsync_emu.core.retry import Backoff, BackoffKind, RetryPolicy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from appsync_emu.config.loading import Loading
    from appsync_emu.config.yamlfile import Node, Scalar
    from appsync_emu.core.api import CommandSpec

__all__ = [
    "FoundComponent",
    "check_components",
    "read_components",
    "read_deadletters",
    "read_errors",
    "read_retry",
]

_TIMEOUT_MAX_S = 900.0
"""Lambda's own limit (AWS Lambda quotas, "Function timeout")."""
_BACKOFF_MAX_S = 7 * 86400.0
_RETRIES_MAX = 20
_FACTOR_MAX = 100
_CONCURRENCY_MAX = 10_000
_KEY = re.compile(r"[^\s.]+(\.[^\s.]+)*")
_OF_COMMANDS = ("arguments", "identity", "source", "request", "prev", "info", "stash")
"""What a direct Lambda resolver gets (AppSync, "Direct Lambda resolvers")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundComponent:
    """A component as far as it could be read; ``component`` is ``None`` when it has mistakes."""

    key: Scalar
    component: Component | None
    has_events: bool
    idempotency_node: Node | None


def read_deadletters(loading: Loading, node: Node | None) -> DeadletterPolicy:
    """What is buried."""
    if node is None:
        return DeadletterPolicy()
    fields = loading.reader.mapping(node, '"deadletters"', keys.DEADLETTERS) or {}
    business = None
    if "business" in fields:
        business = loading.reader.boolean(fields["business"], '"business" of "deadletters"')
    return DeadletterPolicy(business=bool(business))


def read_errors(loading: Loading, node: Node | None) -> dict[str, ErrorClass]:
    """Classes of error by the names of exceptions; a name stands in one class only."""
    if node is None:
        return {}
    reader = loading.reader
    classes: dict[str, ErrorClass] = {}
    for key, names in (reader.mapping(node, '"errors"', keys.ERRORS) or {}).items():
        for place, name in reader.one_or_more(names, f'"{key}" of "errors"'):
            if not name.isidentifier():
                reader.note(
                    place,
                    f"{name!r} is not the name of an exception's class",
                    "Write the name alone, as in [CardDeclined], without its module.",
                )
            elif name in classes:
                reader.note(place, f"{name} is in {classes[name].value!r} already")
            else:
                classes[name] = ErrorClass(key)
    return classes


def read_retry(loading: Loading, node: Node | None, what: str, default: RetryPolicy) -> RetryPolicy:
    """A retry policy; what it does not say is taken from ``default``."""
    if node is None:
        return default
    reader = loading.reader
    fields = reader.mapping(node, what, keys.RETRY) or {}
    retries = None
    if "max_retries" in fields:
        retries = reader.integer(
            fields["max_retries"], f'"max_retries" of {what}', minimum=0, maximum=_RETRIES_MAX
        )
    backoff = default.backoff
    if "backoff" in fields:
        backoff = _read_backoff(loading, fields["backoff"], f'"backoff" of {what}', backoff)
    return RetryPolicy(
        max_retries=default.max_retries if retries is None else retries, backoff=backoff
    )


def _read_backoff(loading: Loading, node: Node, what: str, default: Backoff) -> Backoff:
    reader = loading.reader
    fields = reader.mapping(node, what, keys.BACKOFF) or {}
    values: dict[str, Any] = {}
    if "kind" in fields:
        values["kind"] = reader.choice(fields["kind"], f'"kind" of {what}', list(BackoffKind))
    for key in ("base", "cap"):
        if key in fields:
            values[f"{key}_s"] = reader.duration_s(
                fields[key], f'"{key}" of {what}', maximum_s=_BACKOFF_MAX_S, zero_allowed=True
            )
    if "factor" in fields:
        values["factor"] = reader.number(
            fields["factor"], f'"factor" of {what}', minimum=1, maximum=_FACTOR_MAX
        )
    if None in values.values():
        return default
    backoff = Backoff(
        kind=BackoffKind(values.get("kind", default.kind)),
        base_s=values.get("base_s", default.base_s),
        factor=values.get("factor", default.factor),
        cap_s=values.get("cap_s", default.cap_s),
    )
    if backoff.base_s > backoff.cap_s and backoff.kind is not BackoffKind.FIXED:
        reader.note(
            fields.get("cap") or fields.get("base") or node,
            f"{what} starts at {backoff.base_s:g}s, over its cap of {backoff.cap_s:g}s",
            'Raise "cap" or lower "base".',
        )
    return backoff


def read_components(
    loading: Loading, node: Node | None, retry: RetryPolicy
) -> dict[str, FoundComponent]:
    """The components by name."""
    if node is None:
        return {}
    return {
        key.text: _read_component(loading, key, value, retry)
        for key, value in loading.reader.named(node, '"components"')
    }


def _read_component(
    loading: Loading, key: Scalar, node: Node, retry: RetryPolicy
) -> FoundComponent:
    reader, what = loading.reader, f'component "{key.text}"'
    fields = reader.mapping(node, what, keys.COMPONENT, hint="Write {handler: module:function}.")
    if fields is None:
        return FoundComponent(key=key, component=None, has_events=True, idempotency_node=None)
    mistakes_before = len(reader.mistakes)
    handler_node = loading.required(
        fields, "handler", key, what, "Name its function: handler: module:function."
    )
    handler = None
    if handler_node is not None:
        handler = loading.handler(handler_node, f'"handler" of {what}')
    patterns = _read_patterns(loading, fields["on"], what) if "on" in fields else ()
    policy = read_retry(loading, fields.get("retry"), f'"retry" of {what}', retry)
    settings: dict[str, Any] = {}
    if "timeout" in fields:
        settings["timeout_s"] = reader.duration_s(
            fields["timeout"], f'"timeout" of {what}', maximum_s=_TIMEOUT_MAX_S
        )
    if "idempotency_key" in fields:
        settings["idempotency_key"] = _read_path(loading, fields["idempotency_key"], what)
    if "concurrency" in fields:
        settings["concurrency"] = reader.integer(
            fields["concurrency"],
            f'"concurrency" of {what}',
            minimum=1,
            maximum=_CONCURRENCY_MAX,
        )
    component = None
    if handler is not None and len(reader.mistakes) == mistakes_before:
        component = Component(name=key.text, handler=handler, on=patterns, retry=policy, **settings)
    return FoundComponent(
        key=key,
        component=component,
        has_events="on" in fields,
        idempotency_node=fields.get("idempotency_key"),
    )


def _read_patterns(loading: Loading, node: Node, what: str) -> tuple[Mapping[str, Any], ...]:
    """Event patterns: one, or a list of which any may match."""
    nodes = node.items if isinstance(node, List) else (node,)
    remedy = "Write an event pattern: {detail-type: [OrderPlaced]}."
    if not nodes:
        loading.reader.note(node, f'"on" of {what} is an empty list', remedy)
    patterns = []
    for item in nodes:
        if not isinstance(item, Map):
            loading.reader.note(item, f'"on" of {what} is not an event pattern', remedy)
            continue
        pattern = to_json(item)
        patterns.append(pattern)
        for mistake in check_pattern(pattern):
            loading.reader.note(item, f'"on" of {what}: {mistake}', "")
    return tuple(patterns)


def _read_path(loading: Loading, node: Node, what: str) -> str | None:
    path = loading.reader.text(node, f'"idempotency_key" of {what}')
    if path is not None and not _KEY.fullmatch(path):
        loading.reader.note(
            node,
            f'"idempotency_key" of {what} is "{path}", not a dotted path',
            'Write a path into the event: "arguments.orderId" or "detail.id".',
        )
        return None
    return path


def check_components(
    loading: Loading, found: Mapping[str, FoundComponent], commands: Mapping[str, CommandSpec]
) -> None:
    """Each component is started by something, and its idempotency key can have a value there."""
    # A name that no component has may stand for one that nothing seems to start.
    misspelt = any(
        name not in found for command in commands.values() for name in command.components
    )
    for name, entry in found.items():
        starters = [command for command in commands.values() if name in command.components]
        if not starters and not entry.has_events:
            if not misspelt:
                loading.reader.note(
                    entry.key,
                    f'component "{name}" is started by nothing',
                    'Name it in the "components" of a command, or say which events start it: '
                    "on: {detail-type: [OrderPlaced]}.",
                )
            continue
        if entry.component is not None and entry.component.idempotency_key is not None:
            _check_idempotency(loading, entry, entry.component.idempotency_key, starters)


def _check_idempotency(
    loading: Loading, entry: FoundComponent, path: str, starters: list[CommandSpec]
) -> None:
    node = entry.idempotency_node or entry.key
    head, _, rest = path.partition(".")
    known = (*(_OF_COMMANDS if starters else ()), *(ENVELOPE if entry.has_events else ()))
    what = f'"idempotency_key" of component "{entry.key.text}"'
    if head not in known:
        loading.reader.note(
            node,
            f'{what} starts with "{head}", which its event does not have{nearest(head, known)}',
            f"Its event has: {', '.join(dict.fromkeys(known))}.",
        )
        return
    if head != "arguments" or not rest or loading.facts is None:
        return
    argument = rest.partition(".")[0]
    for command in starters:
        fields = loading.facts.fields(command.type_name)
        if command.field_name in fields and argument not in fields[command.field_name].arguments:
            arguments = fields[command.field_name].arguments
            loading.reader.note(
                node,
                f'{what} names the argument "{argument}", which {command.type_name}.'
                f"{command.field_name} does not have{nearest(argument, arguments)}",
                f"Its arguments: {', '.join(arguments) or 'none'}.",
            )
