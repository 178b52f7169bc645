"""Scenario files: ``scenarios.py ROW`` prints one JSON object.

All run the annotated example, ``examples/payments/orders.appsync.yaml``: 44 commands, eight faults,
a subscriber whose connection is lost. ``seeds``: milliseconds for one seed, calm run and loading
apart. ``shrinking``: seconds that it takes to make the failures of two planted mistakes smaller.
``files``: seconds that ``appsync-emu run`` takes for 25 such files with 25 seeds each.

``armed`` is another thing: commands per second with a plan of faults that meets none of them,
divided by those without it, in turns; the median of their ratios.
"""

from __future__ import annotations

import asyncio
import gc
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from inprocess import API, AT_ONCE, TRACES_KEPT, send

from appsync_emu import load as load_api
from appsync_emu.core.faults.catalogue import effect_named
from appsync_emu.core.faults.delay import DelayEffect
from appsync_emu.core.faults.drop import DropEffect
from appsync_emu.core.faults.match import Match
from appsync_emu.core.faults.outage import OutageEffect
from appsync_emu.core.faults.plan import Fault
from appsync_emu.core.faults.points import Point
from appsync_emu.engine.burials import Burials
from appsync_emu.engine.collector import seldom
from appsync_emu.engine.emulator import Emulator
from appsync_emu.scenario.load import load
from appsync_emu.scenario.run import run_seed
from appsync_emu.scenario.shrink import shrink
from appsync_emu.scenario.world import load_for

if TYPE_CHECKING:
    from appsync_emu.core.api import Api
    from appsync_emu.core.faults.plan import Effect
    from appsync_emu.scenario.model import Scenario
    from appsync_emu.scenario.shrink import Shrunk
    from appsync_emu.scenario.world import LoadedApi

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "payments"
FILE = "orders.appsync.yaml"
SEEDS, BLOCK = 100, 20
FILES = 25
JOBS = 2
COMMANDS = 1_000
TURNS = 60


def example() -> tuple[Scenario, LoadedApi]:
    """The scenario, and the shop that it tries."""
    scenario = load(EXAMPLE / FILE)
    return scenario, load_for(scenario)


def seeds() -> dict[str, float]:
    """The row ``seeds``: the median of each block of twenty, and the best of these."""
    scenario, shop = example()
    spent_ms = []
    for seed in range(-BLOCK, SEEDS):  # the first block warms caches
        began_s = time.perf_counter()
        outcome = run_seed(scenario, shop, seed)
        spent_ms.append((time.perf_counter() - began_s) * 1e3)
        if outcome.failed or outcome.totals.accepted != 44 or not all(outcome.strikes.values()):
            raise SystemExit(f"seed {seed} failed: {outcome.findings} {outcome.strikes}")
    blocks = (spent_ms[first : first + BLOCK] for first in range(BLOCK, len(spent_ms), BLOCK))
    return {"seed_ms": min(map(statistics.median, blocks))}


def shrinking() -> dict[str, float]:
    """The row ``shrinking``: each mistake is planted, found, and made as small as it gets."""
    scenario, shop = example()
    handlers = sys.modules["shop.handlers"]
    once = handlers.put_once

    def charge(table: Any, item: dict[str, Any]) -> None:  # noqa: ANN401 - the shop's
        if table is handlers.PAYMENTS:
            table.put_item(item)  # without a look whether it was charged before
        else:
            once(table, item)

    def give_up(self: Any, run: Any, due: Any) -> None:  # noqa: ANN401 - those of the method it replaces
        self._go_on(run, due[1:], self._clock.now_ns())

    with patch.object(handlers, "put_once", charge):
        twice_s = shrunk_s(scenario, shop, ("charged-but-answer-lost",))
    with patch.object(Burials, "_again", give_up):
        lost_s = shrunk_s(scenario, shop, ("bad-card", "deadletter-store-down"))
    return {"twice_s": twice_s, "lost_s": lost_s, "slower_s": max(twice_s, lost_s)}


