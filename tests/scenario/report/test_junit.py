"""The report for CI servers, read by a library that others use."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from junitparser import Error, Failure, JUnitXml
from scenario.outcomes import every_kind, hostile, whole

from appsync_emu.scenario.outcome import Kind, Report
from appsync_emu.scenario.report.junit import render


def cases(report):
    [suite] = JUnitXml.fromstring(render(report).encode())
    return suite, list(suite)


def test_each_scenario_is_a_case():
    suite, read = cases(every_kind())

    assert (suite.tests, suite.failures, suite.errors, suite.skipped) == (9, 5, 2, 0)
    assert suite.time == 1.234
    case = read[2]
    assert case.classname == "scenarios/orders.appsync.yaml"
    assert case.name.startswith("Orders survive a flaky payment service, and lose nothing")
    assert case.time == 0.31
    assert read[7].name == "scenarios/typo.appsync.yaml"


def test_kinds_of_result():
    _, read = cases(every_kind())

    assert [[type(result) for result in case.result] for case in read] == [
        [],
        [],
        *[[Failure]] * 5,
        [Error],
        [Error],
    ]
    assert [case.result[0].type for case in read[2:]] == [
        "failed: invariant",
        "failed: expectation",
        "failed: coverage",
        "broken before faults",
        "not deterministic",
        "invalid file",
        "internal error",
    ]


def test_a_failure_tells_its_story():
    _, read = cases(every_kind())
    [failure] = read[2].result

    assert failure.message == "effects-once: PaymentsTable o-2 written 2 times"
    assert "6:19.472  attempt 4  PaymentsTable PutItem  applied  " in failure.text
    assert "replay     appsync-emu run scenarios/orders.appsync.yaml --seed 7" in failure.text


def test_places_and_properties():
    case = ET.fromstring(render(every_kind()).encode()).findall("testsuite/testcase")[2]
    properties = {each.get("name"): each.get("value") for each in case.iter("property")}

    assert (case.get("file"), case.get("line")) == ("scenarios/orders.appsync.yaml", "2")
    assert properties["kind"] == "failed: invariant"
    assert properties["seed"] == "1"
    assert properties["failed_seeds"].endswith("24, 25, 4242")
    assert properties["tags"] == "retry, ci"
    assert properties["smallest"] == "scenarios/orders.seed-7.appsync.yaml"
    assert [each.tag for each in case] == ["properties", "failure"]


def test_what_xml_cannot_say_is_written_as_escapes():
    """XML 1.0, 2.2 Characters: no control characters, no surrogates."""
    text = render(hostile())
    [case] = ET.fromstring(text.encode()).iter("testcase")

    assert "<script>alert(1)</script>\"'&\u2028\u202e\\x1b[31m\\x00\\ud800" in case.get("name")
    assert "\\x1b[31m\\x00\\ud800" in case.find("failure").text


@pytest.mark.parametrize("character", ["\n", "\t", "\r"])
def test_white_space_in_attributes_survives(character):
    outcome = whole(Kind.INTERNAL, f"a{character}b", "x")
    [case] = ET.fromstring(render(Report(outcomes=(outcome,))).encode()).iter("testcase")

    assert case.get("classname") == f"a{character}b"


def test_a_kind_without_a_finding():
    outcome = whole(Kind.INTERNAL, "x.yaml", "x")
    bare = type(outcome)(path="x", line=1, title="x", kind=Kind.INTERNAL)
    [case] = ET.fromstring(render(Report(outcomes=(bare,))).encode()).iter("testcase")

    assert case.find("error").get("message") == "internal error"
