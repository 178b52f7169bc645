"""Valid values of the scalars that AppSync adds to GraphQL.

Source of the forms: the AppSync developer guide, "Scalar types in AWS AppSync".
"""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from datetime import date, datetime, time

__all__ = ["aws_scalars", "aws_values"]

SECOND_MAX = 253_402_300_799
"""The last second of the year 9999."""

_NAME = st.from_regex(r"[a-z][a-z0-9]{0,9}", fullmatch=True)
_HOST = st.builds("{}.{}".format, _NAME, st.sampled_from(["com", "org", "example"]))
_QUARTERS = st.sampled_from([0, 60, -60, 330, 765, -570, 1080, -1080])
"""Minutes from UTC that are used somewhere, and the farthest that AppSync takes (18 hours)."""


def aws_values() -> dict[str, st.SearchStrategy[Any]]:
    """Valid values of each AWS scalar as variables have them, by name; simple ones first."""
    return {
        "AWSDate": st.builds(_date, st.dates(), st.one_of(st.none(), _QUARTERS)),
        "AWSTime": st.builds(_time, st.times(), st.one_of(st.none(), _QUARTERS)),
        "AWSDateTime": st.builds(_date_time, st.datetimes(), _QUARTERS),
        "AWSTimestamp": st.integers(0, SECOND_MAX),
        "AWSEmail": st.builds("{}@{}".format, _NAME, _HOST),
        "AWSJSON": _json().map(json.dumps),
        "AWSPhone": st.builds(
            "+1{}{:02}{}{:06}".format,
            st.integers(2, 9),
            st.integers(0, 99),
            st.integers(2, 9),
            st.integers(0, 999_999),
        ),
        "AWSURL": st.builds("https://{}/{}".format, _HOST, st.one_of(st.just(""), _NAME)),
        "AWSIPAddress": st.one_of(
            st.ip_addresses(v=4).map(str),
            st.builds("{}/{}".format, st.ip_addresses(v=4), st.integers(0, 32)),
            st.ip_addresses(v=6).map(str),
        ),
    }


def aws_scalars() -> dict[str, st.SearchStrategy[Any]]:
    """The same as literals, as hypothesis-graphql takes them: ``custom_scalars=aws_scalars()``."""
    nodes = import_module("hypothesis_graphql.nodes")  # only now: it loads graphql-core
    return {
        name: values.map(nodes.Int if name == "AWSTimestamp" else nodes.String)
        for name, values in aws_values().items()
    }


def _offset(minutes: int | None) -> str:
    if minutes is None:
        return ""
    if minutes == 0:
        return "Z"
    hours, rest = divmod(abs(minutes), 60)
    return f"{'+' if minutes > 0 else '-'}{hours:02}:{rest:02}"


def _date(day: date, minutes: int | None) -> str:
    return f"{day.isoformat()}{_offset(minutes)}"


def _time(at: time, minutes: int | None) -> str:
    return f"{at.isoformat(timespec='milliseconds')}{_offset(minutes)}"


def _date_time(at: datetime, minutes: int) -> str:
    return f"{at.isoformat(timespec='milliseconds')}{_offset(minutes)}"


def _json() -> st.SearchStrategy[Any]:
    leaves = st.one_of(st.none(), st.booleans(), st.integers(-(2**31), 2**31), st.text())
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(st.text(), inner, max_size=3)
        ),
        max_leaves=5,
    )
