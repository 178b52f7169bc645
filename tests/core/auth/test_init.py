"""One door for every authorization mode."""

from __future__ import annotations

import pytest

from appsync_emu.core.api import Api, ApiKey, AuthMode
from appsync_emu.core.auth import MODES, authenticate
from appsync_emu.core.request import Identity
from appsync_emu.errors import UsageError


def test_the_mode_of_the_api_decides():
    api = Api(name="t", schema=(), api_keys=(ApiKey(name="a", value="da2-a"),))

    assert authenticate(api, {"x-api-key": "da2-a"}) == Identity()


@pytest.mark.parametrize("mode", [mode for mode in AuthMode if mode not in MODES])
def test_a_mode_that_is_not_run_yet_is_refused_by_name(mode):
    with pytest.raises(UsageError, match=f"{mode} is not supported yet"):
        authenticate(Api(name="t", schema=(), authentication=mode), {})
