"""Input values: what clients send, to what resolvers see.

Two ways in: ``reader`` for the JSON values of variables, ``compile_value`` for literals of a
document. Both know AppSync's scalars by name and never ask graphql-core's.

Sources: GraphQL specification, "Input Values"; graphql-java for the wording.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from graphql import (
    BooleanValueNode,
    EnumValueNode,
    FloatValueNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    StringValueNode,
    VariableNode,
)

from appsync_emu.graph.scalar import BadInput, Scalar
from appsync_emu.graph.scalars import SCALARS

if TYPE_CHECKING:
    from graphql import GraphQLArgument, GraphQLInputField, GraphQLInputType, ValueNode

__all__ = [
    "ABSENT",
    "Absent",
    "Getter",
    "NullInput",
    "Reader",
    "Readers",
    "UnknownKey",
    "compile_value",
    "default_of",
    "literal_kind",
    "literal_number",
    "read_literal",
]

Reader: TypeAlias = Callable[[object], object]
"""A JSON value to a coerced one; raises BadInput, NullInput or UnknownKey."""

Getter: TypeAlias = Callable[[Mapping[str, Any], tuple[Any, ...]], object]
"""A value at run time, from coerced variables and lifted literals; may be ``ABSENT``."""


class Absent:
    """The type of ``ABSENT``."""

    __slots__ = ()


ABSENT: Final = Absent()
"""No value at all, which is not the same as ``null``."""


class NullInput(Exception):  # noqa: N818 - named for what it says
    """``null`` or nothing where the type is non-null; ``args[0]`` is the printed type."""


class UnknownKey(Exception):  # noqa: N818 - named for what it says
    """A key that the input object type does not have; ``args[0]`` is the type's name."""


class Readers:
    """Readers of one schema, made once per type."""

    __slots__ = ("_made",)

    def __init__(self) -> None:
        self._made: dict[str, Reader] = {}

    def reader(self, kind: GraphQLInputType) -> Reader:
        """The reader of a type; ``null`` and nothing are told apart by the caller."""
        name = str(kind)
        made = self._made.get(name)
        if made is None:
            made = self._made[name] = self._make(kind)
        return made

    def _make(self, kind: GraphQLInputType) -> Reader:
        if isinstance(kind, GraphQLNonNull):
            return _non_null(self.reader(kind.of_type), str(kind))
        if isinstance(kind, GraphQLList):
            return _list(self.reader(kind.of_type))
        if isinstance(kind, GraphQLInputObjectType):
            return self._object(kind)
        if isinstance(kind, GraphQLEnumType):
            return _enum(kind)
        parse = SCALARS[str(kind)].parse
        return lambda value: None if value is None else parse(value)

    def _object(self, kind: GraphQLInputObjectType) -> Reader:
        fields = kind.fields
        prepared: list[tuple[str, GraphQLInputType, Getter | None, bool]] = []

        def read(value: object) -> object:
            if value is None:
                return None
            if not isinstance(value, Mapping):
                raise BadInput("Variables for GraphQLInputObjectType must be an instance of Map")
            if not prepared:  # late, because input object types may contain each other
                prepared.extend(
                    (name, field.type, default_of(field), isinstance(field.type, GraphQLNonNull))
                    for name, field in fields.items()
                )
            if not value.keys() <= fields.keys():
                raise UnknownKey(kind.name)
            result: dict[str, object] = {}
            for name, field_type, default, required in prepared:
                if name in value:
                    result[name] = self.reader(field_type)(value[name])
                elif default is not None:
                    result[name] = default({}, ())
                elif required:
                    raise NullInput(str(field_type))
            return result

        return read


def _non_null(inner: Reader, printed: str) -> Reader:
    def read(value: object) -> object:
        if value is None:
            raise NullInput(printed)
        return inner(value)

    return read


def _list(inner: Reader) -> Reader:
    def read(value: object) -> object:
        if value is None:
            return None
        if isinstance(value, list | tuple):
            return [inner(item) for item in value]
        return [inner(value)]

    return read


def _enum(kind: GraphQLEnumType) -> Reader:
    names = kind.values

    def read(value: object) -> object:
        if value is None or (isinstance(value, str) and value in names):
            return value
        raise BadInput(f"Invalid input for Enum '{kind.name}'. No value found for name '{value}'")

    return read


# Literals

_KINDS: Final[dict[type, str]] = {
    IntValueNode: "int",
    FloatValueNode: "float",
    StringValueNode: "string",
    BooleanValueNode: "boolean",
}


def literal_kind(node: ValueNode) -> str | None:
    """``int``, ``float``, ``string``, ``boolean``, or ``None`` for any other literal."""
    return _KINDS.get(type(node))


