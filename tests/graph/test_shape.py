"""What ``graph/shape.py`` promises."""

import time

import pytest
from graphql import FieldNode, IntValueNode, StringValueNode, parse

from appsync_emu.graph.scalars import SCALARS
from appsync_emu.graph.shape import Bounded, NotThisShape, cut, deepest_bracket, lift, nodes_of


def test_texts_that_differ_in_literals_alone_have_one_key():
    one = cut('{ a(x: 1, y: "b", z: -1.5e3) # c "d" 5\n }')
    two = cut('{ a(x: 22, y: """b\n"c""", z: 2.0) # other\n }')
    assert one.key == two.key
    assert one.literals == ("1", '"b"', "-1.5e3")
    assert two.literals == ("22", '"""b\n"c"""', "2.0")


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("{ a(x: 1) }", '{ a(x: "1") }'),
        ("{ a(x: 1) }", "{ a(x: 1.0) }"),
        ("{ a1 }", "{ a2 }"),
        ("{ a(x: $v1) }", "{ a(x: $v2) }"),
        ("{ a(x: true) }", "{ a(x: false) }"),
        ("{ a(x: \0) }", "{ a(x: 1) }"),
        ('{ a(x: "b) }', '{ a(x: "b") }'),
        ("{ a(x: 01) }", "{ a(x: 1) }"),
        ("{ a(x: 1a) }", "{ a(x: 1) }"),
        ("{ a(x: --1) }", "{ a(x: -1) }"),
        ('{ a(x: """b) }', '{ a(x: "b") }'),
    ],
)
def test_other_differences_give_other_keys(one, two):
    assert cut(one).key != cut(two).key


def test_deepest_bracket_skips_strings_and_comments():
    assert deepest_bracket("{ a(x: [{b: 1}]) { c } } # {{{{{\n") == 4
    assert deepest_bracket('{ a(x: "{{{{{{") }') == 2
    assert deepest_bracket("}}}{") == 0


def test_nodes_come_in_the_order_of_the_text():
    names = [
        node.name.value
        for node in nodes_of(parse("{ b { c } a } fragment F on T { d }"), FieldNode)
    ]
    assert names == ["b", "c", "a", "d"]


def lifted(text, scalar="Int"):
    nodes = nodes_of(parse(text), IntValueNode, StringValueNode)
    return lift(nodes, len(cut(text).literals), {id(nodes[0]): SCALARS[scalar]})


def test_lifting_reads_literals_and_pins_the_others():
    found = lifted('{ a(x: 1, y: "b") }')
    assert found.pinned == (1,)
    assert found.values(("7", '"c"')) == (7, None)
    with pytest.raises(NotThisShape):
        found.values(("99999999999", '"c"'))


def test_strings_are_decoded_and_awsjson_stays_text():
    found = lifted('{ a(x: "") }', "String")
    assert found.values(('"\\u0041\\n"',)) == ("A\n",)
    assert found.values(('"""\n  b\n"""',)) == ("b",)
    assert found.values(('"é"',)) == ("é",)
    with pytest.raises(NotThisShape):
        found.values(('"\\x"',))
    assert lifted('{ a(x: "{}") }', "AWSJSON").values(('"[1]"',)) == ("[1]",)
    with pytest.raises(NotThisShape):
        lifted('{ a(x: "{}") }', "AWSJSON").values(('"{"',))


def test_a_text_that_was_cut_otherwise_stands_alone():
    assert lift(nodes_of(parse("{ a(x: 1) }"), IntValueNode), 2, {}) is None


def test_bounded_forgets_what_is_not_used():
    kept = Bounded(2)
    for key in "abcdef":
        kept.put(key, key.upper())
        assert kept.get("a") == "A"
    assert kept.get("b") is None
    assert len(kept) <= 4


def test_unterminated_strings_do_not_pass_for_terminated_ones():
    found = lifted('{ a(x: "b"\n) }', "String")
    assert cut('{ a(x: "b\n) }').key == cut('{ a(x: "b"\n) }').key
    for literal in ('"b', '"', '"b\\"', '"""b'):
        with pytest.raises(NotThisShape):
            found.values((literal,))


@pytest.mark.parametrize("piece", ['\\"', '"""\\', '"', '\\"""', '"\n', "1", "-", "#"])
def test_cutting_takes_time_in_proportion(piece):
    started = time.process_time()
    cut('{ a(x: "' + piece * 100_000)
    assert time.process_time() - started < 1
