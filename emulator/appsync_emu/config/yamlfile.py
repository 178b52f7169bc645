"""YAML with positions: text becomes a small frozen tree of nodes; the only importer of PyYAML.

Every scalar stays the text that stands in the file, so ``on:`` is ``"on"`` and ``1:30`` is
``"1:30"``; :mod:`appsync_emu.config.readers` gives the text its meaning. What makes YAML surprising
or unbounded is refused by name: repeated keys, anchors and aliases, tags, merge keys, several
documents, deep nesting. Nothing in this module raises for what a file holds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import yaml  # noqa: TID251 - this is the one home of PyYAML

from appsync_emu.errors import Mistake

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from appsync_emu.core.jsonvalue import Json

__all__ = ["Document", "Entry", "List", "Map", "Node", "Scalar", "dump", "parse", "read"]

BYTES_MAX = 1_048_576
"""Size of a file; an API of thousands of resolvers needs a tenth of it."""
DEPTH_MAX = 64
"""Nesting of lists and mappings."""

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_MERGE_KEY = "<<"
_WIDTH = 100
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """A single value: the text as written, and where.

    Attributes:
        file: path as the user knows it.
        line: 1-based.
        column: 1-based.
        text: the value, with quotes removed and escapes resolved.
        plain: whether it was written without quotes, so that ``30`` can mean a number.
    """

    file: str
    line: int
    column: int
    text: str
    plain: bool

    @property
    def is_null(self) -> bool:
        """Whether nothing, ``~`` or ``null`` was written."""
        return self.plain and self.text in _NULLS


@dataclass(frozen=True, slots=True, kw_only=True)
class List:
    """A sequence of nodes, and where it starts (1-based)."""

    file: str
    line: int
    column: int
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One key of a mapping with its value."""

    key: Scalar
    value: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Map:
    """A mapping in the order of the file, without repeated keys, and where it starts (1-based)."""

    file: str
    line: int
    column: int
    entries: tuple[Entry, ...]


Node: TypeAlias = Scalar | List | Map


@dataclass(frozen=True, slots=True)
class Document:
    """What a file holds; ``root`` is ``None`` when it is empty or cannot be read at all."""

    root: Node | None
    mistakes: tuple[Mistake, ...]


def read(path: Path, shown: str) -> Document:
    """Parse the file at ``path``; ``shown`` is how mistakes name it."""
    try:
        with path.open("rb") as stream:
            content = stream.read(BYTES_MAX + 1)
    except FileNotFoundError:
        return _unreadable(shown, "there is no such file", "Run `appsync-emu init` to write one.")
    except (OSError, ValueError) as error:  # the latter for a path that no file can have
        reason = getattr(error, "strerror", None) or str(error)
        return _unreadable(shown, f"the file cannot be read: {reason}")
    return parse(content, shown)


def parse(content: bytes, shown: str) -> Document:
    """Parse YAML from bytes; ``shown`` is how mistakes name the file."""
    if len(content) > BYTES_MAX:
        return _unreadable(shown, f"the file is larger than {BYTES_MAX} bytes")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return _unreadable(shown, "the file is not UTF-8", "Save it as UTF-8.", line)
    builder = _Builder(file=shown)
    try:
        root = builder.document(yaml.parse(text, Loader=_LOADER))
    except _GiveUpError:
        root = None
    except yaml.MarkedYAMLError as error:
        root = None
        builder.mistakes.append(_syntax_mistake(error, text, shown))
    except yaml.YAMLError as error:  # the reader's own: a character that YAML does not allow
        root = None
        builder.mistakes.append(_character_mistake(error, text, shown))
    return Document(root, tuple(builder.mistakes))


