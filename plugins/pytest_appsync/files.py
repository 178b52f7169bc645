"""Scenario files as pytest sees them: one item for each, with the title's line.

Collecting reads a file for its title and tags alone; YAML, the API and the emulator are loaded by
the first scenario that runs. Everything that goes into reports is plain data.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Header", "ScenarioFailedError", "ScenarioFile", "ScenarioItem", "header"]

BYTES_MAX = 262_144
"""What is read of a file; larger ones are refused when they run."""

NAME_MAX = 200

_TITLE = re.compile(r"^title:[ \t]*(.*)$", re.MULTILINE)
_TAGS_INLINE = re.compile(r"^tags:[ \t]*\[([^\]]*)\]", re.MULTILINE)
_TAGS_BELOW = re.compile(r"^tags:[ \t]*(?:#.*)?\n((?:[ \t]*(?:-[ \t].*|#.*)?\n?)+)", re.MULTILINE)
_TAG = re.compile(r"(?<![\w-])[a-z][a-z0-9_-]*(?![\w-])")
_DOUBLE = re.compile(r'"(?:[^"\\]|\\.)*"')
_SINGLE = re.compile(r"'((?:[^']|'')*)'")


class ScenarioFailedError(Exception):
    """A scenario did not pass; its text is the whole report."""


class Header:
    """What collecting needs to know of a file.

    Attributes:
        name: of the item: the title, or the file's name without its suffixes.
        line: of the title, from 1.
        tags: plain strings.
    """

    __slots__ = ("line", "name", "tags")

    def __init__(self, name: str, line: int, tags: tuple[str, ...]) -> None:
        self.name = name
        self.line = line
        self.tags = tags


def header(path: Path) -> Header:
    """Title, line and tags of a file that may be wrong in every way."""
    stem = path.name.partition(".")[0] or path.name
    try:
        with path.open("rb") as stream:
            text = stream.read(BYTES_MAX).decode("utf-8", "replace")
    except OSError:
        return Header(stem, 1, ())
    found = _TITLE.search(text)
    if found is None:
        return Header(stem, 1, _tags(text))
    line = text.count("\n", 0, found.start()) + 1
    return Header(_name(found[1]) or stem, line, _tags(text))


def _name(said: str) -> str:
    """A title as part of a node id: one line, and nothing that pytest splits ids at."""
    said = said.strip()
    if quoted := _DOUBLE.match(said):
        try:
            title = str(json.loads(quoted[0]))
        except ValueError:
            title = quoted[0][1:-1]
    elif single := _SINGLE.match(said):
        title = single[1].replace("''", "'")
    elif said[:1] in {"|", ">"}:
        return ""  # a block, which begins on the next line
    else:
        title = re.split(r"(?:^|\s)#", said, maxsplit=1)[0]
    shown = "".join(letter if letter.isprintable() else " " for letter in title)
    return " ".join(shown.replace("::", ":").split())[:NAME_MAX]


def _tags(text: str) -> tuple[str, ...]:
    found = _TAGS_INLINE.search(text) or _TAGS_BELOW.search(text)
    if found is None:
        return ()
    said = re.sub(r"(?:^|(?<=\s))#.*", "", found[1], flags=re.MULTILINE)
    return tuple(dict.fromkeys(_TAG.findall(said)))


def scenario() -> None:
    """Stands for the function that other plugins expect a test to have."""


class ScenarioFile(pytest.File):
    """One scenario file."""

    def collect(self) -> Iterator[ScenarioItem]:
        """Its one scenario."""
        about = header(self.path)
        yield ScenarioItem.from_parent(self, name=about.name, line=about.line, tags=about.tags)


class ScenarioItem(pytest.Item):
    """One scenario: calm first, then with every seed.

    Attributes:
        line: of the title, from 1.
        tags: those of the file; marks where they are registered, and words for ``-k`` anyway.
        obj: a function that does nothing.
    """

    def __init__(self, *, line: int, tags: tuple[str, ...], **more: Any) -> None:  # noqa: ANN401 - pytest's own
        super().__init__(**more)
        self.line = line
        self.tags = tags
        self.obj = scenario
        known = {str(said).partition(":")[0].partition("(")[0].strip()
                 for said in self.config.getini("markers")}  # fmt: skip
        for tag in tags:
            self.extra_keyword_matches.add(tag)
            if tag in known:
                self.add_marker(tag)

    def runtest(self) -> None:
        """Run it.

        Raises:
            ScenarioFailedError: it did not pass.
        """
        from pytest_appsync.scenarios import run  # noqa: PLC0415 - only where it is used

        run(self)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any) -> Any:  # noqa: ANN401 - pytest's own
        """The report of the scenario, without a traceback; one for everything else."""
        if isinstance(excinfo.value, ScenarioFailedError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, *args)

    def reportinfo(self) -> tuple[Path, int, str]:
        """The file, the line of the title (from 0), and what pytest calls it."""
        return self.path, self.line - 1, f"scenario: {self.name}"
