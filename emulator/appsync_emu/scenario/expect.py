"""``expect``: what must hold, at the end, in the calm run, or after a step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from appsync_emu.config.readers import nearest
from appsync_emu.config.yamlfile import Map, Scalar
from appsync_emu.scenario import keys
from appsync_emu.scenario.model import (
    ComponentWanted,
    EffectsWanted,
    Expectations,
    FaultWanted,
    LettersWanted,
    LetterWanted,
    SubscriberWanted,
    TracesWanted,
    TraceWanted,
)
from appsync_emu.scenario.values import STATUSES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from appsync_emu.config.yamlfile import Node
    from appsync_emu.core.comparisons import Wanted
    from appsync_emu.scenario.values import Values

__all__ = ["INVARIANTS", "read_expectations"]

INVARIANTS = (
    "ends-exactly-once",
    "deadletter-iff-error",
    "status-order",
    "retries-bounded",
    "effects-once",
    "no-hidden-retry",
    "subscriber-truth",
    "context-complete",
    "redrive-keeps-identity",
)
"""What is always checked, by the names that exceptions use."""

_CLASSES = ("technical", "permanent", "business")
_REASONS = ("retries-exhausted", "permanent", "business")
_ITEMS_MAX = 10_000


def read_expectations(values: Values, node: Node, what: str) -> Expectations:
    """What must hold.

    Args:
        values: readers.
        node: the mapping.
        what: whose it is, for messages.
    """
    fields = values.reader.mapping(
        node, what, keys.EXPECT, hint="Write expect: {traces: {order: {status: success}}}."
    )
    if fields is None:
        return Expectations(line=node.line)
    values.template(node, what)
    letters = None
    if "deadletters" in fields:
        letters = _letters(values, fields["deadletters"], f'"deadletters" of {what}')
    return Expectations(
        line=node.line,
        traces=tuple(_traces(values, fields.get("traces"), f'"traces" of {what}')),
        deadletters=letters,
        subscribers=tuple(
            _subscribers(values, fields.get("subscribers"), f'"subscribers" of {what}')
        ),
        faults=tuple(_faults(values, fields.get("faults"), f'"faults" of {what}')),
        effects=tuple(_effects(values, fields.get("effects"), f'"effects" of {what}')),
        allowed=_allowed(values, fields.get("invariants"), f'"invariants" of {what}'),
    )


def _named(values: Values, node: Node | None, what: str) -> tuple[tuple[Scalar, Node], ...]:
    return () if node is None else values.reader.named(node, what)


def _traces(values: Values, node: Node | None, what: str) -> Iterator[TracesWanted]:
    for key, value in _named(values, node, what):
        label, of = key.text, f'trace "{key.text}"'
        if label not in values.names.labels:
            values.unknown(key, f"a trace of {what}", label, values.names.labels, "label")
        said = [entry.key.text for entry in value.entries] if isinstance(value, Map) else []
        quantified = [word for word in said if word in keys.QUANTIFIERS]
        if not quantified:
            wanted = _trace(values, value, of, key.line)
            yield TracesWanted(line=key.line, label=label, quantifier="all", wanted=wanted)
            continue
        fields = values.reader.mapping(value, of, keys.QUANTIFIERS) or {}
        for word, part in fields.items():
            quantifier: Literal["all", "any", "none"] = word  # type: ignore[assignment]  # one of QUANTIFIERS
            wanted = _trace(values, part, f'"{word}" of {of}', part.line)
            yield TracesWanted(line=part.line, label=label, quantifier=quantifier, wanted=wanted)


def _trace(values: Values, node: Node, what: str, line: int) -> TraceWanted:
    fields = values.reader.mapping(
        node, what, keys.TRACE_WANTED, hint="Write {status: success, attempts: 1}."
    )
    if fields is None:
        return TraceWanted(line=line)
    if not fields and not (isinstance(node, Map) and node.entries):
        values.note(node, f"{what} expects nothing", "Write {status: success}.")
    common = _component(values, fields, what, line)
    statuses = within_s = None
    if "statuses" in fields:
        of = f'"statuses" of {what}'
        words = [
            values.reader.choice(item, f"a status in {of}", STATUSES)
            for item in values.reader.items(fields["statuses"], of)
        ]
        statuses = tuple(word for word in words if word is not None)
    if "within" in fields:
        within_s = values.duration(fields["within"], f'"within" of {what}', zero=True)
    parts = {
        key.text: _part(values, key, value, what)
        for key, value in _named(values, fields.get("components"), f'"components" of {what}')
    }
    return TraceWanted(
        line=line,
        status=common.status,
        attempts=common.attempts,
        retries=common.retries,
        statuses=statuses,
        within_s=within_s,
        error=common.error,
        effects=tuple(_effects(values, fields.get("effects"), f'"effects" of {what}')),
        components=parts,
    )


def _part(values: Values, key: Scalar, node: Node, what: str) -> ComponentWanted:
    of = f'component "{key.text}" of {what}'
    fields = values.reader.mapping(
        node, of, keys.COMPONENT_WANTED, hint="Write {status: success, attempts: 1}."
    )
    return _component(values, fields or {}, of, key.line)


def _component(values: Values, fields: Mapping[str, Node], what: str, line: int) -> ComponentWanted:
    """What traces and their components have in common."""
    status: str | None = None
    numbers: dict[str, Wanted] = {}
    if "status" in fields:
        status = values.reader.choice(fields["status"], f'"status" of {what}', STATUSES)
    for key in ("attempts", "retries"):
        if key in fields:
            numbers[key] = values.number_wanted(fields[key], f'"{key}" of {what}')
    return ComponentWanted(
        line=line,
        status=status,
        attempts=numbers.get("attempts"),
        retries=numbers.get("retries"),
        error=_error(values, fields.get("error"), f'"error" of {what}'),
    )


def _error(values: Values, node: Node | None, what: str) -> dict[str, Wanted] | None:
    if node is None:
        return None
    fields = values.reader.mapping(
        node, what, keys.ERROR_WANTED, hint="Write {type: CardDeclined}."
    )
    found: dict[str, Wanted] = {}
    for key, value in (fields or {}).items():
        of = f'"{key}" of {what}'
        known = {"class": _CLASSES, "reason": _REASONS}.get(key)
        if known is not None and isinstance(value, Scalar):
            found[key] = values.reader.choice(value, of, known)
        else:
            found[key] = values.text_wanted(value, of)
    return found


def _effects(values: Values, node: Node | None, what: str) -> Iterator[EffectsWanted]:
    for key, value in _named(values, node, what):
        of = f'"{key.text}" of {what}'
        fields = values.reader.mapping(value, of, keys.EFFECTS_WANTED, hint="Write {writes: 1}.")
        if fields == {} and not (isinstance(value, Map) and value.entries):
            values.note(value, f"{of} expects nothing", "Write {writes: 1}.")
        numbers = {
            word: values.number_wanted(part, f'"{word}" of {of}')
            for word, part in (fields or {}).items()
        }
        yield EffectsWanted(line=key.line, source=key.text, **numbers)


def _letters(values: Values, node: Node, what: str) -> LettersWanted:
    fields = values.reader.mapping(node, what, keys.LETTERS_WANTED, hint="Write {count: 1}.") or {}
    count: Wanted = None
    if "count" in fields:
        count = values.number_wanted(fields["count"], f'"count" of {what}')
    contain: list[LetterWanted] = []
    if "contain" in fields:
        items = values.reader.items(fields["contain"], f'"contain" of {what}')
        contain = [_letter(values, item, f"a letter of {what}") for item in items[:_ITEMS_MAX]]
    return LettersWanted(line=node.line, count=count, contain=tuple(contain))


def _letter(values: Values, node: Node, what: str) -> LetterWanted:
    fields = (
        values.reader.mapping(node, what, keys.LETTER_WANTED, hint="Write {label: order}.") or {}
    )
    label = component = context = None
    attempts: Wanted = None
    reason: Wanted = None
    if "label" in fields:
        names = values.names.labels
        label = values.known(fields["label"], f'"label" of {what}', names, "label")
    if "component" in fields:
        component = values.reader.text(fields["component"], f'"component" of {what}')
    if "attempts" in fields:
        attempts = values.number_wanted(fields["attempts"], f'"attempts" of {what}')
    if "reason" in fields:
        of = f'"reason" of {what}'
        if isinstance(fields["reason"], Scalar):
            reason = values.reader.choice(fields["reason"], of, _REASONS)
        else:
            reason = values.text_wanted(fields["reason"], of)
    if "context" in fields:
        context = values.subset(fields["context"], f'"context" of {what}')
    return LetterWanted(
        line=node.line,
        label=label,
        component=component,
        attempts=attempts,
        reason=reason,
        error=_error(values, fields.get("error"), f'"error" of {what}'),
        context=context,
    )


def _subscribers(values: Values, node: Node | None, what: str) -> Iterator[SubscriberWanted]:
    for key, value in _named(values, node, what):
        known = values.names.subscribers
        if key.text not in known:
            values.unknown(key, f"a subscriber of {what}", key.text, known, "subscriber")
        of = f'subscriber "{key.text}"'
        fields = values.reader.mapping(
            value, of, keys.SUBSCRIBER_WANTED, hint="Write {sees: [accepted, success]}."
        )
        if fields is not None:
            yield _subscriber(values, key, fields, of)


def _subscriber(
    values: Values, key: Scalar, fields: Mapping[str, Node], what: str
) -> SubscriberWanted:
    sees: tuple[Wanted, ...] | None = None
    if "sees" in fields:
        of = f'"sees" of {what}'
        statuses = values.names.subscribers.get(key.text) == "statuses"
        sees = tuple(
            values.reader.choice(item, f"a status in {of}", STATUSES)
            if statuses and isinstance(item, Scalar)
            else values.wanted(item, f"an item of {of}")
            for item in values.reader.items(fields["sees"], of)
        )
    duplicates = resumes = None
    if "duplicates" in fields:
        duplicates = values.reader.choice(
            fields["duplicates"], f'"duplicates" of {what}', ("none", "allowed")
        )
    if "after_reconnect" in fields:
        resumes = values.reader.choice(
            fields["after_reconnect"], f'"after_reconnect" of {what}', ("resumes",)
        )
    reconnects: Wanted = None
    if "reconnects" in fields:
        reconnects = values.number_wanted(fields["reconnects"], f'"reconnects" of {what}')
    return SubscriberWanted(
        line=key.line,
        label=key.text,
        sees=sees,
        duplicates=duplicates,  # type: ignore[arg-type]  # a choice
        after_reconnect=resumes,  # type: ignore[arg-type]  # a choice
        reconnects=reconnects,
    )


def _faults(values: Values, node: Node | None, what: str) -> Iterator[FaultWanted]:
    for key, value in _named(values, node, what):
        if key.text not in values.names.faults:
            values.unknown(key, f"a fault of {what}", key.text, values.names.faults, "fault")
        of = f'fault "{key.text}" of {what}'
        fields = values.reader.mapping(value, of, keys.FAULT_WANTED, hint="Write {strikes: 1}.")
        if fields is None:
            continue
        strikes = values.required(fields, "strikes", key, of, "Write {strikes: {at_least: 1}}.")
        if strikes is not None:
            wanted = values.number_wanted(strikes, f'"strikes" of {of}')
            yield FaultWanted(line=key.line, fault=key.text, strikes=wanted)


def _allowed(values: Values, node: Node | None, what: str) -> dict[str, str]:
    """Invariants that may be broken, with the reason."""
    if node is None:
        return {}
    fields = values.reader.mapping(node, what, keys.INVARIANTS, hint="Write {except: []}.") or {}
    found: dict[str, str] = {}
    items: tuple[Node, ...] = ()
    if "except" in fields:
        items = values.reader.items(fields["except"], f'"except" of {what}')
    remedy = "Write {name: effects-once, reason: the table is append-only}."
    for item in items:
        of = f"an exception of {what}"
        parts = values.reader.mapping(item, of, keys.EXCEPTION, hint=remedy)
        if parts is None:
            continue
        name_node = values.required(parts, "name", item, of, remedy)
        reason_node = values.required(parts, "reason", item, of, remedy)
        name = values.reader.text(name_node, f'"name" of {of}') if name_node is not None else None
        reason = ""
        if reason_node is not None:
            reason = values.reader.text(reason_node, f'"reason" of {of}') or ""
        if name is not None and name not in INVARIANTS and name_node is not None:
            values.note(
                name_node,
                f'{of} is for "{name}", and no invariant is called that{nearest(name, INVARIANTS)}',
                f"Invariants: {', '.join(INVARIANTS)}.",
            )
        elif name is not None:
            found[name] = reason
    return found
