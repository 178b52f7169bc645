"""The fenced examples of a document, by section, and how they become files that run.

An example whose first line is a comment with a file's name is that file, or is added to it. Of an
``appsync.yaml`` without ``name:`` it is a part, laid over the one that ``appsync-emu init`` writes.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from appsync_emu.cli.init import _write
from appsync_emu.config.readers import to_json
from appsync_emu.config.yamlfile import parse

ROOT = Path(__file__).resolve().parent.parent
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_FILE = re.compile(r"# ([\w/.]+\.(?:py|yaml|graphql|ini))\n")


@dataclass(frozen=True)
class Block:
    """One example: its language, its text, the file that it is (or ``""``), and its line."""

    language: str
    text: str
    file: str
    line: int


@dataclass(frozen=True)
class Section:
    """The part of a document below one heading."""

    title: str
    text: str
    blocks: tuple[Block, ...]

    def of(self, language: str, *, named: bool | None = None) -> list[Block]:
        """Its examples in one language; with a file name, without, or both."""
        return [
            block
            for block in self.blocks
            if block.language == language and named in (None, bool(block.file))
        ]


@cache
def text_of(document: str) -> str:
    return (ROOT / document).read_text("utf-8")


@cache
def sections(document: str) -> tuple[Section, ...]:
    """The sections of a document, in order; what stands above the first has its own title."""
    text = text_of(document)
    hidden = _FENCE.sub(lambda fence: re.sub(r"^#", " ", fence[0], flags=re.MULTILINE), text)
    starts = [0, *(found.start() for found in re.finditer(r"^## ", hidden, re.MULTILINE))]
    return tuple(
        Section(
            text[start:].splitlines()[0].lstrip("# "),
            text[start:end],
            tuple(_block(found, text, start) for found in _FENCE.finditer(text[start:end])),
        )
        for start, end in zip(starts, [*starts[1:], len(text)], strict=True)
    )


def _block(found: re.Match[str], text: str, start: int) -> Block:
    named = _FILE.match(found[2])
    line = text.count("\n", 0, start + found.start()) + 2
    return Block(found[1], found[2], named[1] if named else "", line)


def blocks(*documents: str) -> list[tuple[str, Block]]:
    """Every example, with the document that it stands in."""
    return [
        (document, block)
        for document in documents
        for section in sections(document)
        for block in section.blocks
    ]


def lay_out(folder: Path, section: Section) -> None:
    """Write the API of ``appsync-emu init`` into ``folder``, and the files of a section over it."""
    _write(folder)
    for block in section.blocks:
        if block.file == "appsync.yaml":
            path = folder / block.file
            part = _read(block.text, f"line {block.line}")
            whole = part if "name" in part else _laid_over(_read(path.read_text(), "init"), part)
            path.write_text(json.dumps(whole), "utf-8")  # JSON is YAML
        elif block.file:
            path = folder / block.file
            before = path.read_text("utf-8") if path.exists() and path.suffix == ".py" else ""
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(before + block.text, "utf-8")


def _read(text: str, shown: str) -> Any:
    document = parse(text.encode(), shown)
    assert document.root is not None, document.mistakes
    return to_json(document.root)


def _laid_over(whole: Any, part: Any) -> Any:
    if not (isinstance(whole, dict) and isinstance(part, dict)):
        return part
    merged = {**whole}
    for key, value in part.items():
        merged[key] = _laid_over(whole.get(key), value)
    return merged


def agrees(printed: str, wanted: str) -> bool:
    """Whether ``printed`` has the lines that a document shows; ``…`` stands for anything."""
    pattern = re.escape(wanted.strip()).replace("…", ".*?").replace("\\ ", " ")
    return re.search(pattern, printed, re.DOTALL) is not None
