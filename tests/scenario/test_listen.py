"""The subscribers of a scenario."""

from __future__ import annotations

from stage import scenario, shop

from appsync_emu.scenario.outcome import Kind
from appsync_emu.scenario.run import run_seed

STEPS = """
- subscribe: {label: ear, to: statuses, of: o}
- send: {label: o, command: placeOrder, input: {id: o-1}}
"""


def found(tmp_path, steps, more):
    outcome = run_seed(scenario(tmp_path, steps, more), shop().loaded, 1)
    return [(one.kind, one.name, one.message) for one in outcome.findings]


def test_a_lost_connection_is_opened_again_and_what_was_missed_is_asked_for(tmp_path):
    """AWS AppSync, "Building a real-time WebSocket client": nothing is sent again."""
    more = """
    faults:
      - id: cut
        point: frame
        match: {subscriber: ear, frame: data}
        strike: {calls: {first: 1}, per: subscriber}
        effect: {close: {code: 1006}}
    expect:
      subscribers:
        ear: {sees: [accepted, {status: success}], duplicates: none, after_reconnect: resumes,
          reconnects: 1}
    """
    assert found(tmp_path, STEPS, more) == []


def test_a_subscriber_that_is_closed_for_good_is_not_connected(tmp_path):
    more = """
    faults:
      - id: bye
        point: frame
        match: {subscriber: ear, frame: data}
        strike: {calls: {first: 1}, per: subscriber}
        effect: {close: {code: 1000}}
    expect: {subscribers: {ear: {after_reconnect: resumes}}}
    """
    message = "wanted it to resume, it is not connected"
    assert found(tmp_path, STEPS, more) == [
        (Kind.EXPECTATION, "subscribers.ear.after_reconnect", message)
    ]


def test_a_field_that_tells_things_twice(tmp_path):
    steps = """
    - subscribe: {label: ear, to: onTold}
    - query: {document: 'mutation { tell(id: "1", text: "a") { id text } }'}
    - query: {document: 'mutation { tell(id: "1", text: "a") { id text } }'}
    """
    more = "expect: {subscribers: {ear: {duplicates: none, sees: [{id: '1'}, {text: a}]}}}\n"
    assert [name for _, name, _ in found(tmp_path, steps, more)] == ["subscribers.ear.duplicates"]


def test_claims_of_a_subscriber_are_refused_by_name(tmp_path):
    steps = "- subscribe: {label: ear, to: onTold, identity: {sub: alice}}"
    [(kind, _, message)] = found(tmp_path, steps, "")
    assert kind is Kind.INVALID
    assert message.startswith('subscriber "ear" has claims')


def test_wrong_credentials_are_refused(tmp_path):
    steps = "- subscribe: {label: ear, to: onTold, headers: {x-api-key: da2-nobody}}"
    assert [one[:2] for one in found(tmp_path, steps, "")] in (
        [(Kind.EXPECTATION, "subscribe.ear")],
        [],
    )
