"""Outcomes made by hand: what reports are given."""

from __future__ import annotations

from dataclasses import replace

from appsync_emu.scenario.outcome import (
    Coverage,
    Finding,
    Kind,
    Report,
    Row,
    ScenarioOutcome,
    SeedOutcome,
    Smallest,
    Story,
    Totals,
)

S = 1_000_000_000
MS = 1_000_000

SMALLEST = """\
scenario: 1
title: Orders survive a flaky payment service, and lose nothing when it stays down (smallest)
seeds: [7]
faults:
  - id: charged-but-answer-lost
    point: data
    match: {source: PaymentsTable, operation: PutItem, label: big-order}
    strike: {calls: {first: 1}, per: trace}
    effect: {error: network.timeout, after: 5s, phase: response}
steps:
  - send: {label: big-order, command: placeOrder, input: {orderId: o-2, total: 900}}
  - settle: {within: 1h}
"""

FAULTS = (
    "payment-resets",
    "charged-but-answer-lost",
    "table-throttles",
    "deadletter-store-down",
    "socket-drop",
)


def row(at_ms, kind, what, came_to="", **said):
    until = said.pop("until_ms", None)
    return Row(
        at_ns=at_ms * MS,
        kind=kind,
        what=what,
        came_to=came_to,
        until_ns=None if until is None else until * MS,
        **said,
    )


def twice_written(seed=7):
    """The trace of the annotated example: a handler without idempotency pays twice."""
    of = {"component": "PaymentHandler"}
    resets = {"fault": "payment-resets", "phase": "request", "failed": True}
    lost = {"fault": "charged-but-answer-lost", "phase": "response", "failed": True}
    reset = ("attempt", "network.reset")
    rows = (
        row(0, "accepted", "accepted"),
        row(0, "attempt", "attempt 1", reset[1], until_ms=0, **of, **resets),
        row(0, "retry", "retry 1 of 3", "due at 0:49.901", **of),
        row(49_901, "attempt", "attempt 2", reset[1], until_ms=49_901, **of, **resets),
        row(49_901, "retry", "retry 2 of 3", "due at 2:44.983", **of),
        row(164_983, "attempt", "attempt 3", "network.timeout", until_ms=169_983, **of, **lost),
        row(164_983, "data", "PaymentsTable PutItem", "applied", **of),
        row(169_983, "retry", "retry 3 of 3", "due at 6:19.472", **of),
        row(379_472, "attempt", "attempt 4", "success", until_ms=379_472, **of),
        row(379_472, "data", "PaymentsTable PutItem", "applied", mark="second time", **of),
        row(379_472, "status", "success", "4 attempts, 3 retries"),
    )
    return Story(
        trace_id=f"trace-{seed}",
        name="t1",
        label="big-order",
        seed=seed,
        status="success",
        attempts=4,
        rows=rows,
    )


PAY = {"component": "PaymentHandler"}
SHIP = {"component": "ShippingHandler"}
NOTE = {"component": "NotifyCustomer"}
BUSY = {"fault": "table-throttles", "phase": "request", "failed": True}
DOWN = {"fault": "carrier-down", "phase": "request", "failed": True}
THROUGHPUT = "ProvisionedThroughputExceededException"


def several_components(seed=3):
    """A trace through three components, with dead letter, late status, crash and calls."""
    rows = (
        row(0, "accepted", "accepted"),
        row(0, "status", "accepted", **PAY),
        row(0, "attempt", "attempt 1", THROUGHPUT, until_ms=120, **PAY, **BUSY),
        row(40, "data", "OrdersTable GetItem", "answered", **PAY),
        row(120, "data", "OrdersTable PutItem", THROUGHPUT, **PAY, **BUSY),
        row(120, "retry", "retry 1 of 3", "due at 0:41.000", **PAY),
        row(41_000, "attempt", "attempt 2", "success", until_ms=41_300, **PAY),
        row(41_000, "data", "OrdersTable GetItem", "answered", **PAY),
        row(41_150, "data", "OrdersTable PutItem", "applied", **PAY),
        row(41_300, "event", "OrderPlaced", "starts ShippingHandler, NotifyCustomer", **PAY),
        row(41_300, "status", "success", "2 attempts, 1 retry", **PAY),
        row(41_300, "status", "accepted", **SHIP),
        row(41_300, "status", "accepted", **NOTE),
        row(41_300, "fault", "status.write success", "delay", fault="slow-table", **PAY),
        row(41_300, "attempt", "attempt 1", "success", until_ms=41_420, **NOTE),
        row(41_420, "status", "success", "1 attempt, 0 retries", **NOTE),
        row(41_300, "attempt", "attempt 1", "ConnectTimeout", until_ms=71_300, **SHIP, **DOWN),
        row(71_300, "retry", "retry 1 of 3", "due at 2:00.000", **SHIP),
        row(120_000, "attempt", "attempt 2", "ConnectTimeout", until_ms=150_000, **SHIP, **DOWN),
        row(150_000, "retry", "retry 2 of 3", "due at 6:10.000", **SHIP),
        row(
            370_000,
            "attempt",
            "attempt 3",
            "Runtime.ExitError",
            until_ms=371_000,
            fault="worker-dies",
            failed=True,
            **SHIP,
        ),
        row(371_000, "retry", "retry 3 of 3", "due at 21:10.000", **SHIP),
        row(
            1_270_000, "attempt", "attempt 4", "ConnectTimeout", until_ms=1_300_000, **SHIP, **DOWN
        ),
        row(
            1_300_000,
            "fault",
            "deadletter.write",
            "outage, 2 times",
            fault="deadletter-store-down",
            phase="request",
            **SHIP,
        ),
        row(1_310_000, "letter", "dead letter", "retries-exhausted", **SHIP),
        row(
            1_310_000,
            "status",
            "error",
            "4 attempts, 3 retries: retries-exhausted",
            failed=True,
            **SHIP,
        ),
    )
    return Story(
        trace_id="trace-ship",
        name="t2",
        label="bulk",
        seed=seed,
        status="error",
        attempts=7,
        rows=rows,
    )


