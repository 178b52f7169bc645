"""Who asks: identities by name, claims in place, headers."""

from __future__ import annotations

import pytest
from scenario_files import loaded, said, step

from appsync_emu.scenario.model import Caller, Send

ALICE = "identities: {alice: {sub: u-1, groups: [a], headers: {X-Tenant: t-1}}}\n"


def caller(more: str, head: str = ALICE) -> Caller | None:
    send = step(f"send: {{command: placeOrder, {more}}}", head)
    assert isinstance(send, Send)
    return send.caller


def test_an_identity_by_name():
    alice = Caller(
        name="alice", claims={"sub": "u-1", "groups": ["a"]}, headers={"x-tenant": "t-1"}
    )
    assert caller("identity: alice") == alice


def test_headers_of_a_step_are_added():
    found = caller("identity: alice, headers: {x-tenant: t-2, x-other: 1}")
    assert found is not None
    assert found.headers == {"x-tenant": "t-2", "x-other": "1"}
    assert caller("headers: {x-a: b}", "") == Caller(headers={"x-a": "b"})


def test_claims_in_place():
    assert caller("identity: {sub: 'u-{n}'}", "") == Caller(claims={"sub": "u-{n}"})
    assert caller("identity: {headers: {x-a: b}}", "") == Caller(headers={"x-a": "b"})


def test_nobody_in_particular():
    assert caller("input: {}", "") is None


@pytest.mark.parametrize(
    "more",
    [
        "identity: [alice]",
        "identity: ~",
        "headers: [a]",
        'headers: {"": a}',
        'headers: {a: "b\\nc"}',
        "headers: {a: {b: c}}",
        "identity: {sub: '{x}'}",
    ],
)
def test_what_is_wrong(more):
    assert len(said("", f"  - send: {{command: a, {more}}}\n")) == 1


def test_the_name_of_an_identity_is_a_name():
    assert said("identities: {a b: {sub: x}}\n")
    assert loaded(ALICE).title
