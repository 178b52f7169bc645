"""Validation of documents: the rules of the specification, in one walk, in graphql-java's words.

Written out instead of driving graphql-core's rules: one walk with the types at hand costs a tenth
of the visitor's machinery, and graphql-java reports other things about the same mistake. That both
agree on what is valid is tested against graphql-core.

Here: documents, operations, fragments and variables. What stands in selection sets: ``fields.py``;
literals: ``literals.py``; merging of fields: ``overlap.py``; the wording: ``report.py``.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNonNull,
    InlineFragmentNode,
    OperationDefinitionNode,
    is_composite_type,
    is_input_type,
    is_type_sub_type_of,
    type_from_ast,
)

from appsync_emu.graph.fields import FieldRules, Part, VariableUse, no_scalar
from appsync_emu.graph.literals import (
    BadLiteral,
    check_literal,
    java_literal,
)
from appsync_emu.graph.overlap import Overlap
from appsync_emu.graph.report import Enough, ErrorType, Report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graphql import (
        DocumentNode,
        GraphQLSchema,
        ValueNode,
        VariableDefinitionNode,
        VariableNode,
    )

    from appsync_emu.graph.loose import Kind
    from appsync_emu.graph.scalar import Scalar

__all__ = ["Checked", "validate"]


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome.

    Attributes:
        errors: what the client gets; empty for a valid document.
        scalars: ``id`` of each literal whose value alone matters, to the scalar that reads it.
    """

    errors: list[dict[str, Any]]
    scalars: dict[int, Scalar]


def validate(schema: GraphQLSchema, ast: DocumentNode, text: str) -> Checked:
    """Validate a document.

    Args:
        schema: the schema.
        ast: the document, with locations.
        text: its text, for the places of errors.
    """
    return _Validator(schema, ast, text).run()


