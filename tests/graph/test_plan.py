"""What ``graph/plan.py`` promises."""

from graph.harness import SCHEMA

from appsync_emu.graph.document import Documents
from appsync_emu.graph.plan import FieldInfo, ObjectPlan


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


def alone(text, *resolvers):
    """Paths of the fields with resolvers that are alone."""
    (operation,) = (
        Documents(SCHEMA, dict.fromkeys(map(tuple, (r.split(".") for r in resolvers)), len), 8)
        .find(text)[0]
        .operations
    )
    found = []

    def look(plan, above):
        for field in plan.fields:
            path = f"{above}{field.key}"
            if field.info.alone and field.resolver:
                found.append(path)
            look(getattr(field.completer, "plan", None) or ObjectPlan("", (), abstract=False), path)

    look(operation.plan({}), "")
    return found


def test_fields_that_no_other_resolver_can_be_under_way_with():
    one = "{ post(id: 1) { id author { id } } hello }"
    assert alone(one, "Query.post") == ["post"]
    assert alone(one, "Query.post", "Post.author") == ["post", "postauthor"]
    assert alone(one, "Query.post", "Query.hello", "Post.author") == []
    assert alone("{ posts { author { id } } }", "Query.posts", "Post.author") == ["posts"]
    assert alone("{ a: post(id: 1) { id } node(id: 1) { id } }", "Query.post") == []


def test_a_mutations_fields_are_alone_and_a_subscriptions_is_not():
    text = (
        "mutation { addPost(input: {id: 1}) { author { id } comments { id } } touch"
        " setNode { id } }"
    )
    fields = ("addPost", "touch", "setNode")
    assert alone(text, *(f"Mutation.{name}" for name in fields)) == [*fields]
    assert alone(text, "Mutation.addPost", "Post.author", "Post.comments") == ["addPost"]
    assert alone("subscription { onPost { id } }", "Subscription.onPost") == []


def test_plans_that_are_made_later_are_marked_then():
    documents = Documents(SCHEMA, {("Query", "node"): len, ("Post", "author"): len}, 8)
    for text, expected in (
        ("{ node(id: 1) { ... on Post { author { id } } } }", True),
        ("{ node(id: 1) { ... on Post { author { id } } } two: node(id: 1) { id } }", False),
    ):
        (operation,) = documents.find(text)[0].operations
        node = operation.plan({}).fields[0]
        assert node.info.alone is expected
        (author,) = node.completer._plan_for("Post").fields
        assert author.info.alone is expected
