"""A document, compiled: which resolver, which arguments and which completer at every field.

Compilation happens once per shape of a document, per operation, and per values of the variables
that ``@skip`` and ``@include`` look at; what is left to do at run time has no AST in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    InlineFragmentNode,
    VariableNode,
)

from appsync_emu.graph.coerce import ABSENT, Getter, NullInput, compile_value, default_of
from appsync_emu.graph.complete import (
    AbstractCompleter,
    AnyCompleter,
    Completer,
    EnumCompleter,
    ListCompleter,
    ObjectCompleter,
    ScalarCompleter,
)
from appsync_emu.graph.scalars import SCALARS

if TYPE_CHECKING:
    from graphql import (
        DirectiveNode,
        FragmentDefinitionNode,
        GraphQLArgument,
        GraphQLOutputType,
        GraphQLSchema,
        SelectionNode,
        SelectionSetNode,
    )

__all__ = ["MAX_FIELDS", "Arguments", "Compiler", "FieldInfo", "FieldPlan", "ObjectPlan", "TooBig"]

MAX_FIELDS: Final = 20_000
"""Fields of one compiled operation: fragments can make a short document arbitrarily large."""

Arguments = Callable[[Mapping[str, Any], tuple[Any, ...]], dict[str, Any]]


class TooBig(Exception):  # noqa: N818 - says what it is
    """The operation has more than ``MAX_FIELDS`` fields once its fragments are spread."""


class FieldInfo:
    """What is known of a field before it runs.

    Attributes:
        parent_type: name of the object type that has the field.
        name: the field's name in the schema.
        return_type: the field's printed type.
    """

    __slots__ = ("_graphql", "_list", "_sub", "name", "parent_type", "return_type")

    def __init__(
        self,
        parent_type: str,
        name: str,
        return_type: str,
        sub: Callable[[], Sequence[FieldPlan]],
        graphql: Callable[[], str],
    ) -> None:
        self.parent_type = parent_type
        self.name = name
        self.return_type = return_type
        self._sub = sub
        self._graphql = graphql
        self._list: list[str] | None = None

    def selection_set_list(self) -> list[str]:
        """``ctx.info.selectionSetList``: aliases for names, children as ``parent/child``."""
        if self._list is None:
            self._list = list(_listed(self._sub(), ""))
        return self._list.copy()

    def selection_set_graphql(self) -> str:
        """``ctx.info.selectionSetGraphQL``: the braces part of the selection as text."""
        return self._graphql()


def _listed(fields: Sequence[FieldPlan], prefix: str) -> Sequence[str]:
    found: list[str] = []
    for field in fields:
        found.append(prefix + field.key)
        found += _listed(field.info._sub(), f"{prefix}{field.key}/")  # noqa: SLF001
    return found


class FieldPlan:
    """One field of one object type.

    Attributes:
        key: its key in the answer: the alias or the name.
        name: its name in the schema.
        completer: how its value is completed; ``None`` for ``__typename``.
        resolver: the resolver, or ``None``: the parent's property.
        arguments: how its arguments are made.
        info: what its resolver is told.
        ordinal: which field of the document it is, for its place in the text.
        given: for a subscription's root field, its arguments without defaults.
    """

    __slots__ = ("arguments", "completer", "given", "info", "key", "name", "ordinal", "resolver")

    def __init__(  # noqa: PLR0913 - a record that is made in one place
        self,
        key: str,
        name: str,
        completer: Completer | None,
        resolver: Callable[[Any], object] | None,
        arguments: Arguments,
        info: FieldInfo,
        ordinal: int,
        given: Arguments | None = None,
    ) -> None:
        self.given = given
        self.key = key
        self.name = name
        self.completer = completer
        self.resolver = resolver
        self.arguments = arguments
        self.info = info
        self.ordinal = ordinal


class ObjectPlan:
    """The fields of one object type, in the order of the answer.

    Attributes:
        type_name: the object type.
        fields: its fields.
        pure: no resolver and no abstract type at or below.
        renames: keys differ from names at or below, or the type name has to be published too.
    """

    __slots__ = ("_abstract", "fields", "pure", "renames", "type_name")

    def __init__(self, type_name: str, fields: tuple[FieldPlan, ...], *, abstract: bool) -> None:
        self.type_name = type_name
        self.fields = fields
        self._abstract = abstract
        self.pure = all(
            field.resolver is None and (field.completer is None or field.completer.pure)
            for field in fields
        )
        self.renames = abstract or any(
            field.key != field.name or (field.completer is not None and field.completer.renames)
            for field in fields
        )

    def prune(self, value: Any) -> Any:
        """Plain data, reduced to what is selected."""
        if not isinstance(value, Mapping):
            return value if value is None else None
        return {
            field.key: field.completer.prune(value.get(field.name))
            if field.completer
            else self.type_name
            for field in self.fields
            if field.completer is None or field.name in value
        }

    def by_name(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """A completed object under the schema's own field names."""
        result = {
            field.name: field.completer.by_name(value[field.key])
            if field.completer
            else value[field.key]
            for field in self.fields
        }
        if self._abstract:
            result["__typename"] = self.type_name
        return result


