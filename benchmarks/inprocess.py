"""Commands in this process, without a socket: ``inprocess.py ROW`` prints one JSON object.

``completed``: no-op commands per second, sent as GraphQL requests and carried to their end, and
bare asyncio tasks per second, one per command. ``failing``: seconds that commands take which fail
four times each, with back-off of minutes in virtual time.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from load.documents import WORK

from appsync_emu import load as load_api
from appsync_emu.core.api import Handler
from appsync_emu.core.request import GraphqlRequest, Identity
from appsync_emu.core.retry import RetryPolicy
from appsync_emu.engine.clock import ManualClock
from appsync_emu.engine.collector import seldom
from appsync_emu.engine.emulator import Emulator

if TYPE_CHECKING:
    from appsync_emu.core.api import Api

API = Path(__file__).with_name("api")
COMMANDS = 20_000
AT_ONCE = 500
TRACES_KEPT = 10_000
"""As ``appsync-emu serve`` keeps."""


async def nothing(_: object, __: object) -> None:
    """Do what the no-op handler does."""


async def bare_per_s() -> float:
    """One task per command and nothing else."""
    started_s = time.perf_counter()
    for _ in range(0, COMMANDS, AT_ONCE):
        await asyncio.gather(*(nothing(None, None) for _ in range(AT_ONCE)))
    return COMMANDS / (time.perf_counter() - started_s)


async def commands_per_s(api: Api) -> float:
    """Commands from the GraphQL request to the end of their traces."""
    async with Emulator(api, ended_traces_max=TRACES_KEPT) as emulator:
        started_s = time.perf_counter()
        for first in range(0, COMMANDS, AT_ONCE):
            for number in range(first, first + AT_ONCE):
                send(emulator, number)
            while emulator.dispatcher.live:  # noqa: ASYNC110 - they end within a turn of the loop
                await asyncio.sleep(0)
        return COMMANDS / (time.perf_counter() - started_s)


def send(emulator: Emulator, number: int) -> None:
    """Send one command.

    Raises:
        SystemExit: it was not accepted.
    """
    answer = emulator.execute(
        GraphqlRequest(
            query=WORK,
            variables={"id": str(number)},
            operation_name="Work",
            identity=Identity(emulator.api.authentication),
            headers={"host": "localhost", "content-type": "application/json"},
            request_id=str(number),
        )
    )
    if not isinstance(answer, dict) or "errors" in answer:
        raise SystemExit(f"a command was not accepted: {answer}")


def completed() -> dict[str, float]:
    """The row ``completed``."""
    api = load_api(API)
    return {
        "bare_per_s": max(asyncio.run(bare_per_s()) for _ in range(3)),
        "commands_per_s": max(asyncio.run(commands_per_s(api)) for _ in range(3)),
    }


async def always_failing(_: object, __: object) -> None:
    """Fail as a network does."""
    raise ConnectionError("no route to host")


async def failing_s(api: Api, commands: int) -> float:
    """Wall-clock seconds until all of them are dead letters."""
    async with Emulator(api, clock=ManualClock(), seed=1) as emulator:
        started_s = time.perf_counter()
        for number in range(commands):
            send(emulator, number)
        clock = emulator.clock
        assert isinstance(clock, ManualClock)
        before_ns = clock.now_ns()
        await clock.settle()
        passed_s = time.perf_counter() - started_s
        letters = len(emulator.deadletters)
        minutes = (clock.now_ns() - before_ns) / 60e9
        if letters != commands or minutes < 1:
            raise SystemExit(f"{letters} of {commands} commands died, in {minutes} minutes")
        return passed_s


def failing() -> dict[str, float]:
    """The row ``failing``: a thousand commands, and ten times as many."""
    api = load_api(API)
    handler = Handler(path="inprocess:always_failing", call=always_failing, is_async=True)
    worker = replace(api.components["Worker"], handler=handler, retry=RetryPolicy())
    api = replace(api, components={"Worker": worker}, queue_limit=100_000)
    asyncio.run(failing_s(api, 100))  # warm
    return {
        "thousand_s": asyncio.run(failing_s(api, 1_000)),
        "ten_thousand_s": asyncio.run(failing_s(api, 10_000)),
    }


if __name__ == "__main__":
    gc.freeze()
    with seldom():  # the garbage collector as a server sets it, for the floor as well
        print(json.dumps({"completed": completed, "failing": failing}[sys.argv[1]]()))
