"""NONE: AppSync guide, "Resolver reference for NONE data sources"; without code, our choice."""

from __future__ import annotations

from field_calls import field_call

from appsync_emu.datasources.none import source


def test_the_arguments_are_the_result():
    call = field_call({"channel": "c", "tags": ["a"]})

    result = source(call)

    assert result == {"channel": "c", "tags": ["a"]}
    assert result["tags"] is not call.arguments["tags"]


def test_no_arguments_are_an_empty_object():
    assert source(field_call(), {"result": 1}) == {}
