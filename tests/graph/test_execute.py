"""Sources: AppSync developer guide ("Lambda resolvers", "Real-time data"), graphql-over-http#81."""

import asyncio
import json

import pytest
from graph.harness import SCHEMA, ask, executor, messages, request, turn

from appsync_emu.core.http import RequestRefused
from appsync_emu.errors import WireError
from appsync_emu.graph.execute import Executor, Refused

POST = {"id": "1", "title": "t", "ups": 3, "score": 1.5, "name": "n"}


def test_answers_at_once_when_nothing_awaits():
    engine = executor({"Query.hello": lambda call: f"Hello, {call.arguments['name']}!"})
    assert engine.execute(request('{ hello(name: "you") }')) == {"data": {"hello": "Hello, you!"}}


def test_field_without_resolver_reads_the_parents_property_or_is_null():
    """AppSync troubleshooting page: no resolver, same-named property, else null."""
    engine = executor({"Query.post": lambda _: {"id": "1", "title": "t", "extra": 1}})
    assert ask(engine, '{ post(id: "1") { id title ups } hello }') == {
        "data": {"post": {"id": "1", "title": "t", "ups": None}, "hello": None}
    }


def test_error_of_a_resolver_has_every_key_in_order():
    def boom(_):
        raise WireError("Lambda:Unhandled", "boom", data={"id": "1", "ups": 2}, info={"why": "x"})

    answer = ask(executor({"Query.post": boom}), '{\n  p: post(id: "1") { id }\n}')
    assert json.dumps(answer["errors"][0]) == json.dumps(
        {
            "path": ["p"],
            "data": {"id": "1"},
            "errorType": "Lambda:Unhandled",
            "errorInfo": {"why": "x"},
            "locations": [{"line": 2, "column": 3, "sourceName": None}],
            "message": "boom",
        }
    )
    assert answer["data"] == {"p": None}


def test_error_of_a_non_null_field_takes_the_whole_data_with_it():
    def boom(_):
        raise WireError("Unauthorized", "Not Authorized to access need on type Query")

    answer = ask(executor({"Query.need": boom}), "{ hello need }")
    assert answer["data"] is None
    assert messages(answer) == ["Not Authorized to access need on type Query"]


def test_unknown_exception_is_named_as_ours_and_shows_nothing(caplog):
    def bug(_):
        raise KeyError("secret")

    answer = ask(executor({"Query.hello": bug}), "{ hello }")
    assert answer["errors"][0]["errorType"] == "InternalFailure"
    assert "secret" not in json.dumps(answer)
    assert "Query.hello" in caplog.text


def test_null_for_non_null_names_type_parent_and_place():
    """aws-amplify/amplify-category-api#1338; locations are null."""
    engine = executor({"Query.posts": lambda _: [POST, {"id": "2"}]})
    answer = ask(engine, "{ posts { id title } }")
    assert answer == {
        "data": None,
        "errors": [
            {
                "path": ["posts", 1, "title"],
                "locations": None,
                "message": "Cannot return null for non-nullable type: 'String' within parent"
                " 'Post' (/posts[1]/title)",
            }
        ],
    }


def test_null_stops_at_the_nearest_nullable_ancestor():
    engine = executor({"Query.post": lambda _: {**POST, "comments": [{"id": "1"}, None]}})
    answer = ask(engine, '{ post(id: "1") { id comments { text } } }')
    assert answer["data"] == {"post": {"id": "1", "comments": [None, None]}}
    assert answer["errors"][0]["path"] == ["post", "comments", 0, "text"]


def test_resolver_below_the_root_gets_source_arguments_path_and_info():
    seen = []

    def comments(call):
        seen.append(call)
        return [{"id": "c", "text": call.source["id"]}]

    engine = executor({"Query.posts": lambda _: [POST], "Post.comments": comments})
    query = "query Q($n: Int) { posts { cs: comments(limit: $n) { id t: text } } }"
    answer = ask(engine, query, {"n": 5, "unknown": 1})
    assert answer["data"] == {"posts": [{"cs": [{"id": "c", "t": "1"}]}]}
    (call,) = seen
    assert call.arguments == {"limit": 5}
    assert call.path == ["posts", 0, "cs"]
    assert call.variables == {"n": 5}
    assert call.stash == {}
    field = call.field
    assert (field.parent_type, field.name, field.return_type) == ("Post", "comments", "[Comment]")
    assert field.selection_set_list() == ["id", "t"]
    assert field.selection_set_graphql(query) == "{\n  id\n  t: text\n}"


