"""Python values as the nodes that a file would have."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from appsync_emu.config.declared import Declared, Place, policy, source, written
from appsync_emu.config.handlers import HandlerRefusedError
from appsync_emu.config.readers import Reader, to_json
from appsync_emu.core.api import SdlSource
from appsync_emu.core.retry import Backoff, BackoffKind, RetryPolicy

HERE = Place("shop.py", 7)


@pytest.mark.parametrize(
    "value", [{"a": [1, 2.5, True, False, None, "x", "1"], "b": {}}, [], "true", -3]
)
def test_values_become_nodes_and_json_again(value):
    node = HERE.node(value)
    assert to_json(node) == value
    assert (node.file, node.line, node.column) == ("shop.py", 7, 0)


def test_sequences_are_lists_and_keys_are_text():
    assert to_json(HERE.node({1: ("a",)})) == {"1": ["a"]}


def test_other_values_are_told_by_their_type():
    assert to_json(HERE.node(object())) == "a value of type object"


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        ("30s", "30s"),
        (5, "5.000000s"),
        (0.25, "0.250000s"),
        (timedelta(minutes=1), "60.000000s"),
        (None, None),
    ],
)
def test_durations(duration, text):
    assert written(duration) == text


def test_policies():
    assert policy({"max_retries": 2}) == {"max_retries": 2}
    said = policy(RetryPolicy(max_retries=1, backoff=Backoff(kind=BackoffKind.FIXED, base_s=2.0)))
    assert said == {
        "max_retries": 1,
        "backoff": {"kind": "fixed", "base": "2.000000s", "factor": 2.0, "cap": "900.000000s"},
    }


def one(event, context):
    return event


def test_functions_have_paths_of_their_own():
    declared = Declared(Path())
    path = declared.add(one)
    assert path.endswith(":one")
    assert declared.add(one) == path
    other = declared.add(partial(one))
    assert declared.add(partial(one)) == f"{other}#2"
    assert declared.find(path).call is one


def test_functions_are_checked_when_they_are_found():
    declared = Declared(Path())
    with pytest.raises(HandlerRefusedError, match="does not take two arguments"):
        declared.find(declared.add(lambda: None))


def test_schemas_are_text_files_or_sources(tmp_path):
    reader = Reader()
    path = tmp_path / "schema.graphql"
    path.write_text("type Query { a: ID }")
    given = SdlSource("x", "y")
    assert source(given, reader, HERE) is given
    assert source("type Query", reader, HERE) == SdlSource("<schema>", "type Query")
    assert source(path, reader, HERE) == SdlSource(path.as_posix(), "type Query { a: ID }")
    assert not reader.mistakes
    assert source(tmp_path / "no.graphql", reader, HERE) is None
    assert source(5, reader, HERE) is None
    first, second = reader.mistakes
    assert (first.file, first.line) == ("shop.py", 7)
    assert "cannot be read: No such file" in first.message
    assert second.message == "the schema is of type int"
