"""What all sections of a scenario file are read with: values, references, templates.

The words of faults are those of :mod:`appsync_emu.core.faults.words`; here they get a place in the
file, and what is left is what only files have.
"""

from __future__ import annotations

import difflib
import re
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from appsync_emu.config.readers import nearest, to_json
from appsync_emu.config.yamlfile import List, Map, Scalar
from appsync_emu.core.comparisons import OPERATORS, AllOf, Comparison
from appsync_emu.core.faults import words
from appsync_emu.scenario.templates import placeholders

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from appsync_emu.config.readers import Reader
    from appsync_emu.config.yamlfile import Node
    from appsync_emu.core.comparisons import Wanted
    from appsync_emu.core.faults.match import TextWanted
    from appsync_emu.core.faults.waits import Wait
    from appsync_emu.core.jsonvalue import Json, JsonObject
    from appsync_emu.scenario.model import Caller

__all__ = ["DURATION_MAX_S", "STATUSES", "Names", "Values", "unquoted"]

T = TypeVar("T")

DURATION_MAX_S = 366 * 86_400.0
STATUSES = ("accepted", "success", "error")

_LABEL = re.compile(r"[A-Za-z0-9][\w.-]{0,99}")
_VARIABLE = re.compile(r"[A-Za-z_]\w{0,63}", re.ASCII)
_QUOTED = re.compile(r"'([^']*)'")
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}([Tt ].*)?")
_SEXAGESIMAL = re.compile(r"[-+]?\d+(:[0-5]?\d)+(\.\d*)?")
_NEAR_OPERATOR = 0.8
_NAMES_MAX = 200
"""Of more names none is suggested: looking for the nearest takes time."""
_SHOWN_MAX = 12
_COUNT_MAX = 1_000_000_000


def unquoted(node: Node) -> Iterator[tuple[Scalar, str, str]]:
    """Values that other readers of YAML take for dates and times; each with what to say."""
    match node:
        case Map():
            for entry in node.entries:
                yield from unquoted(entry.value)
        case List():
            for item in node.items:
                yield from unquoted(item)
        case Scalar(plain=True, text=text):
            if _DATE.fullmatch(text):
                yield node, f"{text} without quotes is a date to YAML", f'Quote it: "{text}".'
            elif _SEXAGESIMAL.fullmatch(text):
                yield (
                    node,
                    f"{text} without quotes is a number in base 60 to YAML",
                    f'Quote it: "{text}"; a duration is written with units: "1m 30s".',
                )


