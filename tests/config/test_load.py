"""Loading whole files: good ones, wrong ones with their exact texts, and mutated ones."""

from __future__ import annotations

import contextlib
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from appsync_emu.config.load import load
from appsync_emu.config.yamlfile import List, Map, Node, Scalar, read
from appsync_emu.core.api import Api
from appsync_emu.errors import UsageError

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
WRONG = sorted((FIXTURES / "config").glob("*.yaml"))
GOOD = sorted((FIXTURES / "apis").glob("*/appsync.yaml"))


@pytest.mark.parametrize("path", WRONG, ids=lambda path: path.stem)
def test_wrong_files_say_exactly_what_is_wrong(path, monkeypatch):
    monkeypatch.chdir(path.parent)
    with pytest.raises(UsageError) as info:
        load(path.name)
    assert f"{info.value}\n" == path.with_suffix(".expected.txt").read_text("utf-8")


def test_the_corpus_is_whole():
    expected = {path.name.removesuffix(".expected.txt") for path in FIXTURES.glob("config/*.txt")}
    assert expected == {path.stem for path in WRONG}


@pytest.mark.parametrize("path", WRONG, ids=lambda path: path.stem)
def test_every_mistake_has_a_place(path):
    with pytest.raises(UsageError) as info:
        load(path)
    assert all(mistake.file and mistake.line for mistake in info.value.mistakes)


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.parent.name)
def test_good_files_load_the_same_twice(path):
    assert load(path) == load(str(path)) == load(path.parent)


def test_a_file_that_is_not_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as info:
        load()
    assert str(info.value) == (
        "appsync.yaml: there is no such file\n    Run `appsync-emu init` to write one."
    )


def written(node: Node) -> str:
    """The tree as YAML again, in flow style."""
    match node:
        case Map():
            entries = (f"{quoted(entry.key)}: {written(entry.value)}" for entry in node.entries)
            return f"{{{', '.join(entries)}}}"
        case List():
            return f"[{', '.join(written(item) for item in node.items)}]"
        case Scalar():
            return quoted(node)


def quoted(node: Scalar) -> str:
    simple = node.text.replace(".", "").replace("-", "").isalnum()
    return node.text if node.plain and simple else f"'{node.text.replace(chr(39), chr(39) * 2)}'"


def mutated(node: Node, draw, texts) -> str:
    """One of the nodes below is replaced, dropped, doubled or renamed."""
    if isinstance(node, Scalar) or not draw(st.integers(0, 6)):
        return draw(texts)
    if isinstance(node, List):
        parts = [written(item) for item in node.items]
        if parts:
            place = draw(st.integers(0, len(parts) - 1))
            parts[place] = mutated(node.items[place], draw, texts)
        return f"[{', '.join(parts)}]"
    parts = [f"{quoted(entry.key)}: {written(entry.value)}" for entry in node.entries]
    if not parts:
        return f"{{{draw(texts)}: {draw(texts)}}}"
    place = draw(st.integers(0, len(parts) - 1))
    entry = node.entries[place]
    match draw(st.sampled_from(["inside", "inside", "inside", "inside", "drop", "key", "twice"])):
        case "inside":
            parts[place] = f"{quoted(entry.key)}: {mutated(entry.value, draw, texts)}"
        case "drop":
            del parts[place]
        case "key":
            parts[place] = f"{draw(texts)}: {written(entry.value)}"
        case _:
            parts.append(parts[place])
    return f"{{{', '.join(parts)}}}"


TEXTS = st.one_of(
    st.sampled_from(
        [
            "~",
            "''",
            "[]",
            "{}",
            "-1",
            "0",
            "1e9",
            "5s",
            "true",
            "x",
            "Query.item",
            "handlers:item",
            "handlers",
            "[[x]]",
            "{x: y}",
            "'*'",
            "handlers:__name__",
            "../schema.graphql",
            "items",
            "Mutation.placeOrder",
            "&a b",
            "!t x",
            "{detail: {x: [{numeric: ['>', 1]}]}}",
            "é.ö",
        ]
    ),
    st.text(st.characters(codec="utf-8"), max_size=12).map(lambda text: f"'{text}'"),
    st.text("abz019.:*/-_ ", max_size=12),
)


@given(data=st.data())
@settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=200)
def test_mutated_files_load_or_say_what_is_wrong(data, tmp_path_factory):
    source = data.draw(st.sampled_from(GOOD))
    root = read(source, "a").root
    assert root is not None
    # The mutated file stands beside the good one's schema and handlers, but not in the repository.
    folder = tmp_path_factory.getbasetemp() / f"mutated-{source.parent.name}"
    if not folder.exists():
        folder.mkdir()
        for child in source.parent.iterdir():
            if child.name != source.name:
                folder.joinpath(child.name).symlink_to(child)
    path = folder / source.name
    path.write_bytes(mutated(root, data.draw, TEXTS).encode())
    with contextlib.suppress(UsageError):
        assert isinstance(load(path), Api)
