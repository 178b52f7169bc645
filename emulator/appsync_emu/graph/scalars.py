"""The scalars of AppSync, in and out: built-in ones and the nine of AWS.

Each scalar is a pair of plain functions: ``parse`` takes a value that a client sent, ``serialize``
one that a resolver returned. Values are checked, never normalised.

Sources: the AppSync developer guide, "Scalar types in AWS AppSync"; the descriptions that the
service publishes through introspection; graphql-java's coercion of the built-in scalars.
"""

from __future__ import annotations

import ipaddress
import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, NoReturn

__all__ = [
    "AWS_SCALARS",
    "BUILT_IN_SCALARS",
    "ENCODE_JSON_STRINGS_AGAIN",
    "SCALARS",
    "BadInput",
    "BadOutput",
    "Scalar",
    "java_text",
    "java_type",
]

ENCODE_JSON_STRINGS_AGAIN: Final = True
"""Whether a string that a resolver returns for ``AWSJSON`` is JSON-encoded like any other value.

Not verified on the service; AWS's own Amplify simulator does so.
"""

INT_MIN: Final = -(2**31)
INT_MAX: Final = 2**31 - 1
TIMESTAMP_MIN: Final = -31_557_014_167_219_200
TIMESTAMP_MAX: Final = 31_556_889_864_403_199
NANP_DIGITS: Final = 10
PHONE_DIGITS: Final = range(5, 16)


class BadInput(ValueError):
    """A value cannot be read as the scalar; the text is the service's own, without a prefix."""


class BadOutput(ValueError):
    """A value cannot be written as the scalar; the text is the service's own, without a prefix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """One scalar type.

    Attributes:
        name: its name in a schema.
        parse: a JSON value from a variable to what resolvers see; raises ``BadInput``.
        serialize: a resolver's value to what clients see; raises ``BadOutput``.
        literals: kinds of literals that it takes: ``int``, ``float``, ``string``, ``boolean``.
        plain: classes whose values need no serialising, unless ``checked`` says so.
    """

    name: str
    parse: Callable[[object], object]
    serialize: Callable[[object], object]
    literals: frozenset[str]
    plain: frozenset[type] = frozenset()


# What graphql-java calls a value's class, and how Java prints a value.


def java_type(value: object) -> str:
    """The simple name of the Java class that holds such a value on the service."""
    match value:
        case bool():
            return "Boolean"
        case int():
            if INT_MIN <= value <= INT_MAX:
                return "Integer"
            return "Long" if -(2**63) <= value < 2**63 else "BigInteger"
        case float():
            return "Double"
        case str():
            return "String"
        case Mapping():
            return "LinkedHashMap"
        case list() | tuple():
            return "ArrayList"
        case None:
            return "null"
        case _:
            return type(value).__name__


def java_text(value: object) -> str:
    """A value as Java's ``toString`` prints it: ``{a=1, b=[x]}``."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case Mapping():
            pairs = (f"{key}={java_text(item)}" for key, item in value.items())
            return "{" + ", ".join(pairs) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(java_text, value)) + "]"
        case _:
            return str(value)


def _mismatch_in(name: str, value: object) -> NoReturn:
    raise BadInput(f"Expected type '{name}' but was '{java_type(value)}'.")


def _mismatch_out(name: str, value: object) -> NoReturn:
    raise BadOutput(f"Expected type '{name}' but was '{java_type(value)}'.")


# Built-in scalars


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


# AWS scalars: what is valid

_OFFSET = r"(?P<offset>Z|[+-]\d\d:\d\d(?::\d\d)?)"
_DATE = r"(?P<year>\d{4}|[+-]\d{4,9})-(?P<month>\d\d)-(?P<day>\d\d)"
_TIME = r"(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d{0,9})?)?"
_AWS_DATE = re.compile(f"{_DATE}{_OFFSET}?", re.ASCII)
_AWS_TIME = re.compile(f"{_TIME}{_OFFSET}?", re.ASCII)
_AWS_DATE_TIME = re.compile(f"{_DATE}T{_TIME}{_OFFSET}", re.ASCII)
_LOCAL_PART = r"(?:[^\s@<>()\[\],;:\\\"]+|\"(?:[^\"\\]|\\.)*\")"
_AWS_EMAIL = re.compile(_LOCAL_PART + r"@(?:[^\s@<>()\[\],;:\\\".]+\.)*[^\s@<>()\[\],;:\\\".]+")
_AWS_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?P<slashes>//)?(?P<rest>[^\s<>\"{}|\\^`]+)")
_AWS_PHONE = re.compile(r"(?P<plus>\+?)(?P<digits>\d(?:[ -]?\d)*)", re.ASCII)
_NANP = re.compile(r"[2-9]\d\d[2-9]\d{6}", re.ASCII)
_AWS_IP = re.compile(r"[0-9A-Fa-f:.]+(?:/\d{1,3})?", re.ASCII)

_MAX_HOUR, _MAX_SIXTIETH, _MAX_OFFSET_HOUR = 23, 59, 18


def _clock_is_right(found: re.Match[str]) -> bool:
    parts = (int(found["hour"]), int(found["minute"]), int(found["second"] or 0))
    return parts[0] <= _MAX_HOUR and max(parts[1:]) <= _MAX_SIXTIETH


