"""The comparison operators of event patterns: from an operator's argument to a predicate.

An operator is one function: it takes what stands behind the operator's name in a pattern and
returns a predicate over one value of an event, or raises `PatternError` with a sentence that
completes "<field>.<operator>: ...". A further operator is a function and a line in `OPERATORS`.

Sources: EventBridge user guide, "Comparison operators for use in event patterns"
(eb-create-pattern-operators); where it is silent, Event Ruler, the matcher that EventBridge
publishes (github.com/aws/event-ruler).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias, TypeGuard

__all__ = ["OPERATORS", "PatternError", "Predicate", "show"]

Predicate: TypeAlias = Callable[[object], bool]

# EventBridge user guide, "Numeric matching": -5.0e9 to +5.0e9 inclusive.
NUMERIC_MAX = 5.0e9


class PatternError(ValueError):
    """The argument of an operator is not one that EventBridge accepts; the text says why."""


def show(value: object) -> str:
    """Return a value as an error message shows it: cut to fit a line."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 - fits a line


def _text(argument: object) -> str:
    if not isinstance(argument, str):
        raise PatternError(f"takes a string, not {show(argument)}")
    return argument


def _number(argument: object) -> float:
    if isinstance(argument, bool) or not isinstance(argument, int | float):
        raise PatternError(f"takes numbers, not {show(argument)}")
    if not -NUMERIC_MAX <= argument <= NUMERIC_MAX:
        raise PatternError(f"numbers lie between -5.0e9 and 5.0e9, not {show(argument)}")
    return argument


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _prefix(argument: object) -> Predicate:
    folded = _ignoring_case(argument)
    if folded is not None:
        return lambda value: isinstance(value, str) and value.lower().startswith(folded)
    text = _text(argument)
    return lambda value: isinstance(value, str) and value.startswith(text)


def _suffix(argument: object) -> Predicate:
    folded = _ignoring_case(argument)
    if folded is not None:
        return lambda value: isinstance(value, str) and value.lower().endswith(folded)
    text = _text(argument)
    return lambda value: isinstance(value, str) and value.endswith(text)


def _ignoring_case(argument: object) -> str | None:
    """Return the folded text of ``{"equals-ignore-case": text}``, or None for anything else."""
    if not isinstance(argument, Mapping):
        return None
    if list(argument) != ["equals-ignore-case"]:
        raise PatternError("takes a string or {'equals-ignore-case': ...}")
    return _text(argument["equals-ignore-case"]).lower()


def _equals_ignore_case(argument: object) -> Predicate:
    folded = _text(argument).lower()
    return lambda value: isinstance(value, str) and value.lower() == folded


def _wildcard(argument: object) -> Predicate:
    """Match ``*`` as any run of characters; a backslash escapes a star or a backslash."""
    first, *rest = _wildcard_parts(_text(argument))
    if not rest:
        return lambda value: isinstance(value, str) and value == first
    *middle, last = rest

    def match(value: object) -> bool:
        # Leftmost matches of the parts, one after another: no backtracking, whatever the text.
        if not isinstance(value, str) or not value.startswith(first):
            return False
        at, end = len(first), len(value) - len(last)
        for part in middle:
            found = value.find(part, at, end) if at <= end else -1
            if found < 0:
                return False
            at = found + len(part)
        return at <= end and value.endswith(last)

    return match


def _wildcard_parts(text: str) -> list[str]:
    """Split at the stars that are not escaped."""
    parts = [""]
    characters = iter(text)
    for character in characters:
        if character == "*":
            if len(parts) > 1 and not parts[-1]:
                raise PatternError("consecutive wildcard characters are not allowed")
            parts.append("")
        elif character == "\\":
            escaped = next(characters, "")
            if escaped not in ("*", "\\"):
                raise PatternError("a backslash escapes '*' or a backslash, nothing else")
            parts[-1] += escaped
        else:
            parts[-1] += character
    return parts


