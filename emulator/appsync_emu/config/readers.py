"""Typed readers of YAML nodes: they note mistakes instead of raising, so all are told at once.

Every reader takes the node, a phrase that says what the value is (``'"timeout" of component
"Notify"'``), and answers the value or ``None`` when the node does not hold one.
"""

from __future__ import annotations

import difflib
import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from appsync_emu.config.yamlfile import List, Map, Node, Scalar
from appsync_emu.core.duration import duration_s
from appsync_emu.errors import Mistake

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Place", "Reader", "nearest", "to_json"]

Place: TypeAlias = Node

_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_NUMBER = re.compile(r"[-+]?([0-9]{1,18}(\.[0-9]{1,18})?|\.[0-9]{1,18})([eE][-+]?[0-9]{1,2})?")
_DURATION_REMEDY = 'Write a number and a unit: "250ms", "5s", "2m", "1h" or "7d".'
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False}
_YAML_1_1_BOOLEANS = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false"}
_SHOWN_MAX = 60


def nearest(wrong: str, valid: Iterable[str]) -> str:
    """``'; did you mean "x"?'``, or nothing when no valid word is near."""
    words = list(valid)
    close = difflib.get_close_matches(wrong, words, n=1)
    if not close:
        lowered = {word.lower(): word for word in words}
        close = [lowered[word] for word in difflib.get_close_matches(wrong.lower(), lowered, n=1)]
    return f'; did you mean "{close[0]}"?' if close else ""


def to_json(node: Node) -> Any:  # noqa: ANN401 - JSON is recursive, and patterns are read as such
    """The node as JSON data: unquoted numbers, ``true``, ``false`` and ``null`` get their types."""
    match node:
        case Map():
            return {entry.key.text: to_json(entry.value) for entry in node.entries}
        case List():
            return [to_json(item) for item in node.items]
        case Scalar(plain=False):
            return node.text
    return None if node.is_null else _plain_value(node.text)


def _plain_value(text: str) -> bool | float | str:
    """What an unquoted scalar means in JSON's types; dates and ``1:30`` stay text."""
    if text in {"true", "false"}:
        return text == "true"
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _NUMBER.fullmatch(text) else text


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.is_null


def _describe(node: Node) -> str:
    """What stands there, in a few words."""
    match node:
        case Map():
            return "a mapping"
        case List():
            return "a list"
        case Scalar(is_null=True):
            return "nothing"
    text = node.text if len(node.text) <= _SHOWN_MAX else f"{node.text[:_SHOWN_MAX]}..."
    return f'"{text}"'


