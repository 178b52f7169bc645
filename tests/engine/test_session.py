"""A connection at work without a socket; AWS, real-time-websocket-client, unless said otherwise."""

from __future__ import annotations

import asyncio
import dataclasses
import json

import pytest

from appsync_emu.core.faults.close import CloseEffect
from appsync_emu.core.faults.corrupt import CorruptEffect
from appsync_emu.core.faults.delay import DelayEffect
from appsync_emu.core.faults.drop import DropEffect
from appsync_emu.core.faults.error import ErrorEffect
from appsync_emu.core.faults.hang import HangEffect
from appsync_emu.core.faults.match import Match
from appsync_emu.core.faults.names import NAMED
from appsync_emu.core.faults.plan import Fault
from appsync_emu.core.faults.plan import Plan as Faults
from appsync_emu.core.faults.points import Point
from appsync_emu.core.handshake import NO_PROTOCOL, Handshake
from appsync_emu.core.http import RequestRefused
from appsync_emu.core.limits import STRICT
from appsync_emu.core.records import ErrorInfo
from appsync_emu.core.request import Identity
from appsync_emu.engine.clock import ManualClock
from appsync_emu.engine.entropy import Entropy
from appsync_emu.engine.fanout import Fanout
from appsync_emu.engine.journal import Journal
from appsync_emu.engine.session import RealtimeSession, SessionServices
from appsync_emu.engine.strikes import Strikes

KEY = {"host": "h", "x-api-key": "da2-x"}
ACK = {"type": "connection_ack", "payload": {"connectionTimeoutMs": 300000}}


class RefusedError(Exception):
    def __init__(self, errors):
        self.errors = errors


class Plan:
    field = "onPost"
    key = "plan"

    def __init__(self, arguments=()):
        self.arguments = dict(arguments)

    def render(self, value):
        return {"data": {"onPost": value}}


def authenticate(headers):
    if headers.get("x-api-key") != "da2-x":
        raise RequestRefused(401, "UnauthorizedException", "You are not authorized.")
    return Identity()


class World:
    """The services of a session, and what was asked of them."""

    def __init__(self, subscribe=None, *, faults=(), as_object=False, **limits):
        self.clock = ManualClock()
        self.journal = Journal()
        self.faults = Faults(faults)
        self.fanout = Fanout({"onPost": ("addPost",)})
        self.requests = []
        self.answer = subscribe or (lambda request: Plan(request.variables))
        self.services = SessionServices(
            authenticate=authenticate,
            subscribe=self.subscribe,
            fanout=self.fanout,
            clock=self.clock,
            request_id=lambda: f"r{len(self.requests)}",
            limits=dataclasses.replace(STRICT, **limits),
            limit_errors_as_object=as_object,
            strikes=Strikes(
                self.faults, clock=self.clock, entropy=Entropy(1), journal=self.journal
            ),
        )

    def subscribe(self, request):
        self.requests.append(request)
        return self.answer(request)

    def connect(self, handshake=None):
        return Client(self, handshake or Handshake(KEY))


class Client:
    def __init__(self, world, handshake):
        self.frames = []
        self.closed = []
        self.waiting = 0
        self.session = RealtimeSession(
            world.services,
            handshake,
            send=self.frames.append,
            close=lambda *args: self.closed.append(args),
            backlog=lambda: self.waiting,
        )
        self.session.open()

    def say(self, **message):
        self.session.receive(json.dumps(message))

    def start(self, sub_id="s1", authorization=KEY, **variables):
        data = {"query": "subscription { onPost }", "variables": variables}
        payload = {"data": json.dumps(data), "extensions": {"authorization": authorization}}
        self.say(id=sub_id, type="start", payload=payload)

    def heard(self):
        frames = [json.loads(frame) for frame in self.frames]
        self.frames.clear()
        return frames


async def turn():
    """Let the loop call back what is due."""
    called = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(called.set_result, None)
    await called


def error(error_type, message, sub_id="s1"):
    entry = {"errorType": error_type, "message": message}
    return {"id": sub_id, "type": "error", "payload": {"errors": [entry]}}


def test_the_whole_conversation():
    world = World()
    client = world.connect()

    client.say(type="connection_init")
    client.start(channel="a")
    world.fanout.mutation("addPost", {"channel": "a"})
    world.fanout.mutation("addPost", {"channel": "b"})
    client.say(id="s1", type="stop")
    world.fanout.mutation("addPost", {"channel": "a"})

    assert client.heard() == [
        ACK,
        {"type": "ka"},
        {"id": "s1", "type": "start_ack"},
        {"id": "s1", "type": "data", "payload": {"data": {"onPost": {"channel": "a"}}}},
        {"id": "s1", "type": "complete"},
    ]
    assert world.fanout._index == {}


