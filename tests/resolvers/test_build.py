"""From the resolver map to callables. Pipelines: "Resolvers" of serverless-appsync-plugin v2."""

from __future__ import annotations

import asyncio

import pytest
from field_calls import field_call

from appsync_emu.core.api import (
    Api,
    DataSource,
    DataSourceType,
    PipelineFunction,
    PipelineResolver,
    UnitResolver,
)
from appsync_emu.errors import WireError
from appsync_emu.resolvers.build import build_resolvers

STEPS = ("add", "wait", "fail")


async def _later(value):
    return value


def _open(data_source):
    def source(call, prev=None, /):
        call.stash.setdefault("seen", []).append((data_source.name, prev))
        match data_source.name:
            case "add":
                return {"n": (prev or {}).get("result", {}).get("n", 0) + 1}
            case "wait":
                return _later({"n": prev["result"].get("n", 0) + 10})
            case _:
                raise WireError("Boom", "no")

    return source


def resolver(*steps):
    api = Api(
        name="t",
        schema=(),
        data_sources={name: DataSource(name=name, type=DataSourceType.NONE) for name in STEPS},
        pipeline_functions={
            f"f{name}": PipelineFunction(name=f"f{name}", data_source=name) for name in STEPS
        },
        resolvers={
            "Query.unit": UnitResolver(data_source="add"),
            "Query.pipe": PipelineResolver(functions=tuple(f"f{name}" for name in steps)),
        },
    )
    return build_resolvers(api, _open)


def test_a_unit_resolver_is_its_data_source():
    call = field_call()

    assert resolver()["Query", "unit"](call) == {"n": 1}
    assert call.stash["seen"] == [("add", None)]


def test_each_function_of_a_pipeline_sees_the_result_before():
    call = field_call()

    assert resolver("add", "add")["Query", "pipe"](call) == {"n": 2}
    assert call.stash["seen"] == [("add", {"result": {}}), ("add", {"result": {"n": 1}})]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (("wait",), 10),
        (("add", "wait", "add", "wait", "add"), 23),
        (("wait", "wait", "add"), 21),
    ],
)
def test_functions_of_a_pipeline_may_wait(steps, expected):
    async def run():
        return await resolver(*steps)["Query", "pipe"](field_call())

    assert asyncio.run(run()) == {"n": expected}


def test_an_error_ends_the_pipeline():
    call = field_call()

    with pytest.raises(WireError, match="no"):
        resolver("add", "fail", "add")["Query", "pipe"](call)

    assert [name for name, _ in call.stash["seen"]] == ["add", "fail"]


def test_a_pipeline_without_functions_answers_an_empty_object():
    assert resolver()["Query", "pipe"](field_call()) == {}
