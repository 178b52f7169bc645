"""Documents made ready: parsed, validated, compiled once, found again by text or by shape."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    execute_sync,
    parse,
    print_ast,
    type_from_ast,
)

from appsync_emu.graph.answers import InvalidDocument, engine_error
from appsync_emu.graph.coerce import Getter, NullInput, Reader, Readers, UnknownKey, compile_value
from appsync_emu.graph.place import line_and_column
from appsync_emu.graph.plan import Compiler, ObjectPlan, TooBig
from appsync_emu.graph.scalars import BadInput
from appsync_emu.graph.shape import (
    Bounded,
    Lift,
    NotThisShape,
    cut,
    deepest_bracket,
    lift,
    nodes_of,
)
from appsync_emu.graph.validate import validate

if TYPE_CHECKING:
    from graphql import GraphQLSchema

    from appsync_emu.graph.schema import Schema

__all__ = ["MAX_NESTING", "MAX_TOKENS", "Document", "Documents", "Operation", "Variable"]

MAX_TOKENS: Final = 15_000
"""Tokens of a document (AWS: "AWS AppSync endpoints and quotas")."""

MAX_NESTING: Final = 100
"""Brackets inside brackets. The service documents no number; the parser must not overflow."""

TOO_LONG: Final = "Maximum char length exceeded."
TOO_DEEP: Final = "Maximum nesting depth exceeded."
SYNTAX_ERROR: Final = "Invalid Syntax : offending token '{token}' at line {line} column {column}"

_VARIANTS: Final = 64
_TOKEN: Final = re.compile(r"\w+|\.\.\.|\S")


class Variable:
    """One variable of an operation.

    Attributes:
        name: its name.
        read: reads a JSON value.
        default: getter of the default value, or ``None``.
        required: the printed type when it is non-null, else ``None``.
        ordinal: which definition it is, for its place in the text.
    """

    __slots__ = ("default", "name", "ordinal", "read", "required")

    def __init__(
        self, name: str, read: Reader, default: Getter | None, required: str | None, ordinal: int
    ) -> None:
        self.name = name
        self.read = read
        self.default = default
        self.required = required
        self.ordinal = ordinal


class Operation:
    """One operation of a document.

    Attributes:
        document: the document that it stands in.
        kind: ``query``, ``mutation`` or ``subscription``.
        name: its name, or ``None``.
        variables: its variables, in order.
    """

    __slots__ = ("_conditions", "_node", "_variants", "document", "kind", "name", "variables")

    def __init__(
        self, document: Document, node: OperationDefinitionNode, variables: tuple[Variable, ...]
    ) -> None:
        self.document = document
        self.kind = node.operation.value
        self.name = node.name.value if node.name else None
        self.variables = variables
        self._node: OperationDefinitionNode = node
        self._conditions = document.condition_variables
        self._variants: dict[tuple[object, ...], ObjectPlan] = {}

    def conditions(self, variables: Mapping[str, Any]) -> tuple[object, ...]:
        """Values of the variables that decide which fields there are."""
        return tuple([variables.get(name) for name in self._conditions])

    def plan(self, variables: Mapping[str, Any]) -> ObjectPlan:
        """The compiled selection for these variables; raises InvalidDocument."""
        key = self.conditions(variables) if self._conditions else ()
        plan = self._variants.get(key)
        if plan is None:
            if len(self._variants) >= _VARIANTS:
                self._variants.clear()
            given = dict(zip(self._conditions, key, strict=True))
            plan = self._variants[key] = self.document.compile(self._node, given)
        return plan

    def coerce(self, given: Mapping[str, Any], text: str) -> dict[str, Any]:
        """The operation's variables; raises InvalidDocument with the service's wording.

        Args:
            given: what the client sent.
            text: the document at hand, for the place of a bad variable.
        """
        result: dict[str, Any] = {}
        for variable in self.variables:
            name = variable.name
            if name not in given:
                if variable.default is not None:
                    result[name] = variable.default({}, ())
                elif variable.required is not None:
                    raise self._bad(
                        f"Variable '{name}' has coerced Null value for NonNull type"
                        f" '{variable.required}'",
                        variable,
                        text,
                    )
                continue
            try:
                result[name] = variable.read(given[name])
            except NullInput as null:
                message = (
                    f"Variable '{name}' has coerced Null value for NonNull type '{null.args[0]}'"
                )
                raise self._bad(message, variable, text) from None
            except UnknownKey as unknown:
                message = (
                    "The variables input contains a field that is not defined for input object"
                    f" type '{unknown.args[0]}' "
                )
                raise InvalidDocument([engine_error(message)]) from None
            except BadInput as bad:
                message = f"Variable '{name}' has an invalid value. {bad}"
                raise self._bad(message, variable, text) from None
            except RecursionError:
                message = f"Variable '{name}' has an invalid value. {TOO_DEEP}"
                raise self._bad(message, variable, text) from None
        return result

    def _bad(self, message: str, variable: Variable, text: str) -> InvalidDocument:
        place = _variable_place(text, self.name, variable.ordinal)
        return InvalidDocument([engine_error(message, place=place)])


def _variable_place(text: str, operation: str | None, ordinal: int) -> tuple[int, int] | None:
    for node in parse(text).definitions:
        if isinstance(node, OperationDefinitionNode) and (
            (node.name.value if node.name else None) == operation
        ):
            location = node.variable_definitions[ordinal].loc
            return line_and_column(text, location.start) if location else None
    return None


class Document:
    """A valid document.

    Attributes:
        operations: its operations, in order.
        lift: what becomes of its literals; ``None`` when the text stands alone.
        key: what distinguishes its shape, and its pinned literals.
        condition_variables: variables that ``@skip`` and ``@include`` look at, sorted.
    """

    __slots__ = (
        "_fragments",
        "_ordinals",
        "_owner",
        "condition_variables",
        "key",
        "lift",
        "operations",
    )

    def __init__(self, owner: Documents, ast: DocumentNode, lifted: Lift | None, key: Any) -> None:
        self._owner = owner
        self.lift = lifted
        self.key = key
        self._fragments = {
            node.name.value: node
            for node in ast.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        self._ordinals = {id(node): i for i, node in enumerate(nodes_of(ast, FieldNode))}
        self.condition_variables = _condition_variables(ast)
        self.operations = tuple(
            Operation(self, node, owner.variables_of(node))
            for node in ast.definitions
            if isinstance(node, OperationDefinitionNode)
        )

    def compile(self, node: OperationDefinitionNode, given: Mapping[str, object]) -> ObjectPlan:
        """Compile one operation for given condition variables; raises InvalidDocument."""
        owner = self._owner
        root = owner.schema.graphql.get_root_type(node.operation)
        assert root is not None  # noqa: S101 - validation says so
        compiler = Compiler(
            owner.schema.graphql,
            owner.resolvers_of(node),
            self._fragments,
            given,
            self.lift.by_node if self.lift else {},
            self._ordinals,
            _printed,
            lambda nodes: self._introspect(node, nodes),
        )
        try:
            return compiler.object_plan(root, [node.selection_set])
        except (TooBig, RecursionError):
            raise InvalidDocument([engine_error(TOO_LONG)]) from None

    def _introspect(
        self, operation: OperationDefinitionNode, nodes: Sequence[FieldNode]
    ) -> Callable[[Any], object]:
        """A resolver that lets graphql-core answer ``__schema`` or ``__type``."""
        document = DocumentNode(
            definitions=(
                OperationDefinitionNode(
                    operation=operation.operation,
                    variable_definitions=operation.variable_definitions,
                    directives=(),
                    selection_set=SelectionSetNode(selections=tuple(nodes)),
                ),
                *self._fragments.values(),
            )
        )
        key = (nodes[0].alias or nodes[0].name).value
        schema = self._owner.schema.graphql
        answers: list[object] = []

        def resolve(call: Any) -> object:
            if not answers or operation.variable_definitions:
                result = execute_sync(schema, document, variable_values=dict(call.variables))
                answers[:] = [(result.data or {}).get(key)]
            return answers[0]

        return resolve


def _printed(nodes: Sequence[FieldNode]) -> Callable[[], str]:
    texts: list[str] = []

    def text() -> str:
        if not texts:
            selections = [
                selection
                for node in nodes
                if node.selection_set
                for selection in node.selection_set.selections
            ]
            texts.append(
                print_ast(SelectionSetNode(selections=tuple(selections))) if selections else ""
            )
        return texts[0]

    return text


def _condition_variables(ast: DocumentNode) -> tuple[str, ...]:
    return tuple(
        sorted(
            {
                argument.value.name.value
                for node in nodes_of(ast, DirectiveNode)
                if node.name.value in ("skip", "include")
                for argument in node.arguments or ()
                if isinstance(argument.value, VariableNode)
            }
        )
    )


class Documents:
    """Every document of a schema that was met lately.

    Args:
        schema: the schema.
        resolvers: resolvers by (type, field).
        size: how many shapes, and how many texts, are kept at least.
    """

    def __init__(
        self,
        schema: Schema,
        resolvers: Mapping[tuple[str, str], Callable[[Any], object]],
        size: int,
    ) -> None:
        self.schema = schema
        self.resolvers = resolvers
        self._readers = Readers()
        self._texts: Bounded[str, tuple[Document, tuple[Any, ...]]] = Bounded(size)
        self._shapes: Bounded[Any, Document | Lift] = Bounded(size)

    def resolvers_of(self, node: OperationDefinitionNode) -> Mapping[tuple[str, str], Any]:
        """Resolvers that run for an operation.

        What a subscriber gets was resolved already, for the mutation: below the subscription
        field itself nothing runs.
        """
        if node.operation.value != "subscription":
            return self.resolvers
        root = self.schema.subscription_type
        return {key: value for key, value in self.resolvers.items() if key[0] == root}

    def variables_of(self, node: OperationDefinitionNode) -> tuple[Variable, ...]:
        """The variables of an operation of a valid document."""
        found: list[Variable] = []
        for ordinal, definition in enumerate(node.variable_definitions or ()):
            kind: Any = type_from_ast(self.schema.graphql, definition.type)
            printed = str(kind)
            default = definition.default_value
            found.append(
                Variable(
                    definition.variable.name.value,
                    self._readers.reader(kind),
                    None if default is None else compile_value(default, kind, {}),
                    printed if printed.endswith("!") else None,
                    ordinal,
                )
            )
        return tuple(found)

    def find(self, text: str) -> tuple[Document, tuple[Any, ...]]:
        """The document of a text and the values of its lifted literals.

        Raises:
            InvalidDocument: with what the client gets.
        """
        found = self._texts.get(text)
        if found is None:
            found = self._by_shape(text)
            self._texts.put(text, found)
        return found

    def _by_shape(self, text: str) -> tuple[Document, tuple[Any, ...]]:
        pieces = cut(text)
        lifted = self._shapes.get(pieces.key)
        if isinstance(lifted, Lift):
            pinned = tuple([pieces.literals[index] for index in lifted.pinned])
            document = self._shapes.get((pieces.key, pinned))
            if isinstance(document, Document):
                try:
                    return document, lifted.values(pieces.literals)
                except NotThisShape:
                    pass  # a literal of a wrong value: validation says which
        return self._prepare(text, pieces.key, pieces.literals)

    def _prepare(
        self, text: str, key: tuple[str, str], literals: tuple[str, ...]
    ) -> tuple[Document, tuple[Any, ...]]:
        ast = parse_document(text)
        try:
            checked = validate(self.schema.graphql, ast, text)
        except RecursionError:
            raise InvalidDocument([engine_error(TOO_DEEP)]) from None
        if checked.errors:
            raise InvalidDocument(checked.errors)
        lifted = lift(ast, len(literals), checked.scalars)
        if lifted is None:
            return Document(self, ast, None, text), ()
        pinned = tuple([literals[index] for index in lifted.pinned])
        document = Document(self, ast, lifted, (key, pinned))
        self._shapes.put(key, lifted)
        self._shapes.put((key, pinned), document)
        return document, lifted.values(literals)


def parse_document(text: str) -> DocumentNode:
    """Parse a document within its limits; raises InvalidDocument."""
    if deepest_bracket(text) > MAX_NESTING:
        raise InvalidDocument([engine_error(TOO_DEEP)])
    try:
        return parse(text, max_tokens=MAX_TOKENS)
    except GraphQLSyntaxError as error:
        if "token" in error.message and str(MAX_TOKENS) in error.message:
            raise InvalidDocument([engine_error(TOO_LONG)]) from None
        raise InvalidDocument([_syntax_error(text, error)]) from None
    except RecursionError:
        raise InvalidDocument([engine_error(TOO_DEEP)]) from None


def _syntax_error(text: str, error: GraphQLSyntaxError) -> dict[str, Any]:
    offset = error.positions[0] if error.positions else 0
    line, column = line_and_column(text, offset)
    found = _TOKEN.match(text, offset)
    message = SYNTAX_ERROR.format(
        token=found[0] if found else "<EOF>", line=line, column=column
    )
    return engine_error(message, place=(line, column))
