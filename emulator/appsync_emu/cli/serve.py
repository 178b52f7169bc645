"""``appsync-emu serve``: an API over HTTP and WebSocket, until it is interrupted."""

from __future__ import annotations

import gc
import re
from typing import TYPE_CHECKING

import click

from appsync_emu.core.duration import duration_s

if TYPE_CHECKING:
    from appsync_emu.core.api import Api
    from appsync_emu.core.jsonvalue import JsonObject
    from appsync_emu.engine.clock import Clock
    from appsync_emu.scenario.served import Trouble
    from appsync_emu.server.served import KnownFault, ReadFault

__all__ = ["DEFAULT_PORT", "serve"]

DEFAULT_PORT = 20002
"""The port of the simulator that comes with AWS Amplify, so that clients need no change."""

_PORT_MAX = 65535
_FACTOR = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,6})?)x")
_FACTOR_MAX = 100_000


def _checked_clock(_: click.Context, __: click.Parameter, value: str) -> str:
    factor = _factor(value)
    if value not in {"real", "manual"} and not (factor and factor <= _FACTOR_MAX):
        raise click.BadParameter(f'"{value}" is no clock; write real, manual, or a factor: 60x')
    return value


def _seconds(_: click.Context, __: click.Parameter, value: str) -> float:
    seconds = duration_s(value)
    if seconds is None:
        raise click.BadParameter(f'"{value}" is no duration; write 250ms, 5s or 2m')
    return seconds


@click.command()
@click.argument("file", required=False)
@click.option(
    "--port",
    type=click.IntRange(0, _PORT_MAX),
    default=DEFAULT_PORT,
    show_default=True,
    help="Where to listen; 0 takes a free port.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--clock",
    metavar="CLOCK",
    callback=_checked_clock,
    default="real",
    show_default=True,
    help="real; 60x, sixty times as fast; or manual, which moves when it is told to.",
)
@click.option("--seed", type=int, default=None, help="Makes ids and chance repeatable.")
@click.option(
    "--grace",
    metavar="DURATION",
    callback=_seconds,
    default="5s",
    show_default=True,
    help="What running attempts get to end when the server is stopped.",
)
@click.option(
    "--faults",
    "trouble",
    metavar="FILE",
    default=None,
    help="A scenario file: its faults are armed from the start, except those that wait for a step"
    " 'arm', and its settings of retries and dead letters hold. Its steps are not done.",
)
def serve(
    file: str | None,
    port: int,
    host: str,
    clock: str,
    seed: int | None,
    grace: float,
    trouble: str | None,
) -> None:
    """Serve an API at /graphql, with real time at /graphql/realtime.

    FILE is an appsync.yaml, or a folder with one; the one in this folder, or with --faults that of
    the scenario file.
    """
    gc.disable()  # what is loaded stays: looking through it takes a sixth of the time
    try:
        from appsync_emu.server.app import run  # noqa: PLC0415 - heavy; `--help` needs none of it

        api, faulty = _load(file, trouble)
        gc.freeze()
    finally:
        gc.enable()
    run(
        api,
        host=host,
        port=port,
        clock=_clock(clock),
        seed=seed,
        grace_s=grace,
        announce=click.echo,
        faults=faulty.faults if faulty is not None else (),
        read=_reader(api),
    )


def _load(file: str | None, trouble: str | None) -> tuple[Api, Trouble | None]:
    """What is served, and what is wrong with it."""
    from appsync_emu.config.load import FILE_NAME, load  # noqa: PLC0415 - heavy

    if trouble is None:
        return load(file or FILE_NAME), None
    from appsync_emu.scenario.served import trouble_of  # noqa: PLC0415 - heavy

    faulty = trouble_of(trouble, None if file is None else load(file))
    return faulty.api, faulty


def _reader(api: Api) -> ReadFault:
    """Reads faults that clients send; what it needs is imported for the first of them."""

    def read(written: JsonObject) -> KnownFault:
        from appsync_emu.graph.schema import build  # noqa: PLC0415 - see above
        from appsync_emu.scenario.served import fault_from  # noqa: PLC0415 - see above

        return fault_from(written, api, build(api.schema))

    return read


def _factor(text: str) -> float | None:
    found = _FACTOR.fullmatch(text)
    return float(found[1]) if found else None


def _clock(text: str) -> Clock:
    from appsync_emu.engine.clock import ManualClock, RealClock, ScaledClock  # noqa: PLC0415 - heavy

    if text == "manual":
        return ManualClock()
    factor = _factor(text)
    return RealClock() if factor is None else ScaledClock(factor)
