"""SDL texts to a schema that can be executed, with everything that AppSync declares by itself.

AWS scalars and directives are declared before the user's text, as the service declares them. Types
of the same name in *different* files are merged, as the serverless-appsync-plugin merges them.
What the service's SDL parser refuses is refused here by name; all mistakes are reported at once.

Sources: the AppSync developer guide ("Designing your GraphQL schema", "Scalar types in AWS
AppSync", "Real-time data"), ``aws/aws-appsync-community`` issues 345 and 387.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from functools import cache, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from graphql import (
    DocumentNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_ast_schema,
    parse,
)

from appsync_emu.errors import UsageError
from appsync_emu.graph.aws_scalars import AWS_SCALARS
from appsync_emu.graph.sdl import read_sources, schema_mistakes
from appsync_emu.graph.shape import Bounded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from graphql import DefinitionNode

    from appsync_emu.core.api import SdlSource
    from appsync_emu.errors import Mistake
    from appsync_emu.graph.validate import Checked

__all__ = ["Schema", "build"]

_PRELUDE = """
directive @aws_subscribe(mutations: [String]) on FIELD_DEFINITION
directive @aws_publish(subscriptions: [String]) on FIELD_DEFINITION
directive @aws_auth(cognito_groups: [String]) on FIELD_DEFINITION
directive @aws_cognito_user_pools(cognito_groups: [String])
  on OBJECT | FIELD_DEFINITION | INPUT_OBJECT
directive @aws_api_key on OBJECT | FIELD_DEFINITION
directive @aws_iam on OBJECT | FIELD_DEFINITION
directive @aws_oidc on OBJECT | FIELD_DEFINITION
directive @aws_lambda on OBJECT | FIELD_DEFINITION
directive @canonical on OBJECT | FIELD_DEFINITION | INTERFACE | ENUM | INPUT_OBJECT | UNION
directive @hidden on OBJECT | FIELD_DEFINITION | INTERFACE | ENUM | INPUT_OBJECT | UNION
directive @renamed(to: String!)
  on OBJECT | FIELD_DEFINITION | INTERFACE | ENUM | INPUT_OBJECT | UNION
directive @defer on FIELD
"""

_KEPT = 8
_VALID_KEPT = 64


class Schema:
    """A loaded schema; not changed after it was built.

    Attributes:
        graphql: the schema of graphql-core, AWS scalars and directives included.
        subscriptions: subscription field to the mutation fields of its ``@aws_subscribe``.
        valid: short documents that were found valid lately, by their text.
    """

    __slots__ = ("graphql", "subscriptions", "valid")

    def __init__(
        self, graphql: GraphQLSchema, subscriptions: Mapping[str, tuple[str, ...]]
    ) -> None:
        self.graphql = graphql
        self.subscriptions = subscriptions
        self.valid: Bounded[str, tuple[DocumentNode, Checked]] = Bounded(_VALID_KEPT)

    @property
    def query_type(self) -> str:
        """The name of the query root type."""
        assert self.graphql.query_type is not None  # noqa: S101 - build() says so
        return self.graphql.query_type.name

    @property
    def mutation_type(self) -> str | None:
        """The name of the mutation root type, or ``None``."""
        root = self.graphql.mutation_type
        return root.name if root else None

    @property
    def subscription_type(self) -> str | None:
        """The name of the subscription root type, or ``None``."""
        root = self.graphql.subscription_type
        return root.name if root else None

    def type_names(self) -> tuple[str, ...]:
        """Names of the user's own types, in the order of the SDL."""
        return tuple(
            name
            for name, kind in self.graphql.type_map.items()
            if isinstance(
                kind,
                GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType | GraphQLEnumType,
            )
            and not name.startswith("__")
        )

    def fields_of(self, type_name: str) -> Mapping[str, str]:
        """Fields of a type and the printed type of each; empty when there is no such type."""
        kind = self.graphql.type_map.get(type_name)
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            return {name: str(field.type) for name, field in kind.fields.items()}
        return {}

    def field_names(self, type_name: str) -> tuple[str, ...]:
        """Names of the fields of a type; empty when there is no such type."""
        return tuple(self.fields_of(type_name))

    def arguments_of(self, type_name: str, field_name: str) -> Mapping[str, str]:
        """Arguments of a field and the printed type of each; empty when there is no such field."""
        kind = self.graphql.type_map.get(type_name)
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            field = kind.fields.get(field_name)
            if field is not None:
                return {name: str(argument.type) for name, argument in field.args.items()}
        return {}

    def has_field(self, coordinate: str) -> bool:
        """Whether there is a field ``Type.field``."""
        type_name, _, field_name = coordinate.partition(".")
        kind = self.graphql.type_map.get(type_name)
        return (
            isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType)
            and field_name in kind.fields
        )


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Loading makes many objects that stay: collecting meanwhile costs a third of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@cache
def _prelude() -> tuple[DefinitionNode, ...]:
    scalars = "\n".join(f"scalar {name}" for name in AWS_SCALARS)
    return tuple(parse(_PRELUDE + scalars, no_location=True).definitions)


def build(sources: Sequence[SdlSource]) -> Schema:
    """Build a schema from its files; equal files give the same schema for a while.

    An API is checked against its schema when it is loaded, and executed with it afterwards.

    Args:
        sources: the files, in order.

    Returns:
        the schema.

    Raises:
        UsageError: with every mistake in the SDL, each with file, line and column.
    """
    return _build(tuple(sources))


@lru_cache(maxsize=_KEPT)
def _build(sources: tuple[SdlSource, ...]) -> Schema:
    with _collector_paused():
        # Places take two thirds of the memory of an AST, and only mistakes need them.
        built = _attempt(sources, places=False)
        if not isinstance(built, Schema):
            built = _attempt(sources, places=True)
    if isinstance(built, Schema):
        return built
    raise UsageError(built)


def _attempt(sources: Sequence[SdlSource], *, places: bool) -> Schema | tuple[Mistake, ...]:
    read = read_sources(sources, _prelude(), places=places)
    if read.mistakes:
        return read.mistakes
    document = DocumentNode(definitions=(*_prelude(), *read.definitions))
    graphql = build_ast_schema(document, assume_valid=True, assume_valid_sdl=True)
    return schema_mistakes(graphql, read.subscriptions) or Schema(
        graphql,
        MappingProxyType({name: field.mutations for name, field in read.subscriptions.items()}),
    )