def test_what_the_executor_is_asked():
    world = World()

    world.connect().start(channel="a")

    (request,) = world.requests
    assert request.query == "subscription { onPost }"
    assert request.variables == {"channel": "a"}
    assert request.operation_name is None
    assert request.identity == Identity()
    assert request.headers == KEY
    assert request.request_id == "r0"


def test_credentials_are_checked_when_connecting():
    """aws-amplify/amplify-flutter#2763."""
    world = World()
    client = world.connect(Handshake({"x-api-key": "wrong"}))

    entry = {
        "errorType": "UnauthorizedException",
        "message": "You are not authorized.",
        "errorCode": 401,
    }
    assert client.heard() == [{"payload": {"errors": [entry]}, "type": "connection_error"}]
    assert client.closed == []

    client.say(type="connection_init")

    assert client.closed == [(1008, "Connection refused")]
    assert client.heard() == []
    assert world.services.sessions == {}


def test_a_problem_of_the_handshake_goes_first():
    """aws/aws-appsync-community#195."""
    client = World().connect(Handshake({}, NO_PROTOCOL))

    (frame,) = client.heard()
    assert frame["payload"] == {"errors": [{"message": "NoProtocolError", "errorCode": 400}]}


def test_credentials_are_checked_for_every_start():
    client = World().connect()

    client.start(authorization={"host": "h"})
    client.start("s2")

    assert client.heard() == [
        error("UnauthorizedException", "You are not authorized."),
        {"id": "s2", "type": "start_ack"},
    ]


def test_a_document_that_is_refused():
    entry = {"path": None, "locations": [], "message": "Validation error of type X"}

    def refuse(_):
        raise RefusedError([entry])

    client = World(refuse).connect()
    client.start()

    assert client.heard() == [{"id": "s1", "type": "error", "payload": {"errors": [entry]}}]


@pytest.mark.parametrize("problem", [RuntimeError("boom"), RefusedError([])])
def test_our_own_failure_is_an_answer_too(problem, caplog):
    def fail(_):
        raise problem

    client = World(fail).connect()
    client.start()
    client.say(type="connection_init")

    assert client.heard()[0] == error("InternalFailure", "An internal failure occurred.")
    assert "could not be started" in caplog.text
    assert client.closed == []


def test_a_resolver_that_waits():
    async def journey():
        async def later(_):
            await world.clock.sleep(5)
            return Plan()

        world = World(later)
        client = world.connect()
        client.start()
        world.fanout.mutation("addPost", {"n": 0})
        assert client.heard() == []

        await world.clock.advance(5)
        await turn()
        world.fanout.mutation("addPost", {"n": 1})

        ack, data = client.heard()
        assert ack == {"id": "s1", "type": "start_ack"}
        assert data["payload"] == {"data": {"onPost": {"n": 1}}}

    asyncio.run(journey())


def test_a_resolver_that_waits_and_refuses():
    async def journey():
        async def later(_):
            await world.clock.sleep(5)
            raise RefusedError([{"errorType": "Unauthorized", "message": "no"}])

        world = World(later)
        client = world.connect()
        client.start()
        await world.clock.advance(5)
        await turn()

        assert client.heard() == [error("Unauthorized", "no")]

    asyncio.run(journey())


@pytest.mark.parametrize("how", ["stop", "closed", "end"])
@pytest.mark.parametrize("begun", [True, False])
def test_work_ends_with_the_interest_in_it(how, begun):
    async def journey():
        async def for_ever(_):
            await asyncio.Event().wait()

        client = World(for_ever).connect()
        client.start()
        (task,) = client.session._work.values()
        if begun:
            await turn()
        match how:
            case "stop":
                client.say(id="s1", type="stop")
            case "closed":
                client.session.closed()
            case "end":
                client.session.end()
        with pytest.raises(asyncio.CancelledError):
            await task

        assert client.heard() == ([{"id": "s1", "type": "complete"}] if how == "stop" else [])
        assert client.session._work == {}

    asyncio.run(journey())


def test_a_future_will_do():
    async def journey():
        done = asyncio.get_running_loop().create_future()
        client = World(lambda _: done).connect()
        client.start()
        await turn()
        done.set_result(Plan())
        await turn()
        await turn()

        assert client.heard() == [{"id": "s1", "type": "start_ack"}]

    asyncio.run(journey())


