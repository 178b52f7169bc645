"""The steps of a scenario against a served API, in real time."""

from __future__ import annotations

import asyncio

import pytest
from served_shop import served
from small_shop import SCHEMA, write_scenario, write_shop

from appsync_emu.config.registry import Registry
from appsync_emu.core.api import SdlSource
from appsync_emu.errors import BusinessError
from appsync_emu.graph.schema import build
from appsync_emu.scenario.driving import Pace
from appsync_emu.scenario.load import load
from appsync_emu.scenario.outcome import Kind
from appsync_emu.scenario.remote import drive

PACE = Pace(patience_s=2.0, poll_s=0.01, quiet_s=0.03)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_shop(tmp_path)
    return tmp_path


def api_of(work):
    registry = Registry(trace={"query": "Query.trace", "subscription": "Subscription.onTrace"})
    registry.component("Pay", commands=["placeOrder"])(work)
    api = registry.api((SdlSource("schema.graphql", SCHEMA),))
    return api, build(api.schema)


async def pay(event, context):
    if event["arguments"]["orderId"] == "bad":
        raise BusinessError("no")


async def never(event, context):
    await asyncio.Event().wait()


def scenario(folder, steps, expect="", **options):
    return load(
        write_scenario(
            folder, faults="", seeds="", steps=steps, expect=expect, **options
        ).relative_to(folder)
    )


def driven(folder, steps, expect="", *, work=pay, pace=PACE, headers=None, **options):
    with served(*api_of(work)) as server:
        one = scenario(folder, steps, expect, **options)
        return drive(one, server.url, headers or {}, pace)


def said(outcome):
    return {finding.name: finding.message for finding in outcome.findings}


SEND = "  - send: {label: order, command: placeOrder, input: {orderId: o-1}}\n"


def test_what_passes(folder):
    steps = (
        "  - subscribe: {label: w, to: statuses, of: order}\n"
        "  - send: {label: order, command: placeOrder, input: {orderId: '{id}'},"
        " headers: {x-one: '{id}'}, save: {trace: traceId}}\n"
        "  - send: {label: bulk, command: placeOrder, repeat: 3, input: {orderId: 'b-{n}'}}\n"
        "  - settle: {within: 2s}\n"
        "  - query: {field: trace, arguments: {traceId: '{trace}'},"
        " expect: [{status: accepted}, {status: success}], save: {whose: 0.component}}\n"
        "  - set: {id: '{whose}'}\n"
        "  - query: {document: '{ __typename }', expect: {__typename: Query}}\n"
        "  - expect: {traces: {order: {status: success}}}\n"
    )
    expect = (
        "expect:\n"
        "  traces:\n"
        "    order: {statuses: [accepted, success], within: 5s,"
        " components: {Pay: {status: success}}}\n"
        "    bulk: {all: {status: success}}\n"
        "  subscribers: {w: {sees: [accepted, success], duplicates: none}}\n"
    )
    outcome = driven(folder, steps, expect, more="variables: {id: o-1, trace: '', whose: ''}\n")
    assert said(outcome) == {}
    assert outcome.kind is Kind.PASSED
    assert outcome.elapsed_s > 0
    assert outcome.seeds == ()


def test_everything_that_is_missed_is_told(folder):
    steps = (
        "  - send: {label: bad, command: placeOrder, input: {orderId: bad}}\n"
        "  - send: {label: fine, command: placeOrder, input: {orderId: o-1},"
        " refused: {status: 200}}\n"
        "  - send: {label: broken, command: placeOrder}\n"
        "  - query: {field: total, arguments: {orderId: o-1}, expect: 7, errors: {message: no},"
        " save: {x: nothing}}\n"
        "  - query: {document: '{ nothing }'}\n"
    )
    outcome = driven(
        folder, steps, "expect: {traces: {bad: {status: success}}}", more="variables: {x: 1}\n"
    )
    told = said(outcome)
    assert outcome.kind is Kind.EXPECTATION
    assert told["traces.bad.status"] == "wanted success, found error"
    assert "it was accepted" in told["send.fine"]
    assert told["query.total.save.x"] == 'the answer has nothing at "nothing"'
    assert "orderId" in told["send.broken"]
    assert told["query.total.errors"] == "wanted an error with {message: no}, found none"
    assert told["query.total.expect"] == "wanted 7, found null"
    assert "nothing" in told["query.errors"]


def test_refusals_that_are_wanted(folder):
    steps = (
        "  - send: {label: a, command: placeOrder, refused: {status: 200}}\n"
        "  - send: {label: b, command: placeOrder, refused: {status: 429}}\n"
    )
    assert list(said(driven(folder, steps))) == ["send.b"]


def test_what_does_not_end(folder):
    outcome = driven(folder, SEND, work=never, pace=Pace(patience_s=0.05, poll_s=0.01))
    assert outcome.kind is Kind.LIVENESS
    assert said(outcome) == {"settle": "not ended after 0.05 s of real time: order (Pay: accepted)"}


def test_credentials(folder):
    steps = "  - subscribe: {label: w, to: onTrace, arguments: {traceId: t}}\n" + SEND
    told = said(driven(folder, steps, headers={"x-api-key": "da2-wrong"}))
    assert "UnauthorizedException" in told["send.order"]
    assert "subscribe.w" in told
