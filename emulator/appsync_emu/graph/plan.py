"""A document, compiled: which resolver, which arguments and which completer at every field.

Compilation happens once per shape of a document, per operation, and per values of the variables
that ``@skip`` and ``@include`` look at; what is left to do at run time has no AST in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from appsync_emu.graph.completer import Completer, Plans
    from appsync_emu.graph.loose import Value

__all__ = ["Arguments", "FieldInfo", "FieldPlan", "ObjectPlan"]

Arguments: TypeAlias = Callable[[Mapping[str, Any], tuple[Any, ...]], dict[str, Any]]


class FieldInfo:
    """What is known of a field before it runs.

    Attributes:
        parent_type: name of the object type that has the field.
        name: the field's name in the schema.
        return_type: the field's printed type.
        children: the selected fields below; those of an interface itself, if it is one.
        alone: whether no other resolver can be under way while this field's is, whatever the data:
            what it awaits is then awaited by the task that called it.
    """

    __slots__ = ("_graphql", "_list", "alone", "children", "name", "parent_type", "return_type")

    def __init__(
        self,
        parent_type: str,
        name: str,
        return_type: str,
        sub: Callable[[], Sequence[FieldPlan]],
        graphql: Callable[[str], str] | None = None,
    ) -> None:
        self.parent_type = parent_type
        self.name = name
        self.return_type = return_type
        self.children = sub
        self._graphql = graphql
        self._list: list[str] | None = None
        self.alone = False

    def selection_set_list(self) -> list[str]:
        """``ctx.info.selectionSetList``: aliases for names, children as ``parent/child``."""
        if self._list is None:
            self._list = list(_listed(self.children(), ""))
        return self._list.copy()

    def selection_set_graphql(self, document: str) -> str:
        """``ctx.info.selectionSetGraphQL``: the braces part of the selection as text.

        Args:
            document: the request's document, for its literals.
        """
        return self._graphql(document) if self._graphql is not None else ""


def _listed(fields: Sequence[FieldPlan], prefix: str) -> Sequence[str]:
    found: list[str] = []
    for field in fields:
        found.append(prefix + field.key)
        found += _listed(field.info.children(), f"{prefix}{field.key}/")
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
        pure: no resolver and no abstract type at or below.
    """

    __slots__ = (
        "arguments",
        "completer",
        "given",
        "info",
        "key",
        "name",
        "ordinal",
        "pure",
        "resolver",
    )

    def __init__(
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
        self.pure = resolver is None and (completer is None or completer.pure)


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
        self.pure = all(field.pure for field in fields)
        self.renames = abstract or any(
            field.key != field.name or (field.completer is not None and field.completer.renames)
            for field in fields
        )

    def mark_alone(self, *, serial: bool = False) -> None:
        """This object is resolved while no other is: mark those fields that are alone.

        Args:
            serial: its fields are resolved one after another, as a mutation's are.
        """
        busy = [field for field in self.fields if not field.pure]
        if serial or len(busy) == 1:
            for field in busy:
                field.info.alone = True
                if field.completer is not None:
                    field.completer.mark_alone()

    def prune(self, value: Value) -> Value:
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

    def by_name(self, value: Mapping[str, Any], plans: Plans) -> dict[str, Any]:
        """A completed object under the schema's own field names."""
        result = {
            field.name: field.completer.by_name(value[field.key], plans)
            if field.completer
            else value[field.key]
            for field in self.fields
        }
        if self._abstract:
            result["__typename"] = self.type_name
        return result
