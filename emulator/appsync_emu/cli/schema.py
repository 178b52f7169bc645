"""``appsync-emu schema``: the JSON Schemas of the files, for editors."""

from __future__ import annotations

from importlib.resources import files

import click

__all__ = ["schema"]


@click.group()
def schema() -> None:
    """Print the JSON Schema of a kind of file."""


@schema.command("api")
def api() -> None:
    """The JSON Schema of appsync.yaml (draft 2020-12)."""
    text = files("appsync_emu.config").joinpath("api.schema.json").read_text("utf-8")
    click.echo(text, nl=False)


@schema.command("scenario")
def scenario() -> None:
    """The JSON Schema of scenario files, *.appsync.yaml (draft 2020-12)."""
    text = files("appsync_emu.scenario").joinpath("scenario.schema.json").read_text("utf-8")
    click.echo(text, nl=False)
