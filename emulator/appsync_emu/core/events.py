"""Events of the bus: EventBridge's envelope, and whether a pattern matches an event.

A pattern is compiled once into a function; finding the mistakes of a pattern is the same pass, so
that what is accepted and what is matched cannot part. The operators are in ``core/operators.py``.
Nothing here sends, stores or times anything.

Sources: EventBridge user guide, "Amazon EventBridge event patterns" (eb-event-patterns), "Arrays in
event patterns" (eb-event-patterns-arrays), "Matching events on null values and empty strings"
(eb-event-patterns-null-values), "Or matching" in eb-create-pattern-operators; where they are
silent, Event Ruler, the matcher that EventBridge publishes (github.com/aws/event-ruler).
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from appsync_emu.core.operators import OPERATORS, PatternError, Predicate, show
from appsync_emu.errors import Mistake, UsageError

__all__ = ["Event", "check_pattern", "compile_pattern", "matches"]

Matcher: TypeAlias = Callable[[Mapping[str, Any]], bool]

# EventBridge user guide, "Or matching": more combinations are an InvalidEventPatternException.
OR_COMBINATIONS_MAX = 1000
# Stands for what could not be compiled; its mistake is on the list.
NEVER: Predicate = ().__contains__
# Ours: far beyond any event, and far below Python's own limit.
DEPTH_MAX = 50

ENVELOPE = (
    "version",
    "id",
    "detail-type",
    "source",
    "account",
    "time",
    "region",
    "resources",
    "detail",
    "replay-name",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What travels on the bus, in EventBridge's envelope (user guide, "Event structure").

    Attributes:
        id: a UUID.
        detail_type: what happened, for example ``"OrderPlaced"``.
        source: who says so.
        detail: the payload: JSON values only.
        time: RFC 3339 in UTC, whole seconds, for example ``"2017-12-22T18:43:48Z"``.
        account: twelve digits.
        region: of AWS.
        resources: ARNs.
        version: always ``"0"``.
    """

    id: str
    detail_type: str
    source: str
    detail: Mapping[str, Any]
    time: str
    account: str = "000000000000"
    region: str = "us-east-1"
    resources: tuple[str, ...] = ()
    version: str = "0"

    def as_dict(self) -> dict[str, Any]:
        """Return the event as JSON, keys in the order that EventBridge documents."""
        return {
            "version": self.version,
            "id": self.id,
            "detail-type": self.detail_type,
            "source": self.source,
            "account": self.account,
            "time": self.time,
            "region": self.region,
            "resources": list(self.resources),
            "detail": self.detail,
        }


