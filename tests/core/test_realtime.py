"""One connection, by numbers: AWS, real-time-websocket-client, unless a test says otherwise."""

from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appsync_emu.core import realtime, wire
from appsync_emu.core.handshake import NO_PROTOCOL
from appsync_emu.core.limits import STRICT
from appsync_emu.core.realtime import Closed, Connection, StartRequested, Stopped

NS = 1_000_000_000
OPENED = 1_000 * NS
ACK = {"type": "connection_ack", "payload": {"connectionTimeoutMs": 300000}}
KA = {"type": "ka"}


def connect(**changes):
    as_object = changes.pop("limit_errors_as_object", False)
    limits = dataclasses.replace(STRICT, **changes)
    return Connection(OPENED, limits, limit_errors_as_object=as_object)


def say(connection, message, now_ns=OPENED):
    text = message if isinstance(message, str) else json.dumps(message)
    connection.receive_text(text, now_ns)


def start(connection, sub_id="s1"):
    payload = {"data": '{"query":"subscription { onPost { id } }"}'}
    say(connection, {"id": sub_id, "type": "start", "payload": payload})


def live(connection, sub_id="s1"):
    start(connection, sub_id)
    (event,) = connection.events()
    assert connection.accept(event.subscription)
    assert heard(connection) == [{"id": sub_id, "type": "start_ack"}]
    return event.subscription


def heard(connection):
    return [json.loads(frame) for frame in connection.outgoing()]


def problem(message):
    (frame,) = heard(message)
    return frame.get("id"), frame["payload"]["errors"][0]["errorType"]


def test_ack_and_first_keep_alive_come_together():
    """AWS, using-private-apis: the transcript shows ``ka`` right after the ack."""
    connection = connect()

    say(connection, {"type": "connection_init"})

    assert heard(connection) == [ACK, KA]
    assert heard(connection) == []
    assert connection.events() == []


def test_a_second_init_is_acknowledged_again():
    connection = connect()
    say(connection, {"type": "connection_init"})
    say(connection, {"type": "connection_init"}, OPENED + NS)

    assert heard(connection) == [ACK, KA, ACK, KA]
    assert connection.next_deadline() == OPENED + 61 * NS


def test_keep_alive_about_every_minute_with_or_without_init():
    connection = connect()
    assert connection.next_deadline() == OPENED + 60 * NS

    say(connection, {"type": "connection_init"}, OPENED + 30 * NS)
    heard(connection)
    assert connection.next_deadline() == OPENED + 90 * NS

    connection.handle_deadline(OPENED + 89 * NS)
    assert heard(connection) == []
    connection.handle_deadline(OPENED + 90 * NS)
    assert heard(connection) == [KA]
    assert connection.next_deadline() == OPENED + 150 * NS


def test_a_clock_that_jumps_gives_one_keep_alive():
    connection = connect()

    connection.handle_deadline(OPENED + 3_600 * NS)

    assert heard(connection) == [KA]
    assert connection.next_deadline() == OPENED + 3_660 * NS


def test_a_connection_lives_for_24_hours():
    connection = connect()
    subscription = live(connection)
    end = OPENED + 24 * 3_600 * NS

    connection.handle_deadline(end - 1)
    assert connection.events() == []
    assert connection.next_deadline() == end
    connection.handle_deadline(end)

    assert connection.events() == [Closed(1001, "Connection duration exceeded")]
    assert connection.next_deadline() is None
    assert not connection.publish(subscription, "{}")


def test_connection_init_is_optional():
    connection = connect()

    start(connection)

    (event,) = connection.events()
    assert event.message.query == "subscription { onPost { id } }"
    assert event.subscription.id == "s1"


def test_data_comes_after_start_ack_and_never_after_complete():
    connection = connect()
    start(connection)
    (event,) = connection.events()
    subscription = event.subscription

    assert not connection.publish(subscription, '{"data":0}')
    assert connection.accept(subscription)
    assert connection.publish(subscription, '{"data":1}')
    say(connection, {"id": "s1", "type": "stop"})
    assert not connection.publish(subscription, '{"data":2}')

    assert connection.outgoing() == [
        '{"id":"s1","type":"start_ack"}',
        '{"id":"s1","type":"data","payload":{"data":1}}',
        '{"id":"s1","type":"complete"}',
    ]
    assert connection.events() == [Stopped(subscription)]


