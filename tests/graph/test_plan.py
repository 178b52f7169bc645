"""What ``graph/plan.py`` promises."""

from graph.harness import SCHEMA

from appsync_emu.graph.document import Documents
from appsync_emu.graph.plan import FieldInfo


def plan(text, resolvers=None):
    (operation,) = Documents(SCHEMA, resolvers or {}, 8).find(text)[0].operations
    return operation.plan({})


def test_pure_means_no_resolver_and_no_abstract_type():
    assert plan("{ posts { author { id } } }").pure
    assert not plan("{ posts { author { id } } }", {("Post", "author"): len}).pure
    assert not plan("{ node(id: 1) { id } }").pure


def test_renames_are_known_beforehand():
    assert not plan("{ posts { author { id } } }").renames
    assert plan("{ posts { author { i: id } } }").renames


def test_by_name_undoes_aliases():
    post = plan("{ posts { i: id __typename author { n: name } tags } }")
    value = {"posts": [{"i": "1", "__typename": "Post", "author": {"n": "x"}, "tags": ["a"]}]}
    assert post.by_name(value, {}) == {
        "posts": [{"id": "1", "__typename": "Post", "author": {"name": "x"}, "tags": ["a"]}]
    }


def test_prune_keeps_what_is_selected():
    post = plan("{ posts { i: id __typename author { name } } }")
    data = {
        "posts": [{"id": 1, "x": 2, "author": None}, {"author": {"name": "n", "id": 3}}, 5],
        "y": 1,
    }
    assert post.prune(data) == {
        "posts": [
            {"i": 1, "__typename": "Post", "author": None},
            {"__typename": "Post", "author": {"name": "n"}},
            None,
        ]
    }
    assert plan("{ node(id: 1) { id } }").prune({"node": {"__typename": "Post", "id": 1}}) == {
        "node": {"id": 1}
    }
    assert plan("{ node(id: 1) { id } }").prune({"node": {"id": 1}}) == {"node": None}


def test_field_info_makes_its_lists_once():
    made = []
    info = FieldInfo("A", "b", "C", lambda: made.append(1) or ())
    assert info.selection_set_list() == info.selection_set_list() == []
    assert (len(made), info.selection_set_graphql("{ b }")) == (1, "")
