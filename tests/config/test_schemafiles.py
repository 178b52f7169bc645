"""Which schema files are read, and in which order."""

from __future__ import annotations

import pytest
from api_files import loaded, write

from appsync_emu.config.load import load
from appsync_emu.errors import UsageError


def files(tmp_path, **texts):
    for name, text in texts.items():
        path = tmp_path / "parts" / f"{name}.graphql"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")


def shown(api, tmp_path) -> list[str]:
    return [source.path.removeprefix(f"{tmp_path.as_posix()}/") for source in api.schema]


def test_the_default_is_schema_graphql(tmp_path):
    assert shown(loaded(tmp_path), tmp_path) == ["schema.graphql"]


def test_lists_keep_their_order_and_globs_are_sorted(tmp_path):
    files(tmp_path, b="type B { x: Int }", a="type A { x: Int }", c="type C { x: Int }")
    path = write(tmp_path)
    written = 'name: shop\nschema: [schema.graphql, parts/c.graphql, "**/*.graphql"]\n'
    path.write_text(written, "utf-8")
    assert shown(load(path), tmp_path) == [
        "schema.graphql",
        "parts/c.graphql",
        "parts/a.graphql",
        "parts/b.graphql",
    ]


def test_paths_are_shown_as_the_user_wrote_them(tmp_path, monkeypatch):
    write(tmp_path / "api")
    monkeypatch.chdir(tmp_path)
    assert load("api").schema[0].path == "api/schema.graphql"
    monkeypatch.chdir(tmp_path / "api")
    assert load().schema[0].path == "schema.graphql"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("no.graphql", "there is no schema file"),
        ("latin.graphql", 'latin.graphql" is not UTF-8'),
        ('"*.gql"', 'no file matches "*.gql"'),
        ('"/*.graphql"', "is not a usable glob"),
        ("[]", '"schema" is an empty list'),
        ("[[]]", '"schema" is a list'),
        ('"a\\0b"', "cannot be read"),
        (".", "cannot be read"),
    ],
)
def test_wrong_ones(tmp_path, text, told):
    tmp_path.joinpath("latin.graphql").write_bytes(b"# \xe4\n")
    path = write(tmp_path)
    path.write_text(f"name: shop\nschema: {text}\n", "utf-8")
    with pytest.raises(UsageError) as info:
        load(path)
    assert told in str(info.value)
