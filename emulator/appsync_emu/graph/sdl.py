"""Reading SDL files: parsing, merging, and every mistake that can be in them.

The service's parser is older and narrower than graphql-core's. What it refuses (custom scalars,
directive definitions, ``extend``, interfaces that implement interfaces) is refused here by name;
what it takes although the current grammar does not (``f(): T``, ``implements A, B``) is taken.

Sources: the AppSync developer guide ("Scalar types in AWS AppSync", "Security", "Real-time data");
``awslabs/graphql-schema-utilities`` issue 25, ``aws/aws-appsync-community`` issues 345 and 387,
``sid88in/serverless-appsync-plugin`` issue 468.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from graphql import (
    DirectiveDefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    GraphQLError,
    GraphQLSyntaxError,
    InputObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    SchemaDefinitionNode,
    Source,
    StringValueNode,
    TypeDefinitionNode,
    TypeExtensionNode,
    UnionTypeDefinitionNode,
    parse,
    print_ast,
    validate_schema,
)
from graphql.validation.validate import validate_sdl

from appsync_emu.errors import Mistake
from appsync_emu.graph.place import line_and_column
from appsync_emu.graph.scalars import SCALARS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from graphql import DefinitionNode, GraphQLSchema, Node

    from appsync_emu.core.api import SdlSource

__all__ = ["ReadSdl", "SubscriptionField", "read_sources", "schema_mistakes"]

_STRING_OR_COMMENT: Final = r'"""(?:\\"""|(?!""").)*"""|"(?:\\.|[^"\\\n])*"|#[^\n]*'
_EMPTY_PARENTHESES = re.compile(rf"({_STRING_OR_COMMENT})|\((\s*)\)", re.DOTALL)
_IMPLEMENTS = re.compile(
    rf"({_STRING_OR_COMMENT})|(\bimplements\s+\w+(?:\s*[,&]\s*\w+)+)", re.DOTALL
)
_NOTHING = re.compile(r"(?:[\s,\ufeff]|#[^\n]*)*")
_UNKNOWN = re.compile(r"Unknown (?:type '(?P<type>\w+)'|directive '(?P<directive>@\w+)')")


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionField:
    """What ``@aws_subscribe`` says on one field.

    Attributes:
        mutations: the mutation fields that it names.
        node: the field's definition, for its place.
    """

    mutations: tuple[str, ...]
    node: FieldDefinitionNode


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSdl:
    """The merged definitions of all files, or what is wrong with them."""

    definitions: tuple[DefinitionNode, ...]
    subscriptions: dict[str, SubscriptionField]
    mistakes: tuple[Mistake, ...]


def _mistake(node: Node | None, message: str, remedy: str = "") -> Mistake:
    """A mistake at the place of a node."""
    location = node.loc if node is not None else None
    if location is None or location.source is None:
        return Mistake(message=message, remedy=remedy)
    line, column = line_and_column(location.source.body, location.start)
    return Mistake(
        message=message, file=location.source.name, line=line, column=column, remedy=remedy
    )


def _legacy(text: str) -> str:
    """The text in today's grammar, every character at its old place."""
    if "(" in text:
        text = _EMPTY_PARENTHESES.sub(lambda found: found[0] if found[1] else f" {found[2]} ", text)
    if "implements" in text:
        text = _IMPLEMENTS.sub(
            lambda found: found[0] if found[1] else found[0].replace(",", "&"), text
        )
    return text


def _parse(source: SdlSource, *, places: bool) -> Sequence[DefinitionNode] | Mistake:
    if _NOTHING.fullmatch(source.text):
        return ()
    try:
        text = Source(_legacy(source.text), source.path)
        return parse(text, no_location=not places).definitions
    except GraphQLSyntaxError as error:
        line, column = line_and_column(source.text, next(iter(error.positions or ()), 0))
        return Mistake(message=error.message, file=source.path, line=line, column=column)


