"""EventBridge user guide: event patterns, arrays, null values, "Or matching", exists matching.

Pages: docs.aws.amazon.com/eventbridge/latest/userguide/ eb-event-patterns.html,
eb-event-patterns-arrays.html, eb-event-patterns-null-values.html, eb-create-pattern-operators.html.
Where they are silent, the test says that it follows Event Ruler (github.com/aws/event-ruler).
"""

from __future__ import annotations

from typing import Any

import pytest

from appsync_emu.core.events import Event, check_pattern, compile_pattern, matches
from appsync_emu.errors import UsageError

EC2: dict[str, Any] = {
    "version": "0",
    "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
    "detail-type": "EC2 Instance State-change Notification",
    "source": "aws.ec2",
    "account": "111122223333",
    "time": "2017-12-22T18:43:48Z",
    "region": "us-west-1",
    "resources": ["arn:aws:ec2:us-west-1:123456789012:instance/i-1234567890abcdef0"],
    "detail": {"instance-id": "i-1234567890abcdef0", "state": "terminated"},
}


def test_envelope_is_the_documented_one_in_its_order():
    event = Event(
        id=EC2["id"],
        detail_type=EC2["detail-type"],
        source="aws.ec2",
        account="111122223333",
        time=EC2["time"],
        region="us-west-1",
        resources=tuple(EC2["resources"]),
        detail=EC2["detail"],
    )
    assert list(event.as_dict().items()) == list(EC2.items())


def test_fields_are_all_needed_and_values_are_alternatives():
    pattern = {
        "source": ["aws.ec2", "aws.fargate"],
        "detail-type": ["EC2 Instance State-change Notification"],
        "detail": {"state": ["terminated"]},
    }
    assert matches(pattern, EC2)
    assert not matches({**pattern, "detail": {"state": ["running"]}}, EC2)
    assert not matches({**pattern, "detail": {"status": ["terminated"]}}, EC2)
    assert not matches({**pattern, "region": ["eu-west-1"]}, EC2)


def test_strings_are_compared_character_by_character():
    assert not matches({"source": ["AWS.EC2"]}, EC2)
    assert not matches({"source": ["aws"]}, EC2)


@pytest.mark.parametrize("value", [None, "", 0, False, 1, True, 1.0, "1", 300, 300.0])
def test_each_json_value_equals_itself_alone(value):
    """Guide: null and "" are not interchangeable; numbers are compared as they are written."""
    others = [None, "", 0, False, 1, True, 1.0, "1", 300, 300.0]
    found = [other for other in others if matches({"a": [value]}, {"a": other})]
    assert [(type(item), item) for item in found] == [(type(value), value)]


def test_an_array_matches_when_any_element_does():
    """Guide, "Arrays in event patterns": the intersection is not empty."""
    pattern = {"resources": ["arn:1", "arn:2"]}
    assert matches(pattern, {"resources": ["arn:0", "arn:2"]})
    assert matches(pattern, {"resources": [["arn:0"], ["arn:2"]]})
    assert not matches(pattern, {"resources": ["arn:0"]})
    assert not matches(pattern, {"resources": []})
    # Event Ruler: each element is a value of its own, for anything-but as well.
    assert matches({"a": [{"anything-but": "x"}]}, {"a": ["x", "y"]})
    assert not matches({"a": [{"anything-but": "x"}]}, {"a": ["x"]})


def test_fields_of_objects_in_an_array_belong_together():
    """Event Ruler, "JSON Array Matching": Anna Jones is nobody."""
    event = {
        "employees": [
            [{"firstName": "John", "lastName": "Doe"}, {"firstName": "Anna", "lastName": "Smith"}],
            [{"firstName": "Peter", "lastName": "Jones"}],
        ]
    }
    assert matches({"employees": {"firstName": ["Anna"]}}, event)
    assert matches({"employees": {"firstName": ["Anna"], "lastName": ["Smith"]}}, event)
    assert not matches({"employees": {"firstName": ["Anna"], "lastName": ["Jones"]}}, event)


def test_exists_is_about_leaves():
    """Guide, "Exists matching": it works on leaf nodes alone; an object is not there."""
    there, gone = {"detail": {"c": [{"exists": True}]}}, {"detail": {"c": [{"exists": False}]}}
    for leaf in (5, None, "", [1], [[1]]):
        assert matches(there, {"detail": {"c": leaf}})
        assert not matches(gone, {"detail": {"c": leaf}})
    for event in (
        {"detail": {"c": {"c1": 100}}},
        {"detail": {"c": [{"c1": 100}]}},
        {"detail": {"c": []}},
        {"detail": {}},
        {"detail": 5},
        {"detail": []},
        {},
    ):
        assert not matches(there, event)
        assert matches(gone, event)


def test_absence_is_one_alternative_among_others():
    pattern = {"a": [{"exists": False}, "x"]}
    assert matches(pattern, {})
    assert matches(pattern, {"a": "x"})
    assert not matches(pattern, {"a": "y"})


def test_anything_but_needs_a_value():
    assert not matches({"a": [{"anything-but": "x"}]}, {})
    assert matches({"a": [{"anything-but": "x"}]}, {"a": None})