def test_defaults_are_applied_and_null_differs_from_absence():
    engine = executor({"Query.echo": lambda call: call.arguments, "Query.posts": lambda call: []})
    answer = ask(engine, "query ($s: String) { echo(i: null, s: $s, f: 1) }")
    assert json.loads(answer["data"]["echo"]) == {"i": None, "f": 1}
    seen = []
    engine = executor({"Query.posts": lambda call: seen.append(call.arguments) or []})
    ask(
        engine,
        (
            "query ($l: Int) { a: posts { id } b: posts(limit: $l) { id } c: posts(limit:"
            " null) { id } }"
        ),
    )
    assert seen == [{"limit": 2}, {"limit": 2}, {"limit": None}]


def test_documents_equal_but_for_literals_share_a_plan_and_keep_their_places():
    def post(call):
        if call.arguments["id"] == "bad":
            raise WireError(None, "no")
        return {"id": call.arguments["id"], "title": "t"}

    engine = executor({"Query.post": post})
    text = '{ hello(name: "%s") post(id: "%s") { id } }'
    for number in range(50):
        assert ask(engine, text % ("x" * number, number))["data"]["post"] == {"id": str(number)}
    assert len(engine._documents._shapes) == 1
    answer = ask(engine, text % ("x\\u0041" * 5, "bad"))
    assert answer["errors"][0]["locations"][0]["column"] == 54
    assert "WrongType" in messages(ask(engine, "{ post(id: {a: 1}) { id } }"))[0]


def test_awaiting_fields_run_together():
    order = []

    def slow(name, turns):
        async def resolve(_):
            for _turn in range(turns):
                await turn()
            order.append(name)
            return name

        return resolve

    engine = executor(
        {"Query.hello": slow("hello", 3), "Query.need": slow("need", 1)}, gather=asyncio.gather
    )
    assert ask(engine, "{ hello need }") == {"data": {"hello": "hello", "need": "need"}}
    assert order == ["need", "hello"]


def test_coroutine_that_never_awaits_answers_at_once():
    async def hello(_):
        return "now"

    assert executor({"Query.hello": hello}).execute(request("{ hello }")) == {
        "data": {"hello": "now"}
    }


def test_nested_awaits_and_late_failures_bubble():
    async def posts(_):
        await turn()
        return [POST, {**POST, "id": "2"}]

    async def comments(call):
        await turn()
        if call.source["id"] == "2":
            raise WireError("T", "late")
        return [{"id": "c"}, {"id": "d", "text": "x"}]

    engine = executor({"Query.posts": posts, "Post.comments": comments}, gather=asyncio.gather)
    answer = ask(engine, "{ posts { id comments { text } } }")
    assert answer["data"] == {
        "posts": [
            {"id": "1", "comments": [None, {"text": "x"}]},
            {"id": "2", "comments": None},
        ]
    }
    assert sorted(messages(answer))[1] == "late"


def test_late_failure_of_a_non_null_root_field_leaves_no_data():
    async def need(_):
        await turn()

    assert ask(executor({"Query.need": need}), "{ hello need }")["data"] is None


def test_cancelling_reaches_a_coroutine_that_was_started():
    ended = []

    async def hello(_):
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    async def go():
        task = asyncio.ensure_future(executor({"Query.hello": hello}).execute(request("{ hello }")))
        await turn()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(go())
    assert ended == [True]


