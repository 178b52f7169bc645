"""What calls of services did, read from a journal."""

from __future__ import annotations

from decimal import Decimal
from types import MappingProxyType

import pytest

from appsync_emu.core.effects import (
    DEPTH_MAX,
    Effects,
    digest_of,
    effects_of,
    is_write,
    pascal_case,
    written_again,
)
from appsync_emu.core.records import AttemptStarted, DataCalled, DeliveryFacts

FACTS = DeliveryFacts("d", "t", "Pay", "placeOrder", None, "c")
OTHER = DeliveryFacts("d2", "t2", "Ship", "placeOrder", None, "c")


def called(operation="PutItem", *, facts=FACTS, applied=True, effect="e", key="o-1", source="P"):
    return DataCalled(
        1, facts, 1, "", source, operation, is_write(operation), applied, effect, key=key
    )


@pytest.mark.parametrize(
    ("name", "aws"),
    [("put_item", "PutItem"), ("putItem", "PutItem"), ("PutItem", "PutItem"), ("GET", "GET")],
)
def test_operations_are_called_as_aws_calls_them(name, aws):
    assert pascal_case(name) == aws


@pytest.mark.parametrize(
    ("operation", "write"),
    [
        ("GetItem", False),
        ("get_item", False),
        ("GET", False),
        ("HEAD", False),
        ("options", False),
        ("TransactGetItems", False),
        ("BatchGetItem", False),
        ("list_objects_v2", False),
        ("find", False),
        ("count", False),
        ("POST", True),
        ("TransactWriteItems", True),
        ("Invoke", True),
        ("Getaway", True),  # a word that only begins like one that reads
        ("settle", True),
        ("readjust", True),
        ("", True),
    ],
)
def test_what_does_not_read_writes(operation, write):
    assert is_write(operation) is write


def test_equal_arguments_have_equal_digests_in_any_process():
    one = {"Item": {"id": "1", "n": Decimal("1.5"), "tags": {"b", "a"}}, "raw": b"x"}
    two = {"raw": bytearray(b"x"), "Item": {"tags": {"a", "b"}, "n": Decimal("1.5"), "id": "1"}}

    assert digest_of(one) == digest_of(two)
    assert digest_of(one) != digest_of({**one, "raw": b"y"})
    assert digest_of([1, None, True, (2.5,)]) == "8a0c6a58e3dd6d8d"


def test_a_token_is_no_part_of_what_was_written():
    """AWS SDKs make a new ``ClientRequestToken`` for each call that has none."""
    assert digest_of({"a": 1, "ClientRequestToken": "x"}) == digest_of({"a": 1})


def test_keys_need_not_be_text():
    assert digest_of({1: "a", None: (1,), (2, 3): []}) == digest_of({(2, 3): [], None: [1], 1: "a"})
    assert digest_of([MappingProxyType({"a": 1})]) == digest_of([{"a": 1}])


def test_what_is_no_data_counts_by_its_type_and_never_by_its_address():
    assert digest_of(object()) == digest_of(object())


def test_what_holds_itself_has_a_digest():
    endless: list[object] = []
    endless.append(endless)

    assert digest_of(endless) == digest_of(endless)
    assert DEPTH_MAX


def test_reads_and_writes_are_counted_by_source():
    records = [
        AttemptStarted(1, FACTS, 1),
        called(),
        called("GetItem"),
        called("GetItem", applied=False),
        called(source="Q"),
        called(facts=OTHER),
        called("Invoke", facts=None, source="ask"),
    ]

    assert effects_of(records) == {"P": Effects(2, 1), "Q": Effects(1, 0), "ask": Effects(1, 0)}
    assert effects_of(records, trace_id="t2") == {"P": Effects(1, 0)}
    assert effects_of(records, component="Pay") == {"P": Effects(1, 1), "Q": Effects(1, 0)}


def test_the_same_write_twice_under_one_key_is_told():
    records = [AttemptStarted(1, FACTS, 1), called(), called(), called()]

    assert list(written_again(records)) == [("P o-1 written 3 times (Pay PutItem)", "t")]


@pytest.mark.parametrize(
    "second",
    [
        called(applied=False),
        called(effect="other"),
        called(key="o-2"),
        called(key=None),
        called(facts=None),
        called(facts=OTHER),
        called(source="Q"),
        called("GetItem", effect=""),
    ],
)
def test_another_write_is_another(second):
    assert list(written_again([called(), second])) == []
