"""One request that an API can answer, for whoever sees it for the first time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    get_named_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
    is_required_input_field,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from appsync_emu.core.api import Api
    from appsync_emu.graph.schema import Schema

__all__ = ["sample_document"]

_DEPTH_MAX = 3
_LITERALS = {
    "AWSDate": "2030-01-01Z",
    "AWSDateTime": "2030-01-01T00:00:00Z",
    "AWSEmail": "somebody@example.com",
    "AWSIPAddress": "127.0.0.1",
    "AWSJSON": "{}",
    "AWSPhone": "+12025550123",
    "AWSTime": "12:00:00Z",
    "AWSURL": "https://example.com",
    "ID": "1",
}
_NUMBERS = {"AWSTimestamp": "0", "Boolean": "true", "Float": "1.5", "Int": "1"}


def sample_document(api: Api, schema: Schema) -> str:
    """A document that asks for one thing: the first command, or the first query with a resolver.

    Arguments that the schema requires get plausible values, and so do those that a handler of the
    command uses as its idempotency key.
    """
    for command in api.commands.values():
        keys = {
            path.split(".")[1]
            for name in command.components
            if (path := api.components[name].idempotency_key) and path.startswith("arguments.")
        }
        fields = _fields(schema, command.type_name)
        field = fields.get(command.field_name)
        if field is not None:
            text = _call(command.field_name, field.args, keys) + f" {{ {api.trace.field} }}"
            for namespace in reversed(command.path[:-1]):
                text = f"{namespace} {{ {text} }}"
            return f"mutation {{ {text} }}"
    for name, field in _fields(schema, schema.query_type).items():
        if f"{schema.query_type}.{name}" in api.resolvers:
            return f"query {{ {_call(name, field.args, set())}{_leaves(field.type)} }}"
    return "query { __typename }"


def _fields(schema: Schema, type_name: str) -> Mapping[str, Any]:
    fields: Mapping[str, Any] = getattr(schema.graphql.type_map.get(type_name), "fields", {})
    return fields


def _call(name: str, arguments: Mapping[str, Any], wanted: set[str]) -> str:
    given = [
        f"{key}: {_value(argument.type, key, 0)}"
        for key, argument in arguments.items()
        if is_required_argument(argument) or key in wanted
    ]
    return f"{name}({', '.join(given)})" if given else name


def _value(type_: Any, name: str, depth: int) -> str:  # noqa: ANN401 - graphql-core's types, whose names differ between releases
    """A literal of a type; ``name`` is what a text says."""
    inner = type_.of_type if is_non_null_type(type_) else type_
    if is_list_type(inner):
        # A required cycle of inputs has a list in it somewhere, and an empty one ends it.
        return "[]" if depth >= _DEPTH_MAX else f"[{_value(inner.of_type, name, depth)}]"
    if isinstance(inner, GraphQLEnumType):
        return str(next(iter(inner.values)))
    if isinstance(inner, GraphQLInputObjectType):
        given = [
            f"{key}: {_value(field.type, key, depth + 1)}"
            for key, field in inner.fields.items()
            if is_required_input_field(field)
        ]
        return f"{{{', '.join(given)}}}"
    return _NUMBERS.get(inner.name) or json.dumps(_LITERALS.get(inner.name, name))


def _leaves(type_: Any) -> str:  # noqa: ANN401 - as above
    """The fields of an object that are no objects themselves, as a selection."""
    fields = getattr(get_named_type(type_), "fields", None)
    if fields is None:
        return ""
    leaves = [
        name
        for name, field in fields.items()
        if not hasattr(get_named_type(field.type), "fields")
        and not any(is_required_argument(argument) for argument in field.args.values())
    ]
    return f" {{ {' '.join(leaves) or '__typename'} }}"
