"""What ``graph/report.py`` promises."""

import pytest
from graphql import parse

from appsync_emu.graph.report import MAX_ERRORS, Enough, ErrorType, Report

NODE = parse("\n{ a }").definitions[0]


def test_template():
    """graphql-over-http#81: the path of field names follows, when there is one."""
    report = Report("\n{ a }")
    report.error(ErrorType.UNKNOWN_TYPE, "Unknown type X", NODE)
    report.path += ["a", "b"]
    report.error(ErrorType.UNKNOWN_TYPE, "Unknown type X", NODE)
    report.error(ErrorType.UNKNOWN_TYPE, "Unknown type X", NODE, ["c"])
    report.plain("plain", NODE)
    assert [error["message"] for error in report.errors] == [
        "Validation error of type UnknownType: Unknown type X",
        "Validation error of type UnknownType: Unknown type X @ 'a/b'",
        "Validation error of type UnknownType: Unknown type X @ 'c'",
        "plain",
    ]
    assert report.errors[0]["locations"] == [{"line": 2, "column": 1, "sourceName": None}]
    assert report.errors[0]["path"] is None


def test_errors_are_bounded():
    report = Report("")
    with pytest.raises(Enough):  # noqa: PT012 - some time, not the first
        for _ in range(1_000):
            report.plain("m", NODE)
    assert len(report.errors) == MAX_ERRORS


def test_every_type_has_a_name_of_its_own():
    assert len({kind.value for kind in ErrorType}) == len(ErrorType)