class _Dumper(yaml.SafeDumper):
    """Writes values out where they are used: there are no aliases here."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ANN401 - any value
        """Every value, however often it is used."""
        del data
        return True


def dump(data: Json) -> str:
    """The text that :func:`parse` reads as ``data``: the innermost lists and mappings in a line."""
    text: str = yaml.dump(
        data,
        Dumper=_Dumper,
        default_flow_style=None,
        sort_keys=False,
        allow_unicode=True,
        width=_WIDTH,
    )
    return text


def _unreadable(shown: str, message: str, remedy: str = "", line: int = 0) -> Document:
    return Document(None, (Mistake(file=shown, line=line, message=message, remedy=remedy),))


def _syntax_mistake(error: yaml.MarkedYAMLError, text: str, shown: str) -> Mistake:
    """A syntax error in words that name the usual cause, a tab, when that is it."""
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
    lines = text.splitlines()
    around = lines[line - 1] if 0 < line <= len(lines) else ""
    if "\t" in around[: len(around) - len(around.lstrip())]:
        return Mistake(
            file=shown,
            line=line,
            column=around.index("\t") + 1,
            message="a tab indents this line",
            remedy="Indent with spaces; YAML allows nothing else.",
        )
    what = error.problem or error.context or "it does not parse"
    remedy = "Look at the indentation and the quotes of this line and the one before."
    if not shown.endswith((".yaml", ".yml", ".json")):
        remedy = "Name an appsync.yaml, or a folder with one."
    return Mistake(
        file=shown,
        line=line,
        column=column,
        message=f"this is not valid YAML: {what}",
        remedy=remedy,
    )


def _character_mistake(error: yaml.YAMLError, text: str, shown: str) -> Mistake:
    position = getattr(error, "position", 0)
    before = text[: position if isinstance(position, int) else 0]
    return Mistake(
        file=shown,
        line=before.count("\n") + 1,
        message="the file holds a character that YAML does not allow",
        remedy="Remove the control character, or write it as an escape in double quotes.",
    )


class _GiveUpError(Exception):
    """Nothing after this can be read; the mistake is noted already."""


@dataclass(slots=True)
class _Frame:
    """A list or mapping that is being read."""

    line: int
    column: int
    is_map: bool
    items: list[Node] = field(default_factory=list)
    entries: dict[str, Entry] = field(default_factory=dict)
    key: Scalar | None = None
    awaits_value: bool = False


@dataclass(slots=True)
class _Builder:
    """Folds parser events into nodes, without recursion."""

    file: str
    mistakes: list[Mistake] = field(default_factory=list)
    stack: list[_Frame] = field(default_factory=list)
    root: Node | None = None
    documents: int = 0

    def document(self, events: Iterator[Any]) -> Node | None:
        """The root of the first document."""
        for event in events:
            match event:
                case yaml.ScalarEvent():
                    self.scalar(event)
                case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                    self.open(event)
                case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                    self.close()
                case yaml.AliasEvent():
                    self.note(
                        event,
                        f'the alias "*{event.anchor}" is not supported',
                        "Write the value out.",
                    )
                    self.put(self.text_node(event, "", plain=True))
                case yaml.DocumentStartEvent():
                    self.documents += 1
                    if self.documents > 1:
                        self.note(event, "a second document starts here", "Keep one per file.")
                        raise _GiveUpError
                case _:
                    pass
        return self.root

    def note(self, event: Any, message: str, remedy: str = "") -> None:  # noqa: ANN401 - PyYAML's events share no typed base
        """Remember a mistake at the place of ``event``."""
        mark = event.start_mark
        self.mistakes.append(
            Mistake(
                file=self.file,
                line=mark.line + 1,
                column=mark.column + 1,
                message=message,
                remedy=remedy,
            )
        )

    def text_node(self, event: Any, text: str, *, plain: bool) -> Scalar:  # noqa: ANN401 - as above
        """A scalar at the place of ``event``."""
        mark = event.start_mark
        return Scalar(
            file=self.file, line=mark.line + 1, column=mark.column + 1, text=text, plain=plain
        )

    def refuse_decorations(self, event: Any) -> None:  # noqa: ANN401 - as above
        """Anchors and tags are refused by name; the value itself is still read."""
        if event.anchor is not None:
            self.note(
                event,
                f'the anchor "&{event.anchor}" is not supported',
                "Write the value out where it is used.",
            )
        if event.tag is not None and event.tag != "!":
            name = event.tag.replace("tag:yaml.org,2002:", "!!")
            self.note(
                event,
                f'the tag "{name}" is not supported',
                "Write a plain value: nothing is resolved or deployed here.",
            )

    def scalar(self, event: yaml.ScalarEvent) -> None:
        """A scalar ends a value, or is a key."""
        self.refuse_decorations(event)
        self.put(self.text_node(event, event.value, plain=not event.style))

    def open(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        """A list or mapping starts."""
        self.refuse_decorations(event)
        if len(self.stack) >= DEPTH_MAX:
            self.note(event, f"lists and mappings are nested deeper than {DEPTH_MAX} levels")
            raise _GiveUpError
        mark: Any = event.start_mark
        self.stack.append(
            _Frame(mark.line + 1, mark.column + 1, isinstance(event, yaml.MappingStartEvent))
        )

    def close(self) -> None:
        """A list or mapping ends and becomes a value of what is around it."""
        frame = self.stack.pop()
        node: Node
        if frame.is_map:
            entries = tuple(frame.entries.values())
            node = Map(file=self.file, line=frame.line, column=frame.column, entries=entries)
        else:
            items = tuple(frame.items)
            node = List(file=self.file, line=frame.line, column=frame.column, items=items)
        self.put(node)

    def put(self, node: Node) -> None:
        """Place a finished node into the innermost open list or mapping."""
        if not self.stack:
            self.root = node
            return
        frame = self.stack[-1]
        if not frame.is_map:
            frame.items.append(node)
        elif not frame.awaits_value:
            frame.awaits_value = True
            frame.key = self.usable_key(frame, node)
        else:
            frame.awaits_value = False
            if frame.key is not None:
                frame.entries[frame.key.text] = Entry(key=frame.key, value=node)

    def usable_key(self, frame: _Frame, node: Node) -> Scalar | None:
        """The key, or ``None`` with a mistake noted when its value is to be passed over."""
        message, remedy = "", ""
        if not isinstance(node, Scalar):
            message, remedy = "a key must be text", "Lists and mappings cannot be keys."
        elif node.plain and node.text == _MERGE_KEY:
            message, remedy = 'the merge key "<<" is not supported', "Write the keys out."
        elif node.text in frame.entries:
            first = frame.entries[node.text].key.line
            message = (
                f'the key "{node.text}" stands here a second time; the first is in line {first}'
            )
            remedy = "Keep one of them: YAML would silently use the last."
        else:
            return node
        self.mistakes.append(
            Mistake(
                file=self.file, line=node.line, column=node.column, message=message, remedy=remedy
            )
        )
        return None
