"""``appsync-emu faults``: everything that can go wrong here, by name."""

from __future__ import annotations

import difflib
import json
import textwrap
from typing import TYPE_CHECKING, Any

import click

from appsync_emu.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from appsync_emu.core.faults.named import NamedFault

__all__ = ["faults"]

WIDTH = 80
_MARGIN = 4
_LABEL = 14

_RETRIED = {
    "technical": "yes, up to max_retries; then error, and a dead letter",
    "permanent": "no: error, and a dead letter, at once",
    "business": "no: error; a dead letter only with deadletters: {business: true}",
}
_PHASE = {
    "request": "request: nothing happened",
    "response": "response: it happened, and the answer was lost",
}


@click.command()
@click.argument("name", required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How they are printed.",
)
def faults(name: str | None, form: str) -> None:
    """List the faults that have a name, or tell everything about the one called NAME.

    NAME may be a family as well: `appsync-emu faults dynamodb`.
    """
    from appsync_emu.core.faults.names import FAMILIES, NAMED  # noqa: PLC0415 - only this command needs it

    if name is None:
        chosen = dict(FAMILIES)
    elif name in NAMED:
        chosen = {}
    elif name in FAMILIES:
        chosen = {name: FAMILIES[name]}
    else:
        raise UsageError(f"there is no fault {name!r}{_near(name, (*NAMED, *FAMILIES))}")
    if form == "json":
        listed = [NAMED[name]] if name in NAMED else [f for fs in chosen.values() for f in fs]
        told = [_as_json(fault) for fault in listed]
        click.echo(json.dumps(told[0] if name in NAMED else told, indent=2, ensure_ascii=False))
        return
    lines = _entry(NAMED[name]) if name in NAMED else _listing(chosen)
    click.echo("\n".join(lines))


def _near(name: str, known: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return "; `appsync-emu faults` lists them"


def _class(fault: NamedFault) -> str:
    return fault.error.error_class if fault.error is not None else "-"


def _points(fault: NamedFault) -> str:
    return ", ".join(point.value for point in fault.points)


def _listing(families: dict[str, tuple[NamedFault, ...]]) -> Iterator[str]:
    """Two lines or more for each: name, class, points and phase, and below what it means."""
    yield _row("FAULT", "CLASS", "POINTS", "PHASE")
    for listed in families.values():
        yield ""
        for fault in listed:
            phase = fault.phases[0] if len(fault.phases) == 1 else "either"
            yield _row(fault.name, _class(fault), _points(fault), phase)
            yield from _wrapped(fault.meaning, " " * _MARGIN)
    yield ""
    yield from _wrapped(
        "CLASS decides about retries; - where no handler sees an error. PHASE: request, nothing"
        " happened; response, it happened and the answer was lost; either, a scenario file says"
        " which. `appsync-emu faults NAME` tells the rest."
    )


def _row(name: str, error_class: str, points: str, phase: str) -> str:
    return f"{name:<29}  {error_class:<9}  {points:<23}  {phase}"


def _wrapped(text: str, indent: str = "", first: str | None = None) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _entry(fault: NamedFault) -> Iterator[str]:
    yield fault.name
    yield from _wrapped(fault.meaning)
    yield ""
    for label, text in _facts(fault):
        yield from _wrapped(text, " " * _LABEL, f"{label:<{_LABEL}}")


def _facts(fault: NamedFault) -> Iterator[tuple[str, str]]:
    yield "points", _points(fault)
    if fault.frame is not None:
        yield "frame", fault.frame
    for number, phase in enumerate(fault.phases):
        yield "" if number else "phase", _PHASE[phase]
    yield "class", _class(fault)
    yield "retried", _retried(fault)
    yield "handler sees", fault.handler_sees
    yield "client sees", _client(fault)
    if fault.status:
        yield "status", str(fault.status)
    if fault.headers:
        yield "headers", "; ".join(f"{name}: {value}" for name, value in fault.headers.items())
    if fault.body is not None:
        yield "body", json.dumps(fault.body)
    yield "source", fault.source


def _retried(fault: NamedFault) -> str:
    """By whom; what the engine's own stores refuse runs no handler again."""
    if fault.error is not None:
        by_class = _RETRIED[fault.error.error_class]
        return f"{by_class} (when the handler lets it through)"
    if fault.kind == "outage" and len(fault.phases) > 1:
        return "the write is; the handler is not"
    return "by the client, if at all"


def _client(fault: NamedFault) -> str:
    client = fault.client
    if client is None:
        return fault.client_sees
    shape = "" if client.graphql else ", which is no GraphQL"
    status = f"HTTP {client.status}{shape}: " if client.status != 200 else ""  # noqa: PLR2004 - well
    unsure = "" if client.verified else " (our choice: no public source shows it)"
    return f"{status}{client.error_type}: {client.message}{unsure}"


def _as_json(fault: NamedFault) -> dict[str, Any]:
    error, client = fault.error, fault.client
    return {
        "name": fault.name,
        "meaning": fault.meaning,
        "kind": fault.kind,
        "points": [point.value for point in fault.points],
        "phases": list(fault.phases),
        "frame": fault.frame,
        "class": None if error is None else error.error_class,
        "retried": _retried(fault),
        "error": None if error is None else {"type": error.type, "message": error.message},
        "handlerSees": fault.handler_sees,
        "client": None
        if client is None
        else {
            "errorType": client.error_type,
            "message": client.message,
            "status": client.status,
            "graphql": client.graphql,
            "verified": client.verified,
        },
        "clientSees": _client(fault),
        "service": fault.service,
        "status": fault.status or None,
        "headers": fault.headers,
        "body": fault.body,
        "source": fault.source,
    }
