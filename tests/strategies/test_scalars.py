"""AWS scalars: every value that is drawn is one that the API takes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis_graphql import validate_scalar_strategy

from appsync_emu.graph.aws_scalars import AWS_SCALARS
from appsync_emu.strategies.scalars import aws_scalars, aws_values


def test_there_are_all_of_them():
    assert aws_values().keys() == aws_scalars().keys() == AWS_SCALARS.keys()


@pytest.mark.parametrize("name", AWS_SCALARS)
def test_values_are_valid(name):
    @settings(max_examples=60, derandomize=True, database=None)
    @given(aws_values()[name])
    def valid(value):
        AWS_SCALARS[name].parse(value)

    valid()


@pytest.mark.parametrize("name", AWS_SCALARS)
def test_literals_are_what_hypothesis_graphql_takes(name):
    validate_scalar_strategy(name, aws_scalars()[name])
    kind = "int" if name == "AWSTimestamp" else "string"

    @settings(max_examples=5, derandomize=True, database=None)
    @given(aws_scalars()[name])
    def literal(node):
        assert node.kind == f"{kind}_value"

    literal()
