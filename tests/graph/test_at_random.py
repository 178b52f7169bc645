"""Whatever a client sends and a resolver returns, there is an answer.

Documents: valid ones, random tokens, and documents of the grammar with a piece missing or doubled.
"""

import json
import string
from contextlib import suppress

from graph.documents_at_random import SDL, document
from graph.harness import request, schema
from hypothesis import given, settings
from hypothesis import strategies as st

from appsync_emu.core.http import RequestRefused
from appsync_emu.errors import WireError
from appsync_emu.graph.execute import Executor, Refused

SCHEMA = schema(SDL)
FIELDS = [
    (name, field)
    for name in ("Query", "Mutation", "Subscription", "A", "B")
    for field in SCHEMA.fields_of(name)
]
COMPOSITE = ("A", "B", "U", "Node")
ABSTRACT = ("U", "Node")
GIVEN = {
    "node": ["(id: 1)", '(id: "x")'],
    "a": ["", "(r: 4)", '(i: {a: 1, b: "x", c: [{a: 2}], f: 1}, l: 3, e: Y)'],
    "b": ["", "(x: true)"],
    "m": ["(i: {a: 1})"],
}
TOKENS = [
    *'{}()[]:$@!=|&,.\n\t#"\\ \0\ufeff\ud800é',
    *("...", "query", "mutation", "subscription", "fragment", "on", "F", "null", "true"),
    *("a", "b", "node", "id", "name", "list", "u", "s", "__typename", "__schema", "types", "$i"),
    *('"x"', '"""b"""', '"""', "1", "-0", "1.5e9", "9999999999999999999999", "@skip", "if", "Int"),
    *("{ a { id } }", "query ($i: Int) { a(r: $i) { id } }", "...F", "fragment F on A { id }"),
]
names = st.sampled_from(
    ["i", "b", "in", "e", "s", "id", "name", "__typename", "other", "list", "u"]
)
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.sampled_from(["A", "B", "X", "", "1", "\ud800", "2030-01-01T00:00:00Z"]),
    st.text(string.printable, max_size=5),
)
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(names, inner, max_size=4)
        | st.dictionaries(names, inner, max_size=4).map({"__typename": "A"}.__or__)
    ),
    max_leaves=12,
)
odd = st.sampled_from([object(), {1, 2}, b"x", (), 10**400, {1: 2}, [[[]]], WireError, KeyError])


@st.composite
def pieces(draw):
    """A document of the grammar, with a part of it cut out or said again."""
    text = document(draw(st.integers(0, 10_000)))
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, min(len(text), start + 12)))
    return text[:start] + text[start:end] * draw(st.sampled_from([0, 1, 1, 2])) + text[end:]


@st.composite
def selections(draw, type_name, depth=3, prefix="f"):
    """A valid selection set; every field has an alias of its own, so that nothing has to merge."""
    parts = []
    for number in range(draw(st.integers(1, 4))):
        if type_name in ABSTRACT:
            on = draw(st.sampled_from(["A", "B"]))
            below = draw(selections(on, depth - 1, f"{prefix}{number}")) if depth else "{ id }"
            parts.append(f"... on {on} {below}")
            continue
        name, printed = draw(st.sampled_from(sorted(SCHEMA.fields_of(type_name).items())))
        below = printed.strip("[]!")
        if below in COMPOSITE:
            inner = (
                draw(selections(below, depth - 1, f"{prefix}{number}"))
                if depth
                else "{ __typename }"
            )
        else:
            inner = ""
        parts.append(f"{prefix}{number}: {name}{draw(arguments(type_name, name))} {inner}")
    return f"{{ {' '.join(parts)} __typename }}"


def arguments(type_name, name):
    """Valid arguments of a field, if it takes any."""
    taken = SCHEMA.arguments_of(type_name, name)
    if "x" in taken and taken["x"] == "Int":
        return st.sampled_from(["", "(x: 1)", "(x: null)", "(x: -7)"])
    return st.sampled_from(GIVEN.get(name, [""]) if taken else [""])


@st.composite
def valid(draw):
    """A valid query or mutation; the latter with variables."""
    if draw(st.booleans()):
        return f"query {draw(selections('Query'))}"
    inner = draw(selections("A"))
    return (
        "mutation ($i: Int!, $s: Boolean = true)"
        f' {{ m(i: {{a: $i}}) {inner} two: m(i: {{a: 1, b: "b"}}) @include(if: $s) {inner} }}'
    )


texts = st.one_of(
    valid(),
    valid(),
    valid(),
    st.text(max_size=40),
    st.lists(st.sampled_from(TOKENS), max_size=30).map(" ".join),
    st.lists(st.sampled_from(TOKENS), max_size=30).map("".join),
    pieces(),
    pieces(),
)
operation_names = st.sampled_from([None, None, None, "", "Q", "Q0", "V", "\ud800"])
variables = st.one_of(
    st.dictionaries(names, values, max_size=4),
    st.fixed_dictionaries({"i": st.integers(0, 9)}, optional={"s": st.booleans()}),
)


def engine(result):
    """An executor for which every second field has a resolver, and all return the same."""

    def resolve(_call):
        if isinstance(result, type):
            raise result("T", "m") if result is WireError else result
        return result

    return Executor(SCHEMA, dict.fromkeys(FIELDS[::2], resolve), cache_size=4)


@settings(max_examples=250, deadline=None, derandomize=True, database=None)
@given(texts, variables, operation_names, values | odd)
def test_every_request_has_an_answer(text, given_variables, operation, result):
    executor = engine(result)
    for _ in range(2):  # the second time it is known
        with suppress(RequestRefused):
            answer = executor.execute(request(text, given_variables, operation))
            assert list(answer) in (["data"], ["data", "errors"])
            assert answer.get("errors") != []
            json.dumps(answer, allow_nan=False)


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(
    st.one_of(
        texts,
        pieces().map(lambda text: "subscription { o(id: 1) { " + text[-20:] + " } }"),
        st.lists(st.sampled_from(["id", "name", "k: n(x: 1)", "list { id }", "u { __typename }"]))
        .map(" ".join)
        .map("subscription ($i: ID) {{ o(id: $i) {{ id {} }} }}".format),
    ),
    variables,
    values | odd,
)
def test_every_subscription_is_refused_or_renders_everything(text, given_variables, value):
    with suppress(Refused):
        plan = engine(None).subscribe(request(text, given_variables))
        for published in (value, {"id": value, "list": [value], "u": value}):
            answer = plan.render(published)
            assert list(answer) in (["data"], ["data", "errors"])
            json.dumps(answer, allow_nan=False)
