"""The built-in scalars, as lenient and as strict as graphql-java is about them.

Source: graphql-java's coercion of ``Int``, ``Float``, ``String``, ``Boolean`` and ``ID``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Final, NoReturn

from appsync_emu.graph.scalar import (
    INT_MAX,
    INT_MIN,
    BadInput,
    BadOutput,
    Scalar,
    by_name,
    java_text,
    java_type,
)

__all__ = ["BUILT_IN_SCALARS"]


def _mismatch_in(name: str, value: object) -> NoReturn:
    raise BadInput(f"Expected type '{name}' but was '{java_type(value)}'.")


def _mismatch_out(name: str, value: object) -> NoReturn:
    raise BadOutput(f"Expected type '{name}' but was '{java_type(value)}'.")


def _as_int(value: object) -> int | None:
    number: float | int
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        number = value
    elif isinstance(value, str):
        try:
            number = float(value) if not _WHOLE.fullmatch(value) else int(value)
        except ValueError:
            return None
    else:
        return None
    if isinstance(number, float) and not number.is_integer():
        return None
    whole = int(number)
    return whole if INT_MIN <= whole <= INT_MAX else None


_WHOLE = re.compile(r"[+-]?\d{1,20}", re.ASCII)


def _as_float(value: object) -> float | int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, int):
        try:
            float(value)
        except OverflowError:
            return None
        return value
    return value if isinstance(value, float) and math.isfinite(value) else None


def _parse_int(value: object) -> object:
    number = _as_int(value)
    return _mismatch_in("Int", value) if number is None else number


def _write_int(value: object) -> object:
    number = _as_int(value)
    return _mismatch_out("Int", value) if number is None else number


def _parse_float(value: object) -> object:
    number = _as_float(value)
    return _mismatch_in("Float", value) if number is None else number


def _write_float(value: object) -> object:
    number = _as_float(value)
    return _mismatch_out("Float", value) if number is None else number


def _parse_string(value: object) -> object:
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return java_text(value)
    return _mismatch_in("String", value)


def _parse_id(value: object) -> object:
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _mismatch_in("ID", value)


def _write_id(value: object) -> object:
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping | list | tuple):
        _mismatch_out("ID", value)
    return java_text(value)


def _as_boolean(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value.lower() == "true"
    if isinstance(value, int | float):
        return value != 0
    return None


def _parse_boolean(value: object) -> object:
    if isinstance(value, bool):
        return value
    return _mismatch_in("Boolean", value)


def _write_boolean(value: object) -> object:
    answer = _as_boolean(value)
    return _mismatch_out("Boolean", value) if answer is None else answer


BUILT_IN_SCALARS: Final[Mapping[str, Scalar]] = by_name(
    Scalar(
        name="Int",
        parse=_parse_int,
        serialize=_write_int,
        literals=frozenset({"int"}),
        plain=frozenset({int}),
    ),
    Scalar(
        name="Float",
        parse=_parse_float,
        serialize=_write_float,
        literals=frozenset({"int", "float"}),
        plain=frozenset({float, int}),
    ),
    Scalar(
        name="String",
        parse=_parse_string,
        serialize=java_text,
        literals=frozenset({"string"}),
        plain=frozenset({str}),
    ),
    Scalar(
        name="Boolean",
        parse=_parse_boolean,
        serialize=_write_boolean,
        literals=frozenset({"boolean"}),
        plain=frozenset({bool}),
    ),
    Scalar(
        name="ID",
        parse=_parse_id,
        serialize=_write_id,
        literals=frozenset({"int", "string"}),
        plain=frozenset({str}),
    ),
)
