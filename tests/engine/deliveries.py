"""A dispatcher with everything around it, for tests of deliveries on virtual time."""

from __future__ import annotations

import asyncio
import inspect
from dataclasses import dataclass, field

from appsync_emu.core.api import Api, Component, DeadletterPolicy, Handler, SdlSource
from appsync_emu.core.faults.plan import Fault, Plan
from appsync_emu.core.faults.points import Point
from appsync_emu.core.faults.strike import Strike
from appsync_emu.core.records import (
    DeliveryEnded,
    DeliveryFacts,
)
from appsync_emu.core.retry import Backoff, BackoffKind, RetryPolicy
from appsync_emu.engine.clock import START_NS, ManualClock
from appsync_emu.engine.dispatcher import Dispatcher
from appsync_emu.engine.entropy import Entropy
from appsync_emu.engine.journal import Journal
from appsync_emu.engine.strikes import Strikes
from appsync_emu.engine.threads import Threads

MINUTELY = RetryPolicy(backoff=Backoff(kind=BackoffKind.FIXED, base_s=60))


def component(call, name="C", **options):
    is_async = inspect.iscoroutinefunction(call)
    handler = Handler(path=f"tests:{name}", call=call, is_async=is_async)
    return Component(name=name, handler=handler, retry=options.pop("retry", MINUTELY), **options)


@dataclass
class Kit:
    """A dispatcher with everything around it, and an outlet that only remembers."""

    faults: tuple[Fault, ...] = ()
    business: bool = False
    clock: object = None
    queue_limit: int = 100
    failed_with: list = field(default_factory=list)
    buried: list = field(default_factory=list)

    def __post_init__(self):
        self.clock = self.clock or ManualClock(hang_s=0.2)
        self.journal = Journal()
        api = Api(
            name="kit",
            schema=(SdlSource("kit", ""),),
            deadletters=DeadletterPolicy(business=self.business),
            queue_limit=self.queue_limit,
        )
        entropy = Entropy(7)
        self.plan = Plan(self.faults, start_ns=self.clock.now_ns())
        self.strikes = Strikes(self.plan, clock=self.clock, entropy=entropy, journal=self.journal)
        self.dispatcher = Dispatcher(
            api=api,
            clock=self.clock,
            entropy=entropy,
            journal=self.journal,
            strikes=self.strikes,
            threads=Threads(),
            outlet=self,
        )
        self.count = 0

    def desk(self, run):
        return None

    def failed(self, run, effect):
        self.failed_with.append(effect.error.type)

    def bury(self, run, effect):
        self.buried.append((run, effect.reason))

    def accept(self, spec, event=None, trace="t"):
        self.count += 1
        facts = DeliveryFacts(f"d{self.count}", trace, spec.name, "cmd", None, f"c{self.count}")
        self.dispatcher.accept(facts, spec, event or {"arguments": {}})
        return facts

    def of(self, kind):
        return [record for record in self.journal.records if isinstance(record, kind)]

    @property
    def ends(self):
        return [(end.status, end.attempts) for end in self.of(DeliveryEnded)]

    def at(self, kind):
        return [(record.at_ns - START_NS) / 1e9 for record in self.of(kind)]


def run(kit, *specs, events=(None,), within_s=86400.0):
    async def main():
        for spec in specs:
            for event in events:
                kit.accept(spec, event)
        await kit.clock.settle(within_s)
        assert await kit.dispatcher.close(0) == []

    asyncio.run(main())
    return kit


def failing(times, error=None):
    error = error or RuntimeError("no")
    left = [times]

    async def handler(event, context):
        if left[0]:
            left[0] -= 1
            raise error

    return handler


def fault(effect, point=Point.ATTEMPT, **strike):
    return Fault(fault_id="f", point=point, effect=effect, strike=Strike(**strike))
