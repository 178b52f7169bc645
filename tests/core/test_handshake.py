"""Credentials of the upgrade request; AWS, real-time-websocket-client."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from appsync_emu.core.handshake import (
    HEADERS_MISSING,
    HEADERS_UNREADABLE,
    NO_PROTOCOL,
    Handshake,
    read_handshake,
)

# Encodes with "+" and "/" in it.
CREDENTIALS = {"Host": "h.example", "x-api-key": "da2-\u00fb\u00ff~~~???>>>"}
FOUND = {"host": "h.example", "x-api-key": "da2-\u00fb\u00ff~~~???>>>"}
RAW = json.dumps(CREDENTIALS, ensure_ascii=False).encode()
STANDARD = base64.b64encode(RAW).decode()
URLSAFE = base64.urlsafe_b64encode(RAW).decode()


def read(query="", protocols=("graphql-ws",), headers=None):
    return read_handshake(query=query, protocols=protocols, headers=headers or {})


def test_the_sample_needs_both_alphabets():
    assert "+" in STANDARD
    assert "/" in STANDARD


@pytest.mark.parametrize(
    "value",
    [
        STANDARD,
        quote(STANDARD, safe=""),
        quote(STANDARD),
        STANDARD.replace("+", "%20"),
        URLSAFE,
        STANDARD.rstrip("="),
        STANDARD + "%0A",
        base64.b64encode(RAW + b"\n").decode(),
    ],
    ids=["raw", "encoded", "half", "plus-as-space", "urlsafe", "unpadded", "newline", "inner-nl"],
)
@pytest.mark.parametrize("around", ["header={}&payload=e30=", "x=1&header={}", "header={}"])
def test_query_string(value, around):
    """gql and the 3.1.3 Apollo link send raw base64; the private-API example adds a newline."""
    assert read(around.format(value)) == Handshake(FOUND)


@pytest.mark.parametrize("value", [URLSAFE, URLSAFE.rstrip("="), STANDARD])
@pytest.mark.parametrize("first", [True, False])
def test_subprotocol(value, first):
    """amplify-js sends it without padding, in either place."""
    protocols = ("graphql-ws", f"header-{value}")

    assert read(protocols=protocols if first else protocols[::-1]) == Handshake(FOUND)


@pytest.mark.parametrize("name", ["x-api-key", "authorization"])
def test_plain_headers(name):
    headers = {name: "secret", "user-agent": "ua"}

    assert read(headers=headers) == Handshake(headers)
    assert read("x=1", headers=headers) == Handshake(headers)


def test_the_query_string_goes_first():
    assert read(f"header={STANDARD}", headers={"x-api-key": "other"}) == Handshake(FOUND)


@pytest.mark.parametrize("protocols", [(), (f"header-{URLSAFE}",), ("graphql-transport-ws",)])
def test_without_the_subprotocol(protocols):
    """aws/aws-appsync-community#195."""
    assert read(f"header={STANDARD}", protocols) == Handshake({}, NO_PROTOCOL)


def test_without_credentials():
    """graphql-dotnet/graphql-client#662."""
    assert read(headers={"host": "h"}) == Handshake({}, HEADERS_MISSING)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "%%%",
        "!!!!",
        "a",
        base64.b64encode(b"\xff\xfe").decode(),
        base64.b64encode(b"nope").decode(),
        base64.b64encode(b"[]").decode(),
        base64.b64encode(b"[" * 100_000).decode(),
        base64.b64encode(b'{"host":1}').decode(),
    ],
)
def test_what_cannot_be_decoded(value):
    """apollographql/apollo-kotlin#1864."""
    assert read(f"header={value}") == Handshake({}, HEADERS_UNREADABLE)
    assert read(protocols=("graphql-ws", f"header-{value}")) == Handshake({}, HEADERS_UNREADABLE)