def test_complex_example_of_the_guide():
    pattern = {
        "time": [{"prefix": "2017-10-02"}],
        "detail": {
            "state": [{"anything-but": "initializing"}],
            "c-count": [{"numeric": [">", 0, "<=", 5]}],
            "d-count": [{"numeric": ["<", 10]}],
            "x-limit": [{"anything-but": [100, 200, 300]}],
        },
    }
    detail = {"state": "running", "c-count": 5, "d-count": 3, "x-limit": 301.8}
    event = {"time": "2017-10-02T16:24:49Z", "detail": detail}
    assert matches(pattern, event)
    for wrong in ({"c-count": 0}, {"d-count": 10}, {"x-limit": 200}, {"state": "initializing"}):
        assert not matches(pattern, {**event, "detail": detail | wrong})


def test_or_matches_when_one_side_does():
    """Guide, "Or matching": $or stands at any level and may be nested."""
    pattern = {
        "source": ["aws.cloudwatch"],
        "$or": [
            {"metricName": ["CPUUtilization"]},
            {"namespace": ["AWS/EC2"], "$or": [{"metricId": [1234]}, {"spaceId": [1000]}]},
        ],
        "detail": {"$or": [{"a": [1]}, {"b": [2]}]},
    }
    event = {"source": "aws.cloudwatch", "detail": {"b": 2}}
    assert matches(pattern, {**event, "metricName": "CPUUtilization"})
    assert matches(pattern, {**event, "namespace": "AWS/EC2", "spaceId": 1000})
    assert not matches(pattern, {**event, "namespace": "AWS/EC2"})
    assert not matches(pattern, {**event, "metricName": "CPUUtilization", "detail": {}})
    assert not matches(pattern, {"metricName": "CPUUtilization", "detail": {"a": 1}})


@pytest.mark.parametrize(
    ("pattern", "mistake"),
    [
        ({}, "pattern: an empty object is not allowed: name the fields to match"),
        ([], "pattern: must be an object"),
        ({"detail": {}}, "detail: an empty object is not allowed: name the fields to match"),
        ({"source": []}, "source: an empty list is not allowed: it would match nothing"),
        ({"source": "shop"}, "source: must be a list of values or an object: ['shop']"),
        ({"detail": {"a": 1}}, "detail.a: must be a list of values or an object: [1]"),
        ({"source": [["shop"]]}, "source: ['shop'] is neither a value nor an operator"),
        (
            {"source": [{"prefx": "a"}]},
            "source: unknown operator 'prefx'; did you mean 'prefix'?",
        ),
        (
            {"source": [{"matches": "a"}]},
            (
                "source: unknown operator 'matches'; operators are prefix, suffix, "
                "equals-ignore-case, wildcard, anything-but, numeric, cidr, exists"
            ),
        ),
        (
            {"source": [{"prefix": "a", "suffix": "b"}]},
            "source: exactly one operator in each object: {'prefix': 'a', 'suffix': 'b'}",
        ),
        ({"source": [{}]}, "source: exactly one operator in each object: {}"),
        ({"detail": {"a": [{"prefix": 1}]}}, "detail.a.prefix: takes a string, not 1"),
        ({"$or": {"source": ["a"]}}, "$or: must be a list of at least two objects"),
        ({"$or": [{"source": ["a"]}]}, "$or: must be a list of at least two objects"),
        ({"$or": [{"source": ["a"]}, "b"]}, "$or: must be an object"),
        (
            {"source": ["a"], "$or": [{"source": ["a"]}, {"prefix": ["b"]}]},
            "$or: 'prefix' is an operator: it stands in the list of a field",
        ),
        (
            {"detailType": ["a"]},
            "detailType: an event has no such field; did you mean 'detail-type'?",
        ),
    ],
)
def test_mistakes_are_named(pattern, mistake):
    assert check_pattern(pattern) == [mistake]


def test_every_mistake_is_reported_at_once():
    assert check_pattern({"source": [], "detail": {"a": [{"x": 1}, {"cidr": "?"}]}}) == [
        "source: an empty list is not allowed: it would match nothing",
        (
            "detail.a: unknown operator 'x'; operators are prefix, suffix, equals-ignore-case, "
            "wildcard, anything-but, numeric, cidr, exists"
        ),
        "detail.a.cidr: takes an address and a mask, such as 10.0.0.0/24, not '?'",
    ]


def test_a_sound_pattern_has_no_mistakes():
    sound = {"source": ["a"], "mine": [1], "$or": [{"id": ["1"]}, {"detail": {"n": [None]}}]}
    assert check_pattern(sound) == []


def test_too_many_combinations():
    """Guide, "Or matching": the product of all $or lists is at most 1,000."""
    ten = [{"a": [number]} for number in range(10)]
    sound = {"x": {"$or": ten}, "y": {"$or": ten}, "z": {"$or": ten}}
    assert check_pattern(sound) == []
    assert check_pattern({**sound, "$or": [{"b": [1]}, {"c": [1]}]}) == [
        (
            "$or: 2000 combinations; EventBridge accepts 1000 "
            "(the product of the lengths of all $or lists)"
        )
    ]


def test_nesting_has_an_end():
    pattern: dict[str, Any] = {"a": [1]}
    for _ in range(5_000):
        pattern = {"a": pattern}
    assert check_pattern(pattern) == ["a.a.a: ... is nested more than 50 levels deep"]


def test_a_deeply_nested_event_is_harmless():
    value: Any = "x"
    for _ in range(5_000):
        value = [value]
    assert matches({"a": ["x"]}, {"a": value})


def test_a_wrong_pattern_does_not_compile():
    with pytest.raises(UsageError, match="unknown operator 'prefx'") as caught:
        compile_pattern({"source": [{"prefx": "a"}], "detail": {}})
    assert len(caught.value.mistakes) == 2