def effects_once(trace_id="trace-1", seed=1):
    return Finding(
        kind=Kind.INVARIANT,
        name="effects-once",
        message="PaymentsTable o-2 written 2 times",
        label="big-order",
        trace_id=trace_id,
    )


def failing(seed):
    return SeedOutcome(
        seed=seed,
        findings=(effects_once(f"trace-{seed}"),),
        strikes={
            "payment-resets": 4,
            "charged-but-answer-lost": 1,
            "table-throttles": 11 + seed * 7 % 20,
            "deadletter-store-down": 9,
        },
        totals=Totals(accepted=44, success=43, error=1, deadletters=1),
        stories=(twice_written(seed),) if seed < 4 else (),
        journal=f'{{"kind":"CommandAccepted","at_ns":{seed},"trace_id":"trace-{seed}"}}\n'
        f'{{"kind":"DeliveryEnded","at_ns":{seed + 1},"status":"success"}}\n',
        virtual_s=3600.0,
    )


COVERAGE = Coverage(
    known={
        "commands": ("placeOrder", "cancelOrder", "refundOrder"),
        "components": ("PaymentHandler", "ShippingHandler", "NotifyCustomer"),
        "events": ("OrderPlaced", "OrderShipped"),
        "faults": FAULTS,
    },
    touched={
        "commands": frozenset({"placeOrder", "cancelOrder"}),
        "components": frozenset({"PaymentHandler", "ShippingHandler", "NotifyCustomer"}),
        "events": frozenset({"OrderPlaced"}),
        "faults": frozenset(FAULTS[:4]),
    },
)


def invariant_fails():
    """The annotated example, with a handler without idempotency."""
    return ScenarioOutcome(
        path="scenarios/orders.appsync.yaml",
        line=2,
        title="Orders survive a flaky payment service, and lose nothing when it stays down",
        kind=Kind.INVARIANT,
        tags=("retry", "ci"),
        findings=(
            Finding(
                kind=Kind.INERT,
                name="socket-drop",
                message="struck in none of 26 seeds; expect.faults.socket-drop: {strikes: 0} says"
                " that it is meant",
                line=66,
            ),
        ),
        seeds=tuple(failing(seed) for seed in (*range(1, 26), 4242)),
        calm=SeedOutcome(seed=0, totals=Totals(accepted=44, success=44)),
        faults=FAULTS,
        smallest=Smallest(
            path="scenarios/orders.seed-7.appsync.yaml",
            text=SMALLEST,
            faults=("charged-but-answer-lost",),
            idle=7,
            steps="1 send",
            runs=21,
        ),
        coverage=COVERAGE,
        replay="appsync-emu run scenarios/orders.appsync.yaml --seed 7",
        elapsed_s=0.31,
    )


def expectation_fails():
    """One of four seeds disagrees with what the file expects, and a trace never ends."""
    wrong = SeedOutcome(
        seed=3,
        findings=(
            Finding(
                kind=Kind.EXPECTATION,
                name="traces.bulk.status",
                message="error, wanted success",
                line=91,
                label="bulk",
                trace_id="trace-ship",
            ),
            Finding(
                kind=Kind.LIVENESS,
                name="settle",
                message="2 traces had not ended 1 h after the last fault was healed",
                line=81,
            ),
        ),
        strikes={"table-throttles": 3, "carrier-down": 12, "worker-dies": 1},
        totals=Totals(accepted=40, success=37, error=1, unfinished=2, deadletters=1),
        stories=(several_components(),),
        journal='{"kind":"CommandAccepted"}\n',
        virtual_s=5400,
    )
    fine = [
        SeedOutcome(
            seed=seed,
            strikes={"table-throttles": seed, "carrier-down": 12},
            totals=Totals(accepted=40, success=40),
        )
        for seed in (1, 2, 4)
    ]
    return ScenarioOutcome(
        path="scenarios/shipping.appsync.yaml",
        line=2,
        title="Parcels leave even when the carrier is away",
        kind=Kind.EXPECTATION,
        seeds=(fine[0], fine[1], wrong, fine[2]),
        faults=("table-throttles", "carrier-down", "worker-dies"),
        coverage=COVERAGE,
        replay="appsync-emu run scenarios/shipping.appsync.yaml --seed 3",
        elapsed_s=0.052,
    )


