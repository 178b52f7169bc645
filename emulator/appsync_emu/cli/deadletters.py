"""``appsync-emu deadletters``: what failed for good, in a running server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from appsync_emu.cli.serve import DEFAULT_PORT
from appsync_emu.errors import UsageError

if TYPE_CHECKING:
    from appsync_emu.cli.control import Control

__all__ = ["deadletters"]

_url = click.option(
    "--url",
    default=f"http://127.0.0.1:{DEFAULT_PORT}",
    show_default=True,
    envvar="APPSYNC_EMU_URL",
    help="Where `appsync-emu serve` listens.",
)


@click.group()
def deadletters() -> None:
    """Look into the dead letters of a running server, send them again, or discard them."""


@deadletters.command("list")
@_url
@click.option("--json", "as_json", is_flag=True, help="Print the letters as JSON.")
def list_(url: str, as_json: bool) -> None:  # noqa: FBT001 - click hands flags over by name
    """List the dead letters, oldest first."""
    letters = _control(url).call("GET", "deadletters")["deadLetters"]
    if as_json:
        click.echo(json.dumps(letters, indent=2))
    elif not letters:
        click.echo("no dead letters")
    else:
        for line in _table(letters):
            click.echo(line)


@deadletters.command()
@click.argument("letter")
@_url
def show(letter: str, url: str) -> None:
    """Print everything that the dead letter with the id LETTER holds, as JSON."""
    click.echo(json.dumps(_control(url).call("GET", "deadletters", letter), indent=2))


@deadletters.command()
@click.argument("letters", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Redrive every dead letter.")
@_url
def redrive(letters: tuple[str, ...], every: bool, url: str) -> None:  # noqa: FBT001 - as above
    """Send the dead letters with the ids LETTERS to their components again."""
    if every == bool(letters):
        raise UsageError("name the letters to redrive, or write --all")
    control = _control(url)
    if every:
        redriven = control.call("POST", "deadletters", "redrive")["redriven"]
        click.echo(f"redriven: {len(redriven)}")
    for letter in letters:
        trace_id = control.call("POST", "deadletters", letter, "redrive").get("traceId")
        click.echo(f"redriven: {letter}, trace {trace_id}")


@deadletters.command()
@click.argument("letters", nargs=-1, required=True)
@_url
def discard(letters: tuple[str, ...], url: str) -> None:
    """Throw the dead letters with the ids LETTERS away."""
    control = _control(url)
    for letter in letters:
        control.call("DELETE", "deadletters", letter)
        click.echo(f"discarded: {letter}")


def _control(url: str) -> Control:
    from appsync_emu.cli.control import Control  # noqa: PLC0415 - urllib is nothing that `serve` needs

    return Control(url)


def _table(letters: list[dict[str, Any]]) -> list[str]:
    """Columns as wide as their widest cell; the last may hold a long message."""
    rows = [("ID", "WRITTEN", "COMPONENT", "REASON", "ATTEMPTS", "ERROR")]
    for letter in letters:
        attempts = letter.get("attempts") or [{}]
        last = attempts[-1]
        error = f"{last.get('errorType', '')}: {last.get('message', '')}".splitlines()
        rows.append(
            (
                str(letter.get("id")),
                str(letter.get("writtenAt")),
                str(letter.get("component")),
                str(letter.get("reason")),
                str(len(letter.get("attempts") or ())),
                error[0] if error else "",
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    return [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]])
        for row in rows
    ]