def test_keep_alive_and_the_end_of_a_life():
    async def journey():
        world = World(connection_life_s=150)
        client = world.connect()
        await world.clock.advance(10)
        client.say(type="connection_init")
        client.heard()

        await world.clock.advance(59)
        assert client.heard() == []
        await world.clock.advance(1)
        assert client.heard() == [{"type": "ka"}]
        await world.clock.advance(60)
        assert client.heard() == [{"type": "ka"}]
        assert client.closed == []
        await world.clock.advance(20)
        assert client.closed == [(1001, "Connection duration exceeded")]
        await world.clock.advance(3_600)
        assert client.heard() == []

    asyncio.run(journey())


def test_the_timer_never_keeps_time_from_settling():
    async def journey():
        world = World()
        world.connect()
        await world.clock.settle()

    asyncio.run(journey())


def test_a_refused_connection_ends_by_itself():
    async def journey():
        world = World()
        client = world.connect(Handshake({}, NO_PROTOCOL))
        await world.clock.advance(5)

        assert client.closed == [(1008, "Connection refused")]

    asyncio.run(journey())


def test_a_slow_reader_is_disconnected_and_the_others_are_not():
    world = World(outbox_bytes=1_000)
    slow, other = world.connect(), world.connect()
    slow.start("s1")
    slow.start("s2")
    other.start()
    slow.heard()
    other.heard()

    slow.waiting = 1_000
    world.fanout.mutation("addPost", {"n": 1})
    assert slow.closed == []
    slow.waiting = 1_001
    world.fanout.mutation("addPost", {"n": 2})
    world.fanout.mutation("addPost", {"n": 3})

    assert slow.closed == [(1013, "Client reads too slowly")]
    assert len(slow.heard()) == 3
    assert len(other.heard()) == 3
    assert list(world.services.sessions) == [other.session]


def test_a_flood_of_messages_meets_the_same_bound():
    world = World(outbox_bytes=0)
    client = world.connect()
    client.waiting = 1

    client.say(type="connection_init")
    client.say(type="connection_init")

    assert client.closed == [(1013, "Client reads too slowly")]


def test_bad_messages_do_not_end_a_session():
    client = World().connect()

    client.session.receive("not json")
    client.session.receive_binary()
    client.start()

    assert [frame["type"] for frame in client.heard()] == ["error", "error", "start_ack"]


def test_a_client_that_has_gone_leaves_nothing_behind():
    world = World()
    client = world.connect()
    client.start()
    client.session.closed()
    client.session.closed()
    client.session.end()
    world.fanout.mutation("addPost", {})

    assert [frame["type"] for frame in client.heard()] == ["start_ack"]
    assert client.closed == []
    assert world.fanout._index == {}
    assert world.services.sessions == {}
    assert client.session._timer is None


def test_ending_from_this_side():
    world = World()
    client = world.connect()
    client.start()

    client.session.end(1001, "Server is stopping")
    client.session.end()

    assert client.closed == [(1001, "Server is stopping")]
    assert world.services.sessions == {}


def test_speaking_while_spoken_to_keeps_the_order():
    world = World()
    client = world.connect()

    def send(frame):
        client.frames.append(frame)
        if '"connection_ack"' in frame:
            client.start()

    client.session._send = send
    client.say(type="connection_init")

    assert [frame["type"] for frame in client.heard()] == ["connection_ack", "ka", "start_ack"]


# Faults.


def fault(effect, point=Point.FRAME, **match):
    return Fault(fault_id="f", point=point, effect=effect, match=Match(**match))


def named(name, point, **match):
    """A fault of the catalogue that is an error."""
    info = ErrorInfo(name, "injected", "technical", "injected")
    return fault(ErrorEffect(info, "request", 0.0, NAMED[name]), point, **match)


@pytest.mark.parametrize(
    ("name", "code"),
    [("appsync.unauthorized", 401), ("appsync.bad-request", 400), ("ws.connect-error", 500)],
)
def test_a_handshake_that_is_turned_away(name, code):
    """The shape of ``connection_error`` is that of captures (aws-amplify/amplify-flutter#2763)."""
    world = World(faults=[named(name, Point.CONNECT, subscriber="connection 1")])
    client, other = world.connect(), world.connect()

    (frame,) = client.heard()
    client.say(type="connection_init")
    other.say(type="connection_init")

    assert frame["type"] == "connection_error"
    (entry,) = frame["payload"]["errors"]
    assert (entry["errorType"], entry["errorCode"]) == (NAMED[name].client.error_type, code)
    assert client.closed == [(1008, "Connection refused")]
    assert other.heard() == [ACK, {"type": "ka"}]
    assert world.journal.records[0].about == "connection 1"


