"""Documents by their shape: equal but for literals is equal, and is compiled once.

A text is cut into its literals and what stands between them. The part between, with the kind of
each literal, is the shape; plans are kept by shape, and the literals of the text at hand become
arguments of the plan. Literals that decide more than a value (in directives, in defaults of
variables, in fields that have to be merged, in introspection) are *pinned*: they stay in the key.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, TypeVar

from graphql import (
    FloatValueNode,
    GraphQLError,
    IntValueNode,
    Node,
    StringValueNode,
    parse_value,
)

from appsync_emu.graph.coerce import read_literal
from appsync_emu.graph.scalar import BadInput, Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from graphql import DocumentNode

__all__ = [
    "LITERALS",
    "Bounded",
    "Cut",
    "Lift",
    "NotThisShape",
    "cut",
    "deepest_bracket",
    "lift",
    "nodes_of",
    "string_of",
]

# Possessive, and taking unterminated strings too: no text costs more than one look per character.
# The first look is at what every literal begins with, so that most characters cost no more.
_LITERAL: Final = re.compile(
    r'((?=["#0-9\-])(?:"""(?:[^"\\]++|\\"""|\\|"(?!""))*+(?:"""|\Z)'  # block string
    r'|"(?!"")(?:[^"\\\x00-\x08\x0a-\x1f]++|\\[^\n\r])*+"?'
    r"|#[^\n\r]*"
    r"|(?<![\w$@])-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![\w.])))",
    re.DOTALL | re.ASCII,
)
_BRACKETS: Final = re.compile(r"[(\[{]|[)\]}]")
_KIND: Final = {'"': "s", "#": "c"}

K = TypeVar("K")
V = TypeVar("V")
N = TypeVar("N", bound=Node)


class Bounded(Generic[K, V]):
    """A map that forgets what was not used lately; at most twice ``size`` entries."""

    __slots__ = ("_new", "_old", "_size")

    def __init__(self, size: int) -> None:
        self._size = size
        self._new: dict[K, V] = {}
        self._old: dict[K, V] = {}

    def get(self, key: K) -> V | None:
        """The value, or ``None``."""
        value = self._new.get(key)
        if value is None:
            value = self._old.get(key)
            if value is not None:
                self.put(key, value)
        return value

    def put(self, key: K, value: V) -> None:
        """Keep a value; everything unused since the last turn goes when the map is full."""
        if len(self._new) >= self._size:
            self._old = self._new
            self._new = {}
        self._new[key] = value

    def __len__(self) -> int:
        return len(self._new.keys() | self._old.keys())


class NotThisShape(Exception):  # noqa: N818 - named for what it says
    """A literal of the text does not fit the place that it has in the shape."""


class Cut(NamedTuple):
    """A text, cut at its literals.

    Attributes:
        key: what stands between the literals, and their kinds.
        literals: the literals as written, comments left out.
    """

    key: tuple[str, str]
    literals: tuple[str, ...]


def cut(text: str) -> Cut:
    """Cut a document at its literals."""
    pieces = _LITERAL.split(text)
    if len(pieces) == 1:
        return Cut((text, ""), ())
    found = pieces[1::2]
    kinds = "".join([_KIND.get(piece[0]) or _number_kind(piece) for piece in found])
    if "c" in kinds:
        found = [piece for piece in found if piece[0] != "#"]
    # NUL cannot stand in a valid document, so no other text gives the same key and kinds.
    return Cut(("\0".join(pieces[::2]), kinds), tuple(found))


def _number_kind(piece: str) -> str:
    return "i" if piece.lstrip("-").isdigit() else "f"


def deepest_bracket(text: str) -> int:
    """How deep brackets of any kind are nested, literals and comments aside."""
    deepest = depth = 0
    for outside in _LITERAL.split(text)[::2]:
        for bracket in _BRACKETS.findall(outside):
            if bracket in "([{":
                depth += 1
                deepest = max(deepest, depth)
            else:
                depth -= 1
    return deepest


