"""What ``graph/compile.py`` promises."""

from graph.harness import ask, executor


def seen_by(resolvers, text, variables=None, field="Query.posts"):
    calls = []
    engine = executor({**resolvers, field: lambda call: calls.append(call) or []})
    ask(engine, text, variables)
    return calls[0].field


def test_selection_set_list_goes_depth_first_by_alias_and_flattens_fragments():
    """AppSync developer guide, "Context object reference" (selectionSetList)."""
    field = seen_by(
        {},
        "{ posts { id x: author { id ...F } ... on Post { comments { text } } } }"
        " fragment F on Author { n: name }",
    )
    assert field.selection_set_list() == ["id", "x", "x/id", "x/n", "comments", "comments/text"]
    field.selection_set_list().clear()
    assert field.selection_set_list() != []


def test_selection_set_list_of_an_interface_has_its_own_fields_alone():
    field = seen_by(
        {},
        "{ node(id: 1) { id __typename ... on Post { title } ... on Node { name } } }",
        field="Query.node",
    )
    assert field.selection_set_list() == ["id", "__typename", "name"]


def test_selection_set_list_of_leaves_and_below_a_union():
    assert seen_by({}, "{ hello }", field="Query.hello").selection_set_list() == []
    found = seen_by({}, "{ found { __typename ... on Post { id } } }", field="Query.found")
    assert found.selection_set_list() == ["__typename"]


def test_selection_set_graphql_keeps_fragments():
    text = "{ posts { id ...F ... on Post { ups } } } fragment F on Post { name }"
    shown = "{\n  id\n  ...F\n  ... on Post {\n    ups\n  }\n}"
    assert seen_by({}, text).selection_set_graphql(text) == shown


def test_conditions_may_be_literals_variables_or_defaults():
    engine = executor({"Query.hello": lambda _: "h"})
    text = (
        "query ($b: Boolean = true) { a: hello @skip(if: $b) b: hello @include(if: $b) c:"
        " hello @skip(if: false) d: hello @include(if: false) }"
    )
    assert ask(engine, text)["data"] == {"b": "h", "c": "h"}
    assert ask(engine, text, {"b": False})["data"] == {"a": "h", "c": "h"}


def test_fragments_on_abstract_types_apply_to_objects():
    engine = executor({"Query.post": lambda _: {"id": "1", "name": "n", "title": "t"}})
    text = (
        "{ post(id: 1) { ... on Node { name } ... on Found { ... on Post { title } } ... on"
        " Node { ... on Author { posts { id } } } } }"
    )
    assert ask(engine, text)["data"] == {"post": {"name": "n", "title": "t"}}
