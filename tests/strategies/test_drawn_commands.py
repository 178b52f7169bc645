"""Commands that are drawn: valid for the schema, and accepted by the API."""

from __future__ import annotations

from contextlib import closing

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st
from shop import shop

from appsync_emu.core.api import Api, ApiKey, CommandSpec, SdlSource
from appsync_emu.errors import UsageError
from appsync_emu.strategies.drawn_commands import command, commands
from appsync_emu.testing.harness import Harness
from appsync_emu.testing.values import Command

API = shop()
SDL = """
type Query { nothing: String }
type Mutation { book(input: Booking!): Accepted  cancel: Accepted }
input Booking { id: ID! day: AWSDate! at: AWSDateTime! mail: AWSEmail! more: AWSJSON phone: AWSPhone
  link: AWSURL ip: AWSIPAddress stamp: AWSTimestamp! time: AWSTime! kind: Kind! }
enum Kind { SMALL LARGE }
type Accepted { traceId: ID! }
"""
BOOKING = Api(
    name="bookings",
    schema=(SdlSource("schema.graphql", SDL),),
    api_keys=(ApiKey(name="web", value="da2-abcdefghijklmnopqrstuvwxyz"),),
    commands={
        f"Mutation.{name}": CommandSpec(
            type_name="Mutation", field_name=name, path=(name,), components=()
        )
        for name in ("book", "cancel")
    },
)


@pytest.mark.parametrize(
    ("api", "name"),
    [
        (API, "placeOrder"),
        (API, "reserve"),
        (API, "StockMutation.reserve"),
        (BOOKING, "book"),
        (BOOKING, "cancel"),
    ],
)
def test_every_command_is_accepted(api, name):
    """With all AWS scalars, enums and namespaces."""
    harness = Harness(api)

    @settings(max_examples=25, derandomize=True, database=None, deadline=None)
    @given(command(api, name))
    def accepted(one):
        assert one.name == name
        harness.send(one)

    with closing(harness):
        accepted()
        assert harness.journal.traces


def test_lists_of_them():
    assert len(find(commands(API, "placeOrder"), lambda _: True)) == 1
    two = commands(API, "placeOrder", min_size=2, max_size=2)
    assert len(find(two, lambda _: True)) == 2


def test_arguments_of_ones_own():
    own = {"orderId": st.just("o-1")}
    one = find(command(API, "placeOrder", arguments=own), lambda _: True)
    assert one.arguments["orderId"] == "o-1"
    one = find(command(API, "reserve", arguments={"sku": st.just("s")}), lambda _: True)
    assert one == Command("reserve", {"sku": "s"})


@pytest.mark.parametrize(
    ("name", "own", "said"),
    [
        ("placeOrdr", {}, "'placeOrdr' is not a command of this API"),
        ("placeOrder", {"ordreId": st.just(1)}, "no argument 'ordreId'; did you mean 'orderId'?"),
        ("reserve", {"input": st.just(1)}, "reserve has no argument 'input'"),
    ],
)
def test_what_is_not_there(name, own, said):
    with pytest.raises(UsageError, match=said.replace("?", r"\?")):
        command(API, name, arguments=own)
