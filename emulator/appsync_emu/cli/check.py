"""``appsync-emu check``: every mistake of an API at once, or one line that counts what it has."""

from __future__ import annotations

import click

__all__ = ["check"]


@click.command()
@click.argument("file", default="appsync.yaml")
def check(file: str) -> None:
    """Check an API and the schema and handlers that it names.

    FILE is an appsync.yaml, or a folder with one. Exit code 2 says that there are mistakes.
    """
    from appsync_emu.config.load import load  # noqa: PLC0415 - heavy, and `--help` needs none of it

    api = load(file)
    counts = (
        (len(api.schema), "schema file"),
        (len(api.data_sources), "data source"),
        (len(api.resolvers), "resolver"),
        (len(api.commands), "command"),
        (len(api.components), "component"),
    )
    told = ", ".join(f"{count} {what}{'' if count == 1 else 's'}" for count, what in counts)
    click.echo(f"{api.name} is ready: {told}")
