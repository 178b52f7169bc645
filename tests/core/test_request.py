"""A request as every part of the emulator sees it."""

from __future__ import annotations

import dataclasses

import pytest

from appsync_emu.core.api import AuthMode
from appsync_emu.core.request import GraphqlRequest, Identity


def test_an_api_key_gives_no_claims():
    """AppSync Developer Guide, "Resolver mapping template context reference": identity is null."""
    assert Identity() == Identity(mode=AuthMode.API_KEY, claims=None)


def test_requests_are_frozen():
    request = GraphqlRequest(
        query="{ a }",
        variables={},
        operation_name=None,
        identity=Identity(),
        headers={"x-api-key": "da2-x", "x-twice": ["1", "2"]},
        request_id="id",
    )
    with pytest.raises(dataclasses.FrozenInstanceError):
        request.query = "{ b }"  # type: ignore[misc]  # that is the point
