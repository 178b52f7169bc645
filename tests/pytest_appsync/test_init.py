"""The names for annotations."""

from __future__ import annotations

import pytest

import pytest_appsync


def test_every_public_name_can_be_had():
    for name in pytest_appsync.__all__:
        assert getattr(pytest_appsync, name).__name__ == name


def test_other_names_are_missing_as_usual():
    with pytest.raises(AttributeError, match="has no attribute 'Harnes'"):
        _ = pytest_appsync.Harnes
