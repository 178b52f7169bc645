"""``appsync-emu init``: a small API that works at once, with tests, to be changed."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import click

from appsync_emu.errors import Mistake, UsageError

__all__ = ["init"]

_SUFFIX = ".txt"
"""Templates are data: no linter, test collector or importer shall take them for code."""


@click.command()
@click.argument("folder", default=".", type=click.Path(file_okay=False, path_type=Path))
def init(folder: Path) -> None:
    """Write a small API that works at once.

    FOLDER is made if there is none; files in it are never overwritten.
    """
    written = _write(folder)
    for path in written:
        click.echo(f"wrote {path}")
    here = folder == Path()
    click.echo("")
    click.echo("Next:")
    click.echo(f"  appsync-emu serve{'' if here else f' {folder}'}")
    click.echo(f"  {'' if here else f'cd {folder} && '}python -m pytest")


def _write(folder: Path) -> list[Path]:
    """The files that were written.

    Raises:
        UsageError: one of them exists, or the folder cannot be written to.
    """
    templates = {
        folder / template.name.removesuffix(_SUFFIX): template
        for template in sorted(files("appsync_emu.cli").joinpath("template").iterdir(), key=str)
        if template.name.endswith(_SUFFIX)
    }
    existing = [path for path in templates if path.exists()]
    if existing:
        raise UsageError(
            [
                Mistake(
                    file=str(path),
                    message="this file exists and is not overwritten",
                    remedy="Choose another folder, or move the file away.",
                )
                for path in existing
            ]
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, template in templates.items():
            path.write_text(template.read_text("utf-8"), "utf-8")
    except OSError as error:
        raise UsageError(
            Mistake(file=str(folder), message=f"this folder cannot be written to: {error.strerror}")
        ) from error
    return list(templates)
