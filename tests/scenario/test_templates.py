"""Placeholders: which there are, and what becomes of them."""

from __future__ import annotations

import pytest

from appsync_emu.core.comparisons import Comparison
from appsync_emu.scenario.model import Caller, Query, Send
from appsync_emu.scenario.templates import filled, placeholders


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("plain", ()),
        ("o-{n}", ("n",)),
        ("{a}{b_2}", ("a", "b_2")),
        ("{{n}", ()),
        ('{"json": {"n": 1}}', ()),
        ("\\d{4}", ()),
        ("{ n }", ()),
    ],
)
def test_names_in_braces(text, names):
    assert placeholders(text) == names


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("o-{n}", "o-7"),
        ("{n}", 7),
        ("{total}{n}", "2.57"),
        ("{items}", [1, 2]),
        ("all of {items}", "all of [1, 2]"),
        ("{{n}", "{n}"),
        ('{"a": {"b": 1}}', '{"a": {"b": 1}}'),
        ("{yes}!", "true!"),
    ],
)
def test_strings_are_filled(text, value):
    variables = {"n": 7, "total": 2.5, "items": [1, 2], "yes": True}
    assert filled(text, variables) == value


def test_everything_in_a_step_is_filled_but_a_document():
    send = Send(
        line=1,
        command="placeOrder",
        input={"id": "o-{n}", "lines": [{"sku": "{sku}"}], "total": 5},
        caller=Caller(headers={"x-request": "{n}-{sku}"}),
    )
    done = filled(send, {"n": 1, "sku": "b"})
    assert done.input == {"id": "o-1", "lines": [{"sku": "b"}], "total": 5}
    assert done.caller is not None
    assert done.caller.headers == {"x-request": "1-b"}
    query = Query(line=1, query="{order{id}}", expect={"id": Comparison("in", ["{sku}"])})
    assert filled(query, {"sku": "b"}) == Query(
        line=1, query="{order{id}}", expect={"id": Comparison("in", ["b"])}
    )


def test_what_has_nothing_to_fill_stays_the_same():
    send = Send(line=1, command="placeOrder", input={"id": "o-1", "lines": (1, 2)})
    assert filled(send, {}) is send


def test_a_variable_without_a_value():
    with pytest.raises(KeyError, match="reference"):
        filled(("{reference}",), {})
