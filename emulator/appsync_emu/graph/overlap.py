"""Can fields of the same key be merged? In time that does not explode.

Comparing every pair, as the rule is usually written, takes minutes for a document within the
service's limit of tokens. Here fields of one key are compared with the first of their kind, and
every set of fields is looked at once (the algorithm of Simon Adameit, used by Sangria).

Source: GraphQL specification, "Field Selection Merging"; wording of graphql-java.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    InlineFragmentNode,
    get_named_type,
    is_leaf_type,
    print_ast,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from graphql import FragmentDefinitionNode, GraphQLSchema, SelectionSetNode

    from appsync_emu.graph.loose import Kind

__all__ = ["Overlap"]

_Entry: TypeAlias = "tuple[Any, FieldNode, Any]"
"""Parent type, node, and the field's type or None."""


class Overlap:
    """Looks for conflicts in one document.

    Args:
        schema: the schema.
        fragments: the document's fragments.
        conflict: told of each conflict: what, and the first field.
        merged: told of every field that shares its key with another one.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        conflict: Callable[[str, FieldNode], None],
        merged: Callable[[FieldNode], None],
    ) -> None:
        self._types = schema.type_map
        self._fragments = fragments
        self._conflict = conflict
        self._merged = merged
        self._named: set[frozenset[int]] = set()
        self._shaped: set[frozenset[int]] = set()
        self._reported: set[int] = set()

    def check(self, root: Kind, selections: SelectionSetNode) -> None:
        """Check an operation."""
        collected = self._collect([(root, selections)])
        self._check_names(collected)
        self._check_shapes(collected)

    # Collecting

    def _collect(self, sets: Iterable[tuple[Any, SelectionSetNode]]) -> dict[str, list[_Entry]]:
        into: dict[str, list[_Entry]] = {}
        seen: set[str] = set()
        for parent, selections in sets:
            self._add(parent, selections, into, seen)
        return into

    def _add(
        self,
        parent: Kind,
        selections: SelectionSetNode,
        into: dict[str, list[_Entry]],
        seen: set[str],
    ) -> None:
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                key = (selection.alias or selection.name).value
                definition = getattr(parent, "fields", {}).get(selection.name.value)
                entry = (parent, selection, definition.type if definition else None)
                into.setdefault(key, []).append(entry)
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                inner = self._types.get(condition.name.value) if condition else parent
                self._add(inner, selection.selection_set, into, seen)
            elif isinstance(selection, FragmentSpreadNode):
                name = selection.name.value
                fragment = self._fragments.get(name)
                # A fragment has its own type, so that who spreads it does not matter.
                if fragment is not None and name not in seen:
                    seen.add(name)
                    inner = self._types.get(fragment.type_condition.name.value)
                    self._add(inner, fragment.selection_set, into, seen)

    def _below(self, entries: Iterable[_Entry]) -> dict[str, list[_Entry]]:
        return self._collect(
            (get_named_type(kind) if kind is not None else None, node.selection_set)
            for _, node, kind in entries
            if node.selection_set is not None
        )

    # Same names and arguments where parents can be one object

    def _check_names(self, collected: dict[str, list[_Entry]]) -> None:
        if self._seen(collected, self._named):
            return
        for key, entries in collected.items():
            if len(entries) == 1:
                groups = [entries]
            else:
                for _, node, _ in entries:
                    self._merged(node)
                groups = list(_groups(entries))
            for group in groups:
                self._same_field(key, group)
                below = self._below(group)
                if below:
                    self._check_names(below)

    def _same_field(self, key: str, entries: list[_Entry]) -> None:
        first = entries[0][1]
        name = first.name.value
        arguments: frozenset[str] | None = None
        for _, node, _ in entries[1:]:
            if node.name.value != name:
                message = f"{key}: {name} and {node.name.value} are different fields"
                self._report(message, first)
                return
            if arguments is None:
                arguments = _arguments(first)
            if _arguments(node) != arguments:
                self._report(f"{key}: they have differing arguments", first)
                return

    # Same shapes everywhere

    def _check_shapes(self, collected: dict[str, list[_Entry]]) -> None:
        if self._seen(collected, self._shaped):
            return
        for key, entries in collected.items():
            if len(entries) > 1:
                known = [entry for entry in entries if entry[2] is not None]
                for entry in known[1:]:
                    reason = _shape_conflict(key, known[0][2], entry[2])
                    if reason is not None:
                        self._report(reason, known[0][1])
                        break
            below = self._below(entries)
            if below:
                self._check_shapes(below)

    def _seen(self, collected: dict[str, list[_Entry]], known: set[frozenset[int]]) -> bool:
        key = frozenset([id(node) for entries in collected.values() for _, node, _ in entries])
        if key in known:
            return True
        known.add(key)
        return False

    def _report(self, message: str, node: FieldNode) -> None:
        if id(node) not in self._reported:
            self._reported.add(id(node))
            self._conflict(message, node)


def _groups(entries: list[_Entry]) -> Iterable[list[_Entry]]:
    """Fields that can stand on one object: those of an object type, with all abstract ones."""
    abstract = [entry for entry in entries if not isinstance(entry[0], GraphQLObjectType)]
    concrete: dict[str, list[_Entry]] = {}
    for entry in entries:
        if isinstance(entry[0], GraphQLObjectType):
            concrete.setdefault(entry[0].name, []).append(entry)
    if not concrete:
        return [abstract]
    return [group + abstract for group in concrete.values()]


def _arguments(node: FieldNode) -> frozenset[str]:
    return frozenset([print_ast(argument) for argument in node.arguments or ()])


def _shape_conflict(key: str, one: Kind, other: Kind) -> str | None:
    while True:
        if isinstance(one, GraphQLNonNull) or isinstance(other, GraphQLNonNull):
            if not (isinstance(one, GraphQLNonNull) and isinstance(other, GraphQLNonNull)):
                return f"{key}: fields have different nullability shapes"
        elif isinstance(one, GraphQLList) or isinstance(other, GraphQLList):
            if not (isinstance(one, GraphQLList) and isinstance(other, GraphQLList)):
                return f"{key}: fields have different list shapes"
        else:
            break
        one, other = one.of_type, other.of_type
    if (is_leaf_type(one) or is_leaf_type(other)) and one is not other:
        return f"{key}: they return differing types {one} and {other}"
    return None
