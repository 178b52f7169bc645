"""Values of scenario files: durations, comparisons, names, templates."""

from __future__ import annotations

import pytest
from scenario_files import loaded, said, step

from appsync_emu.core.comparisons import AllOf, Comparison
from appsync_emu.scenario.model import Advance, Query


@pytest.mark.parametrize(
    ("text", "seconds"), [("250ms", 0.25), ("90s", 90), ("14m 59s", 899), ('"1h  30m"', 5400)]
)
def test_durations(text, seconds):
    advance = step(f"advance: {text}")
    assert isinstance(advance, Advance)
    assert advance.seconds == seconds


@pytest.mark.parametrize("text", ["1h 30", "400d 1s", "0s 0s", "~", "[1s]"])
def test_what_is_no_duration(text):
    assert said("", f"  - advance: {text}\n")


def expected(text: str) -> object:
    query = step(f"query: {{field: order, expect: {text}}}")
    assert isinstance(query, Query)
    return query.expect


def test_what_a_value_must_be_like():
    above, below = Comparison("at_least", 1), Comparison("at_most", 3)
    assert expected("5") == 5
    assert expected("{above: 5}") == Comparison("above", 5)
    assert expected("{at_least: 1, at_most: 3}") == AllOf((above, below))
    assert expected("{status: PAID, lines: [{total: {below: 9}}]}") == {
        "status": "PAID",
        "lines": [{"total": Comparison("below", 9)}],
    }
    assert expected("{contains: {abov: 1}}") == Comparison("contains", {"abov": 1})
    assert expected("{match: {id: 3}}") == {"match": {"id": 3}}


def test_plain_values_have_the_types_of_json():
    assert expected("[1, 2.5, true, null, yes, '1', off]") == [
        1,
        2.5,
        True,
        None,
        "yes",
        "1",
        "off",
    ]


def test_names_are_suggested_unless_there_are_very_many():
    few = "".join(f"  - send: {{label: l{n}, command: a}}\n" for n in range(13))
    [message] = said("", f"{few}  - redrive: {{label: l99}}\n")
    assert "did you mean" in message
    many = "".join(f"  - send: {{label: l{n}, command: a}}\n" for n in range(201))
    [message] = said("", f"{many}  - redrive: {{label: l999}}\n")
    assert "did you mean" not in message


def test_braces_are_variables_in_steps_alone():
    scenario = loaded(
        "faults: [{id: x, point: attempt, effect: {hang: true},"
        " match: {label: {matches: 'o{x}'}}}]\n"
    )
    assert scenario.faults[0].fault.match.label == Comparison("matches", "o{x}")
    assert said("", '  - set: {a: "{b}"}\n') == ['{b} in "a" of the step "set" is no variable']


def test_a_mapping_with_a_variables_name_is_not_a_slip():
    assert not said(
        "variables: {total: 5}\n", "  - query: {field: a, arguments: {o: {total: 3}}}\n"
    )
    assert said("variables: {total: 5}\n", "  - query: {field: a, arguments: {o: {total}}}\n") == [
        "{total} without quotes is a mapping to YAML"
    ]


def test_a_regular_expression_may_look_odd():
    """Python warns of some; that is nothing a file's author can help."""
    assert expected('{matches: "[[a]"}') == Comparison("matches", "[[a]")