def test_a_handshake_that_is_bad_is_not_struck():
    world = World(faults=[fault(HangEffect(), Point.CONNECT)])
    (frame,) = world.connect(Handshake({}, NO_PROTOCOL)).heard()
    assert frame["type"] == "connection_error"
    assert world.journal.records == []


def test_a_handshake_that_never_ends():
    async def journey():
        world = World(faults=[fault(HangEffect(), Point.CONNECT)])
        client = world.connect()
        client.say(type="connection_init")
        client.session.receive_binary()
        client.start()
        await world.clock.advance(3600)
        assert client.heard() == []
        await world.clock.advance(24 * 3600)
        assert client.closed == [(1001, "Connection duration exceeded")]
        assert world.requests == []

    asyncio.run(journey())


def test_a_handshake_that_takes_its_time():
    async def journey():
        world = World(faults=[fault(DelayEffect(90), Point.CONNECT)])
        client = world.connect()
        client.say(type="connection_init")
        client.start()
        await world.clock.advance(89)
        assert client.heard() == []
        await world.clock.settle()
        return client.heard()

    assert [frame["type"] for frame in asyncio.run(journey())] == [
        *("connection_ack", "ka", "start_ack")
    ]


def test_what_comes_meanwhile_is_bounded():
    async def journey():
        world = World(faults=[fault(DelayEffect(5), Point.CONNECT)])
        client = world.connect()
        for _ in range(150):
            client.say(type="connection_init")
        await world.clock.settle()
        return client.heard()

    assert len(asyncio.run(journey())) == 2 * 100


def test_whoever_leaves_meanwhile_is_not_waited_for():
    world = World(faults=[fault(DelayEffect(90), Point.CONNECT)])
    client = world.connect()
    assert not world.clock.still
    client.session.closed()
    assert world.clock.still


def test_a_handshake_that_is_cut():
    world = World(faults=[fault(CloseEffect(1006), Point.CONNECT)])
    client = world.connect()
    assert (client.closed, client.heard()) == ([(1006, "")], [])
    assert world.services.sessions == {}


def test_other_verdicts_at_the_handshake_let_it_be():
    world = World(faults=[fault(DropEffect(), Point.CONNECT)])
    client = world.connect()
    client.say(type="connection_init")
    assert client.heard() == [ACK, {"type": "ka"}]


def test_a_frame_that_is_lost_or_damaged():
    world = World(faults=[fault(DropEffect(), frame="ka")])
    world.faults.arm(
        Fault(
            fault_id="g",
            point=Point.FRAME,
            effect=CorruptEffect("unknown-type"),
            match=Match(frame="start_ack"),
        )
    )
    client = world.connect()
    client.say(type="connection_init")
    client.start()
    world.fanout.mutation("addPost", {})
    assert [frame["type"] for frame in client.heard()] == ["connection_ack", "gibberish", "data"]


def test_a_connection_ends_in_the_place_of_a_frame():
    """Nothing of what stood behind that frame is sent either."""
    world = World(faults=[fault(CloseEffect(1006, "bye"), frame="ka")])
    client = world.connect()
    client.say(type="connection_init")
    client.start()
    assert client.heard() == [ACK]
    assert client.closed == [(1006, "bye")]
    assert world.services.sessions == {}


@pytest.mark.parametrize("as_object", [True, False])
def test_a_limit_in_the_place_of_start_ack(as_object):
    """Live captures show an object (aws-amplify/amplify-cli#3547), the AWS page an array."""
    world = World(faults=[named("ws.limit", Point.FRAME, frame="start_ack")], as_object=as_object)
    client = world.connect()
    client.start()
    world.fanout.mutation("addPost", {})

    (frame,) = client.heard()
    errors = frame["payload"]["errors"]
    entry = errors if as_object else errors[0]
    assert (frame["id"], entry["errorType"]) == ("s1", "MaxSubscriptionsReachedError")
    assert world.fanout._index == {}
    world.faults.heal()
    client.start()
    assert client.heard() == [{"id": "s1", "type": "start_ack"}]


def test_an_error_in_the_place_of_another_frame():
    world = World(faults=[named("ws.limit", Point.FRAME, frame="ka")])
    client = world.connect()
    client.say(type="connection_init")
    client.start()
    assert [frame["type"] for frame in client.heard()] == ["connection_ack", "error", "start_ack"]


def test_at_rest_is_when_no_resolver_is_waited_for():
    async def journey():
        async def later(_):
            await turn()
            return Plan()

        client = World(later).connect()
        await client.session.at_rest()
        client.start()
        await client.session.at_rest()
        return client.heard()

    assert asyncio.run(journey()) == [{"id": "s1", "type": "start_ack"}]
