"""What people write about faults, and what they are told when it makes no sense."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appsync_emu.core.comparisons import AllOf, Comparison
from appsync_emu.core.faults import words
from appsync_emu.core.faults.waits import Lognormal, Uniform


def refused(read, value, *more, **options) -> str:
    with pytest.raises(ValueError, match=r"^.*[^.\n]$") as error:  # half a sentence
        read(value, *more, **options)
    return str(error.value)


def test_the_nearest_or_all_that_is_valid():
    assert words.near("atempt", ["attempt", "data"]) == "; did you mean 'attempt'?"
    assert words.near("x", ["attempt", "data"]) == "; valid: attempt, data"
    assert words.near(3, ["attempt"]) == "; valid: attempt"


def test_whole_numbers():
    assert words.count(0) == 0
    assert words.count(5, 1, 5) == 5
    assert refused(words.count, -1) == "-1 is not a whole number from 0 up"
    assert refused(words.count, 6, 1, 5) == "6 is not a whole number from 1 to 5"
    for value in (True, 1.0, "1", None):
        assert "is not a whole number" in refused(words.count, value)


def test_probabilities():
    assert [words.chance(value) for value in (0.4, 1, 1.0)] == [0.4, 1.0, 1.0]
    for value in (0, 40, -0.1, True, "0.4", None, float("nan"), float("inf")):
        assert refused(words.chance, value).endswith("is not a probability above 0 and at most 1")


def test_durations():
    texts = ("250ms", "5s", "2m", "1h", "1d", "14m 59s")
    assert [words.duration(text) for text in texts] == [0.25, 5, 120, 3600, 86400, 899]
    for value in ("", "5", "5 s", "s", None, ["5s"], True):
        assert refused(words.duration, value).endswith('"14m 59s" or "2h"')
    assert refused(words.duration, 5).endswith('or "2h", with its unit')
    assert refused(words.duration, "99999d") == "'99999d' is longer than a century"


def test_waits():
    assert words.wait("5s") == 5
    assert words.wait({"uniform": ["0s", "90s"]}) == Uniform(0, 90)
    assert words.wait({"lognormal": {"median": "2s", "sigma": 0.5}}) == Lognormal(2, 0.5)
    assert words.wait({"uniform": (1, 2)}, seconds=float) == Uniform(1, 2)
    assert refused(words.wait, {"uniform": ["9s", "1s"]}) == (
        "from '9s' to '1s' is no range; the lower end comes first"
    )
    for sigma in (0, -1, "x", True):
        value = {"lognormal": {"median": "2s", "sigma": sigma}}
        assert refused(words.wait, value) == f"sigma {sigma!r} is not a number above 0"
    for value in (
        {},
        {"unifrm": ["0s", "1s"]},
        {"uniform": ["0s"]},
        {"uniform": ["0s", "1s"], "lognormal": {}},
        {"lognormal": {"median": "2s"}},
        {"lognormal": {"median": "2s", "sigma": 1, "mean": 3}},
    ):
        assert "is not a distribution; write {uniform: [0s, 90s]} or" in refused(words.wait, value)


def test_rates():
    assert [words.rate(text) for text in ("5/s", "300/m", "1800/h")] == [5, 5, 0.5]
    for value in ("0/s", "5", "5/d", "1.5/s", "-1/s", 5, None):
        message = refused(words.rate, value)
        assert message == f'{value!r} is not a rate; write "5/s", "300/m" or "1000/h"'


@pytest.mark.parametrize(
    ("written", "numbers"),
    [(2, {2}), ([1, 2], {1, 2}), ((3,), {3}), ("2-4", {2, 3, 4}), ("2", {2}), ("all", None)],
)
def test_attempts(written, numbers):
    assert words.attempts(written) == numbers


@pytest.mark.parametrize(
    "written", [0, [], [0], "2-", "4-2", "0-2", "1-1001", 1001, "x", 1.5, None, True, {"a": 1}]
)
def test_attempts_that_are_none(written):
    assert refused(words.attempts, written) == (
        f'{written!r} names no attempts; write 1, [1, 2], "2-4" or "all": they count from 1'
    )


def test_windows():
    assert words.during({"from": "30s", "until": "5m"}) == (30, 300)
    assert words.during({"from": "30s"}) == (30, None)
    assert words.during({"until": "5m"}) == (0, 300)
    assert words.during(["30s", "5m"]) == (30, 300)
    assert words.during((None, 5), seconds=float) == (0, 5)
    assert words.during((30, None), seconds=float) == (30, None)
    assert refused(words.during, {"from": "5m", "until": "30s"}) == (
        "from '5m' until '30s' is no time at all"
    )
    for value in ({}, {"from": "1s", "to": "2s"}, ["1s"], "1s", None):
        assert "is not a window of time; write {from: 30s, until: 5m}" in refused(
            words.during, value
        )


def test_words_of_a_few():
    assert words.phase("response") == "response"
    assert words.scope("run") == "run"
    assert words.corruption("not-json") == "not-json"
    assert refused(words.phase, "respons").startswith(
        "there is no phase 'respons'; did you mean 'response'? ('request': nothing happened;"
    )
    assert refused(words.scope, "traces") == "there is no scope 'traces'; did you mean 'trace'?"
    assert refused(words.corruption, 7).startswith("there is no corruption 7; valid: truncate,")
    assert "there is no phase" in refused(words.phase, ["request"])


def test_close_codes():
    """RFC 6455, section 7.4: 1004 has no meaning, 1016 to 2999 are not to be used."""
    assert [words.close_code(code) for code in (1000, 1006, 1015, 3000, 4999)] == [
        1000,
        1006,
        1015,
        3000,
        4999,
    ]
    for code in (999, 1004, 1016, 2999, 5000, "1006", True, None):
        assert "is not a close code" in refused(words.close_code, code)


def test_values_with_operators_in_them():
    assert words.wanted(5) == 5
    assert words.wanted([1, {"in": (1, 2)}]) == [1, Comparison("in", [1, 2])]
    assert words.wanted({"a": {"above": 100}, "b": {"c": None}}) == {
        "a": Comparison("above", 100),
        "b": {"c": None},
    }
    assert words.wanted({"at_least": 1, "at_most": 3}) == AllOf(
        (Comparison("at_least", 1), Comparison("at_most", 3))
    )
    assert words.wanted({"equals": {"in": "x"}}) == Comparison("equals", {"in": "x"})
    assert words.wanted({"contains": {"a": {"above": 1}}}) == Comparison(
        "contains", {"a": Comparison("above", 1)}
    )
    assert words.wanted({"matches": "^o-"}) == Comparison("matches", "^o-")


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ({"above": 1, "belo": 2}, "there is no operator 'belo'; did you mean 'below'?"),
        ({"above": "x"}, "'above' compares with a number, not with 'x'"),
        ({"at_most": True}, "'at_most' compares with a number, not with True"),
        ({"in": "abc"}, "'in' needs a list of values, not 'abc'"),
        ({"in": []}, "'in' needs a list of values, not []"),
        ({"matches": "("}, "'matches' needs a regular expression, not '(' ("),
        ({"matches": 5}, "'matches' needs a regular expression, not 5 ("),
        ({"a": {2: 1}}, "the name 2 is no text; quote it"),
    ],
)
def test_operators_that_make_no_sense(written, why):
    assert refused(words.wanted, written).startswith(why)


def test_names():
    assert words.text("placeOrder") == "placeOrder"
    assert words.text({"in": ["a", "b"]}) == Comparison("in", ["a", "b"])
    assert words.text({"matches": "^a", "contains": "b"}) == AllOf(
        (Comparison("matches", "^a"), Comparison("contains", "b"))
    )
    assert refused(words.text, ["a"]) == "['a'] is a list; one of several is {in: [...]}"
    assert refused(words.text, {"abov": 1}).startswith("there is no operator 'abov'")
    assert refused(words.text, {"above": 1}) == "'above' compares numbers, and this is text"
    for value in (5, None, True, {}):
        assert refused(words.text, value).endswith("is no text; write a name, or {in: [...]}")


def test_subsets():
    assert words.subset({"total": {"above": 1}}) == {"total": Comparison("above", 1)}
    assert words.subset({"in": 5}) == {"in": 5}  # a field of that name: the mapping is no operator
    assert refused(words.subset, {1: 2}) == "the name 1 is no text; quote it"
    for value in ("x", None, [], {}):
        assert refused(words.subset, value).endswith("is not a mapping of names to values")


def test_names_that_are_spelt_out():
    assert words.names_in("a") == ("a",)
    assert words.names_in(Comparison("equals", "a")) == ("a",)
    assert words.names_in(Comparison("matches", "a")) == ()
    assert words.names_in(AllOf((Comparison("in", ["a", "b"]), Comparison("contains", "c")))) == (
        "a",
        "b",
    )


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["in", "above", "matches", "uniform", "x"]), inner)
    ),
    max_leaves=6,
)


@given(value=ANYTHING)
def test_whatever_is_written_is_read_or_refused(value):
    for read in (
        words.attempts,
        words.chance,
        words.close_code,
        words.corruption,
        words.count,
        words.during,
        words.duration,
        words.phase,
        words.rate,
        words.scope,
        words.subset,
        words.text,
        words.wait,
        words.wanted,
    ):
        with suppress(ValueError):  # and nothing else is raised
            read(value)
