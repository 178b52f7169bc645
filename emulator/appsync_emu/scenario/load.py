"""Loads scenario files; every mistake in a file is told at once, with its place.

A file is data: no code, no tags, no anchors; bounded in size, nesting and number. What it refers to
outside of itself (commands, components, fields) is held against an API by
:func:`appsync_emu.scenario.check.check_against`.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from appsync_emu.config.readers import Reader, to_json
from appsync_emu.config.yamlfile import Map, Scalar, read
from appsync_emu.errors import Mistake, UsageError
from appsync_emu.scenario import keys, sections
from appsync_emu.scenario.callers import read_identities
from appsync_emu.scenario.expect import read_expectations
from appsync_emu.scenario.faults import read_faults
from appsync_emu.scenario.model import Expectations, Scenario
from appsync_emu.scenario.steps import armed_later, find_names, read_steps
from appsync_emu.scenario.values import Names, Values, unquoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from appsync_emu.config.yamlfile import Document, Node
    from appsync_emu.scenario.model import ScenarioFault

__all__ = ["BYTES_MAX", "SUFFIX", "find", "load"]

SUFFIX = ".appsync.yaml"
BYTES_MAX = 262_144
"""Size of a file: a thousand steps of a few lines."""

_PASSED = frozenset({"node_modules", "__pycache__"})
_FIRST = "Start with scenario: 1, the version of the format."
_SYNTAX = "Look at the indentation and the quotes of this line and the one before."


def load(path: str | Path) -> Scenario:
    """Load and check a scenario file.

    Args:
        path: the file; relative to the current folder.

    Raises:
        UsageError: the file has mistakes; ``mistakes`` holds all of them, each with file, line,
            column and remedy.
    """
    place = Path(path)
    shown = place.as_posix()
    document = _document(place, shown)
    found = [*document.mistakes]
    if document.root is not None:
        found += [
            Mistake(file=shown, line=node.line, column=node.column, message=said, remedy=remedy)
            for node, said, remedy in unquoted(document.root)
        ]
    reader = Reader(found)
    scenario = None
    if document.root is not None:
        scenario = _read(Values(reader=reader, names=Names()), document.root, place, shown)
    elif not reader.mistakes:
        reader.mistakes.append(
            Mistake(file=shown, line=1, message="the file is empty", remedy=_FIRST)
        )
    if scenario is None or reader.mistakes:
        raise UsageError(
            sorted(
                dict.fromkeys(reader.mistakes), key=lambda mistake: (mistake.line, mistake.column)
            )
        )
    return scenario


def find(paths: Iterable[str | Path]) -> list[Path]:
    """The scenario files of files and folders, in the order in which they are run.

    Args:
        paths: files of any name, and folders, which are searched for ``*.appsync.yaml`` with all
            folders below them; hidden folders and ``node_modules`` are passed over.

    Returns:
        Each file once, sorted by path.

    Raises:
        UsageError: something that was named does not exist.
    """
    found: dict[Path, None] = {}
    missing: list[Mistake] = []
    for path in map(Path, paths):
        if path.is_dir():
            found.update(dict.fromkeys(_below(path)))
        elif path.exists():
            found[path] = None
        else:
            missing.append(
                Mistake(
                    file=path.as_posix(),
                    message="there is no such file or folder",
                    remedy=f"Name a scenario file (*{SUFFIX}), or a folder with some.",
                )
            )
    if missing:
        raise UsageError(missing)
    return sorted(found)


def _below(folder: Path) -> Iterable[Path]:
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in _PASSED]
        for name in names:
            path = Path(place, name)
            if name.endswith(SUFFIX) and path.is_file():
                yield path


def _document(place: Path, shown: str) -> Document:
    """The file as a tree, with the mistakes of YAML in words for scenario files."""
    try:
        too_large = place.stat().st_size > BYTES_MAX
    except (OSError, ValueError):
        too_large = False
    if too_large:
        raise UsageError(
            Mistake(
                file=shown,
                line=1,
                message=f"the file is larger than {BYTES_MAX} bytes",
                remedy="Split it into several scenarios.",
            )
        )
    document = read(place, shown)
    if document.root is None:
        mistakes = tuple(_in_our_words(mistake) for mistake in document.mistakes)
        return replace(document, mistakes=mistakes)
    return document


def _in_our_words(mistake: Mistake) -> Mistake:
    if mistake.message == "there is no such file":
        return replace(mistake, remedy=f"Name a scenario file (*{SUFFIX}).")
    if mistake.message.startswith("this is not valid YAML"):
        return replace(mistake, line=mistake.line or 1, remedy=_SYNTAX)
    return mistake


def _read(values: Values, root: Node, place: Path, shown: str) -> Scenario | None:
    fields = values.reader.mapping(root, "the file", keys.SCENARIO, hint=_FIRST)
    if fields is None:
        return None
    _check_version(values, root, fields.get("scenario"))
    _find_names(values, fields)
    title_node = values.required(fields, "title", root, "the file", "Say what the scenario shows.")
    title = values.reader.text(title_node, '"title"') if title_node is not None else None
    parts = _small_sections(values, fields, place)
    steps_node = values.required(
        fields, "steps", root, "the file", "Do something: steps: [{send: {command: placeOrder}}]."
    )
    faults: tuple[ScenarioFault, ...] = ()
    if "faults" in fields:
        faults = tuple(read_faults(values, fields["faults"], armed_later(steps_node)))
    steps = tuple(read_steps(values, steps_node)) if steps_node is not None else ()
    calm, calm_expect = _read_calm(values, fields.get("calm"))
    expect = Expectations()
    if "expect" in fields:
        expect = read_expectations(values, fields["expect"], '"expect"')
    return Scenario(
        path=shown,
        line=title_node.line if title_node is not None else root.line,
        title=title or "",
        steps=steps,
        faults=faults,
        calm=calm,
        calm_expect=calm_expect,
        expect=expect,
        raw=to_json(root),
        **parts,
    )


def _check_version(values: Values, root: Node, node: Node | None) -> None:
    if node is None:
        values.note(root, 'the file has no "scenario"', _FIRST)
    elif not (isinstance(node, Scalar) and node.plain and node.text == "1"):
        said = f'"{node.text[:60]}"' if isinstance(node, Scalar) else "no number"
        remedy = "This version reads version 1 alone."
        if isinstance(node, Scalar) and node.text == "1":
            remedy = "Write scenario: 1, without quotes."
        values.note(node, f'"scenario" is {said}, not 1', remedy)
    elif isinstance(root, Map) and root.entries[0].key.text != "scenario":
        values.note(
            root.entries[0].key,
            f'the file starts with "{root.entries[0].key.text[:60]}"',
            "Move scenario: 1 to the top.",
        )


def _find_names(values: Values, fields: dict[str, Node]) -> None:
    """What is defined anywhere in the file, before anything refers to it."""
    names = values.names
    find_names(names, fields.get("steps"))
    faults = fields.get("faults")
    for item in getattr(faults, "items", ()):
        for entry in item.entries if isinstance(item, Map) else ():
            if entry.key.text == "id" and isinstance(entry.value, Scalar) and entry.value.text:
                names.faults.append(entry.value.text)


def _small_sections(values: Values, fields: dict[str, Node], place: Path) -> dict[str, Any]:
    """Everything but title, faults, steps and expectations."""
    start_ns, give_up_after_s = sections.read_clock(values, fields.get("clock"))
    parts: dict[str, Any] = {"start_ns": start_ns, "give_up_after_s": give_up_after_s}
    if "tags" in fields:
        parts["tags"] = sections.read_tags(values, fields["tags"])
    if "api" in fields:
        parts["api"] = sections.read_api_choice(values, fields["api"])
    if "retry" in fields:
        parts["retry"] = sections.read_retry_choice(values, fields["retry"], place.parent)
    if "deadletters" in fields:
        parts["bury_business"] = sections.read_deadletters(values, fields["deadletters"])
    if "seeds" in fields:
        parts["seeds"] = sections.read_seeds(values, fields["seeds"])
    if "variables" in fields:
        parts["variables"] = sections.read_variables(values, fields["variables"])
    if "identities" in fields:
        read_identities(values, fields["identities"])
    if "coverage" in fields:
        parts["coverage"] = sections.read_coverage(values, fields["coverage"])
    return parts


def _read_calm(values: Values, node: Node | None) -> tuple[bool, Expectations | None]:
    """Whether there is a calm run, and what it must come to."""
    if node is None:
        return True, None
    if isinstance(node, Scalar):
        if not (node.plain and node.text == "false"):
            values.note(
                node,
                f'"calm" is "{node.text[:60]}", neither false nor expectations',
                "Write false, or what the run without faults must come to: {traces: {...}}.",
            )
        return False, None
    return True, read_expectations(values, node, '"calm"')
