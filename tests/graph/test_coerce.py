"""Source: GraphQL specification, "Input Values"; AppSync developer guide for AWSJSON."""

import pytest
from graph.harness import SCHEMA
from graphql import parse_type, parse_value, type_from_ast

from appsync_emu.graph.coerce import (
    ABSENT,
    NullInput,
    Readers,
    UnknownKey,
    compile_value,
    literal_number,
    read_literal,
)
from appsync_emu.graph.scalar import BadInput
from appsync_emu.graph.scalars import SCALARS


def kind(text):
    return type_from_ast(SCHEMA.graphql, parse_type(text))


def read(type_name, value):
    return Readers().reader(kind(type_name))(value)


def literal(type_name, text, **variables):
    return compile_value(parse_value(text), kind(type_name), {})(variables, ())


def test_variables_are_read_by_their_type():
    assert read("[Int]", 3) == [3]
    assert read("[Int]", [1, None]) == [1, None]
    assert read("Color", "RED") == "RED"
    assert read("PostInput", {"id": 1, "meta": '{"a":1}'}) == {
        "id": "1",
        "title": "none",
        "meta": {"a": 1},
    }
    assert read("PostInput", {"id": 1, "title": None}) == {"id": "1", "title": None}
    assert read("PostInput", None) is read("[Int]", None) is read("Int", None) is None


def test_bad_variables():
    with pytest.raises(NullInput) as null:
        read("PostInput!", {"title": "x"})
    assert null.value.args == ("ID!",)
    with pytest.raises(NullInput):
        read("[Int!]", [None])
    with pytest.raises(UnknownKey) as unknown:
        read("PostInput", {"id": 1, "nope": 2})
    assert unknown.value.args == ("PostInput",)
    for type_name, value in (("Color", "BLUE"), ("Color", 1), ("PostInput", 5), ("Int", "x")):
        with pytest.raises(BadInput):
            read(type_name, value)


def test_literals_are_read_by_their_type():
    assert literal("[Int]", "1") == [1]
    assert literal("[Int!]!", "[1, 2]") == [1, 2]
    assert literal("[Int]", "[1, $a, $b]", a=7) == [1, 7, None]
    assert literal("PostInput", '{id: 1, color: GREEN, meta: "[]", title: $t}') == {
        "id": "1",
        "title": "none",
        "color": "GREEN",
        "meta": [],
    }
    assert literal("PostInput", "{id: $i, title: null}", i="x") == {"id": "x", "title": None}
    assert literal("Int", "$x") is ABSENT
    assert literal("Int", "null") is None


def test_null_variables_do_not_pass_for_non_null():
    with pytest.raises(NullInput):
        literal("Int!", "$x", x=None)
    with pytest.raises(NullInput):
        literal("PostInput", "{id: $i}")


def test_lists_and_maps_are_new_each_time():
    getter = compile_value(parse_value('{id: 1, tags: ["a"], meta: "{}"}'), kind("PostInput"), {})
    first, second = getter({}, ()), getter({}, ())
    first["tags"].append("b")
    first["meta"]["x"] = 1
    assert second == {"id": "1", "title": "none", "tags": ["a"], "meta": {}}


def test_lifted_literals_come_from_outside():
    for type_name, text, given in (("Int", "1", 5), ("AWSJSON", '"{}"', "[1]")):
        node = parse_value(text)
        getter = compile_value(node, kind(type_name), {id(node): 0})
        assert getter({}, (given,)) == (5 if type_name == "Int" else [1])


def test_literals_of_scalars():
    assert read_literal(SCALARS["ID"], "int", "7") == "7"
    assert read_literal(SCALARS["Float"], "int", "7") == 7
    with pytest.raises(BadInput):
        read_literal(SCALARS["Int"], "string", "7")
    with pytest.raises(BadInput):
        literal_number("int", "9" * 5000)