def test_mutations_run_one_after_another_and_are_published_by_schema_names():
    order, published = [], []

    async def add(call):
        order.append(f"start {call.arguments['input']['id']}")
        await turn()
        order.append(f"end {call.arguments['input']['id']}")
        return {**POST, **call.arguments["input"]}

    engine = executor(
        {"Mutation.addPost": add},
        published=lambda name, value: published.append((name, value, list(order))),
        gather=asyncio.gather,
    )
    text = (
        'mutation { a: addPost(input: {id: "1"}) { x: id t: title } b: addPost(input: {id:'
        ' "2"}) { id } }'
    )
    assert ask(engine, text)["data"] == {"a": {"x": "1", "t": "none"}, "b": {"id": "2"}}
    assert order == ["start 1", "end 1", "start 2", "end 2"]
    assert published == [
        ("addPost", {"id": "1", "title": "none"}, order[:2]),
        ("addPost", {"id": "2"}, order),
    ]


def test_null_failed_and_list_results_are_not_published():
    published = []

    def fail(_):
        raise WireError("T", "m")

    def engine(**resolvers):
        return executor(
            {f"Mutation.{name}": call for name, call in resolvers.items()},
            published=lambda *what: published.append(what),
        )

    ask(engine(addPost=fail), 'mutation { addPost(input: {id: "1"}) { id } }')
    ask(engine(addPost=lambda _: None), 'mutation { addPost(input: {id: "1"}) { id } }')
    ask(engine(addPosts=lambda _: [POST]), "mutation { addPosts { id } }")
    assert published == []


def test_published_value_of_an_abstract_type_says_its_type():
    published = []
    engine = executor(
        {"Mutation.setNode": lambda _: {"__typename": "Post", "id": "1", "name": "n"}},
        published=lambda *what: published.append(what),
    )
    assert ask(engine, "mutation { setNode { i: id } }") == {"data": {"setNode": {"i": "1"}}}
    assert published == [("setNode", {"__typename": "Post", "id": "1"})]


def test_failed_non_null_mutation_stops_the_rest():
    called = []

    def add(_):
        called.append(1)

    async def touch(_):
        await turn()

    text = 'mutation { touch addPost(input: {id: "1"}) { id } }'
    for resolver in (lambda _: None, touch):
        engine = executor({"Mutation.touch": resolver, "Mutation.addPost": add})
        assert ask(engine, text)["data"] is None
    assert called == []


def test_fragments_directives_and_type_names():
    engine = executor({"Query.post": lambda _: POST})
    text = """query ($yes: Boolean!) {
      post(id: 1) {
        ...F id @skip(if: $yes) ups @include(if: $yes) ... on Post { kind: __typename }
      }
      hello @skip(if: true)
    }
    fragment F on Post { title }"""
    assert ask(engine, text, {"yes": True})["data"] == {
        "post": {"title": "t", "ups": 3, "kind": "Post"}
    }
    assert ask(engine, text, {"yes": False})["data"] == {
        "post": {"title": "t", "id": "1", "kind": "Post"}
    }


def test_interfaces_and_unions_go_by_typename():
    found = [
        {"__typename": "Post", "id": "1", "title": "t"},
        {"__typename": "Author", "id": "2", "name": "a"},
        {"id": "3"},
        {"__typename": "Comment", "id": "4"},
    ]
    engine = executor({"Query.found": lambda _: found})
    answer = ask(engine, "{ found { __typename ... on Post { title } ... on Author { name } } }")
    assert answer["data"]["found"] == [
        {"__typename": "Post", "title": "t"},
        {"__typename": "Author", "name": "a"},
        None,
        None,
    ]
    assert len(answer["errors"]) == 2


def test_several_operations_need_a_name():
    engine = executor({"Query.hello": lambda _: "h"})
    text = "query A { hello } query B { b: hello }"
    assert ask(engine, text, None, "B") == {"data": {"b": "h"}}
    with pytest.raises(RequestRefused, match="Missing operation name") as refused:
        engine.execute(request(text))
    assert (refused.value.status, refused.value.error_type) == (400, "BadRequestException")
    assert messages(ask(engine, text, None, "C")) == ["Unknown operation named 'C'."]


def test_subscription_over_http_is_not_supported():
    answer = ask(executor(), "subscription { onPost { id } }")
    assert answer["data"] is None
    assert answer["errors"][0]["errorType"] == "OperationNotSupported"


