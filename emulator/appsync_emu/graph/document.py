"""Documents made ready: parsed, validated, compiled once, found again by text or by shape."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    Node,
    OperationDefinitionNode,
    VariableNode,
    type_from_ast,
)

from appsync_emu.graph.answers import InvalidDocument, TooBig, engine_error
from appsync_emu.graph.coerce import Readers, compile_value
from appsync_emu.graph.compile import Compiler
from appsync_emu.graph.introspection import MAX_LISTS, introspection_resolver, lists_in_lists
from appsync_emu.graph.operation import Operation, Variable
from appsync_emu.graph.parsing import TOO_DEEP, TOO_LONG, parse_document
from appsync_emu.graph.shape import (
    LITERALS,
    Bounded,
    Lift,
    NotThisShape,
    cut,
    lift,
    nodes_of,
)
from appsync_emu.graph.validate import validate

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    from appsync_emu.graph.call import FieldCall
    from appsync_emu.graph.plan import ObjectPlan
    from appsync_emu.graph.schema import Schema
    from appsync_emu.graph.validate import Checked

__all__ = ["Document", "Documents"]


SHORT = 4_096
"""Letters of a document that is kept with its schema once it is validated."""


class _Syntax:
    """What compiling needs of a document's AST; forgotten when all of it is compiled.

    Attributes:
        fragments: the fragments.
        ordinals: ``id`` of a field's node to its number in the document.
        lifted: ``id`` of a lifted literal's node to its index among the literals.
    """

    __slots__ = ("fragments", "lifted", "ordinals")

    def __init__(self, ast: DocumentNode, nodes: Sequence[Node], lifted: Lift | None) -> None:
        self.fragments = {
            node.name.value: node
            for node in ast.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        fields = [node for node in nodes if isinstance(node, FieldNode)]
        self.ordinals = {id(node): ordinal for ordinal, node in enumerate(fields)}
        self.lifted: dict[int, int] = {}
        if lifted is not None:
            literals = [node for node in nodes if isinstance(node, LITERALS)]
            readers = enumerate(zip(literals, lifted.readers, strict=True))
            self.lifted = {id(node): i for i, (node, reader) in readers if reader is not None}


class Document:
    """A valid document.

    Attributes:
        operations: its operations, in order.
        key: what distinguishes its shape, and its pinned literals.
        condition_variables: variables that ``@skip`` and ``@include`` look at, sorted.
    """

    __slots__ = ("_owner", "condition_variables", "key", "operations")

    def __init__(
        self,
        owner: Documents,
        ast: DocumentNode,
        nodes: Sequence[Node],
        lifted: Lift | None,
        key: Hashable,
    ) -> None:
        self._owner = owner
        self.key = key
        self.condition_variables = _condition_variables(nodes)
        syntax = _Syntax(ast, nodes, lifted)
        self.operations = tuple(
            Operation(self, node, owner.variables_of(node), partial(self._compile, node, syntax))
            for node in ast.definitions
            if isinstance(node, OperationDefinitionNode)
        )

    def _compile(
        self, node: OperationDefinitionNode, syntax: _Syntax, given: Mapping[str, object]
    ) -> ObjectPlan:
        """Compile one operation for given condition variables; raises InvalidDocument."""
        owner = self._owner
        root = owner.schema.graphql.get_root_type(node.operation)
        assert root is not None  # noqa: S101 - validation says so
        compiler = Compiler(
            owner.schema.graphql,
            owner.resolvers_of(node),
            syntax.fragments,
            given,
            syntax.lifted,
            syntax.ordinals,
            lambda nodes: self._introspect(node, nodes, syntax.fragments),
        )
        try:
            plan = compiler.object_plan(root, [node.selection_set])
            # A subscriber's resolver is called by its connection, and awaited by another task.
            if node.operation.value != "subscription":
                plan.mark_alone(serial=node.operation.value == "mutation")
        except (TooBig, RecursionError):
            raise InvalidDocument([engine_error(TOO_LONG)]) from None
        return plan

    def _introspect(
        self,
        operation: OperationDefinitionNode,
        nodes: Sequence[FieldNode],
        fragments: Mapping[str, FragmentDefinitionNode],
    ) -> Callable[[FieldCall], object]:
        for node in nodes:
            if lists_in_lists(node.selection_set, fragments) > MAX_LISTS:
                raise InvalidDocument([engine_error(TOO_DEEP)])
        schema = self._owner.schema.graphql
        return introspection_resolver(schema, operation, nodes, fragments)


def _condition_variables(nodes: Sequence[Node]) -> tuple[str, ...]:
    return tuple(
        sorted(
            {
                argument.value.name.value
                for node in nodes
                if isinstance(node, DirectiveNode) and node.name.value in ("skip", "include")
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
        self._shapes: Bounded[Any, tuple[Lift, Document | None]] = Bounded(size)

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
        if found is not None:
            return found
        pieces = cut(text)
        known = self._shapes.get(pieces.key)
        if known is not None:
            lifted, document = known
            if document is None:  # which document it is, literals that are pinned decide
                pinned = tuple([pieces.literals[index] for index in lifted.pinned])
                _, document = self._shapes.get((pieces.key, pinned)) or known
            if document is not None:
                try:
                    return document, lifted.values(pieces.literals)
                except NotThisShape:
                    pass  # a literal of a wrong value: validation says which
        found = self._prepare(text, pieces.key, pieces.literals)
        self._texts.put(text, found)
        return found

    def _valid(self, text: str) -> tuple[DocumentNode, Checked]:
        """The document, parsed and validated; tests make emulator after emulator of one schema."""
        known = self.schema.valid.get(text)
        if known is not None:
            return known
        ast = parse_document(text)
        try:
            checked = validate(self.schema.graphql, ast, text)
        except RecursionError:
            raise InvalidDocument([engine_error(TOO_DEEP)]) from None
        if checked.errors:
            raise InvalidDocument(checked.errors)
        if len(text) <= SHORT:
            self.schema.valid.put(text, (ast, checked))
        return ast, checked

    def _prepare(
        self, text: str, key: tuple[str, str], literals: tuple[str, ...]
    ) -> tuple[Document, tuple[Any, ...]]:
        ast, checked = self._valid(text)
        nodes: list[Node] = nodes_of(ast, FieldNode, DirectiveNode, *LITERALS)
        found = [node for node in nodes if isinstance(node, LITERALS)]
        lifted = lift(found, len(literals), checked.scalars)
        if lifted is None:
            return Document(self, ast, nodes, None, text), ()
        pinned = tuple([literals[index] for index in lifted.pinned])
        document = Document(self, ast, nodes, lifted, (key, pinned))
        if pinned:
            self._shapes.put(key, (lifted, None))
            self._shapes.put((key, pinned), (lifted, document))
        else:
            self._shapes.put(key, (lifted, document))
        return document, lifted.values(literals)