def shrunk_s(scenario: Scenario, shop: LoadedApi, faults: tuple[str, ...]) -> float:
    """The median of three searches, each of which has to end at these faults."""
    spent_s = []
    for seed in (7, 8, 9):
        failed = run_seed(scenario, shop, seed)
        began_s = time.perf_counter()
        found: Shrunk | None = shrink(scenario, shop, failed)
        spent_s.append(time.perf_counter() - began_s)
        if found is None or found.faults != faults or found.words != "1 send":
            raise SystemExit(f"seed {seed} was not made smaller than {found}")
    return statistics.median(spent_s)


def files() -> dict[str, float]:
    """The row ``files``: from the start of the command to its end."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file in ("schema.graphql", "shop"):
            copy = shutil.copytree if (EXAMPLE / file).is_dir() else shutil.copy
            copy(EXAMPLE / file, folder / file)
        every = "seeds: {from: 1, count: 25, always: [17, 4242]}"
        text = (EXAMPLE / FILE).read_text("utf-8")
        if every not in text:
            raise SystemExit(f"{FILE} has other seeds now")
        text = text.replace(every, "seeds: {from: 1, count: 25}")
        for number in range(FILES):
            (folder / f"orders-{number}.appsync.yaml").write_text(text, "utf-8")
        command = [sys.executable, "-m", "appsync_emu", "run", ".", "--quiet", "--jobs", str(JOBS)]
        began_s = time.perf_counter()
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=300, check=False
        )
        spent_s = time.perf_counter() - began_s
        if done.returncode:
            raise SystemExit(done.stdout[-2000:] + done.stderr[-2000:])
    return {"files_s": spent_s}


def other_faults() -> list[Fault]:
    """Trouble at every joint that a command passes, all of it for another command."""
    another = Match(command="another")
    reset, _ = effect_named("network.reset")
    effects: dict[Point, Effect] = {
        Point.ACCEPT: DelayEffect(1.0),
        Point.DISPATCH: DropEffect(),
        Point.ATTEMPT: reset,
        Point.DATA: reset,
        Point.STATUS_WRITE: OutageEffect(),
        Point.DEADLETTER_WRITE: OutageEffect(),
        Point.PUBLISH: DropEffect(),
    }
    return [
        Fault(fault_id=point.value, point=point, effect=effect, match=another)
        for point, effect in effects.items()
    ]


async def per_s(api: Api, faults: list[Fault]) -> float:
    """Commands per second, from the request to the end of the trace."""
    async with Emulator(api, ended_traces_max=TRACES_KEPT, seed=1) as emulator:
        for fault in faults:
            emulator.arm(fault)
        began_s = time.perf_counter()
        for first in range(0, COMMANDS, AT_ONCE):
            for number in range(first, first + AT_ONCE):
                send(emulator, number)
            while emulator.dispatcher.live:  # noqa: ASYNC110 - they end within a turn of the loop
                await asyncio.sleep(0)
        passed_s = time.perf_counter() - began_s
        if any(emulator.faults.struck.values()):
            raise SystemExit(f"a fault struck: {emulator.faults.struck}")
        return COMMANDS / passed_s


async def turns() -> list[float]:
    """Ratios of neighbours: without the plan, with it, and so on."""
    api, faults, ratios = load_api(API), other_faults(), []
    await per_s(api, faults)  # warm
    for turn in range(TURNS):
        order: list[list[Fault]] = [[], faults] if turn % 2 else [faults, []]
        spent = [1 / await per_s(api, some) for some in order]
        with_plan, without = spent[order.index(faults)], spent[order.index([])]
        ratios.append(with_plan / without)
    return ratios


def armed() -> dict[str, float]:
    """The row ``armed``: time with the plan, divided by time without it."""
    with seldom():  # the garbage collector as a server sets it
        return {"ratio": statistics.median(asyncio.run(turns()))}


if __name__ == "__main__":
    gc.freeze()
    rows = {"seeds": seeds, "shrinking": shrinking, "files": files, "armed": armed}
    print(json.dumps(rows[sys.argv[1]]()))
