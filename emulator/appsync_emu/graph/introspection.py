"""Introspection, answered by graphql-core: the one part of a document that it executes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    SelectionSetNode,
    execute_sync,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from graphql import FragmentDefinitionNode, GraphQLSchema

    from appsync_emu.graph.call import FieldCall

__all__ = ["MAX_LISTS", "introspection_resolver", "lists_in_lists"]

MAX_LISTS: Final = 3
"""Lists of fields or types inside each other: every level multiplies the answer by the size of the
schema. graphql-core and graphql-java refuse the same."""

_LISTS: Final = frozenset({"fields", "inputFields", "interfaces", "possibleTypes", "types"})


def lists_in_lists(
    selections: SelectionSetNode | None, fragments: Mapping[str, FragmentDefinitionNode]
) -> int:
    """How deep introspection's lists are nested, fragments followed."""
    known: dict[str, int] = {}

    def depth(node: SelectionSetNode | None) -> int:
        deepest = 0
        for selection in node.selections if node else ():
            if isinstance(selection, FragmentSpreadNode):
                name = selection.name.value
                if name not in known:
                    known[name] = depth(fragments[name].selection_set)
                below = known[name]
            else:
                below = depth(getattr(selection, "selection_set", None))
                if isinstance(selection, FieldNode) and selection.name.value in _LISTS:
                    below += 1
            deepest = max(deepest, below)
        return deepest

    return depth(selections)


def introspection_resolver(
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    nodes: Sequence[FieldNode],
    fragments: Mapping[str, FragmentDefinitionNode],
) -> Callable[[FieldCall], object]:
    """A resolver for ``__schema`` or ``__type``.

    Args:
        schema: the schema.
        operation: the operation, for its variables.
        nodes: the field's nodes; all have one key.
        fragments: the document's fragments.
    """
    document = DocumentNode(
        definitions=(
            OperationDefinitionNode(
                operation=operation.operation,
                variable_definitions=operation.variable_definitions,
                directives=(),
                selection_set=SelectionSetNode(selections=tuple(nodes)),
            ),
            *fragments.values(),
        )
    )
    key = (nodes[0].alias or nodes[0].name).value
    answers: list[Any] = []

    def resolve(call: FieldCall) -> object:
        if not answers or operation.variable_definitions:
            result = execute_sync(schema, document, variable_values=dict(call.request.variables))
            answers[:] = [(result.data or {}).get(key)]
        return answers[0]

    return resolve
