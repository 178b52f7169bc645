"""The node tree: texts as written, places, and everything that is refused by name."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given

from appsync_emu.config import yamlfile
from appsync_emu.config.readers import to_json
from appsync_emu.config.yamlfile import BYTES_MAX, DEPTH_MAX, List, Map, Scalar, parse, read


def root(text: str):
    document = parse(text.encode(), "a.yaml")
    assert document.mistakes == ()
    return document.root


def told(text: str | bytes) -> list[str]:
    document = parse(text if isinstance(text, bytes) else text.encode(), "a.yaml")
    return [str(mistake) for mistake in document.mistakes]


def data(node):
    match node:
        case Map():
            return {entry.key.text: data(entry.value) for entry in node.entries}
        case List():
            return [data(item) for item in node.items]
        case Scalar():
            return node.text


def test_every_scalar_stays_its_text():
    text = "on: yes\nat: 1:30\nday: 2030-01-01\nn: 0o17\nnull: ~\n"
    assert data(root(text)) == {
        "on": "yes",
        "at": "1:30",
        "day": "2030-01-01",
        "n": "0o17",
        "null": "~",
    }


def test_places_are_those_of_the_file():
    tree = root("a: 1\nb:\n  - x\n  - {c: y}\n")
    assert isinstance(tree, Map)
    listed = tree.entries[1].value
    assert isinstance(listed, List)
    inner = listed.items[1]
    assert isinstance(inner, Map)
    assert (tree.line, tree.column) == (1, 1)
    assert (tree.entries[1].key.line, tree.entries[1].key.column) == (2, 1)
    assert (listed.items[0].line, listed.items[0].column) == (3, 5)
    assert (inner.entries[0].value.line, inner.entries[0].value.column) == (4, 9)
    assert inner.entries[0].value.file == "a.yaml"


@pytest.mark.parametrize(
    ("text", "is_null"), [("", True), ("~", True), ("''", False), ("x", False)]
)
def test_null_is_what_nobody_wrote(text, is_null):
    tree = root(f"a: {text}\n")
    assert isinstance(tree, Map)
    value = tree.entries[0].value
    assert isinstance(value, Scalar)
    assert value.is_null is is_null


def test_a_byte_order_mark_is_no_part_of_the_first_key():
    assert data(parse(b"\xef\xbb\xbfa: 1", "a.yaml").root) == {"a": "1"}


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n"])
def test_an_empty_file_has_no_mistake_of_its_own(text):
    assert told(text) == []


def test_repeated_keys_name_the_first():
    assert told("a: 1\nb: 2\na: {x: 1, x: 2}\n") == [
        (
            'a.yaml:3:1: the key "a" stands here a second time; the first is in line 1\n'
            "    Keep one of them: YAML would silently use the last."
        ),
        (
            'a.yaml:3:11: the key "x" stands here a second time; the first is in line 3\n'
            "    Keep one of them: YAML would silently use the last."
        ),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: &x 1", 'a.yaml:1:4: the anchor "&x" is not supported'),
        ("a: &x {b: 1}", 'a.yaml:1:4: the anchor "&x" is not supported'),
        ("a: *x", 'a.yaml:1:4: the alias "*x" is not supported'),
        ("a: !Sub x", 'a.yaml:1:4: the tag "!Sub" is not supported'),
        ("a: !!python/name:os.system x", 'the tag "!!python/name:os.system" is not supported'),
        ("a: !!set {x}", 'a.yaml:1:4: the tag "!!set" is not supported'),
        ("a: {<<: {b: 1}}", 'a.yaml:1:5: the merge key "<<" is not supported'),
        ("[a]: 1", "a.yaml:1:1: a key must be text"),
        ("a: 1\n---\nb: 1", "a.yaml:2:1: a second document starts here"),
        ("a:\n\tb: 1", "a.yaml:2:1: a tab indents this line"),
        ('a: "b', "this is not valid YAML: found unexpected end of stream"),
        ("a: b: c", "a.yaml:1:5: this is not valid YAML: mapping values are not allowed"),
        ("a: \x01", "a.yaml:1: the file holds a character that YAML does not allow"),
        ("a: 1\nb: \x01", "a.yaml:2: the file holds a character that YAML does not allow"),
    ],
)
def test_what_is_refused_is_refused_by_name(text, message):
    assert any(message in line for line in told(text)), told(text)


def test_a_file_of_another_kind_is_not_explained_as_yaml():
    (mistake,) = parse(b'"""Handlers."""\n\nimport os\n', "handlers.py").mistakes
    assert mistake.remedy == "Name an appsync.yaml, or a folder with one."


def test_bytes_that_are_not_utf_8():
    assert told(b"a: 1\nb: \xff\n") == ["a.yaml:2: the file is not UTF-8\n    Save it as UTF-8."]


def test_aliases_cannot_multiply():
    """The billion laughs: each line ten times the one before."""
    lines = ["a0: &a0 [x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    assert len(told("\n".join(lines))) == 10 + 90


def test_depth_and_size_are_bounded():
    fits = "[" * DEPTH_MAX + "]" * DEPTH_MAX
    assert told(fits) == []
    assert "nested deeper" in told(f"[{fits}]")[0]
    assert "nested deeper" in told("[" * 100_000)[0]
    assert told(b"#" * (BYTES_MAX + 1)) == [f"a.yaml: the file is larger than {BYTES_MAX} bytes"]


def test_files_that_cannot_be_read(tmp_path):
    assert str(read(tmp_path / "no.yaml", "no.yaml").mistakes[0]) == (
        "no.yaml: there is no such file\n    Run `appsync-emu init` to write one."
    )
    assert "cannot be read" in str(read(tmp_path, "folder").mistakes[0])
    assert "cannot be read" in str(read(tmp_path / "a\0b", "odd").mistakes[0])


def test_the_pure_parser_builds_the_same_tree(monkeypatch):
    """libyaml is absent on some platforms."""
    text = "a: 1\nb:\n  - 'x'\n  - {c: y}\na: 2\nd: !T z\n"
    fast = parse(text.encode(), "a.yaml")
    monkeypatch.setattr(yamlfile, "_LOADER", yamlfile.yaml.SafeLoader)
    assert parse(text.encode(), "a.yaml") == fast


@given(st.one_of(st.text(), st.text("ab:-[]{}&*!|>'\"#%@`,?\n\t 1~").filter(bool)))
def test_any_text_is_a_tree_or_mistakes(text):
    parse(text.encode("utf-8", "surrogatepass"), "a.yaml")


@given(st.binary())
def test_any_bytes_are_a_tree_or_mistakes(content):
    parse(content, "a.yaml")


def test_what_is_written_is_read_as_the_same():
    again = {"x": [1, "1", True, "yes", None, "1:30", "2030-01-01", "{n}", "a: b", "", 0.5]}
    data = {"scenario": 1, "on": again, "twice": again, "empty": {}, "text": "Größe # 1"}
    text = yamlfile.dump(data)
    document = yamlfile.parse(text.encode(), "x.yaml")
    assert document.mistakes == ()
    assert to_json(document.root) == data
    assert "&" not in text
    assert "Größe" in text
