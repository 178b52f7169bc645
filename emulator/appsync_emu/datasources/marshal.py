"""What a function returned, as the JSON that Lambda would have made of it.

The Python runtime of Lambda writes results with ``json.dumps`` and knows decimals besides
(aws/aws-lambda-python-runtime-interface-client, ``lambda_runtime_marshaller.py``); what it cannot
write is the error ``Runtime.MarshalError``. Results that are plain JSON values already, nearly all,
pass as they are: looking is several times cheaper than writing and reading.
"""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["MarshalError", "marshal"]

_LEAVES = frozenset((str, int, float, bool, type(None)))
_CONTAINERS = frozenset((dict, list))
_PLAIN = _LEAVES | _CONTAINERS
_KEYS = frozenset((str,))

RESULT_BYTES_MAX = 6_291_556
"""Lambda's limit for a synchronous result, as its error message names it."""

_DEPTH_MAX = 64
"""Levels that are looked at; a deeper result is written and read instead."""


class MarshalError(Exception):
    """A function's result is not one that Lambda could have returned.

    Args:
        error_type: ``errorType`` as the runtime reports it.
        message: ``errorMessage`` as the runtime reports it.
    """

    def __init__(self, error_type: str, message: str) -> None:
        super().__init__(message)
        self.error_type = error_type
        self.message = message


def marshal(value: Any) -> Any:  # noqa: ANN401 - whatever a function returned in, JSON out
    """``value`` as JSON: tuples become lists, keys become strings, decimals become numbers.

    Raises:
        MarshalError: JSON cannot hold the value, or it is larger than Lambda allows.
    """
    kind = type(value)
    if kind in _LEAVES:
        return value
    if kind in _CONTAINERS and _is_plain(value):
        return value
    return _through_json(value)


def _is_plain(value: Any) -> bool:  # noqa: ANN401 - a dict or a list
    """Whether there is nothing but JSON in ``value``; seen level by level, each in C."""
    if (  # one object of leaves: what most functions return
        type(value) is dict
        and _LEAVES.issuperset(map(type, value.values()))
        and _KEYS.issuperset(map(type, value))
    ):
        return True
    level = [value]
    kinds = {type(value)}
    seen = 0
    for _ in range(_DEPTH_MAX):
        seen += sum(map(len, level))
        if seen > RESULT_BYTES_MAX // 2:  # each item is at least two bytes of JSON
            raise _too_large()
        dicts = _those(dict, level, kinds)
        lists = _those(list, level, kinds)
        if not _KEYS.issuperset(map(type, set().union(*dicts))):
            return False
        kinds = set(map(type, _items(dicts, lists)))
        if kinds <= _LEAVES:
            return True
        if not kinds <= _PLAIN:
            return False
        if kinds <= _CONTAINERS:
            level = list(_items(dicts, lists))
        else:
            level = [item for item in _items(dicts, lists) if type(item) in _CONTAINERS]
            kinds &= _CONTAINERS
    return False


def _those(kind: type, level: list[Any], kinds: set[type]) -> list[Any]:
    """The items of ``level`` that are of one kind; ``kinds`` is what there is."""
    if kind not in kinds:
        return []
    return level if len(kinds) == 1 else [item for item in level if type(item) is kind]


def _items(dicts: list[dict[str, Any]], lists: list[list[Any]]) -> Iterator[Any]:
    return chain(
        chain.from_iterable(map(dict.values, dicts)),
        chain.from_iterable(lists),
    )


def _through_json(value: Any) -> Any:  # noqa: ANN401 - as marshal
    parts = []
    size = 0
    try:
        for part in _Encoder().iterencode(value):
            parts.append(part)
            size += len(part)
            if size > RESULT_BYTES_MAX:
                break
        else:
            return json.loads("".join(parts))
    except Exception as problem:  # noqa: BLE001 - the value is the user's, and so may its methods be
        raise MarshalError(
            "Runtime.MarshalError", f"Unable to marshal response: {problem}"
        ) from None
    raise _too_large()


def _too_large() -> MarshalError:
    return MarshalError(
        "Function.ResponseSizeTooLarge",
        f"Response payload size exceeded maximum allowed payload size ({RESULT_BYTES_MAX} bytes).",
    )


class _Encoder(json.JSONEncoder):
    def default(self, o: Any) -> Any:  # noqa: ANN401 - as the base class
        if isinstance(o, Decimal):
            return int(o) if o.is_finite() and o == o.to_integral_value() else float(o)
        return super().default(o)
