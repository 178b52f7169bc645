"""The command line: one file per command; what is heavy is imported when a command needs it."""

from __future__ import annotations

from typing import Any

import click

from appsync_emu import __version__
from appsync_emu.cli.check import check
from appsync_emu.cli.deadletters import deadletters
from appsync_emu.cli.faults import faults
from appsync_emu.cli.init import init
from appsync_emu.cli.run import run
from appsync_emu.cli.schema import schema
from appsync_emu.cli.serve import serve
from appsync_emu.errors import UsageError

__all__ = ["main"]

USAGE_EXIT_CODE = 2
"""The usual meaning of 2: the user erred, and the text says how."""


class _Group(click.Group):
    """A group whose commands may raise :class:`UsageError`: it becomes text, never a traceback."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        try:
            return super().invoke(ctx)
        except UsageError as error:
            click.echo(str(error), err=True)
            ctx.exit(USAGE_EXIT_CODE)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="appsync-emu")
def main() -> None:
    """A local AWS AppSync that tests asynchronous command handling."""


for _command in (serve, run, check, init, schema, deadletters, faults):
    main.add_command(_command)