def matches(pattern: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    """Return whether ``pattern`` matches ``event``; compile the pattern when it is used often.

    Raises:
        UsageError: EventBridge would not accept the pattern; every mistake is listed.
    """
    return compile_pattern(pattern)(event)


def compile_pattern(pattern: Mapping[str, Any]) -> Matcher:
    """Return a function that tells whether an event (as JSON) matches ``pattern``.

    Raises:
        UsageError: EventBridge would not accept the pattern; every mistake is listed.
    """
    compiler = _Compiler()
    matcher = compiler.pattern(pattern)
    if compiler.mistakes:
        raise UsageError([Mistake(message=text) for text in compiler.mistakes])
    return matcher


def check_pattern(pattern: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with ``pattern``, a sentence each; an empty list when nothing is.

    Beyond what EventBridge refuses, a top-level name that misspells one of the envelope's is
    reported, because such a pattern never matches anything.
    """
    compiler = _Compiler()
    compiler.pattern(pattern)
    names = pattern if isinstance(pattern, Mapping) else ()
    return compiler.mistakes + [
        f"{name}: an event has no such field{hint}"
        for name in names
        if name not in ENVELOPE and name != "$or" and (hint := _nearest(str(name), ENVELOPE))
    ]


class _Compiler:
    """One pass over a pattern: builds the matcher and collects the mistakes.

    Attributes:
        mistakes: sentences, each beginning with the path of the field.
    """

    __slots__ = ("combinations", "mistakes")

    def __init__(self) -> None:
        self.mistakes: list[str] = []
        self.combinations = 1

    def pattern(self, pattern: object) -> Matcher:
        """Compile a whole pattern."""
        matcher = self._object(pattern, ())
        if self.combinations > OR_COMBINATIONS_MAX:
            self.mistakes.append(
                f"$or: {self.combinations} combinations; EventBridge accepts {OR_COMBINATIONS_MAX} "
                "(the product of the lengths of all $or lists)"
            )
        return matcher

    def _wrong(self, path: tuple[str, ...], text: str) -> None:
        self.mistakes.append(f"{'.'.join(path) or 'pattern'}: {text}")

    def _object(self, pattern: object, path: tuple[str, ...]) -> Matcher:
        """Compile a mapping: every field has to match."""
        if not isinstance(pattern, Mapping):
            self._wrong(path, "must be an object")
        elif not pattern:
            self._wrong(path, "an empty object is not allowed: name the fields to match")
        elif len(path) >= DEPTH_MAX:
            self._wrong(path[:3], f"... is nested more than {DEPTH_MAX} levels deep")
        else:
            return _all_of([self._field(str(name), pattern[name], path) for name in pattern])
        return NEVER

    def _field(self, name: str, value: object, path: tuple[str, ...]) -> Matcher:
        here = (*path, name)
        if name == "$or":
            return self._or(value, path)
        if isinstance(value, Mapping):
            return _nested(name, self._object(value, here))
        if isinstance(value, Sequence) and not isinstance(value, str):
            return self._leaf(name, value, here)
        self._wrong(here, f"must be a list of values or an object: [{show(value)}]")
        return NEVER

    def _or(self, branches: object, path: tuple[str, ...]) -> Matcher:
        here = (*path, "$or")
        if not isinstance(branches, Sequence) or len(branches) < 2:  # noqa: PLR2004 - two sides
            self._wrong(here, "must be a list of at least two objects")
            return NEVER
        self.combinations *= len(branches)
        for branch in branches:
            for name in OPERATORS.keys() & (branch if isinstance(branch, Mapping) else {}):
                self._wrong(here, f"{name!r} is an operator: it stands in the list of a field")
        matchers = [self._object(branch, here) for branch in branches]
        # A closure over the list: no loop variable escapes.
        return lambda event: any(matcher(event) for matcher in matchers)

    def _leaf(self, name: str, values: Sequence[Any], path: tuple[str, ...]) -> Matcher:
        """Compile the list of a field: one of its values has to match one of the event's."""
        if not values:
            self._wrong(path, "an empty list is not allowed: it would match nothing")
        exact: set[object] = set()
        predicates: list[Predicate] = []
        absent = False
        for value in values:
            if isinstance(value, Mapping):
                if value.get("exists") is False and len(value) == 1:
                    absent = True
                else:
                    predicates.append(self._operator(value, path))
            elif value is None or isinstance(value, str | bool | int | float):
                exact.add(_key(value))
            else:
                self._wrong(path, f"{show(value)} is neither a value nor an operator")
        return _leaf(name, frozenset(exact), predicates, absent=absent)

    def _operator(self, expression: Mapping[str, Any], path: tuple[str, ...]) -> Predicate:
        if len(expression) != 1:
            self._wrong(path, f"exactly one operator in each object: {show(dict(expression))}")
            return NEVER
        ((name, argument),) = expression.items()
        build = OPERATORS.get(name)
        if build is None:
            hint = _nearest(str(name), OPERATORS) or f"; operators are {', '.join(OPERATORS)}"
            self._wrong(path, f"unknown operator {name!r}{hint}")
            return NEVER
        try:
            return build(argument)
        except PatternError as error:
            self._wrong((*path, name), str(error))
            return NEVER


def _all_of(matchers: list[Matcher]) -> Matcher:
    if len(matchers) == 1:
        return matchers[0]
    return lambda event: all(matcher(event) for matcher in matchers)


def _nested(name: str, matcher: Matcher) -> Matcher:
    """Match an object, or any object of a list of them (all fields within the same element).

    A missing object counts as an empty one, so that ``exists: false`` holds inside it.
    """

    def match(event: Mapping[str, Any]) -> bool:
        value = event.get(name)
        if isinstance(value, Mapping):
            return matcher(value)
        elements = [item for item in _flat(value) if isinstance(item, Mapping)]
        return any(map(matcher, elements)) if elements else matcher({})

    return match


def _leaf(
    name: str, exact: frozenset[object], predicates: list[Predicate], *, absent: bool
) -> Matcher:
    """Match a leaf: objects and empty lists are no leaves, and count as absent."""

    def match(event: Mapping[str, Any]) -> bool:
        found = False
        for value in _flat(event[name]) if name in event else ():
            if isinstance(value, Mapping):
                continue
            found = True
            if _key(value) in exact or any(predicate(value) for predicate in predicates):
                return True
        return absent and not found

    return match


def _flat(value: object) -> Iterator[Any]:
    """Give the elements of a list of lists of any depth, without recursion; else the value."""
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, list | tuple):
            stack.extend(reversed(item))
        else:
            yield item


def _key(value: object) -> object:
    """Return what makes two exact values equal: 1, 1.0, "1" and true are four different values.

    User guide: "For numbers, EventBridge uses string representation. For example, 300, 300.0, and
    3.0e2 are not considered equal."
    """
    return value if isinstance(value, str) else (type(value), value)


def _nearest(name: str, names: Sequence[str] | Mapping[str, Any]) -> str:
    near = difflib.get_close_matches(name.lower(), list(names), 1)
    return f"; did you mean {near[0]!r}?" if near else ""
