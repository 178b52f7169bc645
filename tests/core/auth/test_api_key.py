"""Texts: aws-amplify/amplify-js#4270, #4373; the rule: AppSync guide, "API_KEY authorization"."""

from __future__ import annotations

import pytest

from appsync_emu.core.api import Api, ApiKey, AuthMode
from appsync_emu.core.auth.api_key import authenticate
from appsync_emu.core.http import RequestRefused
from appsync_emu.core.request import Identity

API = Api(
    name="t",
    schema=(),
    api_keys=(ApiKey(name="a", value="da2-a"), ApiKey(name="b", value="da2-b")),
)


@pytest.mark.parametrize("key", ["da2-a", "da2-b"])
def test_any_key_of_the_api_opens(key):
    assert authenticate(API, {"x-api-key": key}) == Identity(AuthMode.API_KEY, None)


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({}, "Missing authorization header"),
        ({"authorization": "Bearer x"}, "Valid authorization header not provided."),
        ({"x-api-key": "da2-c"}, "You are not authorized to make this call."),
        ({"x-api-key": ""}, "You are not authorized to make this call."),
        ({"x-api-key": "da2-é\udcff"}, "You are not authorized to make this call."),
        ({"x-api-key": ["da2-a", "da2-a"]}, "You are not authorized to make this call."),
    ],
)
def test_everything_else_is_refused(headers, message):
    with pytest.raises(RequestRefused) as caught:
        authenticate(API, headers)

    assert (caught.value.status, caught.value.error_type) == (401, "UnauthorizedException")
    assert caught.value.message == message


def test_an_api_without_keys_lets_nobody_in():
    with pytest.raises(RequestRefused):
        authenticate(Api(name="t", schema=()), {"x-api-key": "da2-a"})
