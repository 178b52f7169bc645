"""Documents made for callers who name a field and give arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from graphql import (
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
)

from appsync_emu.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from graphql import GraphQLField

    from appsync_emu.core.jsonvalue import Json
    from appsync_emu.graph.loose import Kind
    from appsync_emu.graph.schema import Schema

__all__ = ["DEPTH", "operation_for"]

DEPTH: Final = 3
"""Objects inside objects that a selection made here goes down."""


def operation_for(
    schema: Schema,
    path: Sequence[str],
    kind: str,
    arguments: Mapping[str, Json],
    selection: str | None = None,
) -> tuple[str, dict[str, Any]]:
    """A document with typed variables that calls one field.

    Args:
        schema: the schema.
        path: field names from the root, for example ``("Workspace", "authorizeUser")``.
        kind: ``query``, ``mutation`` or ``subscription``.
        arguments: arguments of the last field of the path.
        selection: the selection set, with or without braces; by default every leaf field that
            needs no argument, three objects deep.

    Returns:
        the document and its variables.

    Raises:
        UsageError: there is no such field or argument.
    """
    roots = {
        "query": schema.graphql.query_type,
        "mutation": schema.graphql.mutation_type,
        "subscription": schema.graphql.subscription_type,
    }
    parent: Any = roots[kind]
    if parent is None:
        raise UsageError(f"the schema has no {kind} type")
    definition: Any = None
    for name in path:
        fields = getattr(parent, "fields", {})
        definition = fields.get(name)
        if definition is None:
            known = ", ".join(fields) or "none"
            raise UsageError(f"{parent.name} has no field '{name}'; its fields: {known}")
        parent = get_named_type(definition.type)
    declared = [_declared(definition, path, name) for name in arguments]
    head = f"({', '.join(f'${name}: {kind_}' for name, kind_ in declared)})" if declared else ""
    call = f"({', '.join(f'{name}: ${name}' for name in arguments)})" if declared else ""
    body = _braced(selection) if selection is not None else _selection(parent, DEPTH, ())
    text = f"{path[-1]}{call}{body}"
    for name in reversed(path[:-1]):
        text = f"{name} {{ {text} }}"
    return f"{kind}{head} {{ {text} }}", dict(arguments)


def _declared(definition: GraphQLField, path: Sequence[str], name: str) -> tuple[str, str]:
    argument = definition.args.get(name)
    if argument is None:
        known = ", ".join(definition.args) or "none"
        raise UsageError(f"{'.'.join(path)} has no argument '{name}'; its arguments: {known}")
    return name, str(argument.type)


def _braced(selection: str) -> str:
    stripped = selection.strip()
    if not stripped:
        return ""
    return f" {stripped}" if stripped.startswith("{") else f" {{ {stripped} }}"


def _selection(kind: Kind, depth: int, above: tuple[str, ...]) -> str:
    """The selection set of a type, with a leading space; nothing for leaves."""
    if isinstance(kind, GraphQLUnionType):
        return " { __typename }"
    if not isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        return ""
    parts = ["__typename"] if isinstance(kind, GraphQLInterfaceType) else []
    for name, field in kind.fields.items():
        if any(isinstance(argument.type, GraphQLNonNull) for argument in field.args.values()):
            continue
        child = get_named_type(field.type)
        if not isinstance(child, GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType):
            parts.append(name)
        elif depth > 1 and child.name not in above:
            parts.append(name + _selection(child, depth - 1, (*above, kind.name)))
    return f" {{ {' '.join(parts) or '__typename'} }}"
