"""One mutation field as a schema of its own, for those who make up arguments for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import (
    FieldNode,
    GraphQLBoolean,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    value_from_ast_untyped,
)

from appsync_emu.errors import UsageError

if TYPE_CHECKING:
    from graphql import DocumentNode

    from appsync_emu.graph.schema import Schema

__all__ = ["alone", "arguments_in"]


def alone(schema: Schema, type_name: str, field_name: str) -> GraphQLSchema:
    """A schema whose only mutation takes the arguments of a field, AWS scalars included.

    Its answer is a leaf, so that nothing has to be selected; a field inside a namespace comes to
    stand at the root.

    Raises:
        UsageError: there is no such field.
    """
    parent = schema.graphql.type_map.get(type_name)
    field = parent.fields.get(field_name) if isinstance(parent, GraphQLObjectType) else None
    if field is None:
        raise UsageError(f"the schema has no field {type_name}.{field_name}")
    one = GraphQLField(GraphQLBoolean, args=dict(field.args))
    return GraphQLSchema(
        query=GraphQLObjectType("Query", {"nothing": GraphQLField(GraphQLBoolean)}),
        mutation=GraphQLObjectType("Mutation", {field_name: one}),
    )


def arguments_in(document: DocumentNode) -> dict[str, Any]:
    """The arguments of the first field of a document without variables, as plain values."""
    (operation,) = document.definitions
    assert isinstance(operation, OperationDefinitionNode)  # noqa: S101 - nothing else is made
    field = operation.selection_set.selections[0]
    assert isinstance(field, FieldNode)  # noqa: S101 - as above
    return {
        argument.name.value: value_from_ast_untyped(argument.value)
        for argument in field.arguments or ()
    }
