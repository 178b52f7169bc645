"""To whom: all parts must agree, and names may be compared."""

from __future__ import annotations

import pytest
from occasions import occasion

from appsync_emu.core.comparisons import Comparison
from appsync_emu.core.faults.match import ANYBODY, MATCH_WORDS, Match, agrees

WHERE = occasion(
    event="Order placed",
    label="big",
    source="OrdersTable",
    operation="PutItem",
    subscriber="watcher",
    frame="data",
    status="success",
    input={"total": 100, "customer": {"id": 7, "name": "Eve"}},
    identity={"sub": "eve", "groups": ["staff"]},
)


@pytest.mark.parametrize(
    ("match", "fits"),
    [
        (ANYBODY, True),
        (Match(component="Orders"), True),
        (Match(component="Payment"), False),
        (Match(command="placeOrder"), True),
        (Match(command=Comparison("in", ["placeOrder", "cancelOrder"])), True),
        (Match(command=Comparison("matches", "^cancel")), False),
        (Match(event="Order placed", label="big"), True),
        (Match(source="OrdersTable", operation="GetItem"), False),
        (Match(subscriber="watcher", frame="data", status="success"), True),
        (Match(input={"total": 100, "customer": {"id": 7}}), True),
        (Match(input={"total": Comparison("above", 100)}), False),
        (Match(input={"coupon": None}), False),
        (Match(identity={"groups": Comparison("contains", "staff")}), True),
        (Match(component="Orders", command="placeOrder", input={"total": 1}), False),
    ],
    ids=str,
)
def test_all_parts_must_agree(match, fits):
    assert match.fits(WHERE) is fits
    assert agrees(match.said(), WHERE) is fits


def test_what_is_not_known_fits_nothing():
    assert not Match(input={"total": 1}).fits(occasion())
    assert not Match(label="big").fits(occasion())


def test_in_words():
    match = Match(command="placeOrder", input={"total": Comparison("above", 100)})
    assert str(match) == "command placeOrder, input {total: above 100}"
    assert str(ANYBODY) == ""
    assert MATCH_WORDS[0] == "component"