def _refused(definition: DefinitionNode) -> Iterable[Mistake]:
    """What the service's parser does not take, although it is GraphQL."""
    match definition:
        case ScalarTypeDefinitionNode():
            name = definition.name.value
            yield _mistake(
                definition,
                f"Custom scalars are not supported by AppSync: '{name}'.",
                f"{name} is built in: remove the declaration."
                if name in SCALARS
                else f"Use one of {', '.join(SCALARS)}.",
            )
        case DirectiveDefinitionNode():
            yield _mistake(
                definition,
                f"Directive definitions are not supported: '@{definition.name.value}'.",
                "The directives of AppSync need no declaration; others do not exist there.",
            )
        case TypeExtensionNode():
            yield _mistake(
                definition,
                "AppSync does not support 'extend'.",
                "Write the fields into the type itself; a type that stands in several files is"
                " merged.",
            )
        case InterfaceTypeDefinitionNode() if definition.interfaces:
            yield _mistake(
                definition,
                "Failed to parse schema document - ensure it's a valid SDL-formatted document."
                f" Interface '{definition.name.value}' implements another interface.",
                "AppSync lets object types implement interfaces, not interfaces.",
            )
    if (
        isinstance(definition, TypeDefinitionNode)
        and not isinstance(definition, ScalarTypeDefinitionNode)
        and definition.name.value.startswith("AWS")
    ):
        yield _mistake(
            definition,
            f"A type name must not start with 'AWS': '{definition.name.value}'.",
            "The prefix is reserved for the scalars of AppSync.",
        )


_MEMBERS: Final[dict[type[TypeDefinitionNode], str]] = {
    ObjectTypeDefinitionNode: "fields",
    InterfaceTypeDefinitionNode: "fields",
    InputObjectTypeDefinitionNode: "fields",
    EnumTypeDefinitionNode: "values",
    UnionTypeDefinitionNode: "types",
}


def _merge_into(first: TypeDefinitionNode, second: TypeDefinitionNode) -> TypeDefinitionNode:
    """Two definitions of one type in two files as one; equal members count once."""
    attribute = _MEMBERS[type(first)]
    members = list(getattr(first, attribute))
    printed = {print_ast(member) for member in members}
    members += [member for member in getattr(second, attribute) if print_ast(member) not in printed]
    values: dict[str, Any] = {key: getattr(first, key, None) for key in first.keys}
    values[attribute] = tuple(members)
    for shared in ("interfaces", "directives"):
        if shared in values:
            own = {print_ast(node): node for node in getattr(first, shared) or ()}
            other = {print_ast(node): node for node in getattr(second, shared) or ()}
            values[shared] = tuple({**other, **own}.values())
    return type(first)(**values)


def _merged(definitions: Iterable[tuple[DefinitionNode, str]]) -> tuple[DefinitionNode, ...]:
    """The definitions of all files; a type that stands in several files becomes one.

    Args:
        definitions: each with the file it stands in.
    """
    result: list[DefinitionNode] = []
    places: dict[str, int] = {}
    files: dict[str, set[str]] = {}
    for definition, file in definitions:
        if isinstance(definition, TypeDefinitionNode):
            name = definition.name.value
            at = places.get(name)
            if at is not None and file not in files[name] and type(definition) in _MEMBERS:
                first = result[at]
                if isinstance(first, TypeDefinitionNode) and type(first) is type(definition):
                    files[name].add(file)
                    result[at] = _merge_into(first, definition)
                    continue
            places.setdefault(name, len(result))
            files.setdefault(name, {file})
        result.append(definition)
    return tuple(result)


def _root_name(definitions: Iterable[DefinitionNode], operation: str) -> str | None:
    default = operation.capitalize()
    names = set()
    for definition in definitions:
        if isinstance(definition, SchemaDefinitionNode):
            for root in definition.operation_types:
                if root.operation.value == operation:
                    return root.type.name.value
            return None
        if isinstance(definition, ObjectTypeDefinitionNode):
            names.add(definition.name.value)
    return default if default in names else None


def _query_mistakes(definitions: Sequence[DefinitionNode], file: str) -> Iterable[Mistake]:
    if _root_name(definitions, "query") is not None:
        return
    schema = next((node for node in definitions if isinstance(node, SchemaDefinitionNode)), None)
    if schema is None:
        yield Mistake(
            message="There is no top level schema object defined.",
            file=file,
            remedy="Define 'type Query' with at least one field.",
        )
    else:
        yield _mistake(schema, "A schema MUST have a 'query' operation defined.")


def _subscriptions(definitions: Sequence[DefinitionNode]) -> dict[str, SubscriptionField]:
    root = _root_name(definitions, "subscription")
    found: dict[str, SubscriptionField] = {}
    for definition in definitions:
        if isinstance(definition, ObjectTypeDefinitionNode) and definition.name.value == root:
            for field in definition.fields or ():
                for directive in field.directives or ():
                    if directive.name.value == "aws_subscribe":
                        mutations = tuple(
                            value.value
                            for argument in directive.arguments or ()
                            for value in getattr(argument.value, "values", (argument.value,))
                            if isinstance(value, StringValueNode)
                        )
                        found[field.name.value] = SubscriptionField(mutations=mutations, node=field)
    return found