def passes(path="scenarios/refunds.appsync.yaml", title="Refunds are paid once", seeds=25):
    return ScenarioOutcome(
        path=path,
        line=2,
        title=title,
        kind=Kind.PASSED,
        seeds=tuple(
            SeedOutcome(
                seed=seed,
                strikes={"answer-lost": 1},
                totals=Totals(accepted=3, success=3),
                virtual_s=61,
            )
            for seed in range(1, seeds + 1)
        ),
        faults=("answer-lost",),
        coverage=COVERAGE,
        elapsed_s=0.086,
    )


def whole(kind, path, message, *, line=0, name="", title="Anything"):
    """A scenario that ended as a whole, in no particular seed."""
    finding = Finding(kind=kind, name=name, message=message, line=line)
    return ScenarioOutcome(path=path, line=2, title=title, kind=kind, findings=(finding,))


def broken_before():
    calm = SeedOutcome(
        seed=0,
        findings=(
            Finding(
                kind=Kind.BROKEN_BEFORE,
                name="ends-in-success",
                message="order ended in error without any fault: KeyError: 'total'",
                label="order",
                trace_id="trace-calm",
            ),
        ),
        stories=(replace(twice_written(0), trace_id="trace-calm", label="order"),),
    )
    return replace(
        whole(Kind.BROKEN_BEFORE, "scenarios/stock.appsync.yaml", "", title="Stock is kept"),
        findings=(),
        calm=calm,
    )


def every_kind():
    """One scenario of each kind of result."""
    folder = "scenarios"
    return Report(
        outcomes=(
            passes(),
            passes(f"{folder}/cancel.appsync.yaml", "A cancelled order is not shipped", 1),
            invariant_fails(),
            expectation_fails(),
            replace(
                whole(
                    Kind.COVERAGE,
                    f"{folder}/wide.appsync.yaml",
                    "2 of 3 commands were touched (67 %), wanted 90 %; untouched: refundOrder",
                    name="coverage.commands",
                    line=40,
                    title="Every command is tried",
                ),
                seeds=passes().seeds,
                coverage=COVERAGE,
            ),
            broken_before(),
            whole(
                Kind.NOT_DETERMINISTIC,
                f"{folder}/clock.appsync.yaml",
                "seed 1: record 17 is AttemptFailed in one run and AttemptSucceeded in the other",
                title="Time is told by the emulator alone",
            ),
            whole(
                Kind.INVALID,
                f"{folder}/typo.appsync.yaml",
                "faults[0].efect: unknown key; did you mean 'effect'?",
                line=14,
                title="",
            ),
            whole(
                Kind.INTERNAL,
                f"{folder}/odd.appsync.yaml",
                "RuntimeError: please report this",
                title="An odd one",
            ),
        ),
        elapsed_s=1.234,
        version="0.1.0",
    )


EVIL = "</script><script>alert(1)</script>\"'&\u2028\u202e\x1b[31m\x00\ud800 <b>ü</b>"


def hostile():
    """What users write, where it could do harm."""
    story = replace(
        twice_written(1),
        label=EVIL,
        name="t1",
        rows=(
            *twice_written(1).rows[:6],
            row(
                380_000,
                "data",
                EVIL,
                EVIL,
                component=EVIL,
                fault=EVIL,
                phase="request",
                mark=EVIL,
                failed=True,
            ),
        ),
    )
    finding = replace(effects_once(), message=EVIL, name=EVIL, label=EVIL)
    seed = replace(failing(1), findings=(finding,), stories=(story,))
    return Report(
        outcomes=(
            replace(
                invariant_fails(),
                path=f"{EVIL}.yaml",
                title=EVIL,
                tags=(EVIL,),
                faults=(EVIL,),
                seeds=(seed,),
                findings=(replace(finding, kind=Kind.INERT),),
                replay=EVIL,
                smallest=Smallest(path=EVIL, text=EVIL, faults=(EVIL,), idle=0, steps=EVIL, runs=1),
                coverage=Coverage(known={"commands": (EVIL,)}, touched={}),
            ),
        ),
        version=EVIL,
    )
