"""EventBridge user guide, "Comparison operators for use in event patterns".

Page: docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html. Where the
page is silent, the case says that it follows Event Ruler (github.com/aws/event-ruler).
"""

from __future__ import annotations

import pytest

from appsync_emu.core.operators import OPERATORS, PatternError, show


def holds(operator: str, argument: object, value: object) -> bool:
    return OPERATORS[operator](argument)(value)


def test_operators_are_the_documented_ones():
    assert list(OPERATORS) == [
        "prefix",
        "suffix",
        "equals-ignore-case",
        "wildcard",
        "anything-but",
        "numeric",
        "cidr",
        "exists",
    ]


@pytest.mark.parametrize(
    ("operator", "argument", "yes", "no"),
    [
        # The guide's own examples first, then values of other types, which strings never match.
        ("prefix", "2017-10-02", ["2017-10-02T18:43:48Z"], ["2018", "", 2017, None, True]),
        ("prefix", "", ["", "anything"], [0, None]),
        ("prefix", {"equals-ignore-case": "EventB"}, ["eventbridge", "EVENTB"], ["event", 1]),
        ("suffix", ".png", ["a.png", ".png"], ["a.PNG", "png", 1, None]),
        ("suffix", {"equals-ignore-case": ".png"}, ["a.PNG", "a.pNg"], ["png", 1]),
        ("equals-ignore-case", "alice", ["Alice", "ALICE"], ["Alice ", None, 1]),
        ("exists", True, ["", None, 0, False], []),
    ],
)
def test_strings_and_existence(operator, argument, yes, no):
    assert [value for value in yes + no if holds(operator, argument, value)] == yes


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        # "Wildcard matching": any file with a .png extension within the folder dir.
        ("dir/*.png", ["dir/a.png", "dir/.png", "dir/sub/a.png"], ["dir.png", "dir/a.png.gz"]),
        ("*/lib/*", ["/lib/", "a/lib/b"], ["/libb/", "lib/"]),
        ("*", ["", "a", "**"], [1, None]),
        ("a*", ["a", "ab"], ["ba"]),
        ("*a", ["a", "ba"], ["ab"]),
        ("a*a", ["aa", "aba"], ["a", "ab"]),
        ("ab*ba", ["abba"], ["aba"]),
        ("a*b*c", ["abc", "a-b-c"], ["acb", "ac"]),
        ("ab*bc*cd", ["abbccd"], ["abcd", "abbcd"]),
        # "\\* matches the character, \\\\ the backslash."
        (r"2\*3", ["2*3"], ["2**3", "2x3", r"2\*3"]),
        (r"a\\*", ["a\\", "a\\b"], ["a", "ab"]),
        ("plain", ["plain"], ["plains", 1]),
    ],
)
def test_wildcard(pattern, yes, no):
    assert [value for value in yes + no if holds("wildcard", pattern, value)] == yes


def test_wildcard_is_linear():
    """A backtracking matcher would never end on this."""
    match = OPERATORS["wildcard"]("*a" * 200 + "*b")
    assert not match("a" * 20_000)


@pytest.mark.parametrize(
    ("argument", "yes", "no"),
    [
        (["=", 3.018e2], [301.8], [301, "301.8", None, True]),
        (["=", 1], [1, 1.0], [True, "1"]),
        (["<", 10], [9, -5e9], [10, -6e9]),  # beyond +-5.0e9 numbers are not compared
        (["<=", 10], [10, 9.5], [10.5]),
        ([">", 0], [1, 0.5], [0]),
        ([">=", 0], [0, 5_000_000_000], [-1, 5_000_000_001]),
        ([">", 0, "<=", 5], [1, 5], [0, 6, "3"]),
        ([">=", 0, "<", 5], [0, 4.9], [5]),
    ],
)
def test_numeric(argument, yes, no):
    assert [value for value in yes + no if holds("numeric", argument, value)] == yes


@pytest.mark.parametrize(
    ("argument", "yes", "no"),
    [
        ("10.0.0.0/24", ["10.0.0.0", "10.0.0.255"], ["10.0.1.0", "10.0.0", "", 167772160, None]),
        ("10.0.0.7/24", ["10.0.0.1"], ["10.0.1.1"]),  # host bits are masked away
        ("2001:db8::/32", ["2001:db8::1", "2001:0DB8:0::2"], ["2001:db9::1", "10.0.0.1"]),
        ("0.0.0.0/0", ["8.8.8.8"], ["::1"]),
    ],
)
def test_cidr(argument, yes, no):
    assert [value for value in yes + no if holds("cidr", argument, value)] == yes