class _Validator:
    def __init__(self, schema: GraphQLSchema, ast: DocumentNode, text: str) -> None:
        self._schema = schema
        self._ast = ast
        self._report = Report(text)
        self._operations = [d for d in ast.definitions if isinstance(d, OperationDefinitionNode)]
        self._fragments: dict[str, FragmentDefinitionNode] = {}
        self._parts: dict[str, Part] = {}
        self._rules = FieldRules(schema, self._fragments, self._report)

    def run(self) -> Checked:
        with suppress(Enough):
            self._document()
        return Checked(self._report.errors, self._rules.scalars)

    # The document

    def _document(self) -> None:
        self._definitions()
        for name, fragment in self._fragments.items():
            self._rules.part = self._parts[name] = Part()
            self._fragment(fragment)
        cyclic = self._cycles()
        used: set[str] = set()
        for operation in self._operations:
            self._rules.part = Part()
            self._operation(operation)
            reached = self._reached(self._rules.part)
            used.update(reached)
            self._variables(operation, [self._rules.part, *(self._parts[name] for name in reached)])
        for name, fragment in self._fragments.items():
            if name not in used:
                self._report.error(ErrorType.UNUSED_FRAGMENT, f"Unused fragment {name}", fragment)
        if self._rules.may_overlap and not cyclic:
            overlap = Overlap(self._schema, self._fragments, self._conflict, self._pin)
            for operation in self._operations:
                overlap.check(
                    self._schema.get_root_type(operation.operation), operation.selection_set
                )

    def _definitions(self) -> None:
        names: set[str] = set()
        for definition in self._ast.definitions:
            if isinstance(definition, FragmentDefinitionNode):
                name = definition.name.value
                if name in self._fragments:
                    text = f"There can be only one fragment named '{name}'"
                    self._report.error(ErrorType.DUPLICATE_FRAGMENT, text, definition)
                self._fragments.setdefault(name, definition)
            elif isinstance(definition, OperationDefinitionNode):
                if definition.name is None:
                    if len(self._operations) > 1:
                        text = "Anonymous operation with other operations."
                        self._report.error(ErrorType.ANONYMOUS_NOT_ALONE, text, definition)
                elif definition.name.value in names:
                    text = f"There can be only one operation named '{definition.name.value}'"
                    self._report.error(ErrorType.DUPLICATE_OPERATION, text, definition)
                else:
                    names.add(definition.name.value)
            else:
                name_node = getattr(definition, "name", None)
                what = f"'{name_node.value}'" if name_node else "'schema'"
                text = f"The {what} definition is not executable."
                self._report.error(ErrorType.NOT_EXECUTABLE, text, definition)

    def _fragment(self, fragment: FragmentDefinitionNode) -> None:
        name = fragment.type_condition.name.value
        self._report.path.append(fragment.name.value)
        kind = self._schema.type_map.get(name)
        if kind is None:
            self._report.error(
                ErrorType.UNKNOWN_TYPE, f"Unknown type {name}", fragment.type_condition
            )
        elif not is_composite_type(kind):
            text = "Fragment type condition is invalid, must be on Object/Interface/Union"
            self._report.error(ErrorType.FRAGMENT_CONDITION, text, fragment.type_condition)
            kind = None
        self._rules.directives(fragment.directives, "FRAGMENT_DEFINITION")
        self._rules.selections(kind, fragment.selection_set)
        self._report.path.pop()

    def _reached(self, part: Part) -> list[str]:
        """Names of the fragments that a part spreads, directly or not."""
        found: dict[str, None] = {}
        todo = list(part.spreads)
        while todo:
            name = todo.pop().name.value
            if name in self._parts and name not in found:
                found[name] = None
                todo += self._parts[name].spreads
        return list(found)

    def _cycles(self) -> bool:
        """Report fragments that contain themselves."""
        state: dict[str, bool] = {}
        found = False
        for start in self._parts:
            # Depth first with a stack of its own: a chain of fragments may be very long.
            stack = [(start, iter(self._parts[start].spreads))] if start not in state else []
            state.setdefault(start, False)
            while stack:
                name, spreads = stack[-1]
                for spread in spreads:
                    child = spread.name.value
                    if child not in self._parts:
                        continue
                    if child not in state:
                        state[child] = False
                        stack.append((child, iter(self._parts[child].spreads)))
                        break
                    if not state[child]:
                        found = True
                        text = "Fragment cycles not allowed"
                        self._report.error(ErrorType.FRAGMENT_CYCLE, text, spread, [name])
                else:
                    state[name] = True
                    stack.pop()
        return found

    def _conflict(self, description: str, node: FieldNode) -> None:
        self._report.error(ErrorType.FIELDS_CONFLICT, description, node, [node.name.value])

    def _pin(self, node: FieldNode) -> None:
        """Fields that are merged must have equal literals, so these are part of the shape."""
        for argument in node.arguments or ():
            self._unlift(argument.value)

    def _unlift(self, node: ValueNode) -> None:
        self._rules.scalars.pop(id(node), None)
        for item in getattr(node, "values", None) or ():
            self._unlift(item)
        for item in getattr(node, "fields", None) or ():
            self._unlift(item.value)

    # Operations and their variables

    def _operation(self, operation: OperationDefinitionNode) -> None:
        kind = operation.operation.value
        root = self._schema.get_root_type(operation.operation)
        self._rules.directives(operation.directives, kind.upper())
        if root is None:
            self._report.plain(f"Schema is not configured for {_PLURAL[kind]}.", operation)
            return
        if kind == "subscription":
            self._single_root_field(operation)
        self._rules.selections(root, operation.selection_set)

    def _single_root_field(self, operation: OperationDefinitionNode) -> None:
        name = operation.name.value if operation.name else ""
        found: dict[str, FieldNode] = {}
        seen: set[str] = set()
        todo = [operation.selection_set]
        while todo:
            for selection in todo.pop().selections:
                if isinstance(selection, FieldNode):
                    found.setdefault((selection.alias or selection.name).value, selection)
                elif isinstance(selection, InlineFragmentNode):
                    todo.append(selection.selection_set)
                elif isinstance(selection, FragmentSpreadNode):
                    spread = selection.name.value
                    if spread in self._fragments and spread not in seen:
                        seen.add(spread)
                        todo.append(self._fragments[spread].selection_set)
        if len(found) > 1:
            text = f"Subscription operation '{name}' must have exactly one root field."
            self._report.error(ErrorType.SEVERAL_ROOT_FIELDS, text, operation)
        for root in found.values():
            if root.name.value.startswith("__"):
                text = (
                    f"Subscription operation '{name}' root field '{root.name.value}' cannot be an"
                    " introspection field."
                )
                self._report.error(ErrorType.INTROSPECTION_ROOT, text, root)

    def _variables(self, operation: OperationDefinitionNode, parts: Sequence[Part]) -> None:
        declared: dict[str, tuple[VariableDefinitionNode, Any]] = {}
        for definition in operation.variable_definitions or ():
            name = definition.variable.name.value
            if name in declared:
                text = f"There can be only one variable named '{name}'"
                self._report.error(ErrorType.DUPLICATE_VARIABLE, text, definition)
                continue
            declared[name] = (definition, self._variable_type(definition))
        used: set[str] = set()
        for part in parts:
            for use in part.uses:
                name = use.node.name.value
                used.add(name)
                if name not in declared:
                    text = f"Undefined variable {name}"
                    self._report.error(ErrorType.UNDEFINED_VARIABLE, text, use.node, use.path)
                else:
                    self._variable_fits(use, *declared[name])
        for name, (definition, _) in declared.items():
            if name not in used:
                self._report.error(ErrorType.UNUSED_VARIABLE, f"Unused variable {name}", definition)

    def _variable_type(self, definition: VariableDefinitionNode) -> Kind:
        self._rules.directives(definition.directives, "VARIABLE_DEFINITION")
        kind: Any = type_from_ast(self._schema, definition.type)
        if kind is None:
            node: Any = definition.type
            while hasattr(node, "type"):
                node = node.type
            self._report.error(ErrorType.UNKNOWN_TYPE, f"Unknown type {node.name.value}", node)
            return None
        if not is_input_type(kind):
            text = "Wrong type for a variable"
            self._report.error(ErrorType.OUTPUT_VARIABLE, text, definition)
            return None
        if definition.default_value is not None:
            try:
                check_literal(definition.default_value, kind, _no_variable, no_scalar)
            except BadLiteral:
                value = java_literal(definition.default_value)
                text = f"Bad default value {value} for type {kind}"
                self._report.error(ErrorType.BAD_DEFAULT, text, definition)
        return kind

    def _variable_fits(
        self, use: VariableUse, definition: VariableDefinitionNode, kind: Kind
    ) -> None:
        if use.kind is None or kind is None:
            return
        default = definition.default_value
        expected = use.kind
        defaulted = use.has_default or (default is not None and default.kind != "null_value")
        if defaulted and isinstance(expected, GraphQLNonNull):
            # The default stands in for a null; a non-null variable fits both.
            expected = expected.of_type
        if not is_type_sub_type_of(self._schema, kind, expected):
            text = f"Variable type '{kind}' doesn't match expected type '{use.kind}'"
            self._report.error(ErrorType.VARIABLE_MISMATCH, text, use.node, use.path)


_PLURAL: Final = {"query": "queries", "mutation": "mutations", "subscription": "subscriptions"}


def _no_variable(node: VariableNode, kind: Kind, default: bool) -> None:  # noqa: FBT001 - a callback of three
    """Variables cannot stand here: the parser refuses them."""
