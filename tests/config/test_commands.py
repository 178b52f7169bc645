"""Commands: where they stand in the schema, what they start, what they can answer."""

from __future__ import annotations

import pytest
from api_files import SCHEMA, loaded, messages

NAMESPACED = """
type Query { item: Int }
type Mutation { Workspace: WorkspaceMutation!  Other: Deep  Also: WorkspaceMutation }
type WorkspaceMutation { authorizeUser(drn: ID!): Accepted }
type Deep { Deeper: Deeper  back: Deep  many: [Listed] }
type Deeper { act: Accepted! }
type Listed { act: Accepted }
type Accepted { traceId: String }
"""
COMPONENTS = {name: {"handler": "handlers:place"} for name in ("Place", "Audit")}


@pytest.mark.parametrize(
    "written", ["Place", ["Place"], {"components": "Place"}, {"components": ["Place"]}]
)
def test_shorthands(tmp_path, written):
    api = loaded(
        tmp_path,
        commands={"Mutation.placeOrder": written},
        components={"Place": {"handler": "handlers:place"}},
    )
    command = api.commands["Mutation.placeOrder"]
    assert command.components == ("Place",)
    assert command.path == ("placeOrder",)
    assert (command.type_name, command.name) == ("Mutation", "placeOrder")


def test_namespaced_commands_have_the_shortest_path(tmp_path):
    commands = {"WorkspaceMutation.authorizeUser": "Place", "Deeper.act": ["Audit", "Place"]}
    api = loaded(tmp_path, schema=NAMESPACED, commands=commands, components=COMPONENTS)
    assert {key: command.path for key, command in api.commands.items()} == {
        "WorkspaceMutation.authorizeUser": ("Workspace", "authorizeUser"),
        "Deeper.act": ("Other", "Deeper", "act"),
    }
    assert api.commands["Deeper.act"].components == ("Audit", "Place")


def test_commands_below_a_list_cannot_be_asked_for(tmp_path):
    components = {"Place": COMPONENTS["Place"]}
    commands = {"Listed.act": "Place"}
    assert messages(tmp_path, schema=NAMESPACED, commands=commands, components=components) == [
        'type "Listed" is not reachable from a mutation'
    ]


def test_a_schema_without_mutations(tmp_path):
    components = {"Place": COMPONENTS["Place"]}
    told = messages(
        tmp_path,
        schema="type Query { item: Int }",
        commands={"Query.item": "Place"},
        components=components,
    )
    assert told == ['"Query.item" is a field of Query, and only mutations can be commands']


def test_fields_with_their_own_resolver_may_be_non_null(tmp_path):
    schema = SCHEMA.replace("{ traceId: ID! }", "{ traceId: ID!  total: Int! }")
    sections = {
        "schema": schema,
        "commands": {"Mutation.placeOrder": "Place"},
        "components": {"Place": {"handler": "handlers:place"}},
        "dataSources": {"none": {"type": "NONE"}},
    }
    assert messages(tmp_path, **sections) == [
        (
            'command "Mutation.placeOrder" answers Accepted, '
            "whose field total: Int! nothing can fill at once"
        )
    ]
    unit = {"kind": "UNIT", "dataSource": "none"}
    assert messages(tmp_path, **sections, resolvers={"Accepted.total": unit}) == []


def test_the_trace_field_has_the_name_that_the_api_chose(tmp_path):
    sections = {
        "commands": {"Mutation.placeOrder": "Place"},
        "components": {"Place": {"handler": "handlers:place"}},
    }
    assert messages(tmp_path, **sections, trace={"field": "correlationId"}) == [
        (
            'command "Mutation.placeOrder" answers Accepted, '
            'a type without the field "correlationId" for the trace id'
        )
    ]
    schema = SCHEMA.replace("{ traceId: ID! }", "{ correlationId: [ID] }")
    assert messages(tmp_path, schema=schema, **sections, trace={"field": "correlationId"}) == [
        'command "Mutation.placeOrder" answers Accepted, whose field correlationId has type [ID]'
    ]
