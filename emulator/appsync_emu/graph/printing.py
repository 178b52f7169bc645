"""A selection as text, with the literals of the request at hand.

Documents that differ only in literals share what was compiled, so what is compiled of a selection's
text has gaps where such literals stand.

Source of the form: graphql-java's ``AstPrinter``. Every field has a line of its own, arguments stay
on it, and strings are printed with escapes, block strings too.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING

from graphql import (
    BooleanValueNode,
    FieldNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    SelectionNode,
    StringValueNode,
    VariableNode,
)

from appsync_emu.graph.shape import cut, string_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from graphql import ArgumentNode, DirectiveNode, ValueNode

__all__ = ["selection_text"]

_TEXTS = 64


def selection_text(
    nodes: Sequence[FieldNode], lifted: Mapping[int, int]
) -> Callable[[str], str] | None:
    """The merged selection sets of fields, as a function of the document's text.

    Args:
        nodes: the fields; all have one key.
        lifted: ``id`` of a literal's node to its index among the literals of a document.

    Returns:
        makes the text, braces included; ``None`` when nothing is selected.
    """
    selections = [
        selection
        for node in nodes
        if node.selection_set
        for selection in node.selection_set.selections
    ]
    if not selections:
        return None
    writer = _Writer(lifted)
    writer.block(selections, "\n")
    return writer.text()


class _Writer:
    def __init__(self, lifted: Mapping[int, int]) -> None:
        self._lifted = lifted
        self._parts: list[str] = []
        self._gaps: list[tuple[int, int]] = []  # where, and which literal

    def text(self) -> Callable[[str], str]:
        if not self._gaps:
            text = "".join(self._parts)
            return lambda _document: text
        parts, gaps = tuple(self._parts), tuple(self._gaps)

        def filled(document: str) -> str:
            literals = _literals(document)
            whole = list(parts)
            for place, index in gaps:
                whole[place] = literals[index]
            return "".join(whole)

        return filled

    def block(self, selections: Iterable[SelectionNode], line: str) -> None:
        self._parts.append("{")
        inner = line + "  "
        for selection in selections:
            self._parts.append(inner)
            self._selection(selection, inner)
        self._parts += (line, "}")

    def _selection(self, node: SelectionNode, line: str) -> None:
        if isinstance(node, FieldNode):
            alias = f"{node.alias.value}: " if node.alias else ""
            self._parts.append(alias + node.name.value)
            self._arguments(node.arguments)
        elif isinstance(node, FragmentSpreadNode):
            self._parts.append(f"...{node.name.value}")
        elif isinstance(node, InlineFragmentNode):
            condition = node.type_condition
            self._parts.append(f"... on {condition.name.value}" if condition else "...")
        self._directives(node.directives)
        below = getattr(node, "selection_set", None)
        if below is not None:
            self._parts.append(" ")
            self.block(below.selections, line)

    def _directives(self, nodes: Iterable[DirectiveNode] | None) -> None:
        for node in nodes or ():
            self._parts.append(f" @{node.name.value}")
            self._arguments(node.arguments)

    def _arguments(self, nodes: Sequence[ArgumentNode] | None) -> None:
        if nodes:
            self._pairs("(", [(node.name.value, node.value) for node in nodes], ")")

    def _pairs(self, opening: str, pairs: Iterable[tuple[str, ValueNode]], closing: str) -> None:
        before = opening
        for name, value in pairs:
            self._parts.append(f"{before}{name}: ")
            self._value(value)
            before = ", "
        self._parts.append(closing if before is not opening else opening + closing)

    def _value(self, node: ValueNode) -> None:
        index = self._lifted.get(id(node))
        if index is not None:
            self._gaps.append((len(self._parts), index))
            self._parts.append("")
        elif isinstance(node, ObjectValueNode):
            self._pairs("{", [(field.name.value, field.value) for field in node.fields], "}")
        elif isinstance(node, ListValueNode):
            for position, item in enumerate(node.values):
                self._parts.append(", " if position else "[")
                self._value(item)
            self._parts.append("]" if node.values else "[]")
        else:
            self._parts.append(_leaf(node))


def _leaf(node: ValueNode) -> str:
    match node:
        case StringValueNode():
            return _quoted(node.value)
        case VariableNode():
            return f"${node.name.value}"
        case BooleanValueNode():
            return "true" if node.value else "false"
        case NullValueNode():
            return "null"
        case _:
            return str(getattr(node, "value", ""))  # a number or an enum value, as it is written


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


@lru_cache(maxsize=_TEXTS)
def _literals(document: str) -> tuple[str, ...]:
    """The literals of a valid document as they are printed; one request asks for them often."""
    return tuple(
        _quoted(string_of(literal)) if literal.startswith('"') else literal
        for literal in cut(document).literals
    )
