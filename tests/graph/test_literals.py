"""Wording: graphql-java's ArgumentValidationUtil; aws/aws-appsync-community#273."""

import pytest
from graph.harness import SCHEMA
from graphql import SchemaMetaFieldDef, TypeMetaFieldDef, parse_type, parse_value, type_from_ast

from appsync_emu.graph.literals import (
    BadLiteral,
    check_literal,
    has_default,
    java_literal,
    variables_in,
)


def check(type_name, text):
    variables, scalars = [], []
    check_literal(
        parse_value(text),
        type_from_ast(SCHEMA.graphql, parse_type(type_name)),
        lambda node, kind, default: variables.append((node.name.value, str(kind), default)),
        lambda node, scalar: scalars.append(scalar.name),
    )
    return variables, scalars


@pytest.mark.parametrize(
    ("type_name", "text", "message"),
    [
        ("Int", '"a"', "argument 'x' with value 'StringValue{value='a'}' is not a valid 'Int'"),
        (
            "Int",
            "99999999999",
            "argument 'x' with value 'IntValue{value=99999999999}' is not a valid 'Int'",
        ),
        ("Int", "A", "argument 'x' with value 'EnumValue{name='A'}' is not a valid 'Int'"),
        ("Int!", "null", "argument 'x' with value 'NullValue{}' must not be null"),
        ("[Int!]", "[1, null]", "argument 'x[1]' with value 'NullValue{}' must not be null"),
        (
            "Color",
            '"RED"',
            "argument 'x' with value 'StringValue{value='RED'}' is not a valid 'Color'",
        ),
        ("PostInput", "1", "argument 'x' with value 'IntValue{value=1}' must be an object type"),
        (
            "PostInput",
            '{title: "b"}',
            (
                "argument 'x' with value 'ObjectValue{objectFields=[ObjectField{name='title',"
                " value=StringValue{value='b'}}]}' is missing required fields '[id]'"
            ),
        ),
        (
            "PostInput",
            "{id: 1, nope: true}",
            (
                "argument 'x' with value 'ObjectValue{objectFields=[ObjectField{name='id',"
                " value=IntValue{value=1}}, ObjectField{name='nope',"
                " value=BooleanValue{value=true}}]}'"
                " contains a field not in 'PostInput': 'nope'"
            ),
        ),
        (
            "[PostInput]",
            "[{id: 1, tags: [1.5]}]",
            "argument 'x[0].tags[0]' with value 'FloatValue{value=1.5}' is not a valid 'String'",
        ),
        ("PostInput", "{id: 1, id: 2}", "There can be only one field named 'id'"),
        (
            "AWSPhone",
            '"1"',
            "argument 'x' with value 'StringValue{value='1'}' is not a valid 'AWSPhone'",
        ),
    ],
)
def test_bad_literals(type_name, text, message):
    with pytest.raises(BadLiteral) as bad:
        check(type_name, text)
    assert bad.value.message("x") == message


def test_good_literals_report_variables_and_scalars():
    assert check("PostInput", '{id: $i, title: $t, tags: "x", meta: "1"}') == (
        [("i", "ID!", False), ("t", "String", True)],
        ["String", "AWSJSON"],
    )
    assert check("Color", "RED") == check("Int", "null") == ([], [])


def test_printing_and_variables():
    node = parse_value("[$a, {b: $c}]")
    assert java_literal(node) == (
        "ArrayValue{values=[VariableReference{name='a'}, ObjectValue{objectFields="
        "[ObjectField{name='b', value=VariableReference{name='c'}}]}]}"
    )
    assert [variable.name.value for variable in variables_in(node)] == ["a", "c"]


def test_defaults_are_found_in_and_out_of_the_sdl():
    fields = SCHEMA.graphql.type_map["Post"].fields
    assert has_default(fields["comments"].args["limit"])
    assert not has_default(fields["comments"].args["after"])
    assert not has_default(TypeMetaFieldDef.args["name"])
    kind = SchemaMetaFieldDef.type.of_type.fields["directives"]
    for argument in kind.args.values():
        assert has_default(argument)