def test_stop_of_an_unknown_id_completes(monkeypatch):
    connection = connect()
    say(connection, {"id": "nobody", "type": "stop"})
    assert heard(connection) == [{"id": "nobody", "type": "complete"}]
    assert connection.events() == []

    monkeypatch.setattr(realtime, "COMPLETE_UNKNOWN_IDS", False)
    say(connection, {"id": "nobody", "type": "stop"})
    assert heard(connection) == []


def test_stop_before_the_answer_and_the_same_id_again():
    connection = connect()
    start(connection)
    (first,) = connection.events()
    say(connection, {"id": "s1", "type": "stop"})
    start(connection)
    stopped, second = connection.events()
    assert stopped == Stopped(first.subscription)
    assert heard(connection) == [{"id": "s1", "type": "complete"}]

    assert not connection.accept(first.subscription)
    connection.refuse(first.subscription, [{"message": "late"}])
    assert heard(connection) == []

    assert connection.accept(second.subscription)
    assert heard(connection) == [{"id": "s1", "type": "start_ack"}]


def test_a_refusal_frees_the_id():
    connection = connect()
    start(connection)
    (event,) = connection.events()
    errors = [{"errorType": "UnauthorizedException", "message": "Permission denied"}]

    connection.refuse(event.subscription, errors)

    assert heard(connection) == [{"id": "s1", "type": "error", "payload": {"errors": errors}}]
    live(connection)


def test_an_unsupported_operation_is_refused_without_an_id():
    """enisdenjo/graphql-ws#602."""
    connection = connect()
    start(connection)
    (event,) = connection.events()

    connection.refuse(event.subscription, [{"errorType": "UnsupportedOperation", "message": "m"}])

    assert problem(connection) == (None, "UnsupportedOperation")


@pytest.mark.parametrize("accepted", [True, False])
def test_a_duplicate_id_is_refused_and_the_first_lives_on(accepted):
    connection = connect()
    start(connection)
    (event,) = connection.events()
    if accepted:
        connection.accept(event.subscription)
        connection.outgoing()

    start(connection)

    assert problem(connection) == ("s1", "DuplicatedOperationError")
    assert connection.events() == []
    assert accepted == connection.publish(event.subscription, "{}")


@pytest.mark.parametrize("as_object", [True, False])
def test_subscriptions_of_a_connection_are_bounded(as_object):
    """The page shows an array, aws-amplify/amplify-js#8370 an object."""
    connection = connect(subscriptions_per_connection=2, limit_errors_as_object=as_object)
    live(connection, "s1")
    start(connection, "s2")
    connection.events()
    start(connection, "s3")

    (frame,) = heard(connection)
    entry = {
        "errorType": "MaxSubscriptionsReachedError",
        "message": "Max number of 2 subscriptions reached",
    }
    errors = entry if as_object else [entry]
    assert frame == {"id": "s3", "type": "error", "payload": {"errors": errors}}
    assert connection.events() == []

    say(connection, {"id": "s2", "type": "stop"})
    connection.events()
    connection.outgoing()
    live(connection, "s3")


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("not json", (None, "BadRequestException")),
        ("[]", (None, "BadRequestException")),
        ('{"type":"subscribe"}', (None, "UnsupportedOperation")),
        ('{"type":"start"}', (None, "BadRequestException")),
        ('{"type":"start","id":"s1"}', (None, "UnsupportedOperation")),
        (
            json.dumps(
                {
                    "type": "start",
                    "id": "s1",
                    "payload": {"data": '{"query":"q","variables":1}'},
                }
            ),
            ("s1", "BadRequestException"),
        ),
    ],
)
def test_bad_messages_are_answered_and_the_connection_lives_on(message, expected):
    connection = connect()

    say(connection, message)

    assert problem(connection) == expected
    live(connection)


def test_binary_messages_are_answered():
    connection = connect()

    connection.receive_binary()

    assert problem(connection) == (None, "BadRequestException")


