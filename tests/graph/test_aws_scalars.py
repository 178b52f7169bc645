"""Source: AppSync developer guide, "Scalar types in AWS AppSync"."""

import json

import pytest

from appsync_emu.graph import aws_scalars
from appsync_emu.graph.aws_scalars import AWS_SCALARS
from appsync_emu.graph.scalar import BadInput, BadOutput

GOOD = {
    "AWSDate": [
        "1970-01-01",
        "1970-01-01Z",
        "1970-01-01-07:00",
        "1970-01-01+05:30",
        "1970-01-01+05:30:15",
        "2024-02-29",
        "+12024-01-01",
    ],
    "AWSTime": [
        "12:30",
        "12:30Z",
        "12:30:24",
        "12:30:24.5",
        "12:30:24.123456789",
        "12:30:24-07:00",
        "12:30:24.500+05:30",
        "12:00:34.",
        "00:00+18:00",
    ],
    "AWSDateTime": [
        "1930-01-01T16:00:00-07:00",
        "1970-01-01T12:30Z",
        "-0044-03-15T12:00Z",
        "2024-02-29T23:59:59.123456789+05:30:15",
    ],
    "AWSEmail": ["a@b", "first.last+tag@sub.example.com", '"odd one"@example.com'],
    "AWSURL": ["https://localhost/", "mailto:a@b.c", "ftp://x/y", "http://e.com/a?b=//c#//d"],
    "AWSPhone": [
        "+1 555 764 4377",
        "555-764-4377",
        "1 555 764 4377",
        "+49 30 123456",
        "+447911123456",
    ],
    "AWSIPAddress": ["127.0.0.1", "127.0.0.1/8", "1a2b:3c4b::1234:4567", "::1/128"],
}
BAD = {
    "AWSDate": [
        "",
        "1970-1-1",
        "1970-01-01T00:00Z",
        "1970-13-01",
        "2023-02-29",
        "1970-01-01+19:00",
        "1970-01-01+05:70",
        "12024-01-01",
        "\uff11970-01-01",
        5,
        None,
    ],
    "AWSTime": ["24:30", "12", "12:60", "12:30:60", "12:30:24.1234567890", "12:30 Z", 1],
    "AWSDateTime": [
        "1970-01-01T12:30",
        "1970-01-01",
        "1970-01-01T24:00Z",
        "1970-02-30T00:00Z",
        "1970-01-01 12:30Z",
        "1970-01-01T12:30+18:01",
    ],
    "AWSEmail": ["", "a", "a@", "@b", "a b@c", "a@b@c"],
    "AWSURL": ["", "localhost", "/x", "http://e.com/a//b", "http://a b", "1http://x"],
    "AWSPhone": [
        "",
        "1110004444",
        "+0123456",
        "+12",
        "phone",
        "555 764 437",
        "+1 111 764 4377",
        "5557644377 x",
    ],
    "AWSIPAddress": [
        "",
        "localhost",
        "256.0.0.1",
        "[::1]",
        "127.0.0.1/33",
        "127.0.0.1/255.0.0.0",
        "fe80::1%eth0",
    ],
}
CASES_GOOD = [(name, value) for name, values in GOOD.items() for value in values]
CASES_BAD = [(name, value) for name, values in BAD.items() for value in values]


@pytest.mark.parametrize(("name", "value"), CASES_GOOD)
def test_valid_values_pass_unchanged(name, value):
    scalar = AWS_SCALARS[name]
    assert scalar.parse(value) == scalar.serialize(value) == value


@pytest.mark.parametrize(("name", "value"), CASES_BAD)
def test_other_values_are_refused_both_ways(name, value):
    scalar = AWS_SCALARS[name]
    with pytest.raises(BadInput, match="Unable to parse"):
        scalar.parse(value)
    with pytest.raises(BadOutput, match="Unable to serialize"):
        scalar.serialize(value)


def test_wording():
    """aws-amplify/amplify-flutter#822, amplify-swift#278, amplify-js#5963."""
    with pytest.raises(BadInput) as bad:
        AWS_SCALARS["AWSPhone"].parse("1110004444")
    assert str(bad.value) == "Unable to parse `1110004444` as a valid phone number."
    with pytest.raises(BadInput, match=r"as a valid date\.$"):
        AWS_SCALARS["AWSDate"].parse("x")
    with pytest.raises(BadOutput) as written:
        AWS_SCALARS["AWSDateTime"].serialize("v")
    assert str(written.value) == "Unable to serialize `v` as a valid DateTime Object."


def test_timestamp_is_wider_than_int():
    scalar = AWS_SCALARS["AWSTimestamp"]
    for value in (-31_557_014_167_219_200, 31_556_889_864_403_199, 2**33):
        assert scalar.parse(value) == scalar.serialize(value) == value
    assert scalar.serialize(5.0) == 5
    for value in (31_556_889_864_403_200, 1.5, "1", True, None):
        with pytest.raises(BadInput):
            scalar.parse(value)
        with pytest.raises(BadOutput):
            scalar.serialize(value)


@pytest.mark.parametrize("value", [{"a": 1}, [1], 1, "text", None, True])
def test_json_is_parsed_coming_in_and_compact_going_out(value):
    """AppSync developer guide; aws-amplify/amplify-category-api#521."""
    scalar = AWS_SCALARS["AWSJSON"]
    assert scalar.parse(json.dumps(value, indent=2)) == value
    assert scalar.serialize(value) == json.dumps(value, separators=(",", ":"))


def test_json_refuses():
    scalar = AWS_SCALARS["AWSJSON"]
    for value in ("{a:1}", "{'a':1}", "Unquoted", "NaN", "", {"a": 1}, "[" * 100_000, "1" * 10_000):
        with pytest.raises(BadInput):
            scalar.parse(value)
    deep = []
    for _ in range(100_000):
        deep = [deep]
    for value in (float("nan"), object(), {1: {2}}, deep):
        with pytest.raises(BadOutput):
            scalar.serialize(value)


def test_json_strings_can_pass_as_they_are(monkeypatch):
    monkeypatch.setattr(aws_scalars, "ENCODE_JSON_STRINGS_AGAIN", False)
    assert AWS_SCALARS["AWSJSON"].serialize('{"a":1}') == '{"a":1}'
