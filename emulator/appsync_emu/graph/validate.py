"""Validation of documents: the rules of the specification, in one walk, in graphql-java's words.

Written out instead of driving graphql-core's rules: one walk with the types at hand costs a tenth
of the visitor's machinery, and graphql-java reports other things about the same mistake. That both
agree on what is valid is tested against graphql-core.

The template is ``Validation error of type {Type}: {description} @ 'path/of/fields'``
(``graphql/graphql-over-http`` issue 81); which rule has which type stands in ``ErrorType``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNonNull,
    InlineFragmentNode,
    OperationDefinitionNode,
    SchemaMetaFieldDef,
    TypeMetaFieldDef,
    TypeNameMetaFieldDef,
    do_types_overlap,
    get_named_type,
    is_composite_type,
    is_input_type,
    is_leaf_type,
    is_type_sub_type_of,
    type_from_ast,
)

from appsync_emu.graph.answers import engine_error
from appsync_emu.graph.literals import (
    BadLiteral,
    check_literal,
    has_default,
    java_literal,
    variables_in,
)
from appsync_emu.graph.overlap import Overlap
from appsync_emu.graph.place import line_and_column

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from graphql import (
        ArgumentNode,
        DirectiveNode,
        DocumentNode,
        GraphQLArgument,
        GraphQLSchema,
        Node,
        SelectionSetNode,
        VariableDefinitionNode,
        VariableNode,
    )

    from appsync_emu.graph.scalar import Scalar

__all__ = ["MAX_ERRORS", "Checked", "ErrorType", "validate"]

MAX_ERRORS: Final = 100
"""Errors of one document; graphql-java stops there too."""


class ErrorType(Enum):
    """graphql-java's ``ValidationErrorType``: each rule's name in messages."""

    ANONYMOUS_NOT_ALONE = "LoneAnonymousOperationViolation"
    BAD_DEFAULT = "BadValueForDefaultArg"
    DUPLICATE_ARGUMENT = "DuplicateArgumentNames"
    DUPLICATE_DIRECTIVE = "DuplicateDirectiveName"
    DUPLICATE_FRAGMENT = "DuplicateFragmentName"
    DUPLICATE_INPUT_FIELD = "UniqueObjectFieldName"
    DUPLICATE_OPERATION = "DuplicateOperationName"
    DUPLICATE_VARIABLE = "DuplicateVariableName"
    FIELDS_CONFLICT = "FieldsConflict"
    FRAGMENT_CONDITION = "FragmentTypeConditionInvalid"
    FRAGMENT_CYCLE = "FragmentCycle"
    FRAGMENT_SPREAD = "InvalidFragmentType"
    INLINE_CONDITION = "InlineFragmentTypeConditionInvalid"
    INTROSPECTION_ROOT = "SubscriptionIntrospectionRootField"
    MISPLACED_DIRECTIVE = "MisplacedDirective"
    MISSING_ARGUMENT = "MissingFieldArgument"
    MISSING_DIRECTIVE_ARGUMENT = "MissingDirectiveArgument"
    NOT_EXECUTABLE = "NonExecutableDefinition"
    OUTPUT_VARIABLE = "NonInputTypeOnVariable"
    SEVERAL_ROOT_FIELDS = "SubscriptionMultipleRootFields"
    SUB_SELECTION_NOT_ALLOWED = "SubSelectionNotAllowed"
    SUB_SELECTION_REQUIRED = "SubSelectionRequired"
    UNDEFINED_FIELD = "FieldUndefined"
    UNDEFINED_FRAGMENT = "UndefinedFragment"
    UNDEFINED_VARIABLE = "UndefinedVariable"
    UNKNOWN_ARGUMENT = "UnknownArgument"
    UNKNOWN_DIRECTIVE = "UnknownDirective"
    UNKNOWN_TYPE = "UnknownType"
    UNUSED_FRAGMENT = "UnusedFragment"
    UNUSED_VARIABLE = "UnusedVariable"
    VARIABLE_MISMATCH = "VariableTypeMismatch"
    WRONG_TYPE = "WrongType"


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome.

    Attributes:
        errors: what the client gets; empty for a valid document.
        scalars: ``id`` of each literal whose value alone matters, to the scalar that reads it.
    """

    errors: list[dict[str, Any]]
    scalars: dict[int, Scalar]