def _numeric(argument: object) -> Predicate:
    """Compare: ``[op, number]``, or a range ``[">" | ">=", low, "<" | "<=", high]``."""
    if not isinstance(argument, Sequence) or isinstance(argument, str) or not argument:
        raise PatternError("takes a list: ['>', 0, '<=', 5]")
    for operator in argument[::2]:
        if not isinstance(operator, str) or operator not in COMPARISONS:
            hint = "; use 'anything-but'" if operator == "!=" else ""
            raise PatternError(f"{show(operator)} is not one of = < <= > >={hint}")
    operators, numbers = argument[::2], [_number(number) for number in argument[1::2]]
    if len(operators) != len(numbers):
        raise PatternError("each comparison is followed by one number")
    if len(numbers) == 1:
        compare, bound = COMPARISONS[operators[0]], numbers[0]
        return lambda value: _in_reach(value) and compare(value, bound)
    if len(numbers) > 2 or operators[0] not in (">", ">=") or operators[1] not in ("<", "<="):  # noqa: PLR2004 - two ends
        raise PatternError("a range is [> or >=, low, < or <=, high]")
    low, high = numbers
    if low >= high:
        raise PatternError(f"a range goes from low to high, not from {low} to {high}")
    above, below = COMPARISONS[operators[0]], COMPARISONS[operators[1]]
    return lambda value: _in_reach(value) and above(value, low) and below(value, high)


def _in_reach(value: object) -> TypeGuard[float]:
    return _is_number(value) and -NUMERIC_MAX <= value <= NUMERIC_MAX


COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "=": lambda a, b: a == b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def _cidr(argument: object) -> Predicate:
    text = _text(argument)
    if "/" not in text:
        raise PatternError(f"takes an address and a mask, such as 10.0.0.0/24, not {show(text)}")
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise PatternError(str(error)) from None

    def match(value: object) -> bool:
        if not isinstance(value, str):
            return False
        try:
            return ipaddress.ip_address(value) in network
        except ValueError:
            return False

    return match


def _exists(argument: object) -> Predicate:
    # `{"exists": false}` never comes here: it is about a field, not about a value.
    if argument is not True:
        raise PatternError(f"takes true or false, not {show(argument)}")
    return lambda _: True


def _anything_but(argument: object) -> Predicate:
    """Match a value (of any type) that is none of the excluded ones."""
    if not isinstance(argument, Mapping):
        excluded = _excluded(argument)
        # Python holds True for 1; JSON does not.
        return lambda value: isinstance(value, bool) or value not in excluded
    ((name, texts),) = argument.items() if len(argument) == 1 else ((None, None),)
    build = ANYTHING_BUT.get(str(name))
    if build is None:
        raise PatternError(
            f"takes a value, a list or one of {', '.join(ANYTHING_BUT)}, not {show(dict(argument))}"
        )
    listed = texts if isinstance(texts, list | tuple) else [texts]
    if not listed or any(not _text(text) for text in listed):
        raise PatternError(f"{name!r} takes a string or a list of strings, none of them empty")
    predicates = [build(text) for text in listed]
    return lambda value: not any(predicate(value) for predicate in predicates)


def _excluded(argument: object) -> frozenset[object]:
    values = argument if isinstance(argument, list | tuple) else [argument]
    if values and (all(isinstance(value, str) for value in values) or all(map(_is_number, values))):
        return frozenset(values)
    raise PatternError(
        f"takes a string, a number or a list of only strings or only numbers, not {show(argument)}"
    )


ANYTHING_BUT: Mapping[str, Callable[[object], Predicate]] = {
    "prefix": _prefix,
    "suffix": _suffix,
    "equals-ignore-case": _equals_ignore_case,
    "wildcard": _wildcard,
}

#: Every operator of a pattern, and what makes a predicate of its argument. Adding one is a line.
OPERATORS: Mapping[str, Callable[[object], Predicate]] = {
    "prefix": _prefix,
    "suffix": _suffix,
    "equals-ignore-case": _equals_ignore_case,
    "wildcard": _wildcard,
    "anything-but": _anything_but,
    "numeric": _numeric,
    "cidr": _cidr,
    "exists": _exists,
}
