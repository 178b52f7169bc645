"""The sections that say where fields get their values.

``dataSources``, ``resolvers`` and ``pipelineFunctions``, in the words of the
serverless-appsync-plugin v2 (its ``doc/dataSources.md`` and ``doc/resolvers.md``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from appsync_emu.config import keys
from appsync_emu.config.yamlfile import Map
from appsync_emu.core.api import (
    DataSource,
    DataSourceType,
    Function,
    PipelineFunction,
    PipelineResolver,
    UnitResolver,
)

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from appsync_emu.config.loading import Loading
    from appsync_emu.config.yamlfile import Node, Scalar
    from appsync_emu.core.api import Resolver

__all__ = ["read_data_sources", "read_pipeline_functions", "read_resolvers"]

_TYPES_OF_APPSYNC = (
    "NONE",
    "AWS_LAMBDA",
    "AMAZON_BEDROCK_RUNTIME",
    "AMAZON_DYNAMODB",
    "AMAZON_ELASTICSEARCH",
    "AMAZON_EVENTBRIDGE",
    "AMAZON_OPENSEARCH_SERVICE",
    "HTTP",
    "RELATIONAL_DATABASE",
)
_TIMEOUT_MAX_S = 900.0
"""Lambda's own limit (AWS Lambda quotas, "Function timeout")."""
_FUNCTIONS_MAX = 10
"""AppSync's limit (AWS AppSync endpoints and quotas, "Functions per pipeline resolver")."""
_LAMBDA_REMEDY = "Write config: {function: {handler: module:function}}."


def read_data_sources(loading: Loading, node: Node | None) -> dict[str, DataSource]:
    """The data sources by name; one with mistakes is left out.

    Every name stands in the answer, so that references to a faulty one are not mistakes too.
    """
    found: dict[str, DataSource] = {}
    if node is not None:
        for key, value in loading.reader.named(node, '"dataSources"'):
            found[key.text] = _read_data_source(loading, key, value) or DataSource(
                name=key.text, type=DataSourceType.NONE
            )
    return found


def _read_data_source(loading: Loading, key: Scalar, node: Node) -> DataSource | None:
    reader, what = loading.reader, f'data source "{key.text}"'
    fields = reader.mapping(node, what, keys.DATA_SOURCE, hint="Write {type: NONE}.")
    if fields is None:
        return None
    if "description" in fields:
        reader.text(fields["description"], f'"description" of {what}')
    type_node = loading.required(fields, "type", key, what, "Write type: AWS_LAMBDA or NONE.")
    type_name = type_node and reader.choice(type_node, f'"type" of {what}', _TYPES_OF_APPSYNC)
    if type_node is None or type_name is None:
        return None
    config = fields.get("config")
    if type_name == DataSourceType.NONE:
        if config is not None:
            reader.note(config, f'{what} has type NONE and a "config"', "Remove the config.")
        return DataSource(name=key.text, type=DataSourceType.NONE)
    if type_name == DataSourceType.AWS_LAMBDA:
        function = _read_function(loading, key, config)
        if function is None:
            return None
        return DataSource(name=key.text, type=DataSourceType.AWS_LAMBDA, function=function)
    reader.note(
        type_node,
        f"{what} has type {type_name}, which is not supported by this version",
        f"Supported: {', '.join(DataSourceType)}.",
    )
    return None


def _read_function(loading: Loading, key: Scalar, config: Node | None) -> Function | None:
    reader, what = loading.reader, f'data source "{key.text}"'
    if config is None:
        reader.note(key, f'{what} has type AWS_LAMBDA and no "config"', _LAMBDA_REMEDY)
        return None
    outer = reader.mapping(
        config,
        f'"config" of {what}',
        keys.LAMBDA_CONFIG,
        keys.LAMBDA_CONFIG_REFUSED,
        hint=_LAMBDA_REMEDY,
    )
    if outer is None or "function" not in outer:
        if outer == {} and not _mentions(config, keys.LAMBDA_CONFIG_REFUSED):
            loading.required(outer, "function", config, f'"config" of {what}', _LAMBDA_REMEDY)
        return None
    function = outer["function"]
    inner = reader.mapping(
        function,
        f'"function" of {what}',
        keys.FUNCTION,
        keys.FUNCTION_REFUSED,
        hint=_LAMBDA_REMEDY,
    )
    if inner is None:
        return None
    handler_node = loading.required(
        inner, "handler", function, f'"function" of {what}', "Write handler: module:function."
    )
    handler = None
    if handler_node is not None:
        handler = loading.handler(handler_node, f'"handler" of {what}')
    timeout_s = None
    if "timeout" in inner:
        timeout_s = reader.duration_s(
            inner["timeout"],
            f'"timeout" of {what}',
            maximum_s=_TIMEOUT_MAX_S,
            seconds_allowed=True,
        )
    if handler is None:
        return None
    if timeout_s is None:
        return Function(name=key.text, handler=handler)
    return Function(name=key.text, handler=handler, timeout_s=timeout_s)