class _Enough(Exception):  # noqa: N818 - not an error
    """``MAX_ERRORS`` were found."""


@dataclass(frozen=True, slots=True)
class _Use:
    """A use of a variable; ``kind`` is None where the type of the place is not known."""

    node: VariableNode
    kind: Any
    has_default: bool
    path: tuple[str, ...]


@dataclass(slots=True)
class _Part:
    """What an operation or fragment contains, apart from what its fragments contain."""

    uses: list[_Use] = field(default_factory=list)
    spreads: list[FragmentSpreadNode] = field(default_factory=list)


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
        self._text = text
        self._errors: list[dict[str, Any]] = []
        self._scalars: dict[int, Scalar] = {}
        self._path: list[str] = []
        self._part = _Part()
        self._may_overlap = False
        self._operations = [d for d in ast.definitions if isinstance(d, OperationDefinitionNode)]
        self._fragments: dict[str, FragmentDefinitionNode] = {}
        self._parts: dict[str, _Part] = {}

    def run(self) -> Checked:
        try:
            self._document()
        except _Enough:
            pass
        return Checked(self._errors, self._scalars)

    def _error(self, kind: ErrorType, description: str, node: Node, path: Any = None) -> None:
        names = self._path if path is None else path
        at = f" @ '{'/'.join(names)}'" if names else ""
        place = line_and_column(self._text, node.loc.start) if node.loc else None
        message = f"Validation error of type {kind.value}: {description}{at}"
        self._errors.append(engine_error(message, place=place))
        if len(self._errors) >= MAX_ERRORS:
            raise _Enough

    # The document

    def _document(self) -> None:
        self._definitions()
        for name, fragment in self._fragments.items():
            self._part = self._parts[name] = _Part()
            self._fragment(fragment)
        cyclic = self._cycles()
        used: set[str] = set()
        for operation in self._operations:
            self._part = _Part()
            self._operation(operation)
            reached = self._reached(self._part)
            used.update(reached)
            self._variables(operation, [self._part, *(self._parts[name] for name in reached)])
        for name, fragment in self._fragments.items():
            if name not in used:
                self._error(ErrorType.UNUSED_FRAGMENT, f"Unused fragment {name}", fragment)
        if self._may_overlap and not cyclic:
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
                    self._error(ErrorType.DUPLICATE_FRAGMENT, text, definition)
                self._fragments.setdefault(name, definition)
            elif isinstance(definition, OperationDefinitionNode):
                if definition.name is None:
                    if len(self._operations) > 1:
                        text = "Anonymous operation with other operations."
                        self._error(ErrorType.ANONYMOUS_NOT_ALONE, text, definition)
                elif definition.name.value in names:
                    text = f"There can be only one operation named '{definition.name.value}'"
                    self._error(ErrorType.DUPLICATE_OPERATION, text, definition)
                else:
                    names.add(definition.name.value)
            else:
                name_node = getattr(definition, "name", None)
                what = f"'{name_node.value}'" if name_node else "'schema'"
                text = f"The {what} definition is not executable."
                self._error(ErrorType.NOT_EXECUTABLE, text, definition)

    def _fragment(self, fragment: FragmentDefinitionNode) -> None:
        name = fragment.type_condition.name.value
        self._path.append(fragment.name.value)
        kind = self._schema.type_map.get(name)
        if kind is None:
            self._error(ErrorType.UNKNOWN_TYPE, f"Unknown type {name}", fragment.type_condition)
        elif not is_composite_type(kind):
            text = "Fragment type condition is invalid, must be on Object/Interface/Union"
            self._error(ErrorType.FRAGMENT_CONDITION, text, fragment.type_condition)
            kind = None
        self._directives(fragment.directives, "FRAGMENT_DEFINITION")
        self._selections(kind, fragment.selection_set)
        self._path.pop()

    def _reached(self, part: _Part) -> list[str]:
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
                        self._error(ErrorType.FRAGMENT_CYCLE, text, spread, [name])
                else:
                    state[name] = True
                    stack.pop()
        return found

    def _conflict(self, description: str, node: FieldNode) -> None:
        self._error(ErrorType.FIELDS_CONFLICT, description, node, [node.name.value])

    def _pin(self, node: FieldNode) -> None:
        """Fields that are merged must have equal literals, so these are part of the shape."""
        for argument in node.arguments or ():
            self._unlift(argument.value)

    def _unlift(self, node: Any) -> None:
        self._scalars.pop(id(node), None)
        for item in getattr(node, "values", None) or ():
            self._unlift(item)
        for item in getattr(node, "fields", None) or ():
            self._unlift(item.value)

    # Operations and their variables

    def _operation(self, operation: OperationDefinitionNode) -> None:
        kind = operation.operation.value
        root = self._schema.get_root_type(operation.operation)
        self._directives(operation.directives, kind.upper())
        if root is None:
            place = line_and_column(self._text, operation.loc.start) if operation.loc else None
            message = f"Schema is not configured for {_PLURAL[kind]}."
            self._errors.append(engine_error(message, place=place))
            return
        if kind == "subscription":
            self._single_root_field(operation)
        self._selections(root, operation.selection_set)

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
            self._error(ErrorType.SEVERAL_ROOT_FIELDS, text, operation)
        for root in found.values():
            if root.name.value.startswith("__"):
                text = (
                    f"Subscription operation '{name}' root field '{root.name.value}' cannot be an"
                    " introspection field."
                )
                self._error(ErrorType.INTROSPECTION_ROOT, text, root)

    def _variables(self, operation: OperationDefinitionNode, parts: Sequence[_Part]) -> None:
        declared: dict[str, tuple[VariableDefinitionNode, Any]] = {}
        for definition in operation.variable_definitions or ():
            name = definition.variable.name.value
            if name in declared:
                text = f"There can be only one variable named '{name}'"
                self._error(ErrorType.DUPLICATE_VARIABLE, text, definition)
                continue
            declared[name] = (definition, self._variable_type(definition))
        used: set[str] = set()
        for part in parts:
            for use in part.uses:
                name = use.node.name.value
                used.add(name)
                if name not in declared:
                    text = f"Undefined variable {name}"
                    self._error(ErrorType.UNDEFINED_VARIABLE, text, use.node, use.path)
                else:
                    self._variable_fits(use, *declared[name])
        for name, (definition, _) in declared.items():
            if name not in used:
                self._error(ErrorType.UNUSED_VARIABLE, f"Unused variable {name}", definition)

    def _variable_type(self, definition: VariableDefinitionNode) -> Any:
        self._directives(definition.directives, "VARIABLE_DEFINITION")
        kind: Any = type_from_ast(self._schema, definition.type)
        if kind is None:
            node: Any = definition.type
            while hasattr(node, "type"):
                node = node.type
            self._error(ErrorType.UNKNOWN_TYPE, f"Unknown type {node.name.value}", node)
            return None
        if not is_input_type(kind):
            text = "Wrong type for a variable"
            self._error(ErrorType.OUTPUT_VARIABLE, text, definition)
            return None
        if definition.default_value is not None:
            try:
                check_literal(definition.default_value, kind, _no_variable, _no_scalar)
            except BadLiteral:
                value = java_literal(definition.default_value)
                text = f"Bad default value {value} for type {kind}"
                self._error(ErrorType.BAD_DEFAULT, text, definition)
        return kind

    def _variable_fits(self, use: _Use, definition: VariableDefinitionNode, kind: Any) -> None:
        if use.kind is None or kind is None:
            return
        default = definition.default_value
        expected = use.kind
        if isinstance(expected, GraphQLNonNull) and not isinstance(kind, GraphQLNonNull):
            if (default is not None and default.kind != "null_value") or use.has_default:
                expected = expected.of_type
        if not is_type_sub_type_of(self._schema, kind, expected):
            text = f"Variable type '{kind}' doesn't match expected type '{use.kind}'"
            self._error(ErrorType.VARIABLE_MISMATCH, text, use.node, use.path)

    # Selections

    def _selections(self, parent: Any, selections: SelectionSetNode) -> None:
        keys: set[str] = set()
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                keys.add((selection.alias or selection.name).value)
                self._path.append(selection.name.value)
                self._field(parent, selection)
                self._path.pop()
            elif isinstance(selection, InlineFragmentNode):
                self._inline(parent, selection)
            elif isinstance(selection, FragmentSpreadNode):
                self._spread(parent, selection)
        if len(keys) < len(selections.selections):
            self._may_overlap = True

    def _field(self, parent: Any, node: FieldNode) -> None:
        self._directives(node.directives, "FIELD")
        name = node.name.value
        definition = self._definition(parent, name)
        if definition is None:
            if parent is not None:
                text = f"Field '{name}' in type '{parent.name}' is undefined"
                self._error(ErrorType.UNDEFINED_FIELD, text, node)
            self._unknown_uses(node.arguments)
            if node.selection_set:
                self._selections(None, node.selection_set)
            return
        self._arguments(node, node.arguments or (), definition.args, lift=name[:2] != "__")
        kind = get_named_type(definition.type)
        if is_leaf_type(kind):
            if node.selection_set:
                text = f"Sub selection not allowed on leaf type {kind} of field {name}"
                self._error(ErrorType.SUB_SELECTION_NOT_ALLOWED, text, node)
        elif node.selection_set is None:
            text = f"Sub selection required for type {kind} of field {name}"
            self._error(ErrorType.SUB_SELECTION_REQUIRED, text, node)
        else:
            self._selections(kind, node.selection_set)

    def _definition(self, parent: Any, name: str) -> Any:
        if parent is None:
            return None
        if name.startswith("__"):
            if name == "__typename":
                return TypeNameMetaFieldDef
            if parent is self._schema.query_type:
                return {"__schema": SchemaMetaFieldDef, "__type": TypeMetaFieldDef}.get(name)
            return None
        return getattr(parent, "fields", {}).get(name)

    def _inline(self, parent: Any, node: InlineFragmentNode) -> None:
        self._directives(node.directives, "INLINE_FRAGMENT")
        kind = parent
        if node.type_condition is not None:
            name = node.type_condition.name.value
            kind = self._schema.type_map.get(name)
            if kind is None:
                self._error(ErrorType.UNKNOWN_TYPE, f"Unknown type {name}", node.type_condition)
            elif not is_composite_type(kind):
                text = (
                    "Inline fragment type condition is invalid, must be on Object/Interface/Union"
                )
                self._error(ErrorType.INLINE_CONDITION, text, node)
                kind = None
            elif parent is not None and not self._can_be(parent, kind):
                text = (
                    f"Fragment cannot be spread here as objects of type {parent.name} can never"
                    f" be of type {name}"
                )
                self._error(ErrorType.FRAGMENT_SPREAD, text, node)
        self._selections(kind, node.selection_set)

    def _spread(self, parent: Any, node: FragmentSpreadNode) -> None:
        self._directives(node.directives, "FRAGMENT_SPREAD")
        self._part.spreads.append(node)
        name = node.name.value
        fragment = self._fragments.get(name)
        if fragment is None:
            self._error(ErrorType.UNDEFINED_FRAGMENT, f"Undefined fragment {name}", node)
            return
        kind: Any = self._schema.type_map.get(fragment.type_condition.name.value)
        if parent is not None and is_composite_type(kind) and not self._can_be(parent, kind):
            text = (
                f"Fragment {name} cannot be spread here as objects of type {parent.name} can never"
                f" be of type {kind.name}"
            )
            self._error(ErrorType.FRAGMENT_SPREAD, text, node)

    def _can_be(self, parent: Any, kind: Any) -> bool:
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
                self._error(ErrorType.DUPLICATE_ARGUMENT, text, node)
            given.add(name)
            definition = definitions.get(name)
            if definition is None:
                text = f"Unknown field argument {name}"
                self._error(ErrorType.UNKNOWN_ARGUMENT, text, node)
                self._unknown_uses([node])
            else:
                self._argument(node, definition, lift=lift)
        for name, definition in definitions.items():
            if name not in given and _is_required(definition):
                text = f"Missing field argument {name}"
                self._error(ErrorType.MISSING_ARGUMENT, text, owner)

    def _argument(self, node: ArgumentNode, definition: GraphQLArgument, *, lift: bool) -> None:
        try:
            check_literal(
                node.value,
                definition.type,
                self._use,
                self._lift if lift else _no_scalar,
                default=has_default(definition),
            )
        except BadLiteral as bad:
            kind = ErrorType.DUPLICATE_INPUT_FIELD if bad.duplicate else ErrorType.WRONG_TYPE
            self._error(kind, bad.message(node.name.value), node)
            self._unknown_uses([node])

    def _use(self, node: VariableNode, kind: Any, has_default_: bool) -> None:  # noqa: FBT001
        self._part.uses.append(_Use(node, kind, has_default_, tuple(self._path)))

    def _lift(self, node: Any, scalar: Scalar) -> None:
        self._scalars[id(node)] = scalar

    def _unknown_uses(self, nodes: Sequence[ArgumentNode] | None) -> None:
        for node in nodes or ():
            for variable in variables_in(node.value):
                self._use(variable, None, False)  # noqa: FBT003

    def _directives(self, nodes: Sequence[DirectiveNode] | None, where: str) -> None:
        if not nodes:
            return
        for name, count in Counter(node.name.value for node in nodes).items():
            known = self._schema.get_directive(name)
            if count > 1 and known is not None and not known.is_repeatable:
                text = (
                    "Directives must be uniquely named within a location. The directive"
                    f" '{name}' used on a '{_NODE_NAMES[where]}' is not unique."
                )
                self._error(ErrorType.DUPLICATE_DIRECTIVE, text, nodes[0])
        for node in nodes:
            name = node.name.value
            definition = self._schema.get_directive(name)
            if definition is None:
                self._error(ErrorType.UNKNOWN_DIRECTIVE, f"Unknown directive {name}", node)
                self._unknown_uses(node.arguments)
                continue
            if where not in {location.name for location in definition.locations}:
                text = f"Directive {name} not allowed here"
                self._error(ErrorType.MISPLACED_DIRECTIVE, text, node)
            self._directive_arguments(node, definition.args)

    def _directive_arguments(
        self, node: DirectiveNode, definitions: Mapping[str, GraphQLArgument]
    ) -> None:
        given: set[str] = set()
        for argument in node.arguments or ():
            name = argument.name.value
            if name in given:
                text = f"There can be only one argument named '{name}'"
                self._error(ErrorType.DUPLICATE_ARGUMENT, text, argument)
            given.add(name)
            definition = definitions.get(name)
            if definition is None:
                text = f"Unknown directive argument {name}"
                self._error(ErrorType.UNKNOWN_DIRECTIVE, text, argument)
                self._unknown_uses([argument])
            else:
                self._argument(argument, definition, lift=False)
        for name, definition in definitions.items():
            if name not in given and _is_required(definition):
                text = f"Missing directive argument {name}"
                self._error(ErrorType.MISSING_DIRECTIVE_ARGUMENT, text, node)


_PLURAL: Final = {"query": "queries", "mutation": "mutations", "subscription": "subscriptions"}
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


def _no_variable(node: VariableNode, kind: Any, default: bool) -> None:  # noqa: ARG001, FBT001
    """Variables cannot stand here: the parser refuses them."""


def _no_scalar(node: Any, scalar: Scalar) -> None:
    """The literal is not lifted."""