def test_a_message_that_is_too_large_closes():
    connection = connect(frame_chars=30)
    say(connection, '{"type":"connection_init"}')
    assert heard(connection) == [ACK, KA]

    say(connection, " " * 31)

    assert connection.events() == [Closed(1009, "Message too large")]


def test_a_refused_connection_says_why_and_closes_when_the_client_speaks():
    """The page: the server closes the connection when an error happens during connection init."""
    connection = connect()
    connection.refuse_connection(NO_PROTOCOL, OPENED)
    assert connection.outgoing() == [wire.connection_error(NO_PROTOCOL)]
    assert connection.events() == []

    say(connection, {"type": "connection_init"})

    assert connection.events() == [Closed(1008, "Connection refused")]
    assert heard(connection) == []


def test_a_refused_connection_closes_after_a_while():
    connection = connect()
    connection.refuse_connection(NO_PROTOCOL, OPENED)
    deadline = connection.next_deadline()
    assert deadline == OPENED + 5 * NS

    connection.handle_deadline(deadline - 1)
    assert connection.events() == []
    connection.handle_deadline(deadline)

    assert connection.events() == [Closed(1008, "Connection refused")]


def test_a_closed_connection_is_deaf_and_dumb():
    connection = connect()
    subscription = live(connection)
    start(connection, "s2")
    (event,) = connection.events()

    assert not connection.closed
    connection.close(1000, "bye")
    assert connection.closed
    connection.close(1001, "again")
    say(connection, {"type": "connection_init"})
    connection.receive_binary()
    connection.handle_deadline(OPENED + 3_600 * NS)
    connection.refuse(event.subscription, [{"message": "m"}])

    assert connection.events() == [Closed(1000, "bye")]
    assert not connection.accept(event.subscription)
    assert not connection.publish(subscription, "{}")
    assert heard(connection) == []


def test_an_answer_counts_once():
    connection = connect()
    subscription = live(connection)

    assert not connection.accept(subscription)
    connection.refuse(subscription, [{"message": "late"}])

    assert heard(connection) == []
    assert connection.publish(subscription, "{}")


KINDS = ["start", "stop", "accept", "refuse", "publish", "junk"]
steps = st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from("abc")), max_size=40)


def act(connection, kind, sub_id, asked):
    match kind:
        case "start":
            start(connection, sub_id)
        case "stop":
            say(connection, {"id": sub_id, "type": "stop"})
        case "accept":
            connection.accept(asked[sub_id])
        case "refuse":
            connection.refuse(asked[sub_id], [{"message": "m"}])
        case "publish":
            connection.publish(asked[sub_id], "{}")
        case "junk":
            say(connection, sub_id)


@given(steps)
def test_whatever_happens_data_stays_between_start_ack_and_complete(steps):
    connection = connect(subscriptions_per_connection=2)
    asked = {sub_id: realtime.Subscription(sub_id) for sub_id in "abc"}
    for kind, sub_id in steps:
        act(connection, kind, sub_id, asked)
        for event in connection.events():
            if isinstance(event, StartRequested):
                asked[event.subscription.id] = event.subscription

    open_ids = set()
    for frame in heard(connection):
        match frame["type"]:
            case "start_ack":
                assert frame["id"] not in open_ids
                open_ids.add(frame["id"])
            case "data":
                assert frame["id"] in open_ids
            case "complete":
                open_ids.discard(frame["id"])


def test_a_frame_knows_what_its_payload_tells():
    """Faults look at it, whatever the client selected."""
    connection = connect()
    facts = wire.EventFacts(status="success")
    subscription = live(connection)

    assert connection.publish(subscription, wire.Telling.of('{"data":{}}', facts))
    assert connection.publish(subscription, '{"data":{}}')

    told, plain = connection.outgoing()
    assert told == plain == '{"id":"s1","type":"data","payload":{"data":{}}}'
    assert told.facts is facts
    assert type(plain) is str


def test_a_subscription_can_be_ended_without_a_word():
    connection = connect()
    subscription = live(connection)

    assert connection.revoke("s1") is subscription
    assert connection.revoke("s1") is None
    assert not connection.publish(subscription, "{}")
    assert heard(connection) == connection.events() == []
    live(connection)
