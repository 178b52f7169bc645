"""Realtime messages; shapes from the AWS page real-time-websocket-client and public captures."""

from __future__ import annotations

import json

import pytest

from appsync_emu.core import wire
from appsync_emu.core.handshake import NO_PROTOCOL, HandshakeProblem


def decode(message, id_chars=64):
    text = message if isinstance(message, str) else json.dumps(message)
    return wire.decode(text, id_chars=id_chars)


def start(payload, sub_id="s1"):
    return decode({"id": sub_id, "type": "start", "payload": payload})


def test_connection_init():
    assert decode('{"type":"connection_init"}') == wire.ConnectionInit()


def test_start_as_the_page_shows_it():
    message = start(
        {
            "data": '{"query":"subscription S { onCreate { id } }","variables":{}}',
            "extensions": {"authorization": {"host": "h.example", "X-Api-Key": "da2-x"}},
        }
    )

    assert message == wire.Start(
        id="s1",
        query="subscription S { onCreate { id } }",
        variables={},
        operation_name=None,
        headers={"host": "h.example", "x-api-key": "da2-x"},
    )


def test_start_with_variables_and_operation_name():
    """The gql client sends ``operationName``."""
    data = {"query": "q", "variables": {"a": [1, None]}, "operationName": "Op"}

    message = start({"data": json.dumps(data)})

    assert (message.variables, message.operation_name) == ({"a": [1, None]}, "Op")


@pytest.mark.parametrize(
    "payload",
    [
        {"data": '{"query":"q"}'},
        {"data": '{"query":"q"}', "extensions": 1},
        {"data": '{"query":"q"}', "extensions": {"authorization": "x"}},
        {"data": '{"query":"q"}', "extensions": {"authorization": {"x-api-key": 1}}},
        {"data": '{"query":"q","variables":null,"operationName":null}', "extensions": {}},
        {"data": '{"query":"q","operationName":""}'},
    ],
)
def test_start_without_usable_extras_is_a_start_without_headers(payload):
    assert start(payload) == wire.Start(
        id="s1", query="q", variables={}, operation_name=None, headers={}
    )


def test_stop():
    assert decode({"id": "s1", "type": "stop"}) == wire.Stop("s1")


@pytest.mark.parametrize("kind", ["start", "stop"])
@pytest.mark.parametrize("sub_id", [None, 1, ["x"]])
def test_an_id_is_a_string(kind, sub_id):
    assert decode({"id": sub_id, "type": kind}) == wire.Unreadable(wire.NO_ID)


def test_an_id_has_a_bound():
    assert decode({"id": "x" * 65, "type": "stop"}) == wire.Unreadable(wire.ID_TOO_LONG)
    assert decode({"id": "x" * 64, "type": "stop"}) == wire.Stop("x" * 64)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        '{"type":"stop","id":NaN}',
        "[" * 100_000,
        "1" * 10_000,
        "[]",
        "null",
        '"connection_init"',
        "{}",
        '{"type":1}',
        '{"type":["start"]}',
        '{"type":null}',
    ],
)
def test_what_is_no_message_is_malformed(text):
    assert decode(text) == wire.Unreadable(wire.MALFORMED)


@pytest.mark.parametrize("kind", ["subscribe", "ping", "connection_terminate", ""])
def test_unknown_types_are_unsupported(kind):
    assert decode({"type": kind}) == wire.Unreadable(wire.UNSUPPORTED)


@pytest.mark.parametrize(
    "payload",
    [
        None,
        "x",
        {},
        {"query": "subscription { a }"},
        {"data": {"query": "q"}},
        {"data": "not json"},
        {"data": "[" * 100_000},
        {"data": "[]"},
        {"data": "{}"},
        {"data": '{"query":1}'},
    ],
)
def test_start_without_a_document_is_unsupported_and_names_no_id(payload):
    """enisdenjo/graphql-ws#602: ``payload.query`` in place of ``payload.data``."""
    assert start(payload) == wire.Unreadable(wire.UNSUPPORTED)