def _no_arguments(_variables: Mapping[str, Any], _literals: tuple[Any, ...]) -> dict[str, Any]:
    return {}


class Compiler:
    """Compiles the selections of one operation.

    Args:
        schema: the schema.
        resolvers: resolvers by (type, field).
        fragments: the document's fragments.
        conditions: values of the variables that ``@skip`` and ``@include`` look at.
        lifted: ``id`` of a literal's node to its index among the lifted literals.
        ordinals: ``id`` of a field's node to its number in the document.
        printed: the text of a selection set, made when it is asked for.
        introspect: a resolver for ``__schema`` and ``__type``.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        resolvers: Mapping[tuple[str, str], Callable[[Any], object]],
        fragments: Mapping[str, FragmentDefinitionNode],
        conditions: Mapping[str, object],
        lifted: Mapping[int, int],
        ordinals: Mapping[int, int],
        printed: Callable[[Sequence[FieldNode]], Callable[[], str]],
        introspect: Callable[[Sequence[FieldNode]], Callable[[Any], object]],
    ) -> None:
        self._schema = schema
        self._resolvers = resolvers
        self._fragments = fragments
        self._conditions = conditions
        self._lifted = lifted
        self._ordinals = ordinals
        self._printed = printed
        self._introspect = introspect
        self._count = 0

    def object_plan(
        self,
        kind: GraphQLObjectType,
        selections: Sequence[SelectionSetNode],
        *,
        abstract: bool = False,
    ) -> ObjectPlan:
        """The plan of an object type for merged selection sets; raises TooBig."""
        collected: dict[str, list[FieldNode]] = {}
        seen: set[str] = set()
        for selection in selections:
            self._collect(kind, selection.selections, collected, seen)
        self._count += len(collected)
        if self._count > MAX_FIELDS:
            raise TooBig
        return ObjectPlan(
            kind.name,
            tuple(self._field(kind, key, nodes) for key, nodes in collected.items()),
            abstract=abstract,
        )

    # Collecting

    def _collect(
        self,
        kind: Any,
        selections: Sequence[SelectionNode],
        into: dict[str, list[FieldNode]],
        seen: set[str],
    ) -> None:
        for selection in selections:
            if selection.directives and not self._included(selection.directives):
                continue
            if isinstance(selection, FieldNode):
                key = (selection.alias or selection.name).value
                into.setdefault(key, []).append(selection)
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                if condition is None or self._applies(kind, condition.name.value):
                    self._collect(kind, selection.selection_set.selections, into, seen)
            elif isinstance(selection, FragmentSpreadNode):
                name = selection.name.value
                if name not in seen:
                    seen.add(name)
                    fragment = self._fragments[name]
                    if self._applies(kind, fragment.type_condition.name.value):
                        self._collect(kind, fragment.selection_set.selections, into, seen)

    def _included(self, directives: Sequence[DirectiveNode]) -> bool:
        for directive in directives:
            name = directive.name.value
            if name in ("skip", "include"):
                node = directive.arguments[0].value
                value = (
                    self._conditions.get(node.name.value)
                    if isinstance(node, VariableNode)
                    else getattr(node, "value", None)
                )
                if bool(value) is (name == "skip"):
                    return False
        return True

    def _applies(self, kind: Any, condition: str) -> bool:
        if kind.name == condition:
            return True
        target = self._schema.type_map.get(condition)
        return (
            isinstance(kind, GraphQLObjectType)
            and target is not None
            and not isinstance(target, GraphQLObjectType)
            and self._schema.is_sub_type(target, kind)  # type: ignore[arg-type]
        )

    # Fields

    def _field(self, kind: GraphQLObjectType, key: str, nodes: list[FieldNode]) -> FieldPlan:
        node = nodes[0]
        name = node.name.value
        ordinal = self._ordinals.get(id(node), -1)
        if name.startswith("__"):
            info = FieldInfo(kind.name, name, "String!", tuple, str)
            if name == "__typename":
                return FieldPlan(key, name, None, None, _no_arguments, info, ordinal)
            answer = AnyCompleter(name, kind.name, nullable=True, pure=True, renames=False)
            resolver = self._introspect(nodes)
            return FieldPlan(key, name, answer, resolver, _no_arguments, info, ordinal)
        definition = kind.fields[name]
        resolver = self._resolvers.get((kind.name, name))
        completer = self._completer(definition.type, kind.name, nodes)
        info = FieldInfo(
            kind.name,
            name,
            str(definition.type),
            self._sub_fields(definition.type, completer, nodes),
            self._printed(nodes) if resolver is not None else str,
        )
        arguments = self._arguments(definition.args, node) if resolver else _no_arguments
        given = (
            self._arguments(definition.args, node, defaults=False)
            if kind is self._schema.subscription_type
            else None
        )
        return FieldPlan(key, name, completer, resolver, arguments, info, ordinal, given)

    def _completer(
        self, kind: GraphQLOutputType, parent: str, nodes: list[FieldNode], *, nullable: bool = True
    ) -> Completer:
        if isinstance(kind, GraphQLNonNull):
            return self._completer(kind.of_type, parent, nodes, nullable=False)
        if isinstance(kind, GraphQLList):
            return ListCompleter(
                self._completer(kind.of_type, parent, nodes), parent, nullable=nullable
            )
        if isinstance(kind, GraphQLScalarType):
            return ScalarCompleter(SCALARS[kind.name], parent, nullable=nullable)
        if isinstance(kind, GraphQLEnumType):
            return EnumCompleter(kind.name, frozenset(kind.values), parent, nullable=nullable)
        selections = [node.selection_set for node in nodes if node.selection_set]
        if isinstance(kind, GraphQLObjectType):
            return ObjectCompleter(self.object_plan(kind, selections), parent, nullable=nullable)
        possible = {
            candidate.name: candidate for candidate in self._schema.get_possible_types(kind)
        }
        plans: dict[str, ObjectPlan] = {}

        def plan_for(name: str) -> ObjectPlan:
            plan = plans.get(name)
            if plan is None:
                plan = plans[name] = self.object_plan(possible[name], selections, abstract=True)
            return plan

        return AbstractCompleter(
            kind.name, frozenset(possible), plan_for, parent, nullable=nullable
        )

    def _sub_fields(
        self, kind: GraphQLOutputType, completer: Completer, nodes: list[FieldNode]
    ) -> Callable[[], Sequence[FieldPlan]]:
        """Fields below, for ``selectionSetList``: those of an interface itself, if it is one."""
        while isinstance(kind, GraphQLNonNull | GraphQLList):
            kind = kind.of_type
        while isinstance(completer, ListCompleter):
            completer = completer._item  # noqa: SLF001
        if isinstance(completer, ObjectCompleter):
            fields = completer.plan.fields
            return lambda: fields
        if not isinstance(completer, AbstractCompleter):
            return tuple
        return lambda: self._interface_fields(kind, nodes)

    def _interface_fields(self, kind: Any, nodes: list[FieldNode]) -> Sequence[FieldPlan]:
        collected: dict[str, list[FieldNode]] = {}
        seen: set[str] = set()
        for node in nodes:
            if node.selection_set:
                self._collect(kind, node.selection_set.selections, collected, seen)
        return [self._field(kind, key, found) for key, found in collected.items()]

    def _arguments(
        self,
        definitions: Mapping[str, GraphQLArgument],
        node: FieldNode,
        *,
        defaults: bool = True,
    ) -> Arguments:
        if not definitions:
            return _no_arguments
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        parts: list[tuple[str, Getter, Getter | None, str | None]] = []
        for name, definition in definitions.items():
            default = default_of(definition) if defaults else None
            if name in given:
                getter = compile_value(given[name], definition.type, self._lifted)
            elif default is not None:
                getter, default = default, None
            else:
                continue
            required = defaults and isinstance(definition.type, GraphQLNonNull)
            parts.append((name, getter, default, str(definition.type) if required else None))
        return _argument_maker(parts) if parts else _no_arguments


def _argument_maker(parts: list[tuple[str, Getter, Getter | None, str | None]]) -> Arguments:
    def make(variables: Mapping[str, Any], literals: tuple[Any, ...]) -> dict[str, Any]:
        arguments: dict[str, Any] = {}
        for name, getter, default, required in parts:
            value = getter(variables, literals)
            if value is ABSENT:
                if default is not None:
                    value = default({}, ())
                elif required is not None:
                    raise NullInput(required)
                else:
                    continue
            arguments[name] = value
        return arguments

    return make
