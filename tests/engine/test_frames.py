"""Where faults meet events and frames: what they look at, and what becomes of a frame."""

from __future__ import annotations

import json

import pytest

from appsync_emu.core import wire
from appsync_emu.core.api import TraceNames
from appsync_emu.core.classify import ErrorClass
from appsync_emu.core.faults.close import CloseEffect
from appsync_emu.core.faults.corrupt import CorruptEffect
from appsync_emu.core.faults.delay import DelayEffect
from appsync_emu.core.faults.drop import DropEffect
from appsync_emu.core.faults.error import ErrorEffect
from appsync_emu.core.faults.match import Match
from appsync_emu.core.faults.names import NAMED
from appsync_emu.core.faults.plan import Fault, Plan
from appsync_emu.core.faults.points import Point
from appsync_emu.core.faults.verdict import Fail
from appsync_emu.core.records import ErrorInfo
from appsync_emu.engine.clock import ManualClock
from appsync_emu.engine.entropy import Entropy
from appsync_emu.engine.frames import EventPath, FramePath, client_error, refusal
from appsync_emu.engine.journal import Journal
from appsync_emu.engine.strikes import Strikes

ERROR = ErrorInfo("Odd", "strange", ErrorClass.TECHNICAL.value, "injected")
FACTS = wire.EventFacts(trace_id="t", component="Place", command="placeOrder", status="success")
DATA = wire.Telling.of('{"id":"1","type":"data","payload":{"data":{"onTrace":{}}}}', FACTS)
TRACE = TraceNames(query="Query.trace", subscription="Subscription.onTrace")


class World:
    def __init__(self, effect=None, point=Point.FRAME, **match):
        self.clock = ManualClock()
        self.journal = Journal()
        faults = (
            []
            if effect is None
            else [Fault(fault_id="f", point=point, effect=effect, match=Match(**match))]
        )
        self.strikes = Strikes(
            Plan(faults), clock=self.clock, entropy=Entropy(1), journal=self.journal
        )
        self.strikes.labels["t"] = "order"
        self.sent, self.closed, self.failed, self.told = [], [], [], []
        self.path = FramePath(
            self.strikes,
            self.clock,
            "watcher",
            send=self.sent.append,
            close=lambda *args: self.closed.append(args),
            fail=lambda *args: self.failed.append(args),
        )
        self.events = EventPath(self.strikes, self.clock, TRACE)

    def publish(self, field, value, mutation=None):
        self.events.take(field, value, mutation, self.told.append)


def test_without_strikes_nothing_is_armed():
    path = FramePath(None, ManualClock(), "w", send=print, close=print, fail=print)
    assert not path.armed
    path.end()


@pytest.mark.parametrize(
    "match",
    [
        {},
        {"subscriber": "watcher", "frame": "data"},
        {"status": "success", "component": "Place", "command": "placeOrder"},
        {"label": "order"},
    ],
)
def test_what_faults_look_at(match):
    world = World(DropEffect(), **match)
    assert world.path.armed
    world.path.take(DATA)
    assert world.sent == []
    (struck,) = world.journal.records
    assert (struck.point, struck.effect) == ("frame", "drop")
    assert (struck.about, struck.trace_id) == ("watcher data", "t")


@pytest.mark.parametrize(
    "match", [{"subscriber": "other"}, {"frame": "ka"}, {"status": "error"}, {"label": "x"}]
)
def test_what_is_not_meant_passes(match):
    world = World(DropEffect(), **match)
    world.path.take(DATA)
    assert world.sent == [DATA]


def test_frames_without_an_event():
    world = World(DropEffect(), frame="ka")
    world.path.take(wire.KEEP_ALIVE)
    world.path.take(wire.start_ack("1"))
    assert world.sent == [wire.start_ack("1")]


def test_damage_and_ends():
    world = World(CorruptEffect("wrong-id"))
    world.path.take(DATA)
    assert json.loads(world.sent[0])["id"] == wire.WRONG_ID

    world = World(CloseEffect(1001, "bye"))
    world.path.take(DATA)
    assert (world.sent, world.closed) == ([], [(1001, "bye")])


def test_errors_stand_in_for_frames():
    world = World(ErrorEffect(ERROR, "request"))
    world.path.take(DATA)
    world.path.take(wire.KEEP_ALIVE)
    problem = wire.Problem("Odd", "strange")
    assert world.failed == [("1", "data", problem), (None, "ka", problem)]


def test_what_clients_read_of_an_error():
    limit = NAMED["ws.limit"]
    assert client_error(Fail(ERROR, "request", named=limit)) == wire.Problem(
        limit.client.error_type, limit.client.message
    )
    silent = NAMED["ws.no-ack"]
    assert client_error(Fail(ERROR, "request", named=silent)) == wire.Problem("Odd", "strange")


@pytest.mark.parametrize(
    ("name", "status"),
    [("appsync.unauthorized", 401), ("ws.connect-error", 500), ("ws.limit", 500), (None, 500)],
)
def test_refusals_have_a_status(name, status):
    problem = refusal(Fail(ERROR, "request", named=NAMED.get(name)))
    assert problem.error_code == status


def test_nothing_arrives_when_it_is_over():
    world = World(DelayEffect(3))
    called = []
    world.path.take(DATA)
    world.path.later(2, lambda: called.append(1))
    assert not world.clock.still
    world.path.end()
    assert world.clock.still
    assert (world.sent, called) == ([], [])


# Events.


def test_events_are_looked_at_only_where_a_fault_may():
    assert not World().events.wanted
    assert World(DropEffect()).events.wanted
    assert World(DropEffect(), Point.PUBLISH).events.wanted


LINE = {"traceId": "t", "component": "Place", "status": "success", "command": "placeOrder"}


@pytest.mark.parametrize(
    ("field", "value", "mutation", "facts"),
    [
        ("onTrace", LINE, None, FACTS),
        ("onOther", LINE, None, wire.EventFacts()),
        (
            "onOrder",
            {"traceId": "t"},
            "placeOrder",
            wire.EventFacts(trace_id="t", command="placeOrder"),
        ),
        ("onItem", {"id": "1"}, "rename", wire.EventFacts(command="rename")),
    ],
)
def test_what_events_tell(field, value, mutation, facts):
    world = World(DropEffect())
    world.publish(field, value, mutation)
    (event,) = world.told
    assert (event.field, event.value, event.facts) == (field, value, facts)


def test_faults_at_publish():
    world = World(DropEffect(), Point.PUBLISH, status="success", label="order")
    world.publish("onTrace", LINE)
    world.publish("onTrace", {**LINE, "status": "accepted"})
    world.publish("onItem", {"id": "1"}, "rename")

    assert [event.field for event in world.told] == ["onTrace", "onItem"]
    (struck,) = world.journal.records
    assert (struck.point, struck.about, struck.trace_id) == ("publish", "onTrace success", "t")


def test_events_without_a_status_are_called_by_their_field():
    world = World(DropEffect(), Point.PUBLISH, command="rename")
    world.publish("onItem", {"id": "1"}, "rename")
    assert world.journal.records[0].about == "onItem"
