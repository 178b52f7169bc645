"""The published JSON Schema says what the loader does."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from appsync_emu.config import keys as api_keys
from appsync_emu.config.readers import to_json
from appsync_emu.config.yamlfile import read
from appsync_emu.core.comparisons import OPERATORS
from appsync_emu.core.faults import KINDS
from appsync_emu.core.faults.match import MATCH_WORDS
from appsync_emu.core.faults.points import Point
from appsync_emu.core.retry import BackoffKind
from appsync_emu.scenario import keys
from appsync_emu.scenario.expect import INVARIANTS
from appsync_emu.scenario.load import load

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
GOOD = sorted(ROOT.glob("fixtures/scenarios/good/*.appsync.yaml")) + sorted(
    ROOT.glob("examples/**/*.appsync.yaml")
)
SCHEMA: dict[str, Any] = json.loads(
    files("appsync_emu.scenario").joinpath("scenario.schema.json").read_text("utf-8")
)


def there(*path: str | int) -> Any:
    found: Any = SCHEMA
    for step in path:
        found = found[step]
    return found


def at(*path: str | int) -> tuple[str, ...]:
    return tuple(there(*path)["properties"])


def section(name: str, *more: str | int) -> tuple[str, ...]:
    return at("properties", name, *more)


def step(name: str, *more: str | int) -> tuple[str, ...]:
    return at("$defs", "step", "properties", name, *more)


def effect(name: str, *more: str | int) -> tuple[str, ...]:
    return at("$defs", "effect", "properties", name, *more)


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_the_keys_of_sections_are_those_of_the_loader():
    assert at() == keys.SCENARIO
    assert section("api") == keys.API
    assert section("retry") == api_keys.RETRY
    assert section("retry", "properties", "backoff") == api_keys.BACKOFF
    assert section("deadletters") == keys.DEADLETTERS
    assert section("clock") == keys.CLOCK
    assert section("seeds", "oneOf", 2) == keys.SEEDS
    assert section("coverage") == keys.COVERAGE


def test_the_keys_of_faults_are_those_of_the_loader():
    strike = ("$defs", "strike", "properties")
    assert at("$defs", "fault") == keys.FAULT
    assert at("$defs", "match") == MATCH_WORDS
    assert at("$defs", "strike") == keys.STRIKE
    assert at(*strike, "calls") == keys.CALLS
    assert at(*strike, "during", "oneOf", 0) == keys.DURING
    assert at("$defs", "effect") == keys.EFFECT
    assert [tuple(each["required"]) for each in there("$defs", "effect", "oneOf")] == [
        (kind,) for kind in keys.KINDS
    ]
    assert effect("error", "oneOf", 1) == keys.ERROR_BUSINESS
    assert effect("error", "oneOf", 2) == keys.ERROR_OTHER
    assert effect("throttle") == keys.THROTTLE
    assert effect("crash") == keys.CRASH
    assert effect("duplicate") == keys.DUPLICATE
    assert effect("reorder") == keys.REORDER
    assert effect("close") == keys.CLOSE


def test_the_keys_of_steps_are_those_of_the_loader():
    assert at("$defs", "step") == keys.STEP
    assert step("send") == keys.SEND
    assert step("send", "properties", "refused") == keys.REFUSED
    assert step("subscribe") == keys.SUBSCRIBE
    assert step("query") == keys.QUERY
    assert step("query", "properties", "errors") == keys.ERRORS_OF_CLIENTS
    assert step("settle") == keys.SETTLE
    assert step("crash") == keys.CRASH_STEP
    assert step("redrive", "oneOf", 1) == keys.LABELLED
    assert step("discard", "oneOf", 1) == keys.LABELLED


def test_the_keys_of_expectations_are_those_of_the_loader():
    expect = ("$defs", "expect", "properties")
    assert at("$defs", "expect") == keys.EXPECT
    assert at(*expect, "traces", "additionalProperties", "oneOf", 1) == keys.QUANTIFIERS
    assert at("$defs", "traceWanted") == keys.TRACE_WANTED
    assert at("$defs", "componentWanted") == keys.COMPONENT_WANTED
    assert at("$defs", "errorWanted") == keys.ERROR_WANTED
    assert at("$defs", "effectsWanted", "additionalProperties") == keys.EFFECTS_WANTED
    assert at(*expect, "deadletters") == keys.LETTERS_WANTED
    assert at("$defs", "letterWanted") == keys.LETTER_WANTED
    assert at(*expect, "subscribers", "additionalProperties") == keys.SUBSCRIBER_WANTED
    assert at(*expect, "faults", "additionalProperties") == keys.FAULT_WANTED
    assert at(*expect, "invariants") == keys.INVARIANTS
    assert at(*expect, "invariants", "properties", "except", "items") == keys.EXCEPTION


def test_closed_sets_are_those_of_the_engine():
    except_ = there("$defs", "expect", "properties", "invariants", "properties", "except")
    backoff = there("properties", "retry", "properties", "backoff", "properties")
    assert there("$defs", "fault", "properties", "point", "enum") == [each.value for each in Point]
    assert at("$defs", "operators") == tuple(OPERATORS)
    assert set(keys.KINDS) == KINDS.keys() - {"stale"}
    assert tuple(except_["items"]["properties"]["name"]["enum"]) == INVARIANTS
    assert set(backoff["kind"]["enum"]) == {str(kind) for kind in BackoffKind}


def test_every_key_is_described():
    def undescribed(node: Any, path: str) -> Iterator[str]:
        if isinstance(node, dict):
            for name, property_ in node.get("properties", {}).items():
                if not property_.get("description") and "$ref" not in property_:
                    yield f"{path}.{name}"
            for name, child in node.items():
                yield from undescribed(child, f"{path}.{name}")
        elif isinstance(node, list):
            for number, child in enumerate(node):
                yield from undescribed(child, f"{path}[{number}]")

    assert list(undescribed(SCHEMA, "")) == []


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.name)
def test_good_files_are_good_to_both(path):
    load(path)
    root = read(path, path.name).root
    assert root is not None
    jsonschema.validate(to_json(root), SCHEMA, cls=jsonschema.Draft202012Validator)
