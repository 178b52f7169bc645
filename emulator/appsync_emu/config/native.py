"""The native format, ``appsync.yaml``: a tree of nodes becomes an :class:`Api`.

One file reads one concern (access, schema files, resolvers, components, commands, trace); here
they are put together, and what concerns several of them is checked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from appsync_emu.config import keys
from appsync_emu.config.access import read_api_keys, read_authentication
from appsync_emu.config.commands import check_command_answers, read_commands
from appsync_emu.config.components import (
    check_components,
    read_components,
    read_deadletters,
    read_errors,
    read_retry,
)
from appsync_emu.config.fresh import read_fresh
from appsync_emu.config.handlers import Handlers
from appsync_emu.config.loading import Loading
from appsync_emu.config.resolvers import (
    read_data_sources,
    read_pipeline_functions,
    read_resolvers,
)
from appsync_emu.config.schemafiles import read_schema_files
from appsync_emu.config.trace import check_trace, read_trace
from appsync_emu.config.yamlfile import Map
from appsync_emu.core.api import Api
from appsync_emu.core.retry import RetryPolicy
from appsync_emu.errors import UsageError
from appsync_emu.graph.facts import Facts
from appsync_emu.graph.schema import build

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from appsync_emu.config.readers import Reader
    from appsync_emu.config.yamlfile import Node
    from appsync_emu.core.api import SdlSource

__all__ = ["facts_of", "put_together", "read_api"]

_QUEUE_MAX = 10_000_000


def read_api(reader: Reader, root: Node, folder: Path, shown_folder: Path) -> Api | None:
    """The API that the file describes.

    Args:
        reader: collects the mistakes; the answer is of no use when it holds any.
        root: the file.
        folder: the file's folder, which schema files and handlers are found in.
        shown_folder: the same as the user knows it.

    Returns:
        The API, or ``None`` when the file is no mapping.
    """
    fields = reader.mapping(
        root, "the file", keys.API, keys.API_REFUSED, hint="Start with name: my-api."
    )
    if fields is None:
        return None
    mistakes_before = len(reader.mistakes)
    sources = read_schema_files(reader, fields.get("schema"), root, folder, shown_folder)
    whole = len(reader.mistakes) == mistakes_before
    loading = Loading(
        reader=reader, handlers=Handlers(folder), facts=facts_of(reader, sources) if whole else None
    )
    return put_together(loading, fields, root, sources)


def facts_of(reader: Reader, sources: Sequence[SdlSource]) -> Facts | None:
    """What the schema says; SDL mistakes join those of the file."""
    try:
        return Facts(build(sources).graphql)
    except UsageError as error:
        reader.mistakes.extend(error.mistakes)
        return None


def _read_name(loading: Loading, fields: dict[str, Node], root: Node) -> str:
    if isinstance(root, Map) and any(entry.key.text == "appSync" for entry in root.entries):
        return ""  # that key is refused with the remedy, and the name stands below it
    node = loading.required(fields, "name", root, "the file", "Name the API: name: orders.")
    return (loading.reader.text(node, '"name"') or "") if node is not None else ""


def put_together(
    loading: Loading, fields: dict[str, Node], root: Node, schema: tuple[SdlSource, ...]
) -> Api:
    """The API that the sections describe, once they are told apart.

    Args:
        loading: reader, handlers, and what the schema says.
        fields: the sections by their keys.
        root: where what is missing is reported.
        schema: the SDL.
    """
    reader = loading.reader
    name = _read_name(loading, fields, root)
    data_sources = read_data_sources(loading, fields.get("dataSources"))
    functions = read_pipeline_functions(loading, fields.get("pipelineFunctions"), data_sources)
    resolvers = read_resolvers(loading, fields.get("resolvers"), data_sources, functions)
    retry = read_retry(loading, fields.get("retry"), '"retry"', RetryPolicy())
    components = read_components(loading, fields.get("components"), retry)
    commands = read_commands(loading, fields.get("commands"), components)
    trace_node = fields.get("trace")
    trace = read_trace(
        loading,
        trace_node,
        in_use=bool(commands or components),
        resolved=resolvers,
    )
    specs = {key: command for key, (_, command) in commands.items()}
    check_command_answers(loading, commands, trace.field, resolvers)
    check_components(loading, components, specs)
    check_trace(loading, trace_node, trace, root, resolvers)
    queue_limit = None
    if "queue_limit" in fields:
        queue_limit = reader.integer(
            fields["queue_limit"], '"queue_limit"', minimum=1, maximum=_QUEUE_MAX
        )
    return Api(
        name=name,
        schema=schema,
        authentication=read_authentication(loading, fields.get("authentication")),
        api_keys=read_api_keys(loading, fields.get("apiKeys"), name),
        data_sources=data_sources,
        resolvers={key: resolver for key, (_, resolver) in resolvers.items()},
        pipeline_functions=functions,
        commands=specs,
        components={key: entry.component for key, entry in components.items() if entry.component},
        trace=trace,
        deadletters=read_deadletters(loading, fields.get("deadletters")),
        errors=read_errors(loading, fields.get("errors")),
        fresh=read_fresh(loading, fields.get("fresh")),
        **({} if queue_limit is None else {"queue_limit": queue_limit}),
    )
