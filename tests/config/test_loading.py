"""References between sections, and from the file to the schema."""

from __future__ import annotations

from api_files import COMMAND, SCHEMA, messages

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