def test_strange_values_of_resolvers_give_errors_not_crashes():
    values = [object(), {1, 2}, float("nan"), float("inf"), 2**70, "\ud800", b"x", ["a"], {"a": 1}]
    for value in values:
        engine = executor(
            {"Query.post": lambda _, value=value: {**POST, "ups": value, "score": value}}
        )
        answer = ask(engine, '{ post(id: "1") { id ups score } }')
        assert answer["data"]["post"]["ups"] is None
        engine = executor({"Query.posts": lambda _, value=value: value})
        assert ask(engine, "{ posts { id } }")["data"] is None


def test_subscribe_runs_the_resolver_and_keeps_given_arguments_only():
    seen = []
    engine = executor({"Subscription.onPost": lambda call: seen.append(call.arguments)})
    plan = engine.subscribe(request("subscription ($i: ID) { onPost(id: $i) { id } }", {"i": None}))
    assert (plan.field, plan.arguments) == ("onPost", {"id": None})
    assert seen == [{"id": None, "title": "x"}]
    assert (
        engine.subscribe(request("subscription ($i: ID) { onPost(id: $i) { id } }")).arguments == {}
    )


def test_subscribe_refuses():
    def no(_):
        raise WireError("Unauthorized", "Not Authorized to access onPost on type Subscription")

    async def later_no(_):
        await turn()
        raise WireError("Unauthorized", "Not Authorized to access onPost on type Subscription")

    with pytest.raises(Refused) as refused:
        executor({"Subscription.onPost": no}).subscribe(request("subscription { onPost { id } }"))
    assert refused.value.errors[0]["errorType"] == "Unauthorized"

    async def go():
        await executor({"Subscription.onPost": later_no}).subscribe(
            request("subscription { onPost { id } }")
        )

    with pytest.raises(Refused):
        asyncio.run(go())
    with pytest.raises(Refused) as refused:
        executor().subscribe(request("{ hello }"))
    assert refused.value.errors[0]["errorType"] == "UnsupportedOperation"
    for text in (
        "subscription { nope }",
        "subscription {",
        "subscription { onPost @skip(if: true) { id } }",
    ):
        with pytest.raises(Refused):
            executor().subscribe(request(text))
    with pytest.raises(Refused):
        executor().subscribe(request("subscription A { onPost { id } } query B { hello }"))


def test_subscribe_may_wait_for_its_resolver():
    async def fine(_):
        await turn()

    async def go():
        return await executor({"Subscription.onPost": fine}).subscribe(
            request("subscription { onPost { id } }")
        )

    assert asyncio.run(go()).field == "onPost"


def test_cache_is_bounded():
    engine = Executor(SCHEMA, {}, cache_size=8)
    for number in range(100):
        ask(engine, f"query Q{number} {{ hello }}")
    assert len(engine._documents._texts) <= 16
    assert len(engine._documents._shapes) <= 16


def test_fragments_that_reach_deeper_than_the_stack_are_an_answer():
    """Compiled in pieces, because every level is an interface."""
    levels = 400
    text = "{ node(id: 1) { ...F0 } } " + " ".join(
        f"fragment F{n} on Node {{ ... on Post {{ author {{ posts {{ ...F{n + 1} }} }} }} }}"
        for n in range(levels)
    )
    node = None
    for _ in range(levels):
        node = {"__typename": "Post", "author": {"posts": [node] if node else []}}
    answer = ask(
        executor({"Query.node": lambda _: node}), f"{text} fragment F{levels} on Node {{ id }}"
    )
    assert answer["data"] is None
    assert len(messages(answer)) == 1


def test_interfaces_that_fragments_make_enormous_are_an_error_of_the_field():
    text = "{ node(id: 1) { ...F0 } } " + " ".join(
        f"fragment F{n} on Post {{ a: author {{ posts {{ ...F{n + 1} }} }}"
        f" b: author {{ posts {{ ...F{n + 1} }} }} }}"
        for n in range(30)
    )
    engine = executor({"Query.node": lambda _: {"__typename": "Post"}})
    answer = ask(engine, text + " fragment F30 on Post { id }")
    assert answer["data"] == {"node": None}
    assert messages(answer) == ["Can't resolve value (/node) : too many fields"]