def _nearest(wrong: str, valid: Iterable[str]) -> str:
    """``; did you mean 'X'?``, or a full stop when nothing is near."""
    lowered = {word.lower(): word for word in valid}
    close = difflib.get_close_matches(wrong.lower(), lowered, 1)
    return f"; did you mean '{lowered[close[0]]}'?" if close else "."


def _sdl_error(error: GraphQLError, definitions: Sequence[DefinitionNode]) -> Mistake:
    """A mistake that graphql-core found; its suggestions are said as ours are."""
    message, _, suggested = error.message.partition(". Did you mean ")
    unknown = _UNKNOWN.match(message)
    if unknown and unknown["type"]:
        known = (n.name.value for n in definitions if isinstance(n, TypeDefinitionNode))
        message = f"{unknown[0]}{_nearest(unknown['type'], (*SCALARS, *known))}"
    elif unknown:
        known = (f"@{n.name.value}" for n in definitions if isinstance(n, DirectiveDefinitionNode))
        message = f"{unknown[0]}{_nearest(unknown['directive'], known)}"
    elif suggested:
        message = f"{message}; did you mean {suggested}"
    return _mistake(error.nodes[-1] if error.nodes else None, message)


def read_sources(
    sources: Sequence[SdlSource], prelude: Sequence[DefinitionNode], *, places: bool
) -> ReadSdl:
    """Parse, check and merge SDL files.

    Args:
        sources: the files.
        prelude: definitions that the service makes by itself.
        places: whether definitions know where they stand, and mistakes therefore too.

    Returns:
        the user's definitions, merged, and the mistakes found up to here.
    """
    mistakes: list[Mistake] = []
    definitions: list[tuple[DefinitionNode, str]] = []
    for source in sources:
        parsed = _parse(source, places=places)
        if isinstance(parsed, Mistake):
            mistakes.append(parsed)
        else:
            definitions += [(node, source.path) for node in parsed]
    if mistakes:  # what stands in a file that does not parse would be missed everywhere else
        return ReadSdl(definitions=(), subscriptions={}, mistakes=tuple(mistakes))
    refused = [(node, file, tuple(_refused(node))) for node, file in definitions]
    mistakes += [mistake for _, _, found in refused for mistake in found]
    kept = _merged(
        (node, file)
        for node, file, found in refused
        if not found or not isinstance(node, ScalarTypeDefinitionNode | DirectiveDefinitionNode)
    )
    mistakes += _query_mistakes(kept, definitions[0][1] if definitions else "")
    declared = {
        node.name.value
        for node, _, found in refused
        if found and isinstance(node, ScalarTypeDefinitionNode)
    }
    everything = (*prelude, *kept)
    for error in validate_sdl(DocumentNode(definitions=everything)):
        unknown = _UNKNOWN.match(error.message)
        if unknown and unknown["type"] in declared:
            continue  # said already: the scalar is refused
        mistakes.append(_sdl_error(error, everything))
    return ReadSdl(definitions=kept, subscriptions=_subscriptions(kept), mistakes=tuple(mistakes))


def schema_mistakes(
    schema: GraphQLSchema, subscriptions: dict[str, SubscriptionField]
) -> tuple[Mistake, ...]:
    """Mistakes that show only when the types are put together.

    Args:
        schema: the schema, built without checks.
        subscriptions: what ``@aws_subscribe`` says.
    """
    schema._validation_errors = None  # noqa: SLF001 - built unchecked, to be checked once, here
    mistakes = [
        _mistake(error.nodes[-1] if error.nodes else None, error.message)
        for error in validate_schema(schema)
    ]
    for name, subscription in subscriptions.items():
        mistakes += _subscription_mistakes(schema, name, subscription)
    return tuple(mistakes)


def _subscription_mistakes(
    schema: GraphQLSchema, name: str, subscription: SubscriptionField
) -> Iterable[Mistake]:
    root = schema.subscription_type
    field = root.fields.get(name) if root else None
    if field is None:
        return
    mutations = schema.mutation_type.fields if schema.mutation_type else {}
    place = f"Subscription field '{name}': @aws_subscribe names"
    for mutation in subscription.mutations:
        target = mutations.get(mutation)
        if target is None:
            yield _mistake(
                subscription.node,
                f"{place} the unknown mutation '{mutation}'{_nearest(mutation, mutations)}",
                "Name fields of the mutation root type.",
            )
        elif str(target.type).rstrip("!") != str(field.type).rstrip("!"):
            yield _mistake(
                subscription.node,
                f"{place} '{mutation}', which returns '{target.type}' and not '{field.type}'.",
                "A subscription field returns what its mutations return.",
            )