# Nodes of a document in the order of its text


_NAMES_AND_TEXTS: Final = frozenset({"alias", "block", "loc", "name", "operation"})


_BELOW: Final[dict[type[Node], tuple[str, ...]]] = {}
"""Attributes with nodes other than names, by class: graphql-core 3.3 finds its keys each time."""


def _below(kind: type[Node]) -> tuple[str, ...]:
    return _BELOW.setdefault(kind, tuple(key for key in kind.keys if key not in _NAMES_AND_TEXTS))


def _walk(node: Node, wanted: tuple[type[Node], ...], found: list[Any]) -> None:
    if isinstance(node, wanted):
        found.append(node)
    keys = _BELOW.get(node.__class__)
    for key in _below(node.__class__) if keys is None else keys:
        child = getattr(node, key, None)
        if child.__class__ in (tuple, list):
            for item in child:
                _walk(item, wanted, found)
        elif isinstance(child, Node):
            _walk(child, wanted, found)


def _start(node: Node) -> int:
    return node.loc.start if node.loc is not None else 0


def nodes_of(document: DocumentNode, *wanted: type[N]) -> list[N]:
    """Every node of some kinds, names aside, in the order of the text."""
    found: list[Any] = []
    _walk(document, wanted, found)
    return sorted(found, key=_start)


# Lifting


@dataclass(frozen=True, slots=True)
class Lift:
    """What becomes of the literals of one shape.

    Attributes:
        readers: for each literal, how it is read; ``None`` for a pinned one.
        pinned: indexes of the literals that stay in the key.
    """

    readers: tuple[Callable[[str], object] | None, ...]
    pinned: tuple[int, ...]

    def values(self, literals: Sequence[str]) -> tuple[Any, ...]:
        """The values of a text's literals; raises NotThisShape."""
        try:
            return tuple(
                [
                    None if reader is None else reader(literal)
                    for reader, literal in zip(self.readers, literals, strict=True)
                ]
            )
        except (BadInput, GraphQLError):
            raise NotThisShape from None


def _reader(scalar: Scalar, kind: str) -> Callable[[str], object]:
    def read(literal: str) -> object:
        value = string_of(literal) if kind == "string" else literal
        coerced = read_literal(scalar, kind, value)
        return value if scalar.name == "AWSJSON" else coerced  # parsed for each call

    return read


def string_of(literal: str) -> str:
    """The value of a string literal or block string; raises BadInput."""
    if "\\" in literal or literal.startswith('"""') or not literal.isascii():
        node = parse_value(literal)
        assert isinstance(node, StringValueNode)  # noqa: S101 - the cut says so
        return node.value
    if literal[-1] != '"' or len(literal) == 1:
        raise BadInput("The string is not terminated.")
    return literal[1:-1]


LITERALS: Final = (IntValueNode, FloatValueNode, StringValueNode)
"""The nodes of the literals that a text is cut at."""

_NODE_KINDS: Final[dict[type[Node], str]] = {
    IntValueNode: "int",
    FloatValueNode: "float",
    StringValueNode: "string",
}


def lift(nodes: Sequence[Node], count: int, scalars: Mapping[int, Scalar]) -> Lift | None:
    """Decide about every literal of a valid document.

    Args:
        nodes: the document's literals, in the order of its text.
        count: how many literals its text was cut at.
        scalars: ``id`` of a literal's node to the scalar that reads it, for literals that may be
            lifted.

    Returns:
        the decision, or ``None`` when cut and document do not agree: such a text stands alone.
    """
    if len(nodes) != count:
        return None
    readers: list[Callable[[str], object] | None] = []
    for node in nodes:
        scalar = scalars.get(id(node))
        readers.append(None if scalar is None else _reader(scalar, _NODE_KINDS[type(node)]))
    return Lift(
        readers=tuple(readers),
        pinned=tuple(index for index, reader in enumerate(readers) if reader is None),
    )
