"""Data sources, resolvers and pipeline functions in the plugin's words."""

from __future__ import annotations

from api_files import loaded, messages

from appsync_emu.core.api import DataSourceType, PipelineFunction, PipelineResolver, UnitResolver


def lambda_source(**function):
    return {"type": "AWS_LAMBDA", "config": {"function": {"handler": "handlers:place", **function}}}


def test_data_sources(tmp_path):
    sources = loaded(
        tmp_path,
        dataSources={
            "none": {"type": "NONE"},
            "plain": lambda_source(),
            "seconds": lambda_source(timeout=10),
            "unit": lambda_source(timeout="250ms"),
        },
    ).data_sources
    assert sources["none"].type is DataSourceType.NONE
    assert sources["none"].function is None
    timeouts = {name: found.function.timeout_s for name, found in sources.items() if found.function}
    assert timeouts == {"plain": 30.0, "seconds": 10.0, "unit": 0.25}


def test_resolvers(tmp_path):
    api = loaded(
        tmp_path,
        dataSources={"none": {"type": "NONE"}},
        resolvers={
            "Query.item": {"kind": "UNIT", "dataSource": "none"},
            "Item.id": {"functions": ["first", "first"]},
            "Trace.status": {"kind": "PIPELINE", "functions": []},
        },
        pipelineFunctions={"first": {"dataSource": "none", "description": "text"}},
    )
    assert api.resolvers == {
        "Query.item": UnitResolver(data_source="none"),
        "Item.id": PipelineResolver(functions=("first", "first")),
        "Trace.status": PipelineResolver(functions=()),
    }
    assert api.pipeline_functions == {"first": PipelineFunction(name="first", data_source="none")}


def test_a_faulty_definition_is_not_an_unknown_one(tmp_path):
    """One mistake, told once: the references to it are right."""
    assert messages(
        tmp_path,
        dataSources={"table": {"type": "AMAZON_DYNAMODB"}},
        pipelineFunctions={"first": {"dataSource": "table", "code": "first.js"}},
        resolvers={"Query.item": {"functions": ["first"]}},
    ) == [
        'data source "table" has type AMAZON_DYNAMODB, which is not supported by this version',
        '"code" in pipeline function "first" is not supported by this version',
    ]


def test_wrong_shapes(tmp_path):
    assert messages(
        tmp_path,
        dataSources={"a": {"type": "AWS_LAMBDA", "config": "handlers:place"}, "b": [], "c": None},
        pipelineFunctions={"f": "a"},
        resolvers={"Query.item": "a", "Item.id": {"functions": "f"}},
    ) == [
        '"config" of data source "a" is "handlers:place", not a mapping',
        'data source "b" is a list, not a mapping',
        'data source "c" has no "type"',
        'pipeline function "f" is "a", not a mapping',
        'resolver "Query.item" is "a", not a mapping',
        '"functions" of resolver "Item.id" is "f", not a list',
    ]
    assert messages(
        tmp_path, dataSources={"a": {"type": "AWS_LAMBDA", "config": {"function": "f:g"}}}
    ) == ['"function" of data source "a" is "f:g", not a mapping']
