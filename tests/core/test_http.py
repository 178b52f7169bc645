"""Bodies in, bodies out. Refusals: the transcripts collected in graphql/graphql-over-http#81."""

from __future__ import annotations

import json

import pytest

from appsync_emu.core.http import (
    INTERNAL_FAILURE,
    TOO_LARGE,
    WRONG_PATH,
    ParsedBody,
    RequestRefused,
    encode,
    parse_get,
    parse_post,
)

UNPARSABLE = "Unable to parse GraphQL query."


def refused(call, *args) -> RequestRefused:
    with pytest.raises(RequestRefused) as caught:
        call(*args)
    assert (caught.value.status, caught.value.error_type) == (400, "MalformedHttpRequestException")
    return caught.value


def test_a_body_with_everything():
    body = b'{"query":"query A {a}","variables":{"x":[1,null]},"operationName":"A","extensions":{}}'

    assert parse_post(body) == ParsedBody("query A {a}", {"x": [1, None]}, "A")


@pytest.mark.parametrize(
    "body",
    [
        b'{"query":"{a}"}',
        b'{"query":"{a}","variables":null,"operationName":null}',
        b'{"query":"{a}","operationName":""}',  # graphql-java takes an empty name for none
        b'{"query":"{a}"}\n',
        b' {"query":"x","query":"{a}"} \n',  # of a duplicate key the last counts
    ],
)
def test_what_may_be_left_out(body):
    assert parse_post(body) == ParsedBody("{a}", {}, None)


def test_an_empty_body():
    assert refused(parse_post, b"").message == "Request body is empty."


@pytest.mark.parametrize(
    "body",
    [
        b"meow",
        b"{}",
        b"{}}",
        b"[]",
        b" ",
        b"null",
        b"1",
        b'"{a}"',
        b'[{"query":"{a}"}]',
        b'{"query":1}',
        b'{"query":null}',
        b'{"query":"{a}","variables":[]}',
        b'{"query":"{a}","variables":"{}"}',
        b'{"query":"{a}","variables":false}',
        b'{"query":"{a}","operationName":1}',
        b'{"query":"{a}","operationName":false}',
        b'{"query":"{a}"',
        b'{"query":"{a}","variables":{"x":NaN}}',
        b'{"query":"{a}","variables":{"x":-Infinity}}',
        b'{"query":"\xff"}',
        '{"query":"{a}"}'.encode("utf-16"),
        b"\xef\xbb\xbf" + b'{"query":"{a}"}',
        b'{"query":"{a}","variables":{"x":' + b"[" * 200_000 + b"]" * 200_000 + b"}}",
        b'{"query":"{a}","variables":' + b'{"x":' * 200_000 + b"1" + b"}" * 200_001,
        b'{"query":"{a}","variables":{"x":' + b"9" * 100_000 + b"}}",
    ],
)
def test_a_malformed_body(body):
    assert refused(parse_post, body).message == UNPARSABLE


def test_url_parameters():
    """GET: stated by the AppSync team in graphql/graphql-over-http#81."""
    assert parse_get({"query": "{a}"}) == ParsedBody("{a}", {}, None)
    assert parse_get(
        {"query": "query A {a}", "variables": '{"x":1}', "operationName": "A"}
    ) == ParsedBody("query A {a}", {"x": 1}, "A")
    assert parse_get({"query": "{a}", "variables": "", "operationName": ""}) == ParsedBody(
        "{a}", {}, None
    )


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"variables": "{}"},
        {"query": "{a}", "variables": "{"},
        {"query": "{a}", "variables": "[]"},
        {"query": "{a}", "variables": "NaN"},
        {"query": "{a}", "variables": "[" * 200_000},
    ],
)
def test_malformed_url_parameters(params):
    assert refused(parse_get, params).message == UNPARSABLE


def test_the_body_of_a_refusal():
    refusal = RequestRefused(401, "UnauthorizedException", "No.")

    assert refusal.status == 401
    assert str(refusal) == "No."
    assert refusal.body() == b'{"errors":[{"errorType":"UnauthorizedException","message":"No."}]}'


def test_refusals_have_the_names_of_the_api_reference():
    """AWS: AppSync API reference, "Common errors"."""
    assert INTERNAL_FAILURE[:2] == (500, "InternalFailure")
    assert TOO_LARGE[:2] == (413, "RequestEntityTooLargeException")


def test_a_wrong_path_has_a_shape_of_its_own():
    """Seen on an AppSync host: aws/aws-sdk-go#3689."""
    _, body = WRONG_PATH

    assert json.loads(body) == {
        "Output": {"__type": "com.amazon.coral.service#UnknownOperationException"},
        "Version": "1.0",
    }


def test_answers_are_utf8_without_spaces():
    assert encode({"data": {"a": [1, "é"]}}) == '{"data":{"a":[1,"é"]}}'.encode()


def test_half_a_surrogate_pair_is_escaped():
    assert encode({"a": "é\ud800"}) == rb'{"a":"\u00e9\ud800"}'


def test_numbers_that_json_does_not_have_are_null():
    inf = float("inf")

    assert encode({"a": [inf, -inf, {"b": float("nan")}, 1.5, "x"]}) == (
        b'{"a":[null,null,{"b":null},1.5,"x"]}'
    )


def test_a_value_that_is_no_json_is_a_bug():
    with pytest.raises(TypeError):
        encode({"a": object()})