def test_start_with_wrong_types_beside_the_document():
    assert start({"data": '{"query":"q","variables":[]}'}) == wire.Unreadable(
        wire.BAD_VARIABLES, "s1"
    )
    assert start({"data": '{"query":"q","operationName":1}'}) == wire.Unreadable(
        wire.BAD_OPERATION_NAME, "s1"
    )


def test_frames_as_the_page_shows_them():
    """AWS, using-private-apis: the transcript has ``id`` before ``type``."""
    assert wire.connection_ack(300_000) == (
        '{"type":"connection_ack","payload":{"connectionTimeoutMs":300000}}'
    )
    assert wire.KEEP_ALIVE == '{"type":"ka"}'
    assert wire.start_ack("s1") == '{"id":"s1","type":"start_ack"}'
    assert wire.complete("s1") == '{"id":"s1","type":"complete"}'
    assert wire.data_prefix("s1") + '{"data":{}}' + "}" == (
        '{"id":"s1","type":"data","payload":{"data":{}}}'
    )


@pytest.mark.parametrize("sub_id", ["", 'a"b\\', "é", "\ud800", "\n"])
def test_any_id_survives_and_can_be_sent(sub_id):
    for frame in (
        wire.start_ack(sub_id),
        wire.complete(sub_id),
        wire.data_prefix(sub_id) + "{}}",
        wire.error([{"message": "m"}], sub_id),
    ):
        frame.encode()
        assert json.loads(frame)["id"] == sub_id


def test_connection_error_leaves_out_what_is_unknown():
    """aws-amplify/amplify-flutter#2763 and aws/aws-appsync-community#195."""
    unauthorized = HandshakeProblem("UnauthorizedException", "You are not authorized.", 401)

    assert wire.connection_error(unauthorized) == (
        '{"payload":{"errors":[{"errorType":"UnauthorizedException",'
        '"message":"You are not authorized.","errorCode":401}]},"type":"connection_error"}'
    )
    assert wire.connection_error(NO_PROTOCOL) == (
        '{"payload":{"errors":[{"message":"NoProtocolError","errorCode":400}]},'
        '"type":"connection_error"}'
    )


def test_error_with_and_without_id_as_array_and_object():
    """The page shows an array, aws-amplify/amplify-js#8370 an object."""
    entries = [wire.subscriptions_exhausted(100).entry()]

    assert wire.error(entries) == (
        '{"type":"error","payload":{"errors":[{"errorType":"MaxSubscriptionsReachedError",'
        '"message":"Max number of 100 subscriptions reached"}]}}'
    )
    assert wire.error(entries, "s1", as_object=True) == (
        '{"id":"s1","type":"error","payload":{"errors":'
        '{"errorType":"MaxSubscriptionsReachedError",'
        '"message":"Max number of 100 subscriptions reached"}}}'
    )


def test_a_duplicate_is_named():
    """aws-amplify/amplify-js#12818."""
    assert wire.duplicated("s1").entry() == {
        "errorType": "DuplicatedOperationError",
        "message": "Duplicated operation with id s1",
    }


# ------------------------------------------------------------------ damage, and what frames tell


FRAME = '{"id":"s1","type":"data","payload":{"data":{"onPost":{"id":"1"}}}}'


@pytest.mark.parametrize("how", ["truncate", "not-json"])
def test_damage_that_nobody_can_read(how):
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        json.loads(wire.corrupted(FRAME, how))


@pytest.mark.parametrize(
    ("how", "changed"),
    [("unknown-type", {"type": "gibberish"}), ("wrong-id", {"id": wire.WRONG_ID})],
)
def test_damage_that_can_be_read(how, changed):
    assert json.loads(wire.corrupted(FRAME, how)) == {**json.loads(FRAME), **changed}
    assert json.loads(wire.corrupted(wire.KEEP_ALIVE, how)) == {"type": "ka", **changed}


def test_text_that_knows_what_it_tells():
    facts = wire.EventFacts(trace_id="t", status="success")
    told = wire.Telling.of("text", facts)
    assert told == "text"
    assert told.facts is facts
