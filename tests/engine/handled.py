"""Handlers on a clock, without the rest of the engine."""

from __future__ import annotations

import asyncio
import inspect
import time

from appsync_emu.core.api import Handler
from appsync_emu.engine.clock import START_NS, ManualClock
from appsync_emu.engine.handlers import HandlerContext, call_handler
from appsync_emu.engine.looptime import _METHODS, user
from appsync_emu.engine.movers import pause
from appsync_emu.engine.threads import Threads

NS = 1_000_000_000


class Desk:
    trace_id = "t-1"

    def __init__(self):
        self.seen = []

    def emit(self, detail_type, detail, source):
        self.seen.append(user())
        return "e-1"


class World:
    """Handlers on a clock, without the rest of the engine."""

    def __init__(self, **options):
        self.clock = ManualClock(**options)
        self.threads = Threads()
        self.desk = Desk()

    @property
    def passed(self) -> float:
        return (self.clock.now_ns() - START_NS) / NS

    def spawn(self, function):
        context = HandlerContext(
            function_name=function.__name__,
            aws_request_id="r-1",
            attempt=1,
            deadline_ns=START_NS + 900 * NS,
            clock=self.clock,
            desk=self.desk,
        )
        handler = Handler(
            path="shop:handle", call=function, is_async=inspect.iscoroutinefunction(function)
        )
        work = call_handler(handler, None, context, self.threads)
        return self.clock.spawn(work, name=function.__name__)

    async def results(self, *functions):
        tasks = [self.spawn(function) for function in functions]
        await self.clock.settle()
        return [await task for task in tasks]


def run(test, **options):
    """What ``test(world)`` returns, in hardly any real time; the loop is given back."""

    async def main():
        world = World(**options)
        begun = time.perf_counter()
        result = await test(world)
        assert time.perf_counter() - begun < 2
        for _ in range(5):
            await pause()
        assert not set(_METHODS) & vars(asyncio.get_running_loop()).keys()
        world.threads.close()
        return result

    return asyncio.run(main())