def _offset_is_right(found: re.Match[str]) -> bool:
    offset = found["offset"]
    if offset is None or offset == "Z":
        return True
    hours, *rest = (int(part) for part in offset[1:].split(":"))
    if max(rest) > _MAX_SIXTIETH:
        return False
    return hours < _MAX_OFFSET_HOUR or (hours == _MAX_OFFSET_HOUR and not any(rest))


def _day_is_right(found: re.Match[str]) -> bool:
    # The calendar repeats every 400 years, and datetime.date knows the years 1 to 9999 only.
    try:
        date(int(found["year"]) % 400 + 2000, int(found["month"]), int(found["day"]))
    except ValueError:
        return False
    return True


def _is_date(text: str) -> bool:
    found = _AWS_DATE.fullmatch(text)
    return found is not None and _day_is_right(found) and _offset_is_right(found)


def _is_time(text: str) -> bool:
    found = _AWS_TIME.fullmatch(text)
    return found is not None and _clock_is_right(found) and _offset_is_right(found)


def _is_date_time(text: str) -> bool:
    found = _AWS_DATE_TIME.fullmatch(text)
    return (
        found is not None
        and _day_is_right(found)
        and _clock_is_right(found)
        and _offset_is_right(found)
    )


def _is_email(text: str) -> bool:
    return _AWS_EMAIL.fullmatch(text) is not None


def _is_url(text: str) -> bool:
    found = _AWS_URL.fullmatch(text)
    if found is None:
        return False
    if not found["slashes"]:
        return True
    path = found["rest"].partition("?")[0].partition("#")[0]
    return "//" not in path


def _is_phone(text: str) -> bool:
    found = _AWS_PHONE.fullmatch(text)
    if found is None:
        return False
    digits = re.sub(r"[ -]", "", found["digits"])
    if found["plus"] and not digits.startswith("1"):
        return not digits.startswith("0") and len(digits) in PHONE_DIGITS
    national = digits[1:] if len(digits) == NANP_DIGITS + 1 and digits[0] == "1" else digits
    return len(national) == NANP_DIGITS and _NANP.fullmatch(national) is not None


def _is_ip_address(text: str) -> bool:
    if _AWS_IP.fullmatch(text) is None:
        return False
    try:
        ipaddress.ip_interface(text)
    except ValueError:
        return False
    return True


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _parse_json(value: object) -> object:
    if isinstance(value, str):
        try:
            return json.loads(value, parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            pass
    raise BadInput(f"Unable to parse `{java_text(value)}` as a valid JSON.")


def _write_json(value: object) -> object:
    if isinstance(value, str) and not ENCODE_JSON_STRINGS_AGAIN:
        return value
    try:
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        raise BadOutput(
            f"Unable to serialize `{java_type(value)}` as a valid JSON Object."
        ) from None


def _parse_timestamp(value: object) -> object:
    if (
        isinstance(value, int)
        and not isinstance(value, bool)
        and TIMESTAMP_MIN <= value <= TIMESTAMP_MAX
    ):
        return value
    raise BadInput(f"Unable to parse `{java_text(value)}` as a valid timestamp.")


def _write_timestamp(value: object) -> object:
    number = int(value) if isinstance(value, float) and value.is_integer() else value
    try:
        return _parse_timestamp(number)
    except BadInput:
        raise BadOutput(
            f"Unable to serialize `{java_text(value)}` as a valid Timestamp Object."
        ) from None


def _text_scalar(name: str, valid: Callable[[str], bool], thing: str, java: str) -> Scalar:
    """A scalar whose values are strings of a certain form, passed on unchanged."""

    def parse(value: object) -> object:
        if isinstance(value, str) and valid(value):
            return value
        raise BadInput(f"Unable to parse `{java_text(value)}` as a valid {thing}.")

    def serialize(value: object) -> object:
        if isinstance(value, str) and valid(value):
            return value
        raise BadOutput(f"Unable to serialize `{java_text(value)}` as a valid {java} Object.")

    return Scalar(name=name, parse=parse, serialize=serialize, literals=frozenset({"string"}))


def _by_name(*scalars: Scalar) -> dict[str, Scalar]:
    return {scalar.name: scalar for scalar in scalars}


BUILT_IN_SCALARS: Final[Mapping[str, Scalar]] = _by_name(
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

AWS_SCALARS: Final[Mapping[str, Scalar]] = _by_name(
    _text_scalar("AWSDate", _is_date, "date", "Date"),
    _text_scalar("AWSTime", _is_time, "time", "Time"),
    _text_scalar("AWSDateTime", _is_date_time, "DateTime", "DateTime"),
    Scalar(
        name="AWSTimestamp",
        parse=_parse_timestamp,
        serialize=_write_timestamp,
        literals=frozenset({"int"}),
    ),
    _text_scalar("AWSEmail", _is_email, "email address", "Email"),
    Scalar(
        name="AWSJSON", parse=_parse_json, serialize=_write_json, literals=frozenset({"string"})
    ),
    _text_scalar("AWSPhone", _is_phone, "phone number", "Phone"),
    _text_scalar("AWSURL", _is_url, "URL", "URL"),
    _text_scalar("AWSIPAddress", _is_ip_address, "IP address", "IPAddress"),
)

SCALARS: Final[Mapping[str, Scalar]] = {**BUILT_IN_SCALARS, **AWS_SCALARS}
"""Every scalar that a schema may use, by name."""
