"""What a schema says, in plain words: types, fields, arguments, without graphql-core's classes.

Configuration is checked against these facts; nothing here executes anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLObjectType,
    get_named_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from graphql import GraphQLSchema

__all__ = ["ArgumentFacts", "Facts", "FieldFacts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArgumentFacts:
    """One argument of a field.

    Attributes:
        printed: its type as SDL writes it, for example ``[ID!]!``.
        named: the type's name without lists and ``!``.
        is_list: whether it takes a list.
        is_required: non-null without a default.
    """

    printed: str
    named: str
    is_list: bool
    is_required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldFacts:
    """One field of an object type; the attributes mean what they mean for arguments."""

    printed: str
    named: str
    is_list: bool
    is_non_null: bool
    arguments: Mapping[str, ArgumentFacts]


def _is_list(type_: Any) -> bool:  # noqa: ANN401 - the two releases of graphql-core differ in names
    return is_list_type(type_.of_type if is_non_null_type(type_) else type_)


class Facts:
    """Look-ups in a schema; object types are described when they are first asked for."""

    __slots__ = ("_fields", "_schema", "mutation_type", "query_type", "subscription_type")

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._fields: dict[str, Mapping[str, FieldFacts]] = {}
        self.query_type = schema.query_type.name if schema.query_type else None
        self.mutation_type = schema.mutation_type.name if schema.mutation_type else None
        self.subscription_type = schema.subscription_type.name if schema.subscription_type else None

    def type_names(self) -> list[str]:
        """The object types, in the order of the schema."""
        return [
            name
            for name, type_ in self._schema.type_map.items()
            if isinstance(type_, GraphQLObjectType) and not name.startswith("__")
        ]

    def has_type(self, name: str) -> bool:
        """Whether there is a type of this name, of any kind."""
        return name in self._schema.type_map

    def is_object(self, name: str) -> bool:
        """Whether the type is an object type."""
        return isinstance(self._schema.type_map.get(name), GraphQLObjectType)

    def fields(self, type_name: str) -> Mapping[str, FieldFacts]:
        """The fields of an object type; none for any other name."""
        known = self._fields.get(type_name)
        if known is None:
            known = self._fields[type_name] = dict(self._describe(type_name))
        return known

    def _describe(self, type_name: str) -> Iterator[tuple[str, FieldFacts]]:
        type_ = self._schema.type_map.get(type_name)
        if not isinstance(type_, GraphQLObjectType):
            return
        for name, field in type_.fields.items():
            yield (
                name,
                FieldFacts(
                    printed=str(field.type),
                    named=get_named_type(field.type).name,
                    is_list=_is_list(field.type),
                    is_non_null=is_non_null_type(field.type),
                    arguments={
                        argument_name: ArgumentFacts(
                            printed=str(argument.type),
                            named=get_named_type(argument.type).name,
                            is_list=_is_list(argument.type),
                            is_required=is_required_argument(argument),
                        )
                        for argument_name, argument in field.args.items()
                    },
                ),
            )
