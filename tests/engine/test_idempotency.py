"""Which keys were handled already: the first who claims one handles it."""

from __future__ import annotations

import pytest

from appsync_emu.engine import idempotency
from appsync_emu.engine.idempotency import Claim, IdempotencyStore, key_of

EVENT = {
    "arguments": {"input": {"orderId": "o-1", "total": 7, "lines": [1, {"b": 1, "a": 2}]}},
    "detail": {"id": None, "done": False, "empty": ""},
}


@pytest.mark.parametrize(
    ("path", "key"),
    [
        (None, None),
        ("arguments.input.orderId", "o-1"),
        ("arguments.input.total", "7"),
        ("arguments.input.lines", '[1, {"a": 2, "b": 1}]'),
        ("detail.done", "false"),
        ("detail.empty", None),  # as for Powertools
        ("detail.id", None),
        ("detail.none", None),
        ("arguments.input.orderId.deeper", None),
        ("arguments.input.lines.0", None),
        ("nowhere", None),
    ],
)
def test_a_key_is_found_by_its_path(path, key):
    """What is not there is no key: such a delivery is handled as if no key had been asked for."""
    assert key_of(path, EVENT) == key


def test_the_first_handles_it_and_the_others_know():
    """Powertools for AWS Lambda, "Idempotency": the second execution finds the first's record."""
    keys: IdempotencyStore[str] = IdempotencyStore()
    assert keys.claim("Orders", "o-1", "first") is Claim.NEW
    assert keys.claim("Orders", "o-1", "second") is Claim.BUSY
    keys.complete("Orders", "o-1")
    assert keys.claim("Orders", "o-1", "third") is Claim.DONE
    assert keys.release("Orders", "o-1", "first") == ["second"]
    assert keys.claim("Orders", "o-1", "second") is Claim.DONE


def test_a_retry_of_the_holder_goes_on():
    keys: IdempotencyStore[str] = IdempotencyStore()
    assert keys.claim("Orders", "o-1", "first") is Claim.NEW
    assert keys.claim("Orders", "o-1", "first") is Claim.NEW


def test_a_retry_after_the_answer_was_lost_finds_that_it_is_done():
    keys: IdempotencyStore[str] = IdempotencyStore()
    keys.claim("Orders", "o-1", "first")
    keys.complete("Orders", "o-1")
    assert keys.claim("Orders", "o-1", "first") is Claim.DONE


def test_who_failed_lets_the_next_one_try_in_order():
    keys: IdempotencyStore[str] = IdempotencyStore()
    keys.claim("Orders", "o-1", "first")
    for name in ("second", "third"):
        assert keys.claim("Orders", "o-1", name) is Claim.BUSY
    assert keys.release("Orders", "o-1", "first") == ["second", "third"]
    assert keys.claim("Orders", "o-1", "second") is Claim.NEW
    assert keys.claim("Orders", "o-1", "third") is Claim.BUSY


def test_only_the_holder_releases():
    keys: IdempotencyStore[str] = IdempotencyStore()
    assert keys.release("Orders", "o-1", "nobody") == []
    keys.claim("Orders", "o-1", "first")
    keys.claim("Orders", "o-1", "second")
    assert keys.release("Orders", "o-1", "second") == []
    assert keys.release("Orders", "o-1", "first") == ["second"]
    assert keys.release("Orders", "o-1", "first") == []


def test_each_component_has_its_own_keys():
    keys: IdempotencyStore[str] = IdempotencyStore()
    keys.claim("Orders", "o-1", "first")
    keys.complete("Orders", "o-1")
    assert keys.claim("Stock", "o-1", "second") is Claim.NEW


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(idempotency, "KEYS_MAX", 3)
    keys: IdempotencyStore[str] = IdempotencyStore()
    for number in range(5):
        keys.complete("Orders", str(number))
        keys.complete("Orders", str(number))
    claims = [keys.claim("Orders", str(number), "x") for number in range(5)]
    assert claims == [Claim.NEW, Claim.NEW, Claim.DONE, Claim.DONE, Claim.DONE]
