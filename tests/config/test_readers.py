"""Typed readers: a value, or a mistake that says what to write."""

from __future__ import annotations

import pytest

from appsync_emu.config.readers import Reader, nearest, to_json
from appsync_emu.config.yamlfile import parse


def node(text: str):
    root = parse(text.encode(), "a.yaml").root
    assert root is not None
    return root


def read(text: str, call):
    reader = Reader()
    value = call(reader, node(text))
    return value, [f"{mistake.message} | {mistake.remedy}" for mistake in reader.mistakes]


@pytest.mark.parametrize(
    ("text", "value", "told"),
    [
        ("5s", 5.0, []),
        ('"5s"', 5.0, []),
        (
            "5",
            None,
            [
                (
                    'x is "5", a number without a unit | '
                    'Write the unit: "5s" is seconds; ms, s, m, h and d are known.'
                )
            ],
        ),
        ("0s", None, ['x is "0s", which is out of range | Write more than 0 and at most 1m.']),
        ("2m", None, ['x is "2m", which is out of range | Write more than 0 and at most 1m.']),
        ("[5s]", None, ["x is a list, not a duration"]),
        ("soon", None, ['x is "soon", not a duration']),
    ],
)
def test_duration(text, value, told):
    found, mistakes = read(text, lambda reader, at: reader.duration_s(at, "x", maximum_s=60))
    assert found == value
    assert len(mistakes) == len(told)
    assert all(mistake.startswith(start) for mistake, start in zip(mistakes, told, strict=True))


def test_seconds_and_nothing_where_they_are_meant():
    def seconds(reader, at):
        return reader.duration_s(at, "x", maximum_s=60, seconds_allowed=True, zero_allowed=True)

    assert read("10", seconds) == (10.0, [])
    assert read("0", seconds) == (0.0, [])
    assert read("61", seconds)[1] == [
        'x is "61", which is out of range | Write at least 0 and at most 1m.'
    ]


@pytest.mark.parametrize(("text", "value"), [("true", True), ("False", False)])
def test_boolean(text, value):
    assert read(text, lambda reader, at: reader.boolean(at, "x")) == (value, [])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("yes", 'x is "yes", not true or false | Write true.'),
        ("off", 'x is "off", not true or false | Write false.'),
        ('"true"', 'x is "true", not true or false | Write true or false, without quotes.'),
        ("[]", "x is a list, not true or false | Write true or false, without quotes."),
    ],
)
def test_no_boolean(text, told):
    assert read(text, lambda reader, at: reader.boolean(at, "x")) == (None, [told])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("+3", 3),
        ("0", None),
        ("11", None),
        ("1.0", None),
        ('"3"', None),
        ("9" * 40, None),
    ],
)
def test_integer(text, value):
    found, told = read(text, lambda reader, at: reader.integer(at, "x", minimum=1, maximum=10))
    assert found == value
    assert told == [] or told[0].endswith("Write a whole number from 1 to 10.")


@pytest.mark.parametrize(
    ("text", "value"),
    [("1.5", 1.5), (".5e1", 5.0), ("11", None), ("nan", None), ("1e999", None), ("{}", None)],
)
def test_number(text, value):
    found, told = read(text, lambda reader, at: reader.number(at, "x", minimum=1, maximum=10))
    assert found == value
    assert told == [] or told[0].endswith("Write a number from 1 to 10.")


def test_choice_names_the_nearest():
    words = ["full-jitter", "fixed"]
    assert read("fixed", lambda reader, at: reader.choice(at, "x", words)) == ("fixed", [])
    assert read("fixd", lambda reader, at: reader.choice(at, "x", words))[1] == [
        'x is "fixd"; did you mean "fixed"? | Known: full-jitter, fixed.'
    ]
    assert read("zzz", lambda reader, at: reader.choice(at, "x", words))[1] == [
        'x is "zzz", which is unknown | Known: full-jitter, fixed.'
    ]


def test_nearest_looks_past_case():
    assert nearest("QUERY", ["query"]) == '; did you mean "query"?'
    assert nearest("anything", []) == ""


def test_texts_and_lists():
    assert read("a", lambda reader, at: reader.text(at, "x")) == ("a", [])
    assert read("{}", lambda reader, at: reader.text(at, "x"))[1] == [
        "x is a mapping | Write one text."
    ]
    assert read("''", lambda reader, at: reader.text(at, "x"))[1] == [
        "x is empty | Write one text."
    ]
    assert read("a", lambda reader, at: reader.items(at, "x"))[1] == [
        'x is "a", not a list | Write a list: [a, b].'
    ]
    assert read("~", lambda reader, at: reader.items(at, "x")) == ((), [])


def test_one_or_more():
    def texts(reader, at):
        return [text for _, text in reader.one_or_more(at, "x")]

    assert read("a", texts) == (["a"], [])
    assert read("[a, b]", texts) == (["a", "b"], [])
    assert read("[]", texts) == ([], ["x is empty | Name at least one."])
    assert read("[a, {}]", texts) == (["a"], ["x is a mapping | Write one text."])


def test_mappings():
    def known(reader, at):
        fields = reader.mapping(at, "x", ["name", "type"], {"sync": "Leave it."})
        return fields and sorted(fields)

    assert read("{name: 1, type: 2}", known) == (["name", "type"], [])
    assert read("~", known) == ({}, [])
    assert read("[1]", known) == (None, ["x is a list, not a mapping | Write key: value lines."])
    assert read("{nam: 1, sync: 2}", known)[1] == [
        'unknown key "nam" in x; did you mean "name"? | Known keys: name, type.',
        '"sync" in x is not supported by this version | Leave it.',
    ]
    assert read("[1]", lambda reader, at: reader.named(at, "x")) == (
        (),
        ["x is a list, not a mapping | Write key: value lines."],
    )


def test_long_values_are_cut():
    _, told = read("z" * 100, lambda reader, at: reader.boolean(at, "x"))
    assert told[0].startswith(f'x is "{"z" * 60}..."')


def test_where_the_yaml_is_at_fault_nothing_more_is_said():
    document = parse(b"a: *b", "a.yaml")
    reader = Reader(list(document.mistakes))
    fields = reader.mapping(document.root, "x", ["a"])
    assert fields is not None
    assert reader.text(fields["a"], "a") is None
    assert len(reader.mistakes) == 1


def test_json():
    text = "{a: 1, b: 1.5, c: true, d: ~, e: 'true', f: [2030-01-01, 1:30, 1e400], g: false}"
    assert to_json(node(text)) == {
        "a": 1,
        "b": 1.5,
        "c": True,
        "d": None,
        "e": "true",
        "f": ["2030-01-01", "1:30", "1e400"],
        "g": False,
    }
