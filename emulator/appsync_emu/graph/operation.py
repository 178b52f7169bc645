"""One operation of a document: its variables, and its compiled selections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from graphql import OperationDefinitionNode, parse

from appsync_emu.graph.answers import InvalidDocument, engine_error
from appsync_emu.graph.coerce import NullInput, UnknownKey
from appsync_emu.graph.parsing import TOO_DEEP
from appsync_emu.graph.place import line_and_column
from appsync_emu.graph.scalar import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from appsync_emu.graph.coerce import Getter, Reader
    from appsync_emu.graph.document import Document
    from appsync_emu.graph.plan import ObjectPlan

__all__ = ["Operation", "Variable"]

_VARIANTS: Final = 64


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

    Args:
        compiled: compiles it for the values of the document's condition variables; raises
            InvalidDocument. Let go when there is nothing more to compile, because it holds the AST.
    """

    __slots__ = ("_compile", "_conditions", "_variants", "document", "kind", "name", "variables")

    def __init__(
        self,
        document: Document,
        node: OperationDefinitionNode,
        variables: tuple[Variable, ...],
        compiled: Callable[[Mapping[str, object]], ObjectPlan],
    ) -> None:
        self.document = document
        self.kind = node.operation.value
        self.name = node.name.value if node.name else None
        self.variables = variables
        self._compile: Callable[[Mapping[str, object]], ObjectPlan] | None = compiled
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
            assert self._compile is not None  # noqa: S101 - given away with the only plan
            if len(self._variants) >= _VARIANTS:
                self._variants.clear()
            given = dict(zip(self._conditions, key, strict=True))
            plan = self._variants[key] = self._compile(given)
            if not self._conditions:
                self._compile = None  # there is one plan, and the AST is not needed any more
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
            location = (node.variable_definitions or ())[ordinal].loc
            return line_and_column(text, location.start) if location else None
    return None
