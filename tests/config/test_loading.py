"""References between sections, and from the file to the schema."""

from __future__ import annotations

import pytest
from api_files import COMMAND, SCHEMA, messages, write

from appsync_emu.config.load import load
from appsync_emu.errors import UsageError

UNIT = {"kind": "UNIT", "dataSource": "none"}
SOURCES = {"none": {"type": "NONE"}}


def test_fields_are_held_against_the_schema(tmp_path):
    resolvers = {"Query.itme": UNIT, "Quer.item": UNIT, "item": UNIT, "ID.x": UNIT, ".item": UNIT}
    assert sorted(messages(tmp_path, dataSources=SOURCES, resolvers=resolvers)) == [
        '".item" is not "Type.field"',
        '"ID" is not an object type of the schema',
        '"Quer" is no type of the schema; did you mean "Query"?',
        '"item" is not "Type.field"',
        'type "Query" has no field "itme"; did you mean "item"?',
    ]


def test_a_broken_schema_is_the_only_mistake(tmp_path):
    """Nothing is held against a schema that nobody could read."""
    told = messages(
        tmp_path, schema="type Query {", dataSources=SOURCES, resolvers={"Qury.x": UNIT}, **COMMAND
    )
    assert len(told) == 1


def test_many_fields_are_not_all_listed(tmp_path):
    fields = " ".join(f"f{n}: Int" for n in range(30))
    schema = SCHEMA + f"type Wide {{ {fields} }}"
    path = tmp_path / "a"
    told = messages(path, schema=schema, dataSources=SOURCES, resolvers={"Wide.zzz": UNIT})
    assert told == ['type "Wide" has no field "zzz"']


def test_references_must_be_names(tmp_path):
    resolvers = {"Query.item": {"kind": "UNIT", "dataSource": {"type": "NONE"}}}
    assert messages(tmp_path, dataSources=SOURCES, resolvers=resolvers) == [
        (
            '"dataSource" of resolver "Query.item" is defined in place, '
            "which is not supported by this version"
        )
    ]


def test_empty_references(tmp_path):
    resolvers = {"Query.item": {"kind": "UNIT", "dataSource": ""}}
    assert messages(tmp_path, dataSources=SOURCES, resolvers=resolvers) == [
        '"dataSource" of resolver "Query.item" is empty'
    ]


def test_a_schema_of_which_a_part_is_missing_is_not_held_against_anything(tmp_path):
    path = write(tmp_path)
    path.write_text(
        "name: shop\nschema: [schema.graphql, no.graphql]\nresolvers: {Qury.x: {functions: []}}\n",
        "utf-8",
    )
    with pytest.raises(UsageError) as info:
        load(path)
    assert [mistake.message for mistake in info.value.mistakes] == [
        f'there is no schema file "{tmp_path.as_posix()}/no.graphql"'
    ]


def test_handlers_are_texts(tmp_path):
    assert messages(tmp_path, **{**COMMAND, "components": {"Place": {"handler": []}}}) == [
        '"handler" of component "Place" is a list'
    ]