@dataclass(slots=True)
class Names:
    """What the file defines, wherever it does: found before anything is read.

    Attributes:
        labels: of sends, each with its place.
        subscribers: of subscribes, each with what it listens to.
        faults: ids.
        identities: by name; read before the steps are.
        variables: those of ``variables``, and those that any step sets.
        valued: those that have a value at the step that is being read.
    """

    labels: dict[str, Node] = field(default_factory=dict)
    subscribers: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    identities: dict[str, Caller] = field(default_factory=dict)
    variables: dict[str, None] = field(default_factory=dict)
    valued: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """Readers of values; what is wrong goes to ``reader``, and ``None`` comes back."""

    reader: Reader
    names: Names

    def note(self, place: Node, message: str, remedy: str = "") -> None:
        """Remember a mistake."""
        self.reader.note(place, message, remedy)

    def word(self, read: Callable[[Any], T], node: Node, what: str, remedy: str = "") -> T | None:
        """What one of :mod:`~appsync_emu.core.faults.words` makes of a node."""
        try:
            with warnings.catch_warnings():  # of regular expressions that Python finds odd
                warnings.simplefilter("ignore", FutureWarning)
                return read(to_json(node))
        except ValueError as error:
            said = _QUOTED.sub(r'"\1"', str(error))
            self.note(node, f"{what}: {said}", remedy)
            return None

    def duration(self, node: Node, what: str, *, zero: bool = False) -> float | None:
        """Seconds; ``14m 59s`` is one duration."""
        if isinstance(node, Scalar) and len(parts := node.text.split()) > 1:
            seconds = self.word(words.duration, node, what)
            if seconds is None or 0 < seconds <= DURATION_MAX_S:
                return seconds
            node = Scalar(
                file=node.file, line=node.line, column=node.column, text=parts[0], plain=True
            )
        return self.reader.duration_s(node, what, maximum_s=DURATION_MAX_S, zero_allowed=zero)

    def wait(self, node: Node, what: str) -> Wait | None:
        """A duration, or a distribution of them."""
        if isinstance(node, Scalar):
            return self.duration(node, what, zero=True)
        return self.word(words.wait, node, what)

    def only_true(self, node: Node, what: str) -> bool:
        """``true``, and nothing else."""
        if isinstance(node, Scalar) and node.plain and node.text == "true":
            return True
        self.note(node, f"{what} is not true", "Write true, or leave the key out.")
        return False

    def count(self, node: Node, what: str, *, least: int = 1, most: int = _COUNT_MAX) -> int | None:
        """A whole number."""
        return self.reader.integer(node, what, minimum=least, maximum=most)

    def required(
        self, fields: Mapping[str, Node], key: str, place: Node, what: str, remedy: str
    ) -> Node | None:
        """The node of a key that must be there; one that is misspelt is a mistake already."""
        node = fields.get(key)
        written = [entry.key.text for entry in place.entries] if isinstance(place, Map) else []
        strangers = [name for name in written if name not in fields]
        if node is None and not difflib.get_close_matches(key, strangers, n=1):
            self.note(place, f'{what} has no "{key}"', remedy)
        return node

    # Names.

    def label(self, node: Node, what: str) -> str | None:
        """A new name: of a command, a subscriber, an identity."""
        text = self.reader.text(node, what)
        if text is None or _LABEL.fullmatch(text):
            return text
        self.note(
            node, f'{what} is "{_cut(text)}"', "Write letters, digits, dots and hyphens: big-order."
        )
        return None

    def variable(self, node: Node, what: str) -> str | None:
        """A new name of a variable."""
        text = self.reader.text(node, what)
        if text == "n":
            self.note(node, f'{what} is "n"', "{n} is the number of a repeated send; name another.")
        elif text is not None and not _VARIABLE.fullmatch(text):
            self.note(node, f'{what} is "{_cut(text)}"', "Write letters, digits and underscores.")
        else:
            return text
        return None

    def known(self, node: Node, what: str, names: Collection[str], kind: str) -> str | None:
        """The name of something that the file defines."""
        text = self.reader.text(node, what)
        if text is None or text in names:
            return text
        self.unknown(node, what, text, names, kind)
        return None

    def unknown(self, node: Node, what: str, text: str, names: Collection[str], kind: str) -> None:
        """Say that the file defines no such name."""
        near = nearest(text, names) if len(names) <= _NAMES_MAX else ""
        shown = ", ".join(sorted(names)[:_SHOWN_MAX]) + (", ..." if len(names) > _SHOWN_MAX else "")
        kinds = kind.removesuffix("y") + "ies" if kind.endswith("y") else f"{kind}s"
        remedy = f"This file has {kinds}: {shown}." if names else f"This file has no {kinds}."
        self.note(node, f'{what} is "{_cut(text)}", and no {kind} is called that{near}', remedy)

    # Comparisons.

    def wanted(self, node: Node, what: str) -> Wanted:
        """What a value must be like: operators, subsets, plain values."""
        match node:
            case Map(entries=entries) if any(entry.key.text in OPERATORS for entry in entries):
                return self._compared(node, what)
            case Map():
                return {
                    entry.key.text: self.wanted(entry.value, f'"{entry.key.text}" of {what}')
                    for entry in node.entries
                    if self._is_field(entry.key, entry.value, what)
                }
            case List():
                return [self.wanted(item, what) for item in node.items]
        return to_json(node)  # type: ignore[no-any-return]  # JSON

    def _is_field(self, key: Scalar, value: Node, what: str) -> bool:
        close = difflib.get_close_matches(key.text, OPERATORS, n=1, cutoff=_NEAR_OPERATOR)
        if close and isinstance(value, Scalar):
            self.note(
                key,
                f'there is no operator "{key.text}" for {what}; did you mean "{close[0]}"?',
                f"Operators: {', '.join(OPERATORS)}. A field of this name is written "
                f"contains: {{{key.text}: ...}}.",
            )
            return False
        return True

    def _compared(self, node: Map, what: str) -> Comparison | AllOf | None:
        parts: list[Comparison] = []
        for entry in node.entries:
            word = entry.key.text
            if word not in OPERATORS:
                self.note(
                    entry.key,
                    f'"{word}" stands beside operators, and is none{nearest(word, OPERATORS)}',
                    f"Operators: {', '.join(OPERATORS)}.",
                )
                continue
            operand = to_json(entry.value)
            found = self.word(_operator(word, operand), entry.value, what)
            if isinstance(found, Comparison):
                parts.append(found)
        if not parts:
            return None
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def number_wanted(self, node: Node, what: str) -> Wanted:
        """A whole number, or operators that compare numbers."""
        if not isinstance(node, Map):
            return self._number(node, what)
        found = self._operators(node, what, "{at_least: 1}")
        for part in found.parts if isinstance(found, AllOf) else (found,):
            if part is not None and part.operator in {"matches", "contains"}:
                self.note(node, f'{what}: "{part.operator}" compares text, and this is a number')
        return found

    def _number(self, node: Node, what: str) -> int | None:
        value = to_json(node)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        said = f'"{_cut(node.text)}"' if isinstance(node, Scalar) else "a list"
        self.note(
            node,
            f"{what} is {said}, not a whole number",
            "Write a whole number from 0 up, or operators: {at_least: 1}.",
        )
        return None

    def text_wanted(self, node: Node, what: str) -> TextWanted | None:
        """A text, or operators that have a meaning for text."""
        if isinstance(node, List):
            self.note(node, f"{what} is a list", "Write one text, or {in: [a, b]}.")
            return None
        if isinstance(node, Scalar):
            return self.reader.text(node, what)
        found = self._operators(node, what, "{in: [a, b]}")
        for part in found.parts if isinstance(found, AllOf) else (found,):
            if part is not None and part.operator not in {"equals", "in", "matches", "contains"}:
                self.note(node, f'{what}: "{part.operator}" compares numbers, and this is text')
        return found

    def _operators(self, node: Map, what: str, example: str) -> Comparison | AllOf | None:
        if any(entry.key.text in OPERATORS for entry in node.entries):
            return self._compared(node, what)
        key = node.entries[0].key if node.entries else node
        word = node.entries[0].key.text if node.entries else ""
        said = f'there is no operator "{word}"{nearest(word, OPERATORS)}' if word else "is empty"
        self.note(
            key,
            f"{what}: {said}" if word else f"{what} {said}",
            f"Write a value or operators, as in {example}: {', '.join(OPERATORS)}.",
        )
        return None

    def subset(self, node: Node, what: str) -> dict[str, Wanted] | None:
        """Fields that something must have; at this level nothing is an operator."""
        if not isinstance(node, Map) or not node.entries:
            self.note(
                node, f"{what} names no fields", "Write fields and values: {total: {above: 100}}."
            )
            return None
        return {
            entry.key.text: self.wanted(entry.value, f'"{entry.key.text}" of {what}')
            for entry in node.entries
        }

    # Templates.

    def template(self, node: Node, what: str, *, numbered: bool = False) -> None:
        """Check the placeholders of every string in a step."""
        match node:
            case Map():
                if not self._is_bare(node, what, numbered=numbered):
                    for entry in node.entries:
                        self.template(entry.value, what, numbered=numbered)
            case List():
                for item in node.items:
                    self.template(item, what, numbered=numbered)
            case Scalar(text=text):
                for name in placeholders(text) if "{" in text else ():
                    self._check_placeholder(node, name, what, numbered=numbered)

    def _is_bare(self, node: Map, what: str, *, numbered: bool) -> bool:
        """``{n}`` without quotes is a mapping with the key ``n``."""
        if len(node.entries) != 1:
            return False
        key, value = node.entries[0].key, node.entries[0].value
        known = key.text in self.names.variables or (numbered and key.text == "n")
        if not (known and isinstance(value, Scalar) and value.plain and not value.text):
            return False
        written = f"{{{key.text}}}"
        self.note(
            node, f"{written} without quotes is a mapping to YAML", f'In {what}, write "{written}".'
        )
        return True

    def _check_placeholder(self, node: Scalar, name: str, what: str, *, numbered: bool) -> None:
        written = f"{{{name}}}"
        if name == "n":
            if not numbered:
                self.note(
                    node,
                    f"{written} in {what} has no meaning",
                    "It is the number of a repeated send; a literal brace is written {{.",
                )
        elif name not in self.names.variables:
            names = ["n", *self.names.variables] if numbered else self.names.variables
            near = nearest(name, names) if len(names) <= _NAMES_MAX else ""
            self.note(
                node,
                f"{written} in {what} is no variable{near}",
                'Declare it under "variables", or save it from an answer; a literal brace is '
                "written {{.",
            )
        elif name not in self.names.valued:
            self.note(
                node,
                f"{written} in {what} has no value yet",
                'Give it one under "variables", or save or set it in a step before this one.',
            )

    def json_object(self, node: Node, what: str, *, numbered: bool = False) -> JsonObject | None:
        """A mapping of a step, as it is sent."""
        fields = {key.text: to_json(value) for key, value in self.reader.named(node, what)}
        self.template(node, what, numbered=numbered)
        return fields


def _operator(word: str, operand: Json) -> Callable[[Any], Wanted]:
    return lambda _: words.wanted({word: operand})


def _cut(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}..."  # noqa: PLR2004 - a line of a terminal
