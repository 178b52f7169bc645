"""The section ``schema``: one file, a list, or globs, relative to the file that names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from appsync_emu.config.yamlfile import List
from appsync_emu.core.api import SdlSource

if TYPE_CHECKING:
    from pathlib import Path

    from appsync_emu.config.readers import Reader
    from appsync_emu.config.yamlfile import Node

__all__ = ["read_schema_files"]

_DEFAULT = "schema.graphql"
_GLOB = frozenset("*?[")
_FILES_MAX = 10_000
_BYTES_MAX = 10_485_760


def read_schema_files(
    reader: Reader, node: Node | None, root: Node, folder: Path, shown_folder: Path
) -> tuple[SdlSource, ...]:
    """The schema's files: those of a list in its order, those of a glob sorted, none twice.

    Args:
        reader: collects mistakes.
        node: the section; without it the schema is ``schema.graphql``, as in the plugin.
        root: where a missing section is reported.
        folder: what the paths are relative to.
        shown_folder: the same folder as the user knows it.
    """
    items: tuple[Node, ...] = (node,) if node is not None else ()
    if isinstance(node, List):
        items = node.items
        if not items:
            reader.note(node, '"schema" is an empty list', f"Name a file: schema: {_DEFAULT}.")
    sources: dict[str, SdlSource] = {}
    if node is None:
        _add(reader, root, [_DEFAULT], folder, shown_folder, sources)
    for item in items:
        pattern = reader.text(item, '"schema"')
        if pattern is not None:
            names = _expand(reader, item, pattern, folder) if _GLOB & set(pattern) else [pattern]
            _add(reader, item, names, folder, shown_folder, sources)
    return tuple(sources.values())


def _expand(reader: Reader, node: Node, pattern: str, folder: Path) -> list[str]:
    try:
        names = [
            path.relative_to(folder).as_posix() for path in folder.glob(pattern) if path.is_file()
        ]
    except (NotImplementedError, OSError, ValueError) as error:
        reader.note(node, f'"{pattern}" is not a usable glob: {error}', "Write schema/*.graphql.")
        return []
    if not names:
        reader.note(
            node, f'no file matches "{pattern}"', "Globs are relative to the folder of this file."
        )
    if len(names) > _FILES_MAX:
        reader.note(node, f'"{pattern}" matches {len(names)} files', f"{_FILES_MAX} are allowed.")
        return []
    return sorted(names)


def _add(
    reader: Reader,
    node: Node,
    names: list[str],
    folder: Path,
    shown_folder: Path,
    sources: dict[str, SdlSource],
) -> None:
    for name in names:
        shown = (shown_folder / name).as_posix()
        if shown in sources:
            continue
        try:
            with (folder / name).open("rb") as stream:
                content = stream.read(_BYTES_MAX + 1)
            text = content.decode("utf-8-sig")
        except FileNotFoundError:
            reader.note(
                node,
                f'there is no schema file "{shown}"',
                "Paths are relative to the folder of this file.",
            )
        except UnicodeDecodeError:
            reader.note(node, f'the schema file "{shown}" is not UTF-8', "Save it as UTF-8.")
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            reader.note(node, f'the schema file "{shown}" cannot be read: {reason}', "")
        else:
            if len(content) > _BYTES_MAX:
                reader.note(node, f'the schema file "{shown}" is over {_BYTES_MAX} bytes', "")
            else:
                sources[shown] = SdlSource(shown, text)
