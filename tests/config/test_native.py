"""The sections together: all mistakes of all of them at once."""

from __future__ import annotations

import time

import pytest
from api_files import loaded, messages, write

from appsync_emu.config.load import load
from appsync_emu.errors import UsageError


def test_the_least_that_is_an_api(tmp_path):
    api = loaded(tmp_path)
    assert api.name == "shop"
    assert api.queue_limit == 10_000
    assert (api.commands, api.components, api.data_sources, api.resolvers) == ({}, {}, {}, {})


def test_sections_may_be_empty(tmp_path):
    """A key whose lines are all commented out."""
    names = ["dataSources", "resolvers", "pipelineFunctions", "commands", "components", "retry"]
    names += ["deadletters", "trace", "apiKeys"]
    assert loaded(tmp_path, **dict.fromkeys(names)) == loaded(tmp_path)


def test_queue_limit(tmp_path):
    assert loaded(tmp_path, queue_limit=5).queue_limit == 5
    assert messages(tmp_path, queue_limit=0) == ['"queue_limit" is 0, which is out of range']


def test_mistakes_of_every_section_are_told_at_once(tmp_path):
    told = messages(
        tmp_path,
        nam="x",
        authentication={"type": "X"},
        apiKeys={},
        dataSources=[],
        resolvers=[],
        pipelineFunctions=[],
        commands=[],
        components=[],
        retry=[],
        deadletters=[],
        trace=[],
        queue_limit="x",
    )
    assert len(told) == 12


def test_the_name_is_required(tmp_path):
    path = write(tmp_path)
    path.write_text("schema: schema.graphql\n", "utf-8")
    with pytest.raises(UsageError, match='the file has no "name"'):
        load(path)


def test_an_api_of_300_models_loads_fast(tmp_path):
    """Generous: it takes a third of this on a slow machine; quadratic work would not fit."""
    models = [f"Model{n}" for n in range(300)]
    schema = "type Trace { traceId: ID status: String component: String }\n"
    schema += "type Accepted { traceId: ID! }\ntype Query { trace(traceId: ID!): [Trace]\n"
    schema += "\n".join(f"get{name}(id: ID!): {name}\nlist{name}: [{name}]" for name in models)
    schema += "}\ntype Mutation {\n"
    schema += "\n".join(f"put{name}(id: ID!, input: {name}Input!): Accepted" for name in models)
    schema += "}\n"
    for name in models:
        fields = " ".join(f"f{n}: String" for n in range(10))
        schema += f"type {name} {{ id: ID! {fields} }} input {name}Input {{ id: ID! {fields} }}\n"
    unit = {"kind": "UNIT", "dataSource": "none"}
    path = write(
        tmp_path,
        schema=schema,
        dataSources={"none": {"type": "NONE"}},
        resolvers={f"Query.{kind}{name}": unit for name in models for kind in ("get", "list")},
        commands={f"Mutation.put{name}": f"Put.{name}" for name in models},
        components={
            f"Put.{name}": {"handler": "handlers:place", "idempotency_key": "arguments.id"}
            for name in models
        },
    )
    started = time.process_time()
    api = load(path)
    assert len(api.commands) == 300
    assert time.process_time() - started < 3