def _mentions(node: Node, names: Container[str]) -> bool:
    """Whether a mapping has one of the keys."""
    return isinstance(node, Map) and any(entry.key.text in names for entry in node.entries)


def read_pipeline_functions(
    loading: Loading, node: Node | None, sources: Mapping[str, DataSource]
) -> dict[str, PipelineFunction]:
    """The pipeline functions by name."""
    found: dict[str, PipelineFunction] = {}
    if node is None:
        return found
    for key, value in loading.reader.named(node, '"pipelineFunctions"'):
        what = f'pipeline function "{key.text}"'
        fields = loading.reader.mapping(
            value,
            what,
            keys.PIPELINE_FUNCTION,
            keys.RESOLVER_REFUSED,
            hint="Write {dataSource: name}.",
        )
        source = ""
        if fields is not None:
            if "description" in fields:
                loading.reader.text(fields["description"], f'"description" of {what}')
            source_node = loading.required(
                fields, "dataSource", key, what, "Name its data source: dataSource: name."
            )
            if source_node is not None:
                source = _data_source(loading, source_node, what, sources) or ""
        found[key.text] = PipelineFunction(name=key.text, data_source=source)
    return found


def _data_source(
    loading: Loading, node: Node, what: str, sources: Mapping[str, DataSource]
) -> str | None:
    return loading.reference(node, f'"dataSource" of {what}', sources, "dataSources")


def read_resolvers(
    loading: Loading,
    node: Node | None,
    sources: Mapping[str, DataSource],
    functions: Mapping[str, PipelineFunction],
) -> dict[str, tuple[Scalar, Resolver]]:
    """The resolvers by ``Type.field``, each with its key; faulty ones are empty."""
    found: dict[str, tuple[Scalar, Resolver]] = {}
    if node is not None:
        for key, value in loading.reader.named(node, '"resolvers"'):
            loading.field(key, key.text)
            resolver = _read_resolver(loading, key, value, sources, functions)
            found[key.text] = (key, resolver or PipelineResolver(functions=()))
    return found


def _read_resolver(
    loading: Loading,
    key: Scalar,
    node: Node,
    sources: Mapping[str, DataSource],
    functions: Mapping[str, PipelineFunction],
) -> Resolver | None:
    reader, what = loading.reader, f'resolver "{key.text}"'
    fields = reader.mapping(
        node,
        what,
        keys.RESOLVER,
        keys.RESOLVER_REFUSED,
        hint="Write {kind: UNIT, dataSource: name}.",
    )
    if fields is None:
        return None
    kind: str | None = "PIPELINE"
    if "kind" in fields:
        kind = reader.choice(fields["kind"], f'"kind" of {what}', ("UNIT", "PIPELINE"))
    if kind is None:
        return None
    source = fields.get("dataSource")
    steps = fields.get("functions")
    if kind == "PIPELINE":
        if source is not None:
            reader.note(
                source,
                f'{what} has a "dataSource", and its kind is PIPELINE'
                + ("" if "kind" in fields else ", the default"),
                "Write kind: UNIT, or name pipeline functions: functions: [a, b].",
            )
            return None
        return _read_pipeline(loading, key, steps, functions)
    if steps is not None:
        reader.note(
            steps,
            f'{what} has "functions", and its kind is UNIT',
            "Write kind: PIPELINE, or name one data source: dataSource: name.",
        )
        return None
    source = loading.required(fields, "dataSource", key, what, "Name its data source.")
    name = source and _data_source(loading, source, what, sources)
    return UnitResolver(data_source=name) if name else None


def _read_pipeline(
    loading: Loading,
    key: Scalar,
    node: Node | None,
    functions: Mapping[str, PipelineFunction],
) -> PipelineResolver | None:
    reader, what = loading.reader, f'resolver "{key.text}"'
    if node is None:
        reader.note(
            key,
            f'{what} has no "functions"',
            "Write functions: [a, b], or kind: UNIT and dataSource: name.",
        )
        return None
    items = reader.items(node, f'"functions" of {what}')
    if len(items) > _FUNCTIONS_MAX:
        reader.note(
            node, f"{what} has {len(items)} functions", f"AppSync allows {_FUNCTIONS_MAX} at most."
        )
    names = [
        loading.reference(item, f"a function of {what}", functions, "pipelineFunctions")
        for item in items
    ]
    return PipelineResolver(functions=tuple(name for name in names if name is not None))