@pytest.mark.parametrize(
    ("argument", "yes", "no"),
    [
        ("initializing", ["running", "", 5, None, True], ["initializing"]),
        (123, [124, "123", None, True, 6e9], [123, 123.0]),
        (1, [True, 2], [1]),
        (["stopped", "overloaded"], ["running", 1], ["stopped", "overloaded"]),
        ([100, 200, 300], [101, "100"], [100, 200.0, 300]),
        ({"prefix": "init"}, ["running", 1, None], ["init", "initializing"]),
        ({"prefix": ["init", "run"]}, ["stopped"], ["initializing", "running"]),
        ({"suffix": "ing"}, ["stopped", 1], ["running"]),
        ({"suffix": ["ing", "ed"]}, ["ok"], ["running", "stopped"]),
        ({"equals-ignore-case": "init"}, ["other", 1], ["INIT", "init"]),
        ({"equals-ignore-case": ["init", "stop"]}, ["other"], ["INIT", "Stop"]),
        ({"wildcard": "*/lib/*"}, ["/bin/x", 1], ["/usr/lib/x"]),
        ({"wildcard": ["*/lib/*", "*/bin/*"]}, ["/etc"], ["/usr/lib/x", "/bin/x"]),
    ],
)
def test_anything_but(argument, yes, no):
    assert [value for value in yes + no if holds("anything-but", argument, value)] == yes


@pytest.mark.parametrize(
    ("operator", "argument", "message"),
    [
        ("prefix", 1, "takes a string, not 1"),
        ("prefix", {"prefix": "a"}, "takes a string or {'equals-ignore-case': ...}"),
        ("suffix", {"equals-ignore-case": 1}, "takes a string, not 1"),
        ("suffix", ["a"], "takes a string, not ['a']"),
        ("equals-ignore-case", None, "takes a string, not None"),
        ("wildcard", 1, "takes a string, not 1"),
        ("wildcard", "a**b", "consecutive wildcard characters are not allowed"),
        ("wildcard", r"a\b", "a backslash escapes '*' or a backslash, nothing else"),
        ("wildcard", "a\\", "a backslash escapes '*' or a backslash, nothing else"),
        ("numeric", 5, "takes a list: ['>', 0, '<=', 5]"),
        ("numeric", "= 5", "takes a list: ['>', 0, '<=', 5]"),
        ("numeric", [], "takes a list: ['>', 0, '<=', 5]"),
        ("numeric", ["!=", 5], "'!=' is not one of = < <= > >=; use 'anything-but'"),
        ("numeric", [5, 6], "5 is not one of = < <= > >="),
        ("numeric", ["="], "each comparison is followed by one number"),
        ("numeric", [">", 1, "<"], "each comparison is followed by one number"),
        ("numeric", ["=", "5"], "takes numbers, not '5'"),
        ("numeric", ["=", True], "takes numbers, not True"),
        ("numeric", ["=", 6e9], "numbers lie between -5.0e9 and 5.0e9, not 6000000000.0"),
        ("numeric", ["=", float("nan")], "numbers lie between -5.0e9 and 5.0e9, not nan"),
        # Event Ruler: the lower bound stands first, and the range is not empty.
        ("numeric", ["<", 5, ">", 0], "a range is [> or >=, low, < or <=, high]"),
        ("numeric", [">", 0, "=", 5], "a range is [> or >=, low, < or <=, high]"),
        ("numeric", [">", 0, "<", 5, "<", 6], "a range is [> or >=, low, < or <=, high]"),
        ("numeric", [">", 5, "<", 5], "a range goes from low to high, not from 5 to 5"),
        ("cidr", "10.0.0.0", "takes an address and a mask, such as 10.0.0.0/24, not '10.0.0.0'"),
        ("cidr", "10.0/24", "'10.0/24' does not appear to be an IPv4 or IPv6 network"),
        ("cidr", 10, "takes a string, not 10"),
        ("exists", "yes", "takes true or false, not 'yes'"),
        ("exists", 1, "takes true or false, not 1"),
        ("anything-but", [], "takes a string, a number or a list of only strings or only numbers"),
        ("anything-but", ["a", 1], "a list of only strings or only numbers, not ['a', 1]"),
        ("anything-but", None, "a list of only strings or only numbers, not None"),
        ("anything-but", True, "a list of only strings or only numbers, not True"),
        ("anything-but", {"numeric": ["=", 1]}, "one of prefix, suffix, equals-ignore-case, wild"),
        ("anything-but", {"prefix": "a", "suffix": "b"}, "takes a value, a list or one of prefix"),
        ("anything-but", {"prefix": ""}, "'prefix' takes a string or a list of strings, none of"),
        ("anything-but", {"prefix": []}, "'prefix' takes a string or a list of strings, none of"),
        ("anything-but", {"prefix": [1]}, "takes a string, not 1"),
    ],
)
def test_refused_arguments(operator, argument, message):
    with pytest.raises(PatternError) as caught:
        OPERATORS[operator](argument)
    assert message in str(caught.value)


def test_show_fits_a_line():
    assert show("a") == "'a'"
    assert show("a" * 100) == "'" + "a" * 56 + "..."
