"""Tests mirror modules, so that the test of anything is found in one guess."""

from __future__ import annotations

import mirror


def test_every_module_has_its_test_file():
    missing = {
        mirror.name(module): tests.relative_to(mirror.ROOT).as_posix()
        for module, tests in mirror.modules().items()
        if not tests.exists()
    }
    assert missing == {}


def test_the_exceptions_are_still_there():
    names = {mirror.name(module) for package in mirror.PACKAGES for module in package.rglob("*.py")}
    assert mirror.WITHOUT.keys() <= names


def test_names_and_places():
    pairs = {mirror.name(module): tests for module, tests in mirror.modules().items()}
    assert pairs["appsync_emu/core/events.py"] == mirror.TESTS / "core" / "test_events.py"
    assert pairs["appsync_emu/core/auth/__init__.py"] == (
        mirror.TESTS / "core" / "auth" / "test_init.py"
    )
    assert pairs["pytest_appsync/plugin.py"] == (mirror.TESTS / "pytest_appsync" / "test_plugin.py")
    assert "appsync_emu/core/__init__.py" not in pairs
