"""API keys are the same on every machine, and in AppSync's form."""

from __future__ import annotations

import re

from api_files import loaded, messages

from appsync_emu.config.access import derive_key
from appsync_emu.core.api import ApiKey, AuthMode


def test_derived_keys_never_change():
    """Clients, tests and ``.env`` files hold them."""
    assert derive_key("orders", "default") == "da2-rwkhkfv8mm0v05oflzvgzpwbj4"
    assert derive_key("orders", "web") != derive_key("orders", "default")
    assert re.fullmatch(r"da2-[a-z0-9]{26}", derive_key("", ""))


def test_without_keys_there_is_one(tmp_path):
    expected = (ApiKey(name="default", value=derive_key("shop", "default")),)
    assert loaded(tmp_path).api_keys == expected
    assert loaded(tmp_path, apiKeys=[]).api_keys == expected
    assert loaded(tmp_path, apiKeys=None).api_keys == expected


def test_keys_by_name_and_by_value(tmp_path):
    value = "da2-" + "a" * 26
    keys = ["web", {"name": "app", "value": value, "description": "d", "expiresAfter": "30d"}]
    assert loaded(tmp_path, apiKeys=keys).api_keys == (
        ApiKey(name="web", value=derive_key("shop", "web")),
        ApiKey(name="app", value=value),
    )


def test_wrong_keys(tmp_path):
    assert messages(tmp_path, apiKeys=["", {"name": []}, {"name": "a", "value": None}, ["b"]]) == [
        "an API key's name is empty",
        '"name" of an API key is a list',
        '"value" of API key "a" is empty',
        "an API key's name is a list",
    ]


def test_authentication(tmp_path):
    assert loaded(tmp_path).authentication is AuthMode.API_KEY
    section = {"type": "API_KEY"}
    assert loaded(tmp_path, authentication=section).authentication is AuthMode.API_KEY
    assert messages(tmp_path, authentication={}) == ['"authentication" has no "type"']
    assert messages(tmp_path, authentication={"type": "OPENID_CONNECT"}) == [
        "authentication by OPENID_CONNECT is not supported by this version"
    ]
