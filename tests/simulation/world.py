"""A random world from a seed: an API whose components misbehave, commands, faults, time.

Run as a program it prints the journal of one seed: ``python tests/simulation/world.py SEED``.
"""

from __future__ import annotations

import asyncio
import json
import random  # noqa: TID251 - the dice of the world outside the emulator
import sys
from dataclasses import dataclass, field

from appsync_emu.core.api import (
    Api,
    ApiKey,
    CommandSpec,
    Component,
    DeadletterPolicy,
    Handler,
    SdlSource,
    TraceFields,
    TraceNames,
)
from appsync_emu.core.checks import check_subscriber
from appsync_emu.core.faults.crash import CrashEffect
from appsync_emu.core.faults.delay import DelayEffect
from appsync_emu.core.faults.duplicate import DuplicateEffect
from appsync_emu.core.faults.error import ErrorEffect
from appsync_emu.core.faults.match import Match
from appsync_emu.core.faults.names import NAMED
from appsync_emu.core.faults.plan import Fault
from appsync_emu.core.faults.points import Point
from appsync_emu.core.faults.strike import Strike
from appsync_emu.core.request import GraphqlRequest, Identity
from appsync_emu.core.retry import Backoff, RetryPolicy
from appsync_emu.core.traces import iso_time, status_lines
from appsync_emu.engine.clock import ManualClock
from appsync_emu.engine.emulator import Emulator
from appsync_emu.engine.entropy import Entropy
from appsync_emu.errors import BusinessError, CommandRefused, PermanentError, TechnicalError
from appsync_emu.graph.schema import build

NAMES = sorted(name for name, named in NAMED.items() if named.error is not None)

SDL = """
type Query { trace(traceId: ID!): [Trace!] }
type Mutation { alpha(key: Int!, note: String): Accepted  beta(input: BetaInput!): Accepted }
type Subscription { onTrace(traceId: ID): Trace }
input BetaInput { key: Int! }
type Accepted { traceId: ID! }
type Trace { traceId: ID! component: String! status: String! timestamp: AWSDateTime! attempt: Int }
"""
WATCH = "subscription { onTrace { traceId component status timestamp attempt } }"
SCHEMA = (SdlSource("schema.graphql", SDL),)
BUILT = build(SCHEMA)
COMMANDS = {
    "Mutation.alpha": CommandSpec(
        type_name="Mutation", field_name="alpha", path=("alpha",), components=("Plain", "Keyed")
    ),
    "Mutation.beta": CommandSpec(
        type_name="Mutation", field_name="beta", path=("beta",), components=("Blocking", "Narrow")
    ),
}


