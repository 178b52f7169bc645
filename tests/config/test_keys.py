"""The published JSON Schema says what the loader does."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from appsync_emu.config import keys
from appsync_emu.config.load import load
from appsync_emu.config.readers import to_json
from appsync_emu.config.yamlfile import read
from appsync_emu.core.api import TraceFields

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
GOOD = sorted(ROOT.glob("fixtures/apis/*/appsync.yaml")) + sorted(
    ROOT.glob("examples/*/appsync.yaml")
)
SCHEMA: dict[str, Any] = json.loads(
    files("appsync_emu.config").joinpath("api.schema.json").read_text("utf-8")
)


def at(*path: str | int) -> tuple[str, ...]:
    found: Any = SCHEMA
    for step in path:
        found = found[step]
    return tuple(found["properties"])


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_the_keys_are_those_of_the_loader():
    backoff = at("$defs", "retry", "properties", "backoff")
    config = at("$defs", "dataSource", "oneOf", 1, "properties", "config")
    function = ("$defs", "dataSource", "oneOf", 1, "properties", "config", "properties", "function")
    resolvers = {*at("$defs", "resolver", "oneOf", 0), *at("$defs", "resolver", "oneOf", 1)}
    assert at() == keys.API
    assert at("properties", "authentication") == keys.AUTHENTICATION
    assert at("$defs", "apiKey", "oneOf", 1) == keys.API_KEY
    assert at("$defs", "dataSource", "oneOf", 1) == keys.DATA_SOURCE
    assert config == keys.LAMBDA_CONFIG
    assert at(*function) == keys.FUNCTION
    assert resolvers == set(keys.RESOLVER)
    assert at("$defs", "pipelineFunction") == keys.PIPELINE_FUNCTION
    assert at("$defs", "command", "oneOf", 2) == keys.COMMAND
    assert at("$defs", "component") == keys.COMPONENT
    assert at("$defs", "retry") == keys.RETRY
    assert backoff == keys.BACKOFF
    assert at("properties", "deadletters") == keys.DEADLETTERS
    assert at("properties", "errors") == keys.ERRORS
    assert at("properties", "trace") == keys.TRACE
    assert at("properties", "trace", "properties", "fields") == keys.TRACE_FIELDS


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


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.parent.name)
def test_good_files_are_good_to_both(path):
    load(path)
    root = read(path, path.name).root
    assert root is not None
    jsonschema.validate(to_json(root), SCHEMA, cls=jsonschema.Draft202012Validator)


def test_no_key_is_both_read_and_refused():
    for known, refused in (
        (keys.API, keys.API_REFUSED),
        (keys.AUTHENTICATION, keys.AUTHENTICATION_REFUSED),
        (keys.API_KEY, keys.API_KEY_REFUSED),
        (keys.LAMBDA_CONFIG, keys.LAMBDA_CONFIG_REFUSED),
        (keys.FUNCTION, keys.FUNCTION_REFUSED),
        (keys.RESOLVER, keys.RESOLVER_REFUSED),
        (keys.PIPELINE_FUNCTION, keys.RESOLVER_REFUSED),
    ):
        assert not set(known) & set(refused)


def test_trace_keys_name_attributes():
    attributes = {keys.trace_attribute(key) for key in keys.TRACE_FIELDS}
    assert attributes == set(TraceFields.__dataclass_fields__)
