"""Validation of what stands in selection sets: fields, arguments, directives, fragments."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLNonNull,
    InlineFragmentNode,
    SchemaMetaFieldDef,
    TypeMetaFieldDef,
    TypeNameMetaFieldDef,
    do_types_overlap,
    get_named_type,
    is_composite_type,
    is_leaf_type,
)

from appsync_emu.graph.literals import BadLiteral, check_literal, has_default, variables_in
from appsync_emu.graph.report import ErrorType

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from graphql import (
        ArgumentNode,
        DirectiveNode,
        FragmentDefinitionNode,
        GraphQLArgument,
        GraphQLSchema,
        SelectionSetNode,
        ValueNode,
        VariableNode,
    )

    from appsync_emu.graph.loose import Kind
    from appsync_emu.graph.report import Report
    from appsync_emu.graph.scalar import Scalar

__all__ = ["FieldRules", "Part", "VariableUse", "no_scalar"]


@dataclass(frozen=True, slots=True)
class VariableUse:
    """A use of a variable; ``kind`` is None where the type of the place is not known."""

    node: VariableNode
    kind: Any
    has_default: bool
    path: tuple[str, ...]


@dataclass(slots=True)
class Part:
    """What an operation or fragment contains, apart from what its fragments contain."""

    uses: list[VariableUse] = field(default_factory=list)
    spreads: list[FragmentSpreadNode] = field(default_factory=list)


class FieldRules:
    """Walks selection sets with the types at hand.

    Args:
        schema: the schema.
        fragments: the document's fragments.
        report: where errors go.

    Attributes:
        part: what the operation or fragment that is walked contains.
        scalars: ``id`` of each literal whose value alone matters, to the scalar that reads it.
        may_overlap: whether some selection set may hold two fields of one key.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        report: Report,
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._report = report
        self.part = Part()
        self.scalars: dict[int, Scalar] = {}
        self.may_overlap = False

    def selections(self, parent: Kind, selections: SelectionSetNode) -> None:
        """Check a selection set; the parent is None where its type is not known."""
        keys: set[str] = set()
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                keys.add((selection.alias or selection.name).value)
                self._report.path.append(selection.name.value)
                self._field(parent, selection)
                self._report.path.pop()
            elif isinstance(selection, InlineFragmentNode):
                self._inline(parent, selection)
            elif isinstance(selection, FragmentSpreadNode):
                self._spread(parent, selection)
        if len(keys) < len(selections.selections):
            self.may_overlap = True

    def _field(self, parent: Kind, node: FieldNode) -> None:
        self.directives(node.directives, "FIELD")
        name = node.name.value
        definition = self._definition(parent, name)
        if definition is None:
            if parent is not None:
                text = f"Field '{name}' in type '{parent.name}' is undefined"
                self._report.error(ErrorType.UNDEFINED_FIELD, text, node)
            self._unknown_uses(node.arguments)
            if node.selection_set:
                self.selections(None, node.selection_set)
            return
        self._arguments(node, node.arguments or (), definition.args, lift=name[:2] != "__")
        kind = get_named_type(definition.type)
        if is_leaf_type(kind):
            if node.selection_set:
                text = f"Sub selection not allowed on leaf type {kind} of field {name}"
                self._report.error(ErrorType.SUB_SELECTION_NOT_ALLOWED, text, node)
        elif node.selection_set is None:
            text = f"Sub selection required for type {kind} of field {name}"
            self._report.error(ErrorType.SUB_SELECTION_REQUIRED, text, node)
        else:
            self.selections(kind, node.selection_set)

    def _definition(self, parent: Kind, name: str) -> Kind:
        if parent is None:
            return None
        if name.startswith("__"):
            if name == "__typename":
                return TypeNameMetaFieldDef
            if parent is self._schema.query_type:
                return {"__schema": SchemaMetaFieldDef, "__type": TypeMetaFieldDef}.get(name)
            return None
        return getattr(parent, "fields", {}).get(name)

    def _inline(self, parent: Kind, node: InlineFragmentNode) -> None:
        self.directives(node.directives, "INLINE_FRAGMENT")
        kind = parent
        if node.type_condition is not None:
            name = node.type_condition.name.value
            kind = self._schema.type_map.get(name)
            if kind is None:
                self._report.error(
                    ErrorType.UNKNOWN_TYPE, f"Unknown type {name}", node.type_condition
                )
            elif not is_composite_type(kind):
                text = (
                    "Inline fragment type condition is invalid, must be on Object/Interface/Union"
                )
                self._report.error(ErrorType.INLINE_CONDITION, text, node)
                kind = None
            elif parent is not None and not self._can_be(parent, kind):
                text = (
                    f"Fragment cannot be spread here as objects of type {parent.name} can never"
                    f" be of type {name}"
                )
                self._report.error(ErrorType.FRAGMENT_SPREAD, text, node)
        self.selections(kind, node.selection_set)

    def _spread(self, parent: Kind, node: FragmentSpreadNode) -> None:
        self.directives(node.directives, "FRAGMENT_SPREAD")
        self.part.spreads.append(node)
        name = node.name.value
        fragment = self._fragments.get(name)
        if fragment is None:
            self._report.error(ErrorType.UNDEFINED_FRAGMENT, f"Undefined fragment {name}", node)
            return
        kind: Any = self._schema.type_map.get(fragment.type_condition.name.value)
        if parent is not None and is_composite_type(kind) and not self._can_be(parent, kind):
            text = (
                f"Fragment {name} cannot be spread here as objects of type {parent.name} can never"
                f" be of type {kind.name}"
            )
            self._report.error(ErrorType.FRAGMENT_SPREAD, text, node)

    def _can_be(self, parent: Kind, kind: Kind) -> bool:
        return parent is kind or do_types_overlap(self._schema, parent, kind)

    # Arguments and directives

    def _arguments(
        self,
        owner: FieldNode,
        nodes: Sequence[ArgumentNode],
        definitions: Mapping[str, GraphQLArgument],
        *,
        lift: bool,
    ) -> None:
        given: set[str] = set()
        for node in nodes:
            name = node.name.value
            if name in given:
                text = f"There can be only one argument named '{name}'"
                self._report.error(ErrorType.DUPLICATE_ARGUMENT, text, node)
            given.add(name)
            definition = definitions.get(name)
            if definition is None:
                text = f"Unknown field argument {name}"
                self._report.error(ErrorType.UNKNOWN_ARGUMENT, text, node)
                self._unknown_uses([node])
            else:
                self._argument(node, definition, lift=lift)
        for name, definition in definitions.items():
            if name not in given and _is_required(definition):
                text = f"Missing field argument {name}"
                self._report.error(ErrorType.MISSING_ARGUMENT, text, owner)

    def _argument(self, node: ArgumentNode, definition: GraphQLArgument, *, lift: bool) -> None:
        try:
            check_literal(
                node.value,
                definition.type,
                self._use,
                self._lift if lift else no_scalar,
                default=has_default(definition),
            )
        except BadLiteral as bad:
            kind = ErrorType.DUPLICATE_INPUT_FIELD if bad.duplicate else ErrorType.WRONG_TYPE
            self._report.error(kind, bad.message(node.name.value), node)
            self._unknown_uses([node])

    def _use(self, node: VariableNode, kind: Kind, has_default_: bool) -> None:  # noqa: FBT001 - a callback of three
        self.part.uses.append(VariableUse(node, kind, has_default_, tuple(self._report.path)))

    def _lift(self, node: ValueNode, scalar: Scalar) -> None:
        self.scalars[id(node)] = scalar

    def _unknown_uses(self, nodes: Sequence[ArgumentNode] | None) -> None:
        for node in nodes or ():
            for variable in variables_in(node.value):
                self._use(variable, None, has_default_=False)

    def directives(self, nodes: Sequence[DirectiveNode] | None, where: str) -> None:
        """Check the directives of a node; ``where`` is a directive location."""
        if not nodes:
            return
        for name, count in Counter(node.name.value for node in nodes).items():
            known = self._schema.get_directive(name)
            if count > 1 and known is not None and not known.is_repeatable:
                text = (
                    "Directives must be uniquely named within a location. The directive"
                    f" '{name}' used on a '{_NODE_NAMES[where]}' is not unique."
                )
                self._report.error(ErrorType.DUPLICATE_DIRECTIVE, text, nodes[0])
        for node in nodes:
            name = node.name.value
            definition = self._schema.get_directive(name)
            if definition is None:
                self._report.error(ErrorType.UNKNOWN_DIRECTIVE, f"Unknown directive {name}", node)
                self._unknown_uses(node.arguments)
                continue
            if where not in {location.name for location in definition.locations}:
                text = f"Directive {name} not allowed here"
                self._report.error(ErrorType.MISPLACED_DIRECTIVE, text, node)
            self._directive_arguments(node, definition.args)

    def _directive_arguments(
        self, node: DirectiveNode, definitions: Mapping[str, GraphQLArgument]
    ) -> None:
        given: set[str] = set()
        for argument in node.arguments or ():
            name = argument.name.value
            if name in given:
                text = f"There can be only one argument named '{name}'"
                self._report.error(ErrorType.DUPLICATE_ARGUMENT, text, argument)
            given.add(name)
            definition = definitions.get(name)
            if definition is None:
                text = f"Unknown directive argument {name}"
                self._report.error(ErrorType.UNKNOWN_DIRECTIVE, text, argument)
                self._unknown_uses([argument])
            else:
                self._argument(argument, definition, lift=False)
        for name, definition in definitions.items():
            if name not in given and _is_required(definition):
                text = f"Missing directive argument {name}"
                self._report.error(ErrorType.MISSING_DIRECTIVE_ARGUMENT, text, node)


_NODE_NAMES: Final = {
    "FIELD": "Field",
    "FRAGMENT_DEFINITION": "FragmentDefinition",
    "FRAGMENT_SPREAD": "FragmentSpread",
    "INLINE_FRAGMENT": "InlineFragment",
    "MUTATION": "OperationDefinition",
    "QUERY": "OperationDefinition",
    "SUBSCRIPTION": "OperationDefinition",
    "VARIABLE_DEFINITION": "VariableDefinition",
}


def _is_required(definition: GraphQLArgument) -> bool:
    return isinstance(definition.type, GraphQLNonNull) and not has_default(definition)


def no_scalar(node: ValueNode, scalar: Scalar) -> None:
    """The literal is not lifted."""