@dataclass
class World:
    """One seed: what its handlers do is drawn by key, so it does not depend on who runs first."""

    seed: int
    effects: list[tuple[str, str]] = field(default_factory=list)
    seen: list[dict] = field(default_factory=list)

    def __post_init__(self):
        self.chance = Entropy(self.seed)
        self.dice = random.Random(self.seed)

    def behave(self, event, context):
        """What this attempt of this delivery does; the same whenever it is asked."""
        draw = self.chance.draw("does", context.aws_request_id, context.attempt)
        if draw < 0.12:
            raise TechnicalError("drawn")
        if draw < 0.16:
            raise ConnectionResetError("drawn")
        if draw < 0.19:
            raise BusinessError("drawn")
        if draw < 0.21:
            raise PermanentError("drawn")
        if draw < 0.23:
            sys.exit(1)
        if draw < 0.30 and len(self.effects) < 200:
            context.emit("Happened", {"n": int(draw * 1000) % 3})
        if draw < 0.33 and len(self.effects) < 200:
            context.send("beta", {"key": int(draw * 1000) % 4})
        return draw

    async def asynchronous(self, event, context):
        draw = self.behave(event, context)
        if draw > 0.8:
            await context.sleep((draw - 0.8) * 200)  # beyond 0.95 longer than the time limit
        self.effects.append((context.function_name, context.aws_request_id))
        return {"ok": True}

    def blocking(self, event, context):
        draw = self.behave(event, context)
        if draw > 0.9:
            context.sleep((draw - 0.9) * 100)
        self.effects.append((context.function_name, context.aws_request_id))

    def api(self):
        dice = self.dice
        asynchronous = Handler(path="world:a", call=self.asynchronous, is_async=True)
        blocking = Handler(path="world:b", call=self.blocking, is_async=False)

        def policy():
            base_s = dice.choice([0.0, 1.0, 60.0])
            return RetryPolicy(max_retries=dice.randrange(4), backoff=Backoff(base_s=base_s))

        specs = (
            ("Plain", asynchronous, {}),
            ("Keyed", asynchronous, {"idempotency_key": "arguments.key"}),
            ("Blocking", blocking, {"idempotency_key": "arguments.input.key"}),
            ("Narrow", asynchronous, {"concurrency": 1}),
            ("OnEvent", asynchronous, {"on": ({"detail-type": ["Happened"]},)}),
            ("OnSome", blocking, {"on": ({"detail": {"n": [{"numeric": [">", 0]}]}},)}),
            (
                "OnFailure",
                asynchronous,
                {"on": ({"detail": {"component": ["Plain"], "reason": [{"exists": True}]}},)},
            ),
        )
        components = {
            name: Component(name=name, handler=handler, retry=policy(), timeout_s=30.0, **options)
            for name, handler, options in specs
        }
        return Api(
            name="world",
            schema=SCHEMA,
            api_keys=(ApiKey(name="k", value="da2-" + "k" * 26),),
            commands=COMMANDS,
            components=components,
            trace=TraceNames(query="Query.trace", subscription="Subscription.onTrace"),
            deadletters=DeadletterPolicy(business=dice.random() < 0.3),
            queue_limit=dice.choice([20, 10_000]),
        )

    def fault(self, number):
        dice = self.dice
        point = dice.choice(list(Point))
        phase = dice.choice(["request", "response"])
        error = NAMED[dice.choice(NAMES)].error
        effects = [
            ErrorEffect(error, phase, dice.choice([0.0, 5.0])),
            CrashEffect(dice.choice([0.0, 10.0]), phase),
            DelayEffect(dice.choice([1.0, 40.0])),
        ]
        if point is Point.DISPATCH:
            effects.append(DuplicateEffect(dice.randrange(1, 3), dice.choice([0.0, 7.0])))
        strike = Strike(
            chance=dice.choice([1.0, 0.5]),
            first=dice.choice([None, 1, 2]),
            skip=dice.choice([0, 0, 1]),
            limit=dice.choice([None, 5]),
        )
        match = Match(component=dice.choice([None, "Plain", "Keyed", "Blocking"]))
        return Fault(
            fault_id=f"f{number}",
            point=point,
            effect=dice.choice(effects),
            match=match,
            strike=strike,
        )

    def send(self, emulator, command, trace_id):
        """A command is accepted, or refused because the queues are full; nothing else."""
        try:
            emulator.send(command, {"key": self.dice.randrange(5)}, trace_id=trace_id)
        except CommandRefused as refused:
            if "Rate Exceeded." not in str(refused):
                raise

    async def act(self, emulator):
        """One random step from outside."""
        dice = self.dice
        match dice.randrange(8):
            case 0 | 1 | 2:
                self.send(emulator, "alpha", None)
            case 3:
                self.send(emulator, "beta", "shared")
            case 4 | 5:
                await emulator.clock.advance(dice.choice([0.0, 0.5, 30.0, 400.0]))
            case 6:
                letters = list(emulator.deadletters)
                if letters and emulator.dispatcher.room(1):
                    letter = dice.choice(letters)
                    action = dice.choice(
                        [emulator.deadletters.redrive, emulator.deadletters.discard]
                    )
                    action(letter.letter_id)
            case _:
                if dice.random() < 0.3:
                    emulator.heal()

    async def run(self):
        """The whole run; its journal and what the invariants say of it."""
        clock = ManualClock()
        emulator = Emulator(self.api(), clock=clock, seed=self.seed, schema=BUILT)
        plan = emulator.subscribe(
            GraphqlRequest(WATCH, {}, None, Identity(), {}, "simulated subscriber")
        )
        emulator.fanout.add(
            plan, lambda text: self.seen.append(json.loads(text)["data"]["onTrace"])
        )
        for number in range(self.dice.randrange(4)):
            emulator.arm(self.fault(number))
        for _ in range(self.dice.randrange(5, 20)):
            await self.act(emulator)
        emulator.heal()
        await clock.settle(within_s=7 * 24 * 3600)
        published = [
            line.named(TraceFields(), iso_time(line.at_ns))
            for line in status_lines(emulator.journal.records)
        ]
        violations = emulator.check(settled=True) + check_subscriber(self.seen, published)
        assert len(self.seen) == len(published)
        live = emulator.dispatcher.live
        unfinished = await emulator.aclose()
        assert live == 0, f"{live} deliveries never ended"
        assert not unfinished
        return emulator, violations


def play(seed):
    """Run one seed; the emulator, for its journal, and the violations."""
    return asyncio.run(World(seed).run())


if __name__ == "__main__":
    sys.stdout.write(play(int(sys.argv[1]))[0].journal.dump())
