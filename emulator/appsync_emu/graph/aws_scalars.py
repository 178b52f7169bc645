"""The nine scalars of AppSync. Values are checked, never normalised.

Sources: the AppSync developer guide, "Scalar types in AWS AppSync"; the descriptions that the
service publishes through introspection; ``aws-amplify/amplify-flutter`` issue 822 and
``aws-amplify/amplify-js`` issue 5963 for the wording.
"""

from __future__ import annotations

import ipaddress
import json
import re
from datetime import date
from typing import TYPE_CHECKING, Final, NoReturn

from appsync_emu.graph.scalar import BadInput, BadOutput, Scalar, by_name, java_text, java_type

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["AWS_SCALARS", "ENCODE_JSON_STRINGS_AGAIN"]

ENCODE_JSON_STRINGS_AGAIN: Final = True
"""Whether a string that a resolver returns for ``AWSJSON`` is JSON-encoded like any other value.

Not verified on the service; AWS's own Amplify simulator does so.
"""

TIMESTAMP_MIN: Final = -31_557_014_167_219_200
TIMESTAMP_MAX: Final = 31_556_889_864_403_199
NANP_DIGITS: Final = 10
PHONE_DIGITS: Final = range(5, 16)

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


AWS_SCALARS: Final[Mapping[str, Scalar]] = by_name(
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