def literal_number(kind: str, text: str) -> int | float:
    """The number of an ``int`` or ``float`` literal; raises BadInput for absurd lengths."""
    try:
        return int(text) if kind == "int" else float(text)
    except ValueError:  # Python bounds the digits of an int
        raise BadInput(f"The number {text[:40]}... is too long.") from None


def read_literal(scalar: Scalar, kind: str, value: object) -> object:
    """A literal's value as the scalar reads it.

    Args:
        scalar: the scalar.
        kind: what ``literal_kind`` says.
        value: the text of a number, the decoded text of a string, or a bool.

    Raises:
        BadInput: the scalar does not take such a literal.
    """
    if kind not in scalar.literals:
        raise BadInput(f"Expected type '{scalar.name}'.")
    if kind in ("int", "float"):
        if scalar.name == "ID":
            return value
        value = literal_number(kind, str(value))
    return scalar.parse(value)


def default_of(item: GraphQLArgument | GraphQLInputField) -> Getter | None:
    """A getter of the default value of an argument or input field, or ``None``.

    A getter, because a resolver may change the list or map that it gets.
    """
    node = item.ast_node.default_value if item.ast_node is not None else None
    return None if node is None else compile_value(node, item.type, {})


def compile_value(node: ValueNode, kind: GraphQLInputType, lifted: Mapping[int, int]) -> Getter:
    """A valid literal, possibly with variables in it, as a getter.

    Args:
        node: the literal.
        kind: the type it is read as.
        lifted: ``id`` of a literal's node to its index among the lifted literals.
    """
    if isinstance(kind, GraphQLNonNull):
        return _required(compile_value(node, kind.of_type, lifted), str(kind))
    if isinstance(node, VariableNode):
        return _variable(node.name.value)
    if isinstance(node, NullValueNode):
        return _constant(None)
    if isinstance(kind, GraphQLList):
        return _list_literal(node, kind.of_type, lifted)
    if isinstance(kind, GraphQLInputObjectType):
        return _object_literal(node, kind, lifted)
    return _leaf_literal(node, kind, lifted)


def _list_literal(
    node: ValueNode, item_kind: GraphQLInputType, lifted: Mapping[int, int]
) -> Getter:
    nodes = node.values if isinstance(node, ListValueNode) else (node,)
    items = [compile_value(item, item_kind, lifted) for item in nodes]
    return lambda variables, literals: [
        None if (value := item(variables, literals)) is ABSENT else value for item in items
    ]


def _leaf_literal(node: ValueNode, kind: GraphQLInputType, lifted: Mapping[int, int]) -> Getter:
    if isinstance(node, EnumValueNode):
        return _constant(node.value)
    scalar, index = SCALARS[str(kind)], lifted.get(id(node))
    if index is not None:
        if scalar.name == "AWSJSON":
            # Parsed anew each time: a resolver may change what it gets.
            return lambda _variables, literals: scalar.parse(literals[index])
        return lambda _variables, literals: literals[index]
    literal, value = str(literal_kind(node)), getattr(node, "value", None)
    if scalar.name == "AWSJSON":
        return lambda _variables, _literals: read_literal(scalar, literal, value)
    return _constant(read_literal(scalar, literal, value))


def _required(inner: Getter, printed: str) -> Getter:
    def get(variables: Mapping[str, Any], literals: tuple[Any, ...]) -> object:
        value = inner(variables, literals)
        if value is None:
            raise NullInput(printed)
        return value

    return get


def _variable(name: str) -> Getter:
    return lambda variables, _literals: variables.get(name, ABSENT)


def _constant(value: object) -> Getter:
    return lambda _variables, _literals: value


def _object_literal(
    node: ValueNode, kind: GraphQLInputObjectType, lifted: Mapping[int, int]
) -> Getter:
    given = (
        {field.name.value: field.value for field in node.fields}
        if isinstance(node, ObjectValueNode)
        else {}
    )
    parts = [
        (
            name,
            compile_value(given[name], field.type, lifted) if name in given else None,
            default_of(field),
            str(field.type) if isinstance(field.type, GraphQLNonNull) else None,
        )
        for name, field in kind.fields.items()
    ]

    def get(variables: Mapping[str, Any], literals: tuple[Any, ...]) -> object:
        result: dict[str, object] = {}
        for name, getter, default, required in parts:
            value = ABSENT if getter is None else getter(variables, literals)
            if value is ABSENT and default is not None:
                value = default({}, ())
            if value is not ABSENT:
                result[name] = value
            elif required is not None:
                raise NullInput(required)
        return result

    return get