@dataclass(slots=True)
class Reader:
    """Reads nodes and remembers what is wrong with them, in the order of finding.

    Attributes:
        mistakes: what was found; it starts with the mistakes of the YAML itself.
    """

    mistakes: list[Mistake] = field(default_factory=list)
    _spoilt: set[tuple[int, int]] = field(init=False)

    def __post_init__(self) -> None:
        # Where the YAML itself is at fault (an alias, a tag), its value is nobody's second mistake.
        self._spoilt = {(mistake.line, mistake.column) for mistake in self.mistakes}

    def note(self, place: Place, message: str, remedy: str = "") -> None:
        """Remember a mistake at the place of a node."""
        if (place.line, place.column) in self._spoilt:
            return
        self.mistakes.append(
            Mistake(
                file=place.file,
                line=place.line,
                column=place.column,
                message=message,
                remedy=remedy,
            )
        )

    def text(self, node: Node, what: str) -> str | None:
        """A text that is not empty."""
        if isinstance(node, Scalar) and not node.is_null and node.text:
            return node.text
        found = "is empty" if isinstance(node, Scalar) else f"is {_describe(node)}"
        self.note(node, f"{what} {found}", "Write one text.")
        return None

    def boolean(self, node: Node, what: str) -> bool | None:
        """``true`` or ``false``; the other words of YAML 1.1 are refused with the right one."""
        if isinstance(node, Scalar) and node.plain and node.text in _BOOLEANS:
            return _BOOLEANS[node.text]
        word = _YAML_1_1_BOOLEANS.get(node.text.lower()) if isinstance(node, Scalar) else None
        remedy = f"Write {word}." if word else "Write true or false, without quotes."
        self.note(node, f"{what} is {_describe(node)}, not true or false", remedy)
        return None

    def integer(self, node: Node, what: str, *, minimum: int, maximum: int) -> int | None:
        """A whole number within bounds, both included."""
        remedy = f"Write a whole number from {minimum} to {maximum}."
        if not (isinstance(node, Scalar) and node.plain and _INTEGER.fullmatch(node.text)):
            self.note(node, f"{what} is {_describe(node)}, not a whole number", remedy)
            return None
        value = int(node.text)
        if not minimum <= value <= maximum:
            self.note(node, f"{what} is {value}, which is out of range", remedy)
            return None
        return value

    def number(self, node: Node, what: str, *, minimum: float, maximum: float) -> float | None:
        """A number within bounds, both included."""
        remedy = f"Write a number from {minimum:g} to {maximum:g}."
        if not (isinstance(node, Scalar) and node.plain and _NUMBER.fullmatch(node.text)):
            self.note(node, f"{what} is {_describe(node)}, not a number", remedy)
            return None
        value = float(node.text)
        if not minimum <= value <= maximum or not math.isfinite(value):
            self.note(node, f"{what} is {node.text}, which is out of range", remedy)
            return None
        return value

    def duration_s(
        self,
        node: Node,
        what: str,
        *,
        maximum_s: float,
        zero_allowed: bool = False,
        seconds_allowed: bool = False,
    ) -> float | None:
        """Seconds, at most ``maximum_s``, and more than none unless ``zero_allowed``.

        A number without a unit is refused, except where ``seconds_allowed`` says that the words of
        the serverless-appsync-plugin mean seconds by it.
        """
        found = _describe(node)
        if not isinstance(node, Scalar) or node.is_null:
            self.note(node, f"{what} is {found}, not a duration", _DURATION_REMEDY)
            return None
        seconds = duration_s(node.text)
        if seconds is None and _NUMBER.fullmatch(node.text):
            if not seconds_allowed:
                self.note(
                    node,
                    f"{what} is {found}, a number without a unit",
                    f'Write the unit: "{node.text}s" is seconds; ms, s, m, h and d are known.',
                )
                return None
            seconds = float(node.text)
        if seconds is None:
            self.note(node, f"{what} is {found}, not a duration", _DURATION_REMEDY)
            return None
        if not 0 <= seconds <= maximum_s or not (seconds or zero_allowed):
            least = "at least 0" if zero_allowed else "more than 0"
            self.note(
                node,
                f"{what} is {found}, which is out of range",
                f"Write {least} and at most {_in_units(maximum_s)}.",
            )
            return None
        return seconds

    def choice(self, node: Node, what: str, valid: Iterable[str]) -> str | None:
        """One word of a closed set."""
        words = list(valid)
        word = self.text(node, what)
        if word is None or word in words:
            return word
        self.note(
            node,
            f'{what} is "{word}"{nearest(word, words) or ", which is unknown"}',
            f"Known: {', '.join(words)}.",
        )
        return None

    def items(self, node: Node, what: str) -> tuple[Node, ...]:
        """The items of a list; nothing written is an empty list."""
        if isinstance(node, List):
            return node.items
        if not _is_null(node):
            self.note(node, f"{what} is {_describe(node)}, not a list", "Write a list: [a, b].")
        return ()

    def one_or_more(self, node: Node, what: str) -> list[tuple[Scalar, str]]:
        """Texts with their places: a list of them, or a single one as a shorthand."""
        nodes = node.items if isinstance(node, List) else (node,)
        if not nodes or _is_null(node):
            self.note(node, f"{what} is empty", "Name at least one.")
            return []
        return [
            (item, text)
            for item in nodes
            if (text := self.text(item, what)) is not None and isinstance(item, Scalar)
        ]

    def named(self, node: Node, what: str) -> tuple[tuple[Scalar, Node], ...]:
        """The entries of a mapping whose keys the user chooses; nothing written is none."""
        if isinstance(node, Map):
            return tuple((entry.key, entry.value) for entry in node.entries)
        if not _is_null(node):
            self.note(
                node, f"{what} is {_describe(node)}, not a mapping", "Write key: value lines."
            )
        return ()

    def mapping(
        self,
        node: Node,
        what: str,
        allowed: Iterable[str],
        refused: Mapping[str, str] | None = None,
        hint: str = "",
    ) -> dict[str, Node] | None:
        """The known entries of a mapping with fixed keys; unknown keys are mistakes.

        Args:
            node: the node that should be a mapping; nothing written is an empty one.
            what: what the mapping is, for messages.
            allowed: the keys that this version reads.
            refused: keys that AppSync or its tools know and this version does not, with the
                sentence that says what to do.
            hint: what to write when the node is no mapping at all.

        Returns:
            The nodes by key, or ``None`` when this is not a mapping.
        """
        if _is_null(node):
            return {}
        if not isinstance(node, Map):
            self.note(
                node,
                f"{what} is {_describe(node)}, not a mapping",
                hint or "Write key: value lines.",
            )
            return None
        keys = list(allowed)
        known: dict[str, Node] = {}
        for entry in node.entries:
            name = entry.key.text
            if name in keys:
                known[name] = entry.value
            elif refused and name in refused:
                self.note(
                    entry.key, f'"{name}" in {what} is not supported by this version', refused[name]
                )
            else:
                self.note(
                    entry.key,
                    f'unknown key "{name}" in {what}{nearest(name, keys)}',
                    f"Known keys: {', '.join(keys)}.",
                )
        return known


def _in_units(seconds: float) -> str:
    for unit, length_s in (("d", 86400.0), ("h", 3600.0), ("m", 60.0)):
        if seconds % length_s == 0:
            return f"{seconds / length_s:g}{unit}"
    return f"{seconds:g}s"
