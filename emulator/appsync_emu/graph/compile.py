"""From a selection to a plan: collecting fields, and deciding about each of them once."""

from __future__ import annotations

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

from appsync_emu.graph.answers import TooBig
from appsync_emu.graph.coerce import ABSENT, NullInput, compile_value, default_of
from appsync_emu.graph.complete import AbstractCompleter, ListCompleter, ObjectCompleter
from appsync_emu.graph.leaves import AnyCompleter, EnumCompleter, ScalarCompleter
from appsync_emu.graph.plan import FieldInfo, FieldPlan, ObjectPlan
from appsync_emu.graph.printing import selection_text
from appsync_emu.graph.scalars import SCALARS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from graphql import (
        DirectiveNode,
        FragmentDefinitionNode,
        GraphQLArgument,
        GraphQLOutputType,
        GraphQLSchema,
        SelectionNode,
        SelectionSetNode,
    )

    from appsync_emu.graph.coerce import Getter
    from appsync_emu.graph.completer import Completer
    from appsync_emu.graph.loose import Kind
    from appsync_emu.graph.plan import Arguments

__all__ = ["MAX_FIELDS", "Compiler"]

MAX_FIELDS: Final = 20_000
"""Fields of one compiled operation: fragments can make a short document arbitrarily large."""


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
        introspect: Callable[[Sequence[FieldNode]], Callable[[Any], object]],
    ) -> None:
        self._schema = schema
        self._resolvers = resolvers
        self._fragments = fragments
        self._conditions = conditions
        self._lifted = lifted
        self._ordinals = ordinals
        self._texts: dict[tuple[int, ...], Callable[[str], str] | None] = {}
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
        kind: Kind,
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
                (argument,) = directive.arguments or ()
                node = argument.value
                value = (
                    self._conditions.get(node.name.value)
                    if isinstance(node, VariableNode)
                    else getattr(node, "value", None)
                )
                if bool(value) is (name == "skip"):
                    return False
        return True

    def _applies(self, kind: Kind, condition: str) -> bool:
        if kind.name == condition:
            return True
        target = self._schema.type_map.get(condition)
        return (
            isinstance(kind, GraphQLObjectType)
            and target is not None
            and not isinstance(target, GraphQLObjectType)
            and self._schema.is_sub_type(target, kind)  # type: ignore[arg-type]  # composite
        )

    # Fields

    def _field(self, kind: GraphQLObjectType, key: str, nodes: list[FieldNode]) -> FieldPlan:
        node = nodes[0]
        name = node.name.value
        ordinal = self._ordinals.get(id(node), -1)
        if name.startswith("__"):
            info = FieldInfo(kind.name, name, "String!", tuple)
            if name == "__typename":
                return FieldPlan(key, name, None, None, _no_arguments, info, ordinal)
            answer = AnyCompleter(name, kind.name, nullable=True, pure=True, renames=False)
            introspection = self._introspect(nodes)
            return FieldPlan(key, name, answer, introspection, _no_arguments, info, ordinal)
        definition = kind.fields[name]
        resolver = self._resolvers.get((kind.name, name))
        completer = self._completer(definition.type, kind.name, nodes)
        info = FieldInfo(
            kind.name,
            name,
            str(definition.type),
            self._sub_fields(definition.type, completer, nodes),
            self._text(nodes) if resolver is not None else None,
        )
        arguments = (
            self._arguments(definition.args, node) if resolver is not None else _no_arguments
        )
        given = (
            self._arguments(definition.args, node, defaults=False)
            if kind is self._schema.subscription_type
            else None
        )
        return FieldPlan(key, name, completer, resolver, arguments, info, ordinal, given)

    def _text(self, nodes: list[FieldNode]) -> Callable[[str], str] | None:
        # A fragment's fields are compiled wherever it is spread, and printed once.
        key = tuple(map(id, nodes))
        if key not in self._texts:
            self._texts[key] = selection_text(nodes, self._lifted)
        return self._texts[key]

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
                if completer.alone:
                    plan.mark_alone()
            return plan

        completer = AbstractCompleter(
            kind.name, frozenset(possible), plan_for, parent, nullable=nullable
        )
        return completer

    def _sub_fields(
        self, kind: GraphQLOutputType, completer: Completer, nodes: list[FieldNode]
    ) -> Callable[[], Sequence[FieldPlan]]:
        """Fields below, for ``selectionSetList``: those of an interface itself, if it is one."""
        while isinstance(kind, GraphQLNonNull | GraphQLList):
            kind = kind.of_type
        while isinstance(completer, ListCompleter):
            completer = completer.item
        if isinstance(completer, ObjectCompleter):
            fields = completer.plan.fields
            return lambda: fields
        if not isinstance(completer, AbstractCompleter):
            return tuple
        return lambda: self._interface_fields(kind, nodes)

    def _interface_fields(self, kind: Kind, nodes: list[FieldNode]) -> Sequence[FieldPlan]:
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
