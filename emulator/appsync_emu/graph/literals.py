"""Is this literal a value of that type? If not, what graphql-java says about it.

Source: graphql-java's ``ValidationUtil`` and ``ArgumentValidationUtil``, whose text AppSync shows
(``aws/aws-appsync-community`` issue 273).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

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
    Undefined,
    ValueNode,
    VariableNode,
)

from appsync_emu.graph.coerce import literal_kind, read_literal
from appsync_emu.graph.scalar import BadInput, Scalar
from appsync_emu.graph.scalars import SCALARS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphql import GraphQLArgument, GraphQLInputField, GraphQLInputType

__all__ = ["BadLiteral", "check_literal", "has_default", "java_literal", "variables_in"]

OnVariable: TypeAlias = Callable[[VariableNode, "GraphQLInputType", bool], None]
OnScalar: TypeAlias = Callable[[ValueNode, Scalar], None]


class BadLiteral(Exception):  # noqa: N818 - named for what it says
    """A literal that is no value of its type.

    Attributes:
        steps: from the argument to the literal: ``.field`` and ``[index]``, innermost first.
        node: the literal.
        reason: what is wrong, to be read after "argument 'x' with value 'y'".
        duplicate: the name of a field that stands twice, instead of a wrong value.
    """

    def __init__(self, node: ValueNode, reason: str, *, duplicate: str | None = None) -> None:
        super().__init__(reason)
        self.node = node
        self.reason = reason
        self.duplicate = duplicate
        self.steps: list[str] = []

    def message(self, argument: str) -> str:
        """The description of the validation error."""
        if self.duplicate is not None:
            return self.reason
        name = argument + "".join(reversed(self.steps))
        return f"argument '{name}' with value '{java_literal(self.node)}'{self.reason}"


def java_literal(node: ValueNode) -> str:  # noqa: PLR0911 - one line per kind
    """A literal as graphql-java's ``toString`` prints it."""
    match node:
        case StringValueNode():
            return f"StringValue{{value='{node.value}'}}"
        case IntValueNode():
            return f"IntValue{{value={node.value}}}"
        case FloatValueNode():
            return f"FloatValue{{value={node.value}}}"
        case BooleanValueNode():
            return f"BooleanValue{{value={str(node.value).lower()}}}"
        case EnumValueNode():
            return f"EnumValue{{name='{node.value}'}}"
        case VariableNode():
            return f"VariableReference{{name='{node.name.value}'}}"
        case ListValueNode():
            return f"ArrayValue{{values=[{', '.join(map(java_literal, node.values))}]}}"
        case ObjectValueNode():
            fields = (
                f"ObjectField{{name='{field.name.value}', value={java_literal(field.value)}}}"
                for field in node.fields
            )
            return f"ObjectValue{{objectFields=[{', '.join(fields)}]}}"
        case _:
            return "NullValue{}"


def variables_in(node: ValueNode) -> Iterator[VariableNode]:
    """Every variable inside a literal."""
    if isinstance(node, VariableNode):
        yield node
    elif isinstance(node, ListValueNode):
        for item in node.values:
            yield from variables_in(item)
    elif isinstance(node, ObjectValueNode):
        for field in node.fields:
            yield from variables_in(field.value)


def check_literal(
    node: ValueNode,
    kind: GraphQLInputType,
    on_variable: OnVariable,
    on_scalar: OnScalar,
    *,
    default: bool = False,
) -> None:
    """Check a literal against its type.

    Args:
        node: the literal.
        kind: the type of its place.
        on_variable: told of each variable, its place's type, and whether that has a default.
        on_scalar: told of each valid literal of a scalar.
        default: whether the place has a default value.

    Raises:
        BadLiteral: it is no such value.
    """
    if isinstance(node, VariableNode):
        on_variable(node, kind, default)
        return
    if isinstance(kind, GraphQLNonNull):
        if isinstance(node, NullValueNode):
            raise BadLiteral(node, " must not be null")
        kind = kind.of_type
    if isinstance(node, NullValueNode):
        return
    if isinstance(kind, GraphQLList):
        _check_list(node, kind.of_type, on_variable, on_scalar)
    elif isinstance(kind, GraphQLInputObjectType):
        _check_object(node, kind, on_variable, on_scalar)
    elif isinstance(kind, GraphQLEnumType):
        if not isinstance(node, EnumValueNode) or node.value not in kind.values:
            raise BadLiteral(node, f" is not a valid '{kind.name}'")
    else:
        _check_scalar(node, SCALARS[str(kind)], on_scalar)


def _check_list(
    node: ValueNode, item_kind: GraphQLInputType, on_variable: OnVariable, on_scalar: OnScalar
) -> None:
    if not isinstance(node, ListValueNode):  # one value stands for a list of one
        check_literal(node, item_kind, on_variable, on_scalar)
        return
    for index, item in enumerate(node.values):
        try:
            check_literal(item, item_kind, on_variable, on_scalar)
        except BadLiteral as bad:
            bad.steps.append(f"[{index}]")
            raise


def _check_scalar(node: ValueNode, scalar: Scalar, on_scalar: OnScalar) -> None:
    literal: Any = getattr(node, "value", None)
    try:
        read_literal(scalar, literal_kind(node) or "none", literal)
    except BadInput:
        raise BadLiteral(node, f" is not a valid '{scalar.name}'") from None
    on_scalar(node, scalar)


def _check_object(
    node: ValueNode, kind: GraphQLInputObjectType, on_variable: OnVariable, on_scalar: OnScalar
) -> None:
    if not isinstance(node, ObjectValueNode):
        raise BadLiteral(node, " must be an object type")
    given: set[str] = set()
    for field in node.fields:
        name = field.name.value
        if name in given:
            raise BadLiteral(node, f"There can be only one field named '{name}'", duplicate=name)
        given.add(name)
    missing = [
        name
        for name, field in kind.fields.items()
        if name not in given and isinstance(field.type, GraphQLNonNull) and not has_default(field)
    ]
    if missing:
        raise BadLiteral(node, f" is missing required fields '[{', '.join(missing)}]'")
    for field in node.fields:
        name = field.name.value
        definition = kind.fields.get(name)
        if definition is None:
            raise BadLiteral(node, f" contains a field not in '{kind.name}': '{name}'")
        try:
            check_literal(
                field.value,
                definition.type,
                on_variable,
                on_scalar,
                default=has_default(definition),
            )
        except BadLiteral as bad:
            bad.steps.append(f".{name}")
            raise


def has_default(item: GraphQLArgument | GraphQLInputField) -> bool:
    """Whether an argument or input field has a default value.

    Asked of the SDL, because graphql-core names it differently from version to version; what is
    not in the SDL (introspection, built-in directives) has its default where it always was.
    """
    if item.ast_node is not None:
        return item.ast_node.default_value is not None
    default = getattr(item, "default", None)  # where graphql-core 3.3 keeps its own
    return default is not None or item.default_value is not Undefined
