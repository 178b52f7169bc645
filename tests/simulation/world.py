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
from appsync_emu.core.faults.catalogue import effect_named
from appsync_emu.core.faults.crash import CrashEffect
from appsync_emu.core.faults.delay import DelayEffect
from appsync_emu.core.faults.drop import DropEffect
from appsync_emu.core.faults.duplicate import DuplicateEffect
from appsync_emu.core.faults.error import ErrorEffect
from appsync_emu.core.faults.hang import HangEffect
from appsync_emu.core.faults.match import MATCH_WORDS, Match
from appsync_emu.core.faults.names import NAMED
from appsync_emu.core.faults.outage import OutageEffect
from appsync_emu.core.faults.plan import Fault, points_of
from appsync_emu.core.faults.points import MATCHED_AT, Point
from appsync_emu.core.faults.reorder import ReorderEffect
from appsync_emu.core.faults.stale import StaleEffect
from appsync_emu.core.faults.strike import Strike
from appsync_emu.core.faults.throttle import ThrottleEffect
from appsync_emu.core.records import (
    AttemptFailed,
    AttemptStarted,
    ComponentCrashed,
    DeliveryAccepted,
    DeliveryEnded,
)
from appsync_emu.core.request import GraphqlRequest, Identity
from appsync_emu.core.retry import Backoff, RetryPolicy
from appsync_emu.core.traces import iso_time, status_lines
from appsync_emu.engine.clock import ManualClock
from appsync_emu.engine.emulator import Emulator
from appsync_emu.engine.entropy import Entropy
from appsync_emu.errors import BusinessError, CommandRefused, PermanentError, TechnicalError
from appsync_emu.graph.schema import build

POINTS = (
    Point.ACCEPT,
    Point.DISPATCH,
    Point.ATTEMPT,
    Point.STATUS_WRITE,
    Point.STATUS_READ,
    Point.DEADLETTER_WRITE,
)
"""Those between a command and its end; the sockets have a simulation of their own."""

ERRORS = sorted(name for name, named in NAMED.items() if named.error is not None)
NAMES = {
    point: sorted(name for name, named in NAMED.items() if point in named.points)
    for point in POINTS
}
TRACE = "query T($t: ID!) { trace(traceId: $t) { component status } }"

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
    sent: int = 0
    armed: int = 0

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

    def effect(self, point):
        """Any effect that means something there."""
        dice = self.dice
        phase = dice.choice(["request", "response"])
        scope = dice.choice(["attempt", "component"])
        seconds = dice.choice([0.0, 1.0, 7.0, 40.0])
        effects = [
            ErrorEffect(NAMED[dice.choice(ERRORS)].error, phase, dice.choice([0.0, 5.0])),
            CrashEffect(dice.choice([0.0, 10.0]), phase, scope),
            DelayEffect(seconds),
            DropEffect(seconds),
            DuplicateEffect(dice.randrange(1, 3), seconds),
            HangEffect(),
            OutageEffect(phase),
            ReorderEffect(dice.randrange(2, 4), seconds),
            StaleEffect(),
            ThrottleEffect(dice.choice([0.1, 1.0]), dice.randrange(1, 3)),
        ]
        if NAMES[point]:
            named = NAMED[dice.choice(NAMES[point])]
            effects.append(effect_named(named.name, phase=dice.choice(named.phases))[0])
        return dice.choice([effect for effect in effects if point in points_of(effect)])

    def fault(self, number):
        dice = self.dice
        point = dice.choice(POINTS)
        until_s = dice.choice([None, None, 500.0])
        strike = Strike(
            chance=dice.choice([1.0, 0.5]),
            first=dice.choice([None, 1, 2]),
            skip=dice.choice([0, 0, 1]),
            limit=dice.choice([None, 5]),
            per=dice.choice(["trace", "run"]),
            until_s=until_s,
        )
        words = {
            "component": dice.choice([None, "Plain", "Keyed", "Blocking"]),
            "label": dice.choice([None, None, "alpha"]),
            "status": dice.choice([None, "accepted", "success"]),
        }
        said = {word: words[word] for word in MATCH_WORDS if word in words}
        match = Match(**{word: said[word] for word in said if word in MATCHED_AT[point]})
        return Fault(
            fault_id=f"f{number}",
            point=point,
            effect=self.effect(point),
            match=match,
            strike=strike,
        )

    async def send(self, emulator, command, trace_id):
        """A command is accepted, or refused: by full queues, or by a fault; nothing else."""
        self.sent += 1
        label = (command, self.sent) if self.dice.random() < 0.5 else None
        sent = emulator.send_and_wait(
            command, {"key": self.dice.randrange(5)}, trace_id=trace_id, label=label
        )
        try:
            await emulator.clock.until(emulator.clock.spawn(sent))
        except CommandRefused as refused:
            struck = emulator.strikes.armed_at(Point.ACCEPT) and refused.status != 200
            if not struck and "Rate Exceeded." not in str(refused):
                raise

    async def query(self, emulator):
        """What clients read are statuses that happened, or an error."""
        trace_id = self.dice.choice([*emulator.journal.traces, "nobody"])
        asked = GraphqlRequest(TRACE, {"t": trace_id}, None, Identity(), {}, "a query")

        async def ask():
            answer = emulator.execute(asked)
            return answer if isinstance(answer, dict) else await answer

        answer = await emulator.clock.until(emulator.clock.spawn(ask()))
        if "errors" in answer:
            assert emulator.strikes.armed_at(Point.STATUS_READ)
            return
        happened = [
            (record.facts.component, getattr(record, "status", "accepted"))
            for record in emulator.journal.of_trace(trace_id)
            if isinstance(record, DeliveryAccepted | DeliveryEnded)
        ]
        lines = answer["data"]["trace"]
        assert {(line["component"], line["status"]) for line in lines} <= set(happened)

    async def act(self, emulator):
        """One random step from outside."""
        dice = self.dice
        match dice.randrange(11):
            case 0 | 1 | 2:
                await self.send(emulator, "alpha", None)
            case 3:
                await self.send(emulator, "beta", "shared")
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
            case 7:
                await self.query(emulator)
            case 8:
                emulator.crash(dice.choice(["Plain", "Blocking", "Narrow"]), dice.choice([0, 60]))
            case _:
                if dice.random() < 0.3:
                    emulator.heal()
                elif dice.random() < 0.5:
                    self.armed += 1
                    emulator.arm(self.fault(100 + self.armed))

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
        assert begun_while_down(emulator.journal.records) == []
        live = emulator.dispatcher.live
        unfinished = await emulator.aclose()
        assert live == 0, f"{live} deliveries never ended"
        assert not unfinished
        return emulator, violations


def begun_while_down(records):
    """Attempts that began before their component was up; a call that was refused began nowhere."""
    restarts, begun = {}, []
    for number, record in enumerate(records):
        if isinstance(record, ComponentCrashed):
            restarts[record.component] = record.restart_ns
        elif isinstance(record, AttemptStarted):
            following = records[number + 1]
            refused = isinstance(following, AttemptFailed) and following.error.fault
            if not refused and record.at_ns < restarts.get(record.facts.component, 0):
                begun.append(record)
    return begun


def play(seed):
    """Run one seed; the emulator, for its journal, and the violations."""
    return asyncio.run(World(seed).run())


if __name__ == "__main__":
    sys.stdout.write(play(int(sys.argv[1]))[0].journal.dump())
